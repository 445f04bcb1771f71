"""Whether it is done: verification by another person, closing, reopening. Not here: the tasks that help (services/review)."""

from backend.domain.referrals import check_reason, check_verifier
from backend.domain.vocabulary import ReferralAction
from backend.services.referrals.case import Case, move

A = ReferralAction


def start(case: Case) -> None:
    """Somebody other than the handler takes it up."""
    _verify(case, A.START_VERIFYING)


def close(case: Case) -> None:
    """It is done."""
    case.referral.closed_at = case.now
    _verify(case, A.CLOSE)


def _verify(case: Case, action: ReferralAction) -> None:
    check_verifier(case.referral.handler_id, case.person.user_id)
    case.referral.verifier_id = case.person.user_id
    move(case, action, reason=case.details.note or case.details.reason)


def reopen(case: Case) -> None:
    """It is not done, or it happened again; what was found stays until a new round begins."""
    check_reason(A.REOPEN, case.details.reason)
    case.referral.closed_at = None
    case.referral.verifier_id = None
    data = {"outcome_code": case.referral.outcome_code}
    move(case, A.REOPEN, reason=case.details.reason, data=data)
