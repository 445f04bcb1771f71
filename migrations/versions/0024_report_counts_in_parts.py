"""Counts of reports also by sixths of a month, so that a period needs few rows at its ends; an index of what was referred.

Revision ID: 0024
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

DIMENSIONS = "street_code, category, outcome, status, severity"
COLUMNS = """
            place BIGINT NOT NULL,
            street_code TEXT,
            category TEXT NOT NULL,
            outcome TEXT NOT NULL,
            status TEXT NOT NULL,
            severity TEXT,
            number INTEGER NOT NULL,
            seqs BIGINT NOT NULL
        ) WITH (fillfactor = 85)
"""
ADDED_TO = """
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
"""
ADDED_TO_BEFORE = """
        LATERAL (SELECT date_trunc('month', captured_at AT TIME ZONE 'Asia/Shanghai')::date AS month) AS of_month,
        LATERAL (VALUES
            (-1, (captured_at AT TIME ZONE 'Asia/Shanghai')::date, (map_key IS NOT NULL)::int::bigint),
            (0, NULL, coalesce(grid_code, '0')::bigint),
            (0, month, coalesce(grid_code, '0')::bigint),
            (16, NULL, map_key >> 30),
            (16, month, map_key >> 30),
            (18, NULL, map_key >> 26),
            (18, month, map_key >> 26)
        ) AS added (level, since, place)
"""


def upgrade() -> None:
    """Count everything anew: the reports hold all that is needed."""
    op.execute("DELETE FROM report_count_changes")
    op.execute("DROP TABLE report_counts")
    op.execute(f"CREATE TABLE report_counts (level SMALLINT NOT NULL, span SMALLINT NOT NULL, since DATE, {COLUMNS}")
    op.execute(f"""
        INSERT INTO report_counts (level, span, since, place, {DIMENSIONS}, number, seqs)
        SELECT level, span, since, place, {DIMENSIONS}, count(*), bit_xor(seq) FROM reports, {ADDED_TO}
        WHERE place IS NOT NULL GROUP BY level, span, since, place, {DIMENSIONS}
    """)
    op.execute(f"""
        CREATE UNIQUE INDEX uq_report_counts ON report_counts (level, span, since, place, {DIMENSIONS}) NULLS NOT DISTINCT
    """)
    op.execute("CREATE INDEX ix_report_counts_empty ON report_counts (level) WHERE number = 0")
    op.execute(f"""
        CREATE INDEX ix_reports_referred ON reports (seq) INCLUDE (map_key, captured_at, grid_code, {DIMENSIONS})
            WHERE status <> 'recorded'
    """)


def downgrade() -> None:
    """Count everything as it was counted before."""
    op.execute("DROP INDEX ix_reports_referred")
    op.execute("DELETE FROM report_count_changes")
    op.execute("DROP TABLE report_counts")
    op.execute(f"CREATE TABLE report_counts (level SMALLINT NOT NULL, since DATE, {COLUMNS}")
    op.execute(f"""
        INSERT INTO report_counts (level, since, place, {DIMENSIONS}, number, seqs)
        SELECT level, since, place, {DIMENSIONS}, count(*), sum(seq) FROM reports, {ADDED_TO_BEFORE}
        WHERE place IS NOT NULL GROUP BY level, since, place, {DIMENSIONS}
    """)
    op.execute(f"""
        CREATE UNIQUE INDEX uq_report_counts ON report_counts (level, since, place, {DIMENSIONS}) NULLS NOT DISTINCT
    """)
    op.execute("CREATE INDEX ix_report_counts_empty ON report_counts (level) WHERE number = 0")
