"""The life cycle of a referral (移送/通报) as a table, and the rules around its acts.

Not here: who gets one (routing.py).
"""

from dataclasses import dataclass
from typing import Any

from backend.domain.data_files import load_yaml
from backend.domain.errors import DomainError
from backend.domain.vocabulary import ReferralAction, ReferralStatus

S, A = ReferralStatus, ReferralAction

TRANSITIONS: dict[tuple[ReferralStatus, ReferralAction], ReferralStatus] = {
    (S.PENDING_TRIAGE, A.ROUTE): S.ROUTED,
    (S.ROUTED, A.ACCEPT): S.ACCEPTED,
    (S.ROUTED, A.RETURN): S.RETURNED,
    (S.RETURNED, A.ROUTE): S.ROUTED,
    (S.ACCEPTED, A.START_HANDLING): S.HANDLING,
    (S.HANDLING, A.HANDLE): S.HANDLED,
    (S.HANDLED, A.START_VERIFYING): S.VERIFYING,
    (S.VERIFYING, A.CLOSE): S.CLOSED,
    (S.VERIFYING, A.REOPEN): S.REOPENED,
    (S.CLOSED, A.REOPEN): S.REOPENED,
    (S.REOPENED, A.ROUTE): S.ROUTED,
    (S.REOPENED, A.START_HANDLING): S.HANDLING,
}

FINAL_STATUSES = frozenset({S.CLOSED})
REASON_NEEDED = frozenset({A.RETURN, A.REOPEN})
ARBITRATION_AFTER_RETURNS = 2  # a second return goes to 指定管辖 by 区城运中心


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
    """Taking a referral from one department to another is explained; raises DomainError('reason_required')."""
    if had_department and not (reason or "").strip():
        raise DomainError("reason_required")


def check_return(code: str | None, reason: str | None) -> None:
    """A return (退单) names a code of the list ``return_codes`` and says why; 'unknown_code' or 'reason_required'."""
    _check_code("return_codes", code)
    check_reason(A.RETURN, reason)


def judge_return(earlier_returns: int) -> ReturnDecision:
    """The meaning of one more return after ``earlier_returns``; the arbitration itself is for people."""
    returns = earlier_returns + 1
    return ReturnDecision(returns, returns >= ARBITRATION_AFTER_RETURNS)


def check_handling(outcome_code: str | None, function_code: str) -> None:
    """Check the result of handling against the list ``handling_outcomes``.

    Raises 'unknown_code' for a code outside the list and 'forbidden' where the code belongs to other functions alone
    (a suspected crime goes to the police from the health authority only, 国务院令310号 5条).
    """
    entry = _check_code("handling_outcomes", outcome_code)
    functions = entry.get("only_functions")
    if functions and function_code not in functions:
        raise DomainError("forbidden")


def needs_recheck(outcome_code: str | None) -> bool:
    """True if closing with this outcome calls for a 处罚后复查 task (P 二(三)6)."""
    return bool(_check_code("handling_outcomes", outcome_code).get("recheck"))


def _check_code(list_name: str, code: str | None) -> dict[str, Any]:
    for entry in load_yaml("vocabulary.yaml")["lists"][list_name]["items"]:
        if entry["code"] == code:
            found: dict[str, Any] = entry
            return found
    raise DomainError("unknown_code", list=list_name, value=str(code))
