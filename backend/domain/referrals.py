"""The life cycle of a referral (移送/通报) as a table, and the rules around its acts.

Not here: who gets one (routing/), numbers of days (case_rules.py), clocks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from backend.domain.data_files import load_yaml
from backend.domain.errors import DomainError
from backend.domain.vocabulary import ClosingRule, ReferralAction, ReferralRole, ReferralStatus

S, A = ReferralStatus, ReferralAction

TRANSITIONS: dict[tuple[ReferralStatus, ReferralAction], ReferralStatus] = {
    # triage: as the rules say, otherwise, into another case, or nobody's matter
    (S.PENDING_TRIAGE, A.CONFIRM): S.ROUTED,
    (S.PENDING_TRIAGE, A.ROUTE): S.ROUTED,
    (S.PENDING_TRIAGE, A.MERGE): S.MERGED,
    (S.PENDING_TRIAGE, A.DISMISS): S.CLOSED,
    # before the department has accepted, the dispatcher may still change his mind
    (S.ROUTED, A.ROUTE): S.ROUTED,
    (
        S.ROUTED,
        A.RECALL,
    ): S.PENDING_TRIAGE,  # a slip of the hand: by whoever sent it, within minutes (act_needs.can_recall)
    (S.ROUTED, A.MERGE): S.MERGED,
    (S.ROUTED, A.ACCEPT): S.ACCEPTED,
    (S.ROUTED, A.RETURN): S.RETURNED,
    (S.RETURNED, A.ROUTE): S.ROUTED,
    (S.RETURNED, A.MERGE): S.MERGED,
    (S.RETURNED, A.DISMISS): S.CLOSED,
    (S.RETURNED, A.ESCALATE): S.IN_ARBITRATION,
    (S.IN_ARBITRATION, A.ARBITRATE): S.ROUTED,
    (S.MERGED, A.UNMERGE): S.PENDING_TRIAGE,
    (S.ACCEPTED, A.ASSIGN): S.ACCEPTED,
    (S.ACCEPTED, A.START_HANDLING): S.HANDLING,
    (S.ACCEPTED, A.TRANSFER): S.ROUTED,
    (S.HANDLING, A.ASSIGN): S.HANDLING,
    (S.HANDLING, A.HANDLE): S.HANDLED,
    (S.HANDLING, A.TRANSFER): S.ROUTED,
    (S.HANDLED, A.START_VERIFYING): S.VERIFYING,
    (S.VERIFYING, A.CLOSE): S.CLOSED,
    (S.VERIFYING, A.REOPEN): S.REOPENED,
    (S.CLOSED, A.REOPEN): S.REOPENED,
    (S.REOPENED, A.ROUTE): S.ROUTED,
    (S.REOPENED, A.START_HANDLING): S.HANDLING,
    # A department ends (by the product, no role may): who comes after it begins anew. What is done stays done, and what
    # waits for triage goes on waiting; only the department changes.
    **{(status, A.REDIRECT): S.ROUTED for status in (S.ROUTED, S.ACCEPTED, S.HANDLING, S.RETURNED, S.REOPENED)},
    **{(status, A.REDIRECT): status for status in (S.PENDING_TRIAGE, S.IN_ARBITRATION, S.HANDLED, S.VERIFYING)},
    **{
        (status, A.UNROUTE): S.PENDING_TRIAGE
        for status in (S.PENDING_TRIAGE, S.ROUTED, S.ACCEPTED, S.HANDLING, S.RETURNED, S.REOPENED)
    },
}

FINAL_STATUSES = frozenset({S.CLOSED, S.MERGED})
# Nobody has to do anything about these; a merged one lives on in the case it was merged into.
OPEN_STATUSES = frozenset(S) - FINAL_STATUSES
# In these a department is named; the database insists on it.
WITH_DEPARTMENT = frozenset(
    {S.ROUTED, S.ACCEPTED, S.RETURNED, S.HANDLING, S.HANDLED, S.VERIFYING, S.IN_ARBITRATION}
)  # fmt: skip
REASON_NEEDED = frozenset({A.MERGE, A.UNMERGE, A.DISMISS, A.RETURN, A.ESCALATE, A.ARBITRATE, A.TRANSFER, A.REOPEN})


@dataclass(frozen=True, slots=True)
class ReturnDecision:
    """What a return means: how often this referral came back, and whether an arbiter must name the department."""

    returns: int
    arbitration_needed: bool


def next_status(status: ReferralStatus, action: ReferralAction) -> ReferralStatus:
    """The status after ``action``; raises DomainError('illegal_transition', status=, action=)."""
    try:
        return TRANSITIONS[status, action]
    except KeyError:
        raise DomainError("illegal_transition", status=str(status), action=str(action)) from None


def allowed_actions(status: ReferralStatus) -> tuple[ReferralAction, ...]:
    """Actions the life cycle allows in ``status``, in the order of the enum."""
    return tuple(action for action in ReferralAction if (status, action) in TRANSITIONS)


def check_verifier(handler_id: object, verifier_id: object) -> None:
    """Raise DomainError('verifier_is_handler') if one person would verify what he handled himself."""
    if handler_id is not None and handler_id == verifier_id:
        raise DomainError("verifier_is_handler")


def check_reason(action: ReferralAction, reason: str | None) -> None:
    """Raise DomainError('reason_required') if ``action`` must be explained and ``reason`` is blank."""
    if action in REASON_NEEDED and not (reason or "").strip():
        raise DomainError("reason_required")


def check_rerouting(had_department: bool, reason: str | None) -> None:
    """Who takes a referral from the department the rules or an officer chose must say why ('reason_required')."""
    if had_department and not (reason or "").strip():
        raise DomainError("reason_required")


def check_return(code: str | None, reason: str | None) -> None:
    """A return (退单) names a code of the list ``return_codes`` and says why; 'unknown_code' or 'reason_required'."""
    _check_code("return_codes", code)
    check_reason(A.RETURN, reason)


def check_not_ruled(ruled_at: object) -> None:
    """Raise DomainError('ruling_is_binding') where an arbiter named the department (domain.md A-7: 裁定→强制派发)."""
    if ruled_at is not None:
        raise DomainError("ruling_is_binding")


def judge_return(earlier_returns: int, arbitration_after: int) -> ReturnDecision:
    """The meaning of one more return after ``earlier_returns``; the arbitration itself is for people."""
    returns = earlier_returns + 1
    return ReturnDecision(returns, returns >= arbitration_after)


def check_handling(outcome_code: str | None, function_code: str) -> None:
    """Check the result of handling against the list ``handling_outcomes``.

    Raises 'unknown_code' for a code outside the list and 'forbidden' where the code belongs to other functions alone
    (a suspected crime goes to the police from the health authority only, 国务院令310号 5条).
    """
    entry = _check_code("handling_outcomes", outcome_code)
    functions = entry.get("only_functions")
    if functions and function_code not in functions:
        raise DomainError("forbidden")


def check_dismissal(outcome_code: str | None, reason: str | None) -> None:
    """Triage closes a referral only with an outcome marked ``dismissal`` and a reason; 'unknown_code', 'reason_required'."""
    entry = _check_code("handling_outcomes", outcome_code)
    if not entry.get("dismissal"):
        raise DomainError("unknown_code", list="handling_outcomes", value=str(outcome_code))
    check_reason(A.DISMISS, reason)


def needs_recheck(outcome_code: str | None) -> bool:
    """True if closing with this outcome calls for a 处罚后复查 task (P 二(三)6); False for none."""
    return outcome_code is not None and bool(_check_code("handling_outcomes", outcome_code).get("recheck"))


def is_founded(outcome_code: str | None) -> bool:
    """True if the outcome says that what was reported was so; False for none."""
    return outcome_code is not None and bool(_check_code("handling_outcomes", outcome_code).get("founded"))


def is_crime_outcome(outcome_code: str | None) -> bool:
    """True if the outcome says that a suspected crime went to the police; False for none."""
    return outcome_code is not None and bool(_check_code("handling_outcomes", outcome_code).get("crime"))


def founded_codes() -> tuple[str, ...]:
    """Every outcome that says so."""
    return tuple(entry["code"] for entry in _codes("handling_outcomes") if entry.get("founded"))


def is_settled(referrals: Iterable[tuple[ReferralStatus, ReferralRole]], rule: ClosingRule) -> bool:
    """True if a report with these (status, role) of its referrals is closed: all of them, or by ``rule`` all that lead.

    A report without any, or without a lead under the rule ``lead``, is settled by all of them.
    """
    pairs = list(referrals)
    leads = [status for status, role in pairs if role == ReferralRole.LEAD]
    looked_at = leads if rule == ClosingRule.LEAD and leads else [status for status, _ in pairs]
    return bool(looked_at) and all(status in FINAL_STATUSES for status in looked_at)


def _codes(list_name: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = load_yaml("vocabulary.yaml")["lists"][list_name]["items"]
    return items


def _check_code(list_name: str, code: str | None) -> dict[str, Any]:
    for entry in _codes(list_name):
        if entry["code"] == code:
            return entry
    raise DomainError("unknown_code", list=list_name, value=str(code))
