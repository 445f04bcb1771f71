"""Adds up what the map is counted from, so that reading it stays quick. Not here: reading (persistence/queries)."""

from sqlalchemy.orm import Session

from backend.persistence.statements import row, run

# One at a time; whoever comes second finds nothing left to do.
LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('maps.add_up'))"
ADD_MARKS = """
    WITH taken AS (DELETE FROM map_changes RETURNING source, mark)
    INSERT INTO map_states (source, mark) SELECT source, sum(mark) FROM taken GROUP BY source
    ON CONFLICT (source) DO UPDATE SET mark = map_states.mark + excluded.mark
"""
ADD_COUNTS = """
    WITH taken AS (DELETE FROM report_count_changes RETURNING *),
    net AS (
        SELECT level, span, since, place, street_code, category, outcome, status, severity,
               sum(number)::integer AS number, bit_xor(seq) AS seqs
        FROM taken,
        LATERAL (SELECT date_trunc('month', captured_at AT TIME ZONE 'Asia/Shanghai')::date AS month,
            least(extract(day FROM captured_at AT TIME ZONE 'Asia/Shanghai')::integer - 1, 29) / 5 * 5 AS before) AS of_month,
        LATERAL (SELECT month + before AS five_days) AS of_days,
        LATERAL (VALUES
            (-1, 1, (captured_at AT TIME ZONE 'Asia/Shanghai')::date, (map_key IS NOT NULL)::int::bigint),
            (0, 0, NULL, coalesce(grid_code, '0')::bigint),
            (0, 31, month, coalesce(grid_code, '0')::bigint),
            (0, 5, five_days, coalesce(grid_code, '0')::bigint),
            (16, 0, NULL, map_key >> 30),
            (16, 31, month, map_key >> 30),
            (16, 5, five_days, map_key >> 30),
            (18, 0, NULL, map_key >> 26),
            (18, 31, month, map_key >> 26)
        ) AS added (level, span, since, place)
        WHERE place IS NOT NULL
        GROUP BY level, span, since, place, street_code, category, outcome, status, severity
    ),
    written AS (
        INSERT INTO report_counts (level, span, since, place, street_code, category, outcome, status, severity, number, seqs)
        SELECT * FROM net WHERE number <> 0 OR seqs <> 0 ORDER BY level, span, since, place
        ON CONFLICT (level, span, since, place, street_code, category, outcome, status, severity)
        DO UPDATE SET number = report_counts.number + excluded.number, seqs = report_counts.seqs # excluded.seqs
    )
    SELECT count(*) FROM taken
"""
DROP_EMPTY = "DELETE FROM report_counts WHERE number = 0"


def add_up(session: Session) -> int:
    """Move what has changed into the counts and states; the sums of both together stay what they are, so whoever reads in the
    same moment sees no difference. Answers how many changes of reports there were."""
    got = row(session, LOCK)
    if got is None or not got[0]:
        return 0
    run(session, ADD_MARKS)
    taken = row(session, ADD_COUNTS)
    run(session, DROP_EMPTY)
    return int(taken[0]) if taken else 0
