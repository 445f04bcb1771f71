"""What the job of every minute does: warnings, overdue notices, suspensions that are over, each exactly once and a batch
at a time. Not here: the job (jobs/clocks.py), what a notice sets off (notices.py).
"""

from datetime import datetime
from typing import Literal

from sqlalchemy import TextClause, select, text
from sqlalchemy.orm import Session

from backend.domain.vocabulary import ClockState
from backend.persistence.models import Clock, ClockSuspension
from backend.services.clocks.desk import current_desk
from backend.services.clocks.notices import OVERDUE, WARNING, ClockNotice, on_clock_notice
from backend.services.clocks.timing import FRESH, resume_clocks
from backend.services.history import record

BATCH = 500
# Marked and read in one statement; a row another worker holds is left to it, and to the next minute. A clock that ran out
# during an outage is warned of first: the second statement takes only what has been warned of.
WARN = text("""
    UPDATE clocks SET warned_at = :now FROM (
        SELECT id FROM clocks WHERE state = 'running' AND warned_at IS NULL AND warn_at <= :now
        ORDER BY warn_at LIMIT :batch FOR NO KEY UPDATE SKIP LOCKED) found
    WHERE clocks.id = found.id
    RETURNING clocks.id, clocks.referral_id, clocks.kind, clocks.level, clocks.due_at
""")
RUN_OUT = text("""
    UPDATE clocks SET overdue_at = due_at FROM (
        SELECT id FROM clocks
        WHERE state = 'running' AND overdue_at IS NULL AND warned_at IS NOT NULL AND due_at < :now
        ORDER BY due_at LIMIT :batch FOR NO KEY UPDATE SKIP LOCKED) found
    WHERE clocks.id = found.id
    RETURNING clocks.id, clocks.referral_id, clocks.kind, clocks.level, clocks.due_at
""")


def notice_due(session: Session, now: datetime, batch: int = BATCH) -> int:
    """Warn of what comes near its end, then note what ran out, at most ``batch`` of each; how many notices there were.

    Call again in a new unit of work until there is none.
    """
    warnings = _mark(session, WARN, WARNING, now, batch)
    overdue = _mark(session, RUN_OUT, OVERDUE, now, batch)
    on_clock_notice(session, [*warnings, *overdue], now)
    return len(warnings) + len(overdue)


def end_suspensions(session: Session, now: datetime, batch: int = BATCH) -> int:
    """Let clocks go on whose suspension is over, from the moment that was granted however late this comes; how many."""
    wanted = (
        select(Clock, ClockSuspension.until)
        .join(ClockSuspension, ClockSuspension.clock_id == Clock.id)
        .where(ClockSuspension.ended_at.is_(None), ClockSuspension.until <= now, Clock.state == ClockState.SUSPENDED)
        .order_by(ClockSuspension.until, Clock.id)
        .limit(batch)
        .with_for_update(key_share=True, skip_locked=True)
    )
    found = session.execute(wanted, execution_options=FRESH).all()
    desk = current_desk(session) if found else None
    for clock, until in found:
        assert desk is not None  # there is something to resume
        resume_clocks(session, desk, [clock], until, now)
        data = {"clocks": {clock.kind: clock.due_at.isoformat() if clock.due_at else None}, "by": "until"}
        record(
            session, at=now, actor=None, subject_type="referral", subject_id=clock.referral_id, action="clock_resume",
            data=data,
        )  # fmt: skip
    session.flush()
    return len(found)


def _mark(
    session: Session, statement: TextClause, what: Literal["clock_warning", "clock_overdue"], now: datetime, batch: int
) -> list[ClockNotice]:
    rows = session.execute(statement, {"now": now, "batch": batch}).all()
    notices = [ClockNotice(what, row.id, row.referral_id, row.kind, row.level, row.due_at) for row in rows]
    return sorted(notices, key=lambda notice: (notice.due_at, notice.clock_id))
