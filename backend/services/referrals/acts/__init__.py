"""Every act on a referral: what each needs and what it sets. Not here: who may, locking, what follows (acting.py)."""

from collections.abc import Callable

from backend.domain.vocabulary import ReferralAction
from backend.services.referrals.acts import disputes, handling, triage, verifying
from backend.services.referrals.case import Case

A = ReferralAction

ACTS: dict[ReferralAction, Callable[[Case], None]] = {
    A.CONFIRM: triage.confirm,
    A.ROUTE: triage.route,
    A.RECALL: triage.recall,
    A.MERGE: triage.merge,
    A.UNMERGE: triage.unmerge,
    A.DISMISS: triage.dismiss,
    A.ACCEPT: handling.accept,
    A.RETURN: disputes.give_back,
    A.ESCALATE: disputes.escalate,
    A.ARBITRATE: disputes.arbitrate,
    A.TRANSFER: disputes.transfer,
    A.ASSIGN: handling.assign,
    A.START_HANDLING: handling.start,
    A.HANDLE: handling.handle,
    A.START_VERIFYING: verifying.start,
    A.CLOSE: verifying.close,
    A.REOPEN: verifying.reopen,
}

__all__ = ["ACTS"]
