"""The answer to a request about a clock, by somebody else, and ending a suspension early. Not here: asking (requesting.py)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.clocks import extension_steps, parse_span
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.permissions import check
from backend.domain.vocabulary import (
    ClockDecision,
    ClockRequestKind,
    ClockRequestState,
    ClockState,
    Role,
)
from backend.persistence.models import Clock, ClockRequest, ClockSuspension, Referral
from backend.persistence.queries.referrals import visible_to
from backend.services.clocks.desk import current_desk
from backend.services.clocks.notices import on_clock_notice
from backend.services.clocks.requesting import check_suspension_end, suspendable, told
from backend.services.clocks.timing import FRESH, lock_clocks, note_overdue, resume_clocks, retime, suspensions_of
from backend.services.history import record

# 一级由线索研判员审批, 再次延期由区城运中心 (issue text; 建议).
DECIDER = {1: Role.BUREAU_TRIAGER, 2: Role.CITY_OPERATIONS}


@dataclass(frozen=True, slots=True)
class _Decision:
    """One decision while it happens: referral, request and clocks are locked."""

    session: Session
    actor: Actor
    request: ClockRequest
    clocks: list[Clock]
    now: datetime

    @property
    def clock(self) -> Clock | None:
        """The clock the request names; None for the whole referral."""
        return next((clock for clock in self.clocks if clock.id == self.request.clock_id), None)


def decide_request(
    session: Session,
    actor: Actor,
    referral_id: UUID,
    request_id: UUID,
    decision: ClockDecision,
    note: str | None = None,
    *,
    now: datetime,
) -> ClockRequest:
    """Approve or refuse; what was approved takes effect at once. Level 1 is the bureau's, level 2 city operations'.

    Raises not_found, forbidden, wrong_level, approver_is_requester, already_decided, reason_required (to refuse),
    clock_stopped, nothing_to_suspend, suspension_too_long, not_overdue; nothing is changed then.
    """
    _lock_referral(session, actor, referral_id)
    wanted = select(ClockRequest).where(ClockRequest.id == request_id, ClockRequest.referral_id == referral_id)
    request = session.scalars(wanted.with_for_update(key_share=True), execution_options=FRESH).one_or_none()
    if request is None:
        raise DomainError("not_found")
    check(actor.roles, "clock.decide")
    if request.state != ClockRequestState.REQUESTED:
        raise DomainError("already_decided")
    if request.requested_by == actor.user_id:
        raise DomainError("approver_is_requester")
    if not actor.has(DECIDER[request.level]):
        raise DomainError("wrong_level")
    case = _Decision(session, actor, request, lock_clocks(session, referral_id, stopped=True), now)
    kind = case.clock.kind if case.clock else None
    if decision is ClockDecision.APPROVE:
        _APPROVED[request.kind](case)
    elif not (note or "").strip():
        raise DomainError("reason_required")
    request.state = ClockRequestState.APPROVED if decision is ClockDecision.APPROVE else ClockRequestState.REFUSED
    request.decided_by, request.decided_at, request.note = actor.user_id, now, note
    data = told(request, kind) | ({"due_at": _iso(case.clock.due_at)} if case.clock else {})
    record(
        session, at=now, actor=actor, subject_type="referral", subject_id=referral_id, action=f"clock_{decision.value}",
        reason_code=request.kind.value, reason=note, data=data,
    )  # fmt: skip
    session.flush()
    return request


def resume(
    session: Session, actor: Actor, referral_id: UUID, reason: str | None = None, *, now: datetime
) -> list[Clock]:
    """End the suspensions of a referral now; the clocks that go on. An officer only for his own department.

    Raises not_found, forbidden, not_suspended.
    """
    referral = _lock_referral(session, actor, referral_id)
    check(actor.roles, "clock.resume")
    decides = any(actor.has(role) for role in DECIDER.values())
    if not decides and referral.department_id not in actor.department_ids:
        raise DomainError("forbidden")
    resumed = resume_clocks(session, current_desk(session), lock_clocks(session, referral_id), now, now)
    if not resumed:
        raise DomainError("not_suspended")
    data: dict[str, Any] = {"clocks": {clock.kind: _iso(clock.due_at) for clock in resumed}}
    record(
        session, at=now, actor=actor, subject_type="referral", subject_id=referral_id, action="clock_resume",
        reason=reason, data=data,
    )  # fmt: skip
    session.flush()
    return resumed


def _lock_referral(session: Session, actor: Actor, referral_id: UUID) -> Referral:
    wanted = select(Referral).where(Referral.id == referral_id, visible_to(actor)).with_for_update(key_share=True)
    referral = session.scalars(wanted, execution_options=FRESH).one_or_none()
    if referral is None:
        raise DomainError("not_found")
    return referral


def _extend(case: _Decision) -> None:
    clock = case.clock
    if clock is None or clock.state == ClockState.STOPPED:
        raise DomainError("clock_stopped")
    notices = note_overdue(clock, case.now)  # decided too late: that it ran out stays a fact
    clock.extended += extension_steps(parse_span(clock.span), parse_span(case.request.span))
    retime(current_desk(case.session), clock, suspensions_of(case.session, [clock])[clock.id], case.now)
    case.session.flush()
    on_clock_notice(case.session, notices, case.now)


def _suspend(case: _Decision) -> None:
    until = case.request.until
    assert until is not None  # the table's own check
    check_suspension_end(case.session, until, case.now)
    clocks = suspendable([case.clock] if case.clock else case.clocks)
    if not clocks:
        raise DomainError("nothing_to_suspend")
    notices = [notice for clock in clocks for notice in note_overdue(clock, case.now)]
    for clock in clocks:
        clock.state = ClockState.SUSPENDED
        case.session.add(
            ClockSuspension(
                id=new_id(), clock_id=clock.id, request_id=case.request.id, started_at=case.now, until=until
            )
        )
    case.session.flush()
    on_clock_notice(case.session, notices, case.now)


def _excuse(case: _Decision) -> None:
    clock = case.clock
    if clock is None or clock.overdue_at is None or clock.excused_at is not None:
        raise DomainError("not_overdue")
    clock.excused_at, clock.excused_by, clock.excuse_reason = case.now, case.actor.user_id, case.request.reason


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


_APPROVED: dict[ClockRequestKind, Callable[[_Decision], None]] = {
    ClockRequestKind.EXTENSION: _extend,
    ClockRequestKind.SUSPENSION: _suspend,
    ClockRequestKind.EXCUSE: _excuse,
}
