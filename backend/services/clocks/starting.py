"""Rows of clocks that begin: those of a fresh referral, and any later one. Not here: which begin with a status (following.py)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from backend.domain.calendar import local_day
from backend.domain.clocks import OVERALL, LegalClock, legal_clocks
from backend.domain.ids import new_id
from backend.domain.vocabulary import ClockLevel, ReferralStatus
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
    return _row(desk, referral, kind, level, promised[kind], now)


def legal_row(desk: ClockDesk, referral: Timed, clock: LegalClock, now: datetime) -> dict[str, Any]:
    """What a law demands, from now on."""
    return _row(desk, referral, clock.code, ClockLevel.LEGAL, clock.span.to_data(), now)


def _row(
    desk: ClockDesk, referral: Timed, kind: str, level: ClockLevel, span: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    own = {"id": new_id(), "referral_id": referral.id, "kind": kind, "level": level}
    return own | desk.fresh(now, span, referral.department_id)
