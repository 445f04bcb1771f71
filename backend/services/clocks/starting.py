"""Rows of clocks that begin: those of a fresh referral, and any later one. Not here: which begin with a status (following.py)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from backend.domain.calendar import local_day
from backend.domain.clocks import OVERALL, LegalClock, Span, legal_clocks, parse_span
from backend.domain.ids import new_id
from backend.domain.vocabulary import ClockLevel, ClockState, ReferralStatus
from backend.services.clocks.desk import ClockDesk


class Timed(Protocol):
    """What clocks read of a referral, written or still being made."""

    id: UUID
    function_code: str
    department_id: UUID | None
    status: ReferralStatus
    outcome_code: str | None
    deadline_profile: str
    deadlines: dict[str, Any]


def first_clocks(desk: ClockDesk, referral: Timed, now: datetime) -> list[dict[str, Any]]:
    """The clocks of a fresh referral, as rows for ``Writes``: of its stage, of the whole case, and what the law demands.

    Where the calendar is missing the clock is made all the same, without an end.
    """
    stage = desk.data.stage_of.get(referral.status)
    rows = [] if stage is None else [stage_row(desk, referral, stage, now)]
    rows.append(stage_row(desk, referral, OVERALL, now))
    return rows + [legal_row(desk, referral, clock, now) for clock in legal_starting(referral, now)]


def legal_starting(referral: Timed, now: datetime) -> tuple[LegalClock, ...]:
    """The legal clocks that begin with the referral's status."""
    return legal_clocks(referral.function_code, referral.status.value, referral.outcome_code, local_day(now))


def stage_row(desk: ClockDesk, referral: Timed, kind: str, now: datetime) -> dict[str, Any]:
    """A stage clock or the overall one, over the span the referral was promised."""
    promised: Mapping[str, Any] = referral.deadlines
    if kind not in promised:  # made before clocks were
        promised = desk.deadlines(referral.deadline_profile, promised, local_day(now))
    level = ClockLevel.OVERALL if kind == OVERALL else ClockLevel.STAGE
    return _row(desk, referral, kind, level, parse_span(promised[kind]), now)


def legal_row(desk: ClockDesk, referral: Timed, clock: LegalClock, now: datetime) -> dict[str, Any]:
    """What a law demands, from now on."""
    return _row(desk, referral, clock.code, ClockLevel.LEGAL, clock.span, now)


def _row(desk: ClockDesk, referral: Timed, kind: str, level: ClockLevel, span: Span, now: datetime) -> dict[str, Any]:
    hours = desk.hours_of(referral.department_id)
    percent = desk.data.defaults_on(local_day(now)).warn_percent
    times = desk.fresh_times(now, span, percent, hours)
    return {
        "id": new_id(),
        "referral_id": referral.id,
        "kind": kind,
        "level": level,
        "span": span.to_data(),
        "office_hours": hours.to_data(),
        "warn_percent": percent,
        "extended": 0,
        "started_at": now,
        "due_at": times.due_at,
        "warn_at": times.warn_at,
        "state": ClockState.RUNNING,
        "calendar_missing": times.missing_year is not None,
        "missing_year": times.missing_year,
        "stopped_at": None,
        "warned_at": None,
        "overdue_at": None,
        "excused_at": None,
        "excused_by": None,
        "excuse_reason": None,
    }
