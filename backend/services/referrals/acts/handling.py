"""What the department does: accept, name a handler, start, answer. Not here: giving it back (disputes.py)."""

from sqlalchemy import exists, func, select

from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.referrals import check_handling
from backend.domain.vocabulary import ReferralAction, Role
from backend.persistence.models import RoleAssignment, User
from backend.services.referrals.case import Case, as_text, forget_handling, move

A = ReferralAction


def accept(case: Case) -> None:
    """签收: the department takes it on."""
    case.referral.accepted_at = case.now
    move(case, A.ACCEPT, reason=case.details.note)


def assign(case: Case) -> None:
    """Name a colleague of the same department who handles it. Raises assignee_not_officer."""
    assignee = case.details.assignee
    if assignee is None or not _is_officer(case, assignee):
        raise DomainError("assignee_not_officer")
    before = case.referral.handler_id
    case.referral.handler_id = assignee
    move(case, A.ASSIGN, reason=case.details.note, data={"before": as_text(before), "after": str(assignee)})


def _is_officer(case: Case, user_id: object) -> bool:
    today = local_day(case.now)
    holds = exists().where(
        RoleAssignment.user_id == User.id,
        RoleAssignment.role == Role.DEPARTMENT_OFFICER,
        RoleAssignment.department_id == case.referral.department_id,
        RoleAssignment.valid_from <= today,
        func.coalesce(RoleAssignment.valid_to > today, True),
    )
    return case.session.scalar(select(User.id).where(User.id == user_id, User.is_active, holds)) is not None


def start(case: Case) -> None:
    """Work begins; whoever starts it is its handler."""
    forget_handling(case.referral)
    case.referral.handler_id = case.person.user_id
    move(case, A.START_HANDLING, reason=case.details.note)


def handle(case: Case) -> None:
    """The result, by code (属实-立案, 不属实 …) with words and material. Raises unknown_code, forbidden."""
    referral, details = case.referral, case.details
    check_handling(details.outcome_code, referral.function_code)
    referral.handler_id = case.person.user_id
    referral.handled_at = case.now
    referral.outcome_code, referral.outcome_note = details.outcome_code, details.note
    move(case, A.HANDLE, code=details.outcome_code, reason=details.note)
