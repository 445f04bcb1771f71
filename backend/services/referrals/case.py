"""One act on a referral while it happens, and what several acts share. Not here: any single act (acts/)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.case_rules import CaseRules, case_rules_at
from backend.domain.errors import DomainError
from backend.domain.vocabulary import ReferralAction
from backend.persistence.models import Function, Referral, Report
from backend.services.outbox import announce_loss
from backend.services.referrals.departments import DepartmentRow, department_by_code, load_departments
from backend.services.referrals.materials import Material, add_materials
from backend.services.referrals.status import set_status


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
    target: UUID | None = None
    assignee: UUID | None = None
    legal_basis: str | None = None
    materials: Sequence[Material] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One act while it happens: both rows are locked. ``actor`` None: the product itself acts."""

    session: Session
    actor: Actor | None
    report: Report
    referral: Referral
    details: ActionDetails
    now: datetime

    @property
    def person(self) -> Actor:
        """Who acts; an act that needs a person is never done by the product."""
        if self.actor is None:
            raise DomainError("forbidden")
        return self.actor

    @property
    def rules(self) -> CaseRules:
        """How cases are led today."""
        return case_rules_at(local_day(self.now))


def move(
    case: Case,
    action: ReferralAction,
    *,
    code: str | None = None,
    reason: str | None = None,
    data: dict[str, Any] | None = None,
    keep_materials: bool = True,
) -> None:
    """Keep the materials that came with the act, then move the referral as the life cycle says, with its event."""
    materials = case.details.materials if keep_materials else ()
    names = add_materials(case.session, case.person, case.referral, action, materials, now=case.now)
    told = {**(data or {}), "materials": names} if names else data
    set_status(
        case.session, case.actor, case.referral, action, now=case.now, reason_code=code, reason=reason, data=told
    )  # fmt: skip


def addressee(case: Case) -> tuple[DepartmentRow, str]:
    """Who gets it, for which function: as named, else whoever answers for the named function, else as it was.

    Raises unknown_code, already_referred, department_needed.
    """
    session, referral, details, today = case.session, case.referral, case.details, local_day(case.now)
    function = details.function or referral.function_code
    if function != referral.function_code:
        _check_function(case, function)
    if details.department is not None:
        return department_by_code(session, details.department, today), function
    duties = load_departments(session)
    department = duties.by_id(referral.department_id)
    if department is None or details.function is not None:
        department = duties.find(function, district_of(case.report), referral.street_code, today, today)
    if department is None:
        raise DomainError("department_needed")
    return department, function


def hand_to(case: Case, department: DepartmentRow, function: str) -> dict[str, Any]:
    """Give the referral to ``department``: a new round of acceptance begins. What was before and after, for the event."""
    referral = case.referral
    before = {"department_id": as_text(referral.department_id), "function": referral.function_code}
    referral.function_code = function
    referral.department_id = department.id
    referral.routed_at = case.now
    referral.accepted_at = referral.ruled_at = None
    referral.return_code = referral.return_reason = referral.proposed_department_id = None
    after = {"department_id": as_text(department.id), "department": department.code, "function": function}
    return {"before": before, "after": after}


def tell_former(case: Case, former: UUID | None) -> None:
    """Tell the department that had it, where it is another's now; what it gave away itself it knows."""
    if former is not None and former != case.referral.department_id:
        by = case.actor.user_id if case.actor else None
        announce_loss(case.session, case.referral, former, now=case.now, actor_id=by)


def forget_handling(referral: Referral) -> None:
    """A new round begins; what the last one found stands in the history."""
    referral.handler_id = referral.verifier_id = referral.handled_at = referral.closed_at = None
    referral.outcome_code = referral.outcome_note = None


def district_of(report: Report) -> str:
    """The 6-digit code of the district a report belongs to; where it has no street, the one it was routed in."""
    routing = report.routing or {}
    return report.street_code[:6] if report.street_code else str(routing.get("district", ""))


def as_text(value: UUID | None) -> str | None:
    """An id for the JSON of an event."""
    return str(value) if value else None


def _check_function(case: Case, function: str) -> None:
    if case.session.get(Function, function) is None:
        raise DomainError("unknown_code", list="functions", value=function)
    twin = select(Referral.id).where(Referral.report_id == case.report.id, Referral.function_code == function)
    if case.session.scalar(twin) is not None:
        raise DomainError("already_referred", function=function)
