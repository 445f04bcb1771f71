"""Acts on a referral: route, accept, return, handle, verify, close, reopen.

Not here: the table of the life cycle (domain/referrals), first routing by rules (routing.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.permissions import REFERRAL_ACTION_PERMISSION, can, check
from backend.domain.referrals import (
    allowed_actions,
    check_handling,
    check_reason,
    check_rerouting,
    check_return,
    check_verifier,
    judge_return,
    next_status,
)
from backend.domain.vocabulary import ReferralAction, ReferralStatus
from backend.persistence.models import Function, Referral, Report
from backend.persistence.queries.referrals import visible_to
from backend.services.referrals.departments import DepartmentRow, department_by_code, load_departments
from backend.services.referrals.status import set_report_status, set_status
from backend.services.scope import publish_reports

A = ReferralAction
# Acts of the department itself: a colleague of another department who can see the referral still may not do them.
DEPARTMENT_ACTS = frozenset({A.ACCEPT, A.RETURN, A.START_HANDLING, A.HANDLE})
VERIFYING_ACTS = frozenset({A.START_VERIFYING, A.CLOSE})


@dataclass(frozen=True, slots=True)
class ActionDetails:
    """What comes with an act; each act reads only what is its own. Departments are named by their code."""

    reason: str | None = None
    return_code: str | None = None
    proposed_department: str | None = None
    outcome_code: str | None = None
    note: str | None = None
    department: str | None = None
    function: str | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """One act while it happens: both rows are locked."""

    session: Session
    actor: Actor
    report: Report
    referral: Referral
    details: ActionDetails
    now: datetime


def act(
    session: Session,
    actor: Actor,
    referral_id: UUID,
    action: ReferralAction,
    details: ActionDetails | None = None,
    *,
    version: int | None = None,
    now: datetime,
) -> Referral:
    """Let ``actor`` do ``action`` on a referral he can see; the report's status and its author's phone follow.

    ``version`` is what the actor saw; another one means that somebody was quicker. Raises not_found, forbidden,
    stale_version, illegal_transition, verifier_is_handler, reason_required, unknown_code, department_needed and
    already_referred; nothing is changed then.
    """
    report, referral = _lock(session, actor, referral_id)
    check(actor.roles, REFERRAL_ACTION_PERMISSION[action])
    if action in DEPARTMENT_ACTS and referral.department_id not in actor.department_ids:
        raise DomainError("forbidden")
    if version is not None and version != referral.version:
        raise DomainError("stale_version")
    next_status(referral.status, action)  # refuse before anything is touched
    _ACTS[action](_Case(session, actor, report, referral, details or ActionDetails(), now))
    session.flush()
    statuses = session.scalars(select(Referral.status).where(Referral.report_id == report.id)).all()
    set_report_status(session, actor, report, statuses, now=now, data={"referral_id": str(referral.id)})
    session.flush()
    publish_reports(session, [report.id], now)
    return referral


def actions_for(actor: Actor, referral: Any) -> list[ReferralAction]:
    """What ``actor`` may do now with a referral he sees (a row with status, department_id and handler_id)."""
    return [
        action
        for action in allowed_actions(referral.status)
        if can(actor.roles, REFERRAL_ACTION_PERMISSION[action])
        and (action not in DEPARTMENT_ACTS or referral.department_id in actor.department_ids)
        and (action not in VERIFYING_ACTS or referral.handler_id != actor.user_id)
    ]


def _lock(session: Session, actor: Actor, referral_id: UUID) -> tuple[Report, Referral]:
    """The report's row first: acts on two referrals of one report queue, so that the last one closes the report."""
    report_id = session.scalar(select(Referral.report_id).where(Referral.id == referral_id, visible_to(actor)))
    if report_id is None:
        raise DomainError("not_found")
    fresh = {"populate_existing": True}
    lock_report = select(Report).where(Report.id == report_id).with_for_update(key_share=True)
    report = session.scalars(lock_report, execution_options=fresh).one()
    lock_referral = select(Referral).where(Referral.id == referral_id).with_for_update(key_share=True)
    return report, session.scalars(lock_referral, execution_options=fresh).one()


def _route(case: _Case) -> None:
    referral, details = case.referral, case.details
    check_rerouting(referral.department_id is not None, details.reason)
    before = {"department_id": _text(referral.department_id), "function": referral.function_code}
    department, function = _addressee(case)
    if referral.status == ReferralStatus.REOPENED:
        _forget_handling(referral)
    referral.function_code = function
    referral.department_id = department.id
    referral.routed_at = case.now
    referral.accepted_at = None
    referral.return_code = referral.return_reason = referral.proposed_department_id = None
    after = {"department_id": _text(department.id), "department": department.code, "function": function}
    _move(case, A.ROUTE, reason=details.reason, data={"before": before, "after": after})


