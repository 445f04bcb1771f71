"""What the department does: accept, name a handler, start, answer. Not here: giving it back (disputes.py)."""

from sqlalchemy import exists, func, select

from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.notices import Audience
from backend.domain.referrals import check_handling, is_crime_outcome
from backend.domain.vocabulary import NoticeKind, ReferralAction, Role
from backend.persistence.models import RoleAssignment, User
from backend.services.crime_transfers import handed_over, open_transfer_exists
from backend.services.outbox import case_notice, notify
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
    told = case_notice(NoticeKind.ASSIGNED_TO_YOU, case.referral, Audience(user_id=assignee), case.person.user_id)
    notify(case.session, [told], now=case.now)


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
    """The result, by code (属实-立案, 不属实 …) with words and material. Raises unknown_code, forbidden,
    crime_not_handed_over, crime_transfer_open."""
    referral, details = case.referral, case.details
    check_handling(details.outcome_code, referral.function_code)
    _check_crime(case)
    referral.handler_id = case.person.user_id
    referral.handled_at = case.now
    referral.outcome_code, referral.outcome_note = details.outcome_code, details.note
    move(case, A.HANDLE, code=details.outcome_code, reason=details.note)


def _check_crime(case: Case) -> None:
    """不得以罚代移 (国务院令310号 11条, 行政处罚法 82条): what is on its way to the police is answered as that, and only what
    was handed over is. Raises crime_not_handed_over, crime_transfer_open."""
    if is_crime_outcome(case.details.outcome_code):
        if not handed_over(case.session, case.referral.id):
            raise DomainError("crime_not_handed_over")
    elif open_transfer_exists(case.session, case.referral.id):
        raise DomainError("crime_transfer_open")
