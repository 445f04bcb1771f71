"""Numbers for people who operate the service. No personal data: only how much, and since when."""

from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.persistence.queries.seals import count_waiting


class Horizon(NamedTuple):
    """How far the feed is held back by the oldest open transaction that writes.

    ``transactions``: how many numbers were given out and ended since; ``seconds`` is None where the one that holds the
    horizon is another role's, which only pg_monitor may see.
    """

    transactions: int
    seconds: float | None


class Amounts(NamedTuple):
    """What waits for somebody."""

    unsealed_events: int
    quarantined_items: int
    jobs_waiting: int
    jobs_failed: int
    clocks_without_calendar: int


# pg_snapshot_xmin is the number of the oldest writing transaction of the whole server, prepared ones and other
# databases included; xid is its lower half.
HORIZON = text("""
    WITH ends AS (
        SELECT CAST(CAST(pg_snapshot_xmin(s) AS text) AS bigint) AS low, CAST(CAST(pg_snapshot_xmax(s) AS text) AS bigint) AS high
        FROM pg_current_snapshot() s),
    holder AS (SELECT low, high, CAST(CAST(low % 4294967296 AS text) AS xid) AS xid FROM ends)
    SELECT high - low AS transactions, coalesce(
        (SELECT CAST(extract(epoch FROM clock_timestamp() - min(began)) AS float)
         FROM (SELECT xact_start AS began FROM pg_stat_activity WHERE backend_xid = holder.xid
               UNION ALL SELECT prepared FROM pg_prepared_xacts WHERE transaction = holder.xid) AS open),
        CASE WHEN high = low THEN 0 END) AS seconds
    FROM holder
""")
AMOUNTS = text("""
    SELECT (SELECT count(*) FROM quarantine_entries WHERE state = 'open') AS quarantined_items,
           (SELECT count(*) FROM clocks WHERE calendar_missing AND state <> 'stopped') AS clocks_without_calendar,
           count(*) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at <= now(), true)) AS jobs_waiting,
           count(*) FILTER (WHERE status = 'failed') AS jobs_failed
    FROM procrastinate_jobs WHERE status IN ('todo', 'failed')
""")


def horizon_age(session: Session) -> Horizon:
    """How old the oldest open transaction is that holds the snapshot horizon back; nothing open: (0, 0)."""
    row = session.execute(HORIZON).one()
    return Horizon(row.transactions, row.seconds)


def amounts(session: Session) -> Amounts:
    """What waits: events for a seal, items for a person, jobs for a worker, failed jobs for somebody to look."""
    row = session.execute(AMOUNTS).one()
    return Amounts(
        count_waiting(session), row.quarantined_items, row.jobs_waiting, row.jobs_failed, row.clocks_without_calendar
    )