def _addressee(case: _Case) -> tuple[DepartmentRow, str]:
    """Who gets it, for which function: as named, else whoever answers for the named function, else as it was."""
    session, referral, details, today = case.session, case.referral, case.details, local_day(case.now)
    function = details.function or referral.function_code
    if function != referral.function_code:
        _check_function(case, function)
    if details.department is not None:
        return department_by_code(session, details.department, today), function
    duties = load_departments(session)
    department = duties.by_id(referral.department_id)
    if department is None or details.function is not None:
        department = duties.find(function, _district(case.report), referral.street_code, today, today)
    if department is None:
        raise DomainError("department_needed")
    return department, function


def _check_function(case: _Case, function: str) -> None:
    if case.session.get(Function, function) is None:
        raise DomainError("unknown_code", list="functions", value=function)
    twin = select(Referral.id).where(Referral.report_id == case.report.id, Referral.function_code == function)
    if case.session.scalar(twin) is not None:
        raise DomainError("already_referred", function=function)


def _district(report: Report) -> str:
    routing = report.routing or {}
    return report.street_code[:6] if report.street_code else str(routing.get("district", ""))


def _accept(case: _Case) -> None:
    case.referral.accepted_at = case.now
    _move(case, A.ACCEPT, reason=case.details.note)


def _return(case: _Case) -> None:
    referral, details = case.referral, case.details
    check_return(details.return_code, details.reason)
    proposed = None
    if details.proposed_department is not None:
        proposed = department_by_code(case.session, details.proposed_department, local_day(case.now))
    decision = judge_return(referral.return_count)
    referral.return_count = decision.returns
    referral.return_code, referral.return_reason = details.return_code, details.reason
    referral.proposed_department_id = proposed.id if proposed else None
    data = {
        "returned_by": _text(referral.department_id),
        "proposed_department": proposed.code if proposed else None,
        "returns": decision.returns,
        "arbitration_needed": decision.arbitration_needed,
    }
    _move(case, A.RETURN, code=details.return_code, reason=details.reason, data=data)


def _start_handling(case: _Case) -> None:
    _forget_handling(case.referral)
    case.referral.handler_id = case.actor.user_id
    _move(case, A.START_HANDLING, reason=case.details.note)


def _handle(case: _Case) -> None:
    referral, details = case.referral, case.details
    check_handling(details.outcome_code, referral.function_code)
    referral.handler_id = case.actor.user_id
    referral.handled_at = case.now
    referral.outcome_code, referral.outcome_note = details.outcome_code, details.note
    _move(case, A.HANDLE, code=details.outcome_code, reason=details.note)


def _start_verifying(case: _Case) -> None:
    _verify(case, A.START_VERIFYING)


def _close(case: _Case) -> None:
    case.referral.closed_at = case.now
    _verify(case, A.CLOSE)


def _verify(case: _Case, action: ReferralAction) -> None:
    check_verifier(case.referral.handler_id, case.actor.user_id)
    case.referral.verifier_id = case.actor.user_id
    _move(case, action, reason=case.details.note or case.details.reason)


def _reopen(case: _Case) -> None:
    check_reason(A.REOPEN, case.details.reason)
    case.referral.closed_at = None
    case.referral.verifier_id = None
    data = {"outcome_code": case.referral.outcome_code}
    _move(case, A.REOPEN, reason=case.details.reason, data=data)


def _forget_handling(referral: Referral) -> None:
    """A new round begins; what the last one found stands in the history."""
    referral.handler_id = referral.verifier_id = referral.handled_at = referral.closed_at = None
    referral.outcome_code = referral.outcome_note = None


def _move(
    case: _Case,
    action: ReferralAction,
    *,
    code: str | None = None,
    reason: str | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    set_status(
        case.session, case.actor, case.referral, action, now=case.now, reason_code=code, reason=reason, data=data
    )


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None


_ACTS: dict[ReferralAction, Callable[[_Case], None]] = {
    A.ROUTE: _route,
    A.ACCEPT: _accept,
    A.RETURN: _return,
    A.START_HANDLING: _start_handling,
    A.HANDLE: _handle,
    A.START_VERIFYING: _start_verifying,
    A.CLOSE: _close,
    A.REOPEN: _reopen,
}
