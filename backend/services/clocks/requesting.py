"""What an officer asks for about a clock: 延期, 挂账, 超期说明. Not here: the answer (deciding.py)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.clocks import Span, extension_steps, longest_end, parse_span
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.permissions import check
from backend.domain.vocabulary import ClockLevel, ClockRequestKind, ClockRequestState, ClockState
from backend.persistence.models import Clock, ClockRequest, Referral
from backend.persistence.queries.referrals import visible_to
from backend.services.clocks.desk import current_desk
from backend.services.clocks.timing import FRESH, lock_clocks
from backend.services.history import record

LEVELS = 2  # the bureau grants the first extension, city operations the second; there is no third


def request_extension(
    session: Session, actor: Actor, referral_id: UUID, clock_id: UUID, span: Span, reason: str, *, now: datetime
) -> ClockRequest:
    """Ask for ``span`` more on a clock that has not run out. The level follows from what was granted before.

    Raises not_found, forbidden, reason_required, clock_stopped, clock_overdue, other_unit, extensions_used_up,
    extension_too_long, request_pending.
    """
    _lock_own(session, actor, referral_id)
    clock = _clock(session, referral_id, clock_id)
    if clock.state == ClockState.STOPPED:
        raise DomainError("clock_stopped")
    ran_out = clock.state == ClockState.RUNNING and clock.due_at is not None and clock.due_at <= now
    if clock.overdue_at is not None or ran_out:
        raise DomainError("clock_overdue")
    granted = select(func.count()).where(
        ClockRequest.clock_id == clock.id,
        ClockRequest.kind == ClockRequestKind.EXTENSION,
        ClockRequest.state == ClockRequestState.APPROVED,
    )
    level = 1 + (session.scalar(granted) or 0)
    steps = extension_steps(parse_span(clock.span), span)
    longest = _longest(session, clock, level, now)
    if steps > longest.steps:
        raise DomainError("extension_too_long", value=longest.value, unit=longest.unit.value)
    return _ask(
        session,
        actor,
        referral_id,
        ClockRequestKind.EXTENSION,
        reason,
        now,
        clock=clock,
        level=level,
        span=span.to_data(),
    )


def request_suspension(
    session: Session,
    actor: Actor,
    referral_id: UUID,
    clock_id: UUID | None,
    until: datetime,
    reason: str,
    *,
    now: datetime,
) -> ClockRequest:
    """Ask that a clock, or (``clock_id`` None) every clock of the referral but the legal ones, rests until ``until``.

    Raises not_found, forbidden, reason_required, suspension_too_long, nothing_to_suspend, request_pending.
    """
    _lock_own(session, actor, referral_id)
    check_suspension_end(session, until, now)
    clock = _clock(session, referral_id, clock_id) if clock_id else None
    candidates = [clock] if clock else lock_clocks(session, referral_id)
    if not suspendable(candidates):
        raise DomainError("nothing_to_suspend")
    return _ask(session, actor, referral_id, ClockRequestKind.SUSPENSION, reason, now, clock=clock, until=until)


def request_excuse(
    session: Session, actor: Actor, referral_id: UUID, clock_id: UUID, reason: str, *, now: datetime
) -> ClockRequest:
    """Explain why a clock ran out; that it did stays on record. Raises not_found, forbidden, reason_required, not_overdue,
    request_pending."""
    _lock_own(session, actor, referral_id)
    clock = _clock(session, referral_id, clock_id)
    if clock.overdue_at is None or clock.excused_at is not None:
        raise DomainError("not_overdue")
    return _ask(session, actor, referral_id, ClockRequestKind.EXCUSE, reason, now, clock=clock)


def suspendable(clocks: list[Clock]) -> list[Clock]:
    """Those that can rest: running, and not set by a law."""
    return [clock for clock in clocks if clock.state == ClockState.RUNNING and clock.level != ClockLevel.LEGAL]


def check_suspension_end(session: Session, until: datetime, now: datetime) -> None:
    """Raise DomainError('suspension_too_long') unless ``until`` is in the future and near enough."""
    days = current_desk(session).data.defaults_on(local_day(now)).longest_suspension_days
    if not now < until <= longest_end(now, days):
        raise DomainError("suspension_too_long", days=days)


def _lock_own(session: Session, actor: Actor, referral_id: UUID) -> Referral:
    """The referral, locked, if it is of the actor's own department; acts on it and requests queue."""
    wanted = select(Referral).where(Referral.id == referral_id, visible_to(actor)).with_for_update(key_share=True)
    referral = session.scalars(wanted, execution_options=FRESH).one_or_none()
    if referral is None:
        raise DomainError("not_found")
    check(actor.roles, "clock.request")
    if referral.department_id not in actor.department_ids:
        raise DomainError("forbidden")
    return referral


def _clock(session: Session, referral_id: UUID, clock_id: UUID) -> Clock:
    found = [clock for clock in lock_clocks(session, referral_id, stopped=True) if clock.id == clock_id]
    if not found:
        raise DomainError("not_found")
    return found[0]


def _longest(session: Session, clock: Clock, level: int, now: datetime) -> Span:
    """How much of ``level`` may be asked for: what the law allows, or a share of the clock's own span, one unit at least."""
    data, span = current_desk(session).data, parse_span(clock.span)
    if clock.level == ClockLevel.LEGAL:
        law = data.legal_clock(clock.kind)
        allowed = law.extensions if law else ()
        if level > min(LEVELS, len(allowed)):
            raise DomainError("extensions_used_up")
        return allowed[level - 1]
    if level > LEVELS:
        raise DomainError("extensions_used_up")
    percent = data.defaults_on(local_day(now)).longest_extension_percent
    return Span(max(1, span.value * percent // 100), span.unit)


def _ask(
    session: Session,
    actor: Actor,
    referral_id: UUID,
    kind: ClockRequestKind,
    reason: str,
    now: datetime,
    *,
    clock: Clock | None,
    level: int = 1,
    span: dict[str, Any] | None = None,
    until: datetime | None = None,
) -> ClockRequest:
    if not reason.strip():
        raise DomainError("reason_required")
    clock_id = clock.id if clock else None
    same = ClockRequest.clock_id.is_(None) if clock is None else ClockRequest.clock_id == clock.id
    waiting = select(ClockRequest.id).where(
        ClockRequest.referral_id == referral_id,
        ClockRequest.kind == kind,
        ClockRequest.state == ClockRequestState.REQUESTED,
        same,
    )
    if session.scalar(waiting) is not None:
        raise DomainError("request_pending")
    request = ClockRequest(
        id=new_id(), referral_id=referral_id, clock_id=clock_id, kind=kind, level=level, span=span, until=until,
        reason=reason, requested_by=actor.user_id, requested_at=now, state=ClockRequestState.REQUESTED,
    )  # fmt: skip
    session.add(request)
    data = told(request, clock.kind if clock else None)
    record(
        session, at=now, actor=actor, subject_type="referral", subject_id=referral_id, action="clock_request",
        reason_code=kind.value, reason=reason, data=data,
    )  # fmt: skip
    session.flush()
    return request


def told(request: ClockRequest, clock_kind: str | None) -> dict[str, Any]:
    """A request as its events tell it."""
    return {
        "request_id": str(request.id),
        "kind": request.kind.value,
        "clock_id": str(request.clock_id) if request.clock_id else None,
        "clock": clock_kind,
        "level": request.level,
        "span": request.span,
        "until": request.until.isoformat() if request.until else None,
    }
