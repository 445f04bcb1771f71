"""Changes of a clock's row: computed anew, stopped, resumed, its overdue noted. Called with the row locked.

Not here: who may, and the events (following, requesting, deciding); finding what is due (due.py).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.clocks import Deadline, OfficeHours, Suspension, parse_span
from backend.domain.vocabulary import ClockState
from backend.persistence.models import Clock, ClockSuspension
from backend.services.clocks.desk import ClockDesk, Times
from backend.services.clocks.notices import ClockNotice, overdue_notice

FRESH = {"populate_existing": True}


def lock_clocks(session: Session, referral_id: UUID, *, stopped: bool = False) -> list[Clock]:
    """The clocks of a referral, oldest first, locked and as they are now; ``stopped``: those that ended as well."""
    session.flush()  # rows are read over what the session holds: nothing that waits to be written may be lost by that
    wanted = select(Clock).where(Clock.referral_id == referral_id).order_by(Clock.started_at, Clock.id)
    if not stopped:
        wanted = wanted.where(Clock.state != ClockState.STOPPED)
    return list(session.scalars(wanted.with_for_update(key_share=True), execution_options=FRESH))


def suspensions_of(session: Session, clocks: Collection[Clock]) -> dict[UUID, list[ClockSuspension]]:
    """The pauses of ``clocks``, by clock."""
    found: dict[UUID, list[ClockSuspension]] = {clock.id: [] for clock in clocks}
    rows = select(ClockSuspension).where(ClockSuspension.clock_id.in_(found)).order_by(ClockSuspension.started_at)
    for row in session.scalars(rows, execution_options=FRESH) if found else ():
        found[row.clock_id].append(row)
    return found


def deadline_of(clock: Clock, pauses: Sequence[ClockSuspension]) -> Deadline:
    """The row as a deadline of the domain."""
    suspensions = tuple(Suspension(pause.started_at, pause.ended_at) for pause in pauses)
    return Deadline(clock.started_at, parse_span(clock.span), clock.extended, suspensions)


def retime(desk: ClockDesk, clock: Clock, pauses: Sequence[ClockSuspension], now: datetime) -> Times:
    """Compute the clock's end anew. A deadline that moved away is warned of again when it comes near."""
    hours = OfficeHours.from_data(clock.office_hours)
    times = desk.times(deadline_of(clock, pauses), clock.warn_percent, hours)
    clock.due_at, clock.warn_at = times.due_at, times.warn_at
    clock.calendar_missing, clock.missing_year = times.missing_year is not None, times.missing_year
    if clock.overdue_at is None and (times.warn_at is None or times.warn_at > now):
        clock.warned_at = None
    return times


def note_overdue(clock: Clock, now: datetime) -> list[ClockNotice]:
    """Keep the raw fact before a clock is changed that ran out and that the job has not come to yet."""
    if clock.state != ClockState.RUNNING or clock.overdue_at is not None or clock.due_at is None or clock.due_at >= now:
        return []
    clock.overdue_at = clock.due_at
    clock.warned_at = clock.warned_at or now
    return [overdue_notice(clock)]


def stop(clock: Clock, now: datetime) -> list[ClockNotice]:
    """End a clock that is not suspended; a notice where it had run out unnoticed."""
    notices = note_overdue(clock, now)
    clock.state, clock.stopped_at = ClockState.STOPPED, now
    return notices


def resume_clocks(
    session: Session, desk: ClockDesk, clocks: Sequence[Clock], at: datetime, now: datetime
) -> list[Clock]:
    """Let those of ``clocks`` that are suspended go on from ``at``; which those were."""
    suspended = [clock for clock in clocks if clock.state == ClockState.SUSPENDED]
    pauses = suspensions_of(session, suspended)
    for clock in suspended:
        for pause in pauses[clock.id]:
            if pause.ended_at is None:
                pause.ended_at = max(at, pause.started_at)
        clock.state = ClockState.RUNNING
        retime(desk, clock, pauses[clock.id], now)
    return suspended
