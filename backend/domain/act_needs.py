"""What each act on a referral needs with it, so that a screen asks for exactly that, and which act takes which back.

Not here: checking what was sent (referrals.py and the acts themselves), who may act (permissions.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.domain.labels import vocabulary_objects
from backend.domain.vocabulary import ActField, ActNeed, ReferralAction, ReferralStatus

A, F, N = ReferralAction, ActField, ActNeed
_TO_WHOM = {F.DEPARTMENT: N.ONE_OF, F.FUNCTION: N.ONE_OF}

# In the order in which a form shows them.
NEEDS: dict[ReferralAction, dict[ActField, ActNeed]] = {
    A.CONFIRM: {F.NOTE: N.OPTIONAL},
    A.ROUTE: {**_TO_WHOM, F.REASON: N.IF_MOVED},
    A.RECALL: {F.REASON: N.OPTIONAL},
    A.MERGE: {F.TARGET: N.REQUIRED, F.REASON: N.REQUIRED},
    A.UNMERGE: {F.REASON: N.REQUIRED},
    A.DISMISS: {F.OUTCOME_CODE: N.REQUIRED, F.REASON: N.REQUIRED},
    A.ACCEPT: {F.NOTE: N.OPTIONAL},
    A.RETURN: {
        F.RETURN_CODE: N.REQUIRED, F.REASON: N.REQUIRED, F.PROPOSED_DEPARTMENT: N.OPTIONAL, F.MATERIALS: N.OPTIONAL,
    },
    A.ESCALATE: {F.REASON: N.REQUIRED, F.MATERIALS: N.OPTIONAL},
    A.ARBITRATE: {**_TO_WHOM, F.REASON: N.REQUIRED, F.LEGAL_BASIS: N.OPTIONAL, F.MATERIALS: N.OPTIONAL},
    A.TRANSFER: {**_TO_WHOM, F.REASON: N.REQUIRED, F.MATERIALS: N.OPTIONAL},
    A.ASSIGN: {F.ASSIGNEE: N.REQUIRED, F.NOTE: N.OPTIONAL},
    A.START_HANDLING: {F.NOTE: N.OPTIONAL},
    A.HANDLE: {F.OUTCOME_CODE: N.REQUIRED, F.NOTE: N.OPTIONAL, F.MATERIALS: N.OPTIONAL},
    A.START_VERIFYING: {F.NOTE: N.OPTIONAL},
    A.CLOSE: {F.NOTE: N.OPTIONAL, F.MATERIALS: N.OPTIONAL},
    A.REOPEN: {F.REASON: N.REQUIRED},
    A.REDIRECT: {},
    A.UNROUTE: {},
}  # fmt: skip

# Which act takes which back, as far as the life cycle knows a way. A dispatch can be recalled until the department has
# accepted it, for as long as data/cases.yaml says; an unmerged case waits for triage again; what was closed is reopened,
# which stays in its history.
UNDONE_BY: dict[ReferralAction, ReferralAction] = {
    A.CONFIRM: A.RECALL,
    A.ROUTE: A.RECALL,
    A.MERGE: A.UNMERGE,
    A.DISMISS: A.REOPEN,
    A.CLOSE: A.REOPEN,
}
DISPATCHES = frozenset({A.CONFIRM, A.ROUTE})


@dataclass(frozen=True, slots=True)
class Need:
    """One thing an act takes. ``choices``: the codes that may be given, None where it is no code of a word list."""

    field: ActField
    need: ActNeed
    choices: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Dispatch:
    """The newest event of a referral, as far as a recall asks: which act, by whom, from which status, when."""

    action: str
    actor_id: object
    from_status: str | None
    at: datetime


def needs_of(action: ReferralAction, function_code: str, has_department: bool) -> tuple[Need, ...]:
    """What ``action`` takes on a referral for ``function_code``. Where it has no department yet, routing takes it from
    nobody and needs no reason."""
    found = []
    for field, need in NEEDS[action].items():
        told = N.OPTIONAL if need == N.IF_MOVED and not has_department else need
        found.append(Need(field, told, _choices(action, field, function_code)))
    return tuple(found)


def can_recall(last: Dispatch | None, actor_id: object, seconds: int, now: datetime) -> bool:
    """True if the newest thing that happened is that this person sent the referral out of triage, at most ``seconds`` ago."""
    return (
        last is not None
        and last.action in DISPATCHES
        and last.actor_id == actor_id
        and last.from_status == ReferralStatus.PENDING_TRIAGE
        and (now - last.at).total_seconds() <= seconds
    )


def _choices(action: ReferralAction, field: ActField, function_code: str) -> tuple[str, ...] | None:
    if field == F.RETURN_CODE:
        return tuple(entry["code"] for entry in _items("return_codes"))
    if field != F.OUTCOME_CODE:
        return None
    outcomes = _items("handling_outcomes")
    if action == A.DISMISS:
        return tuple(entry["code"] for entry in outcomes if entry.get("dismissal"))
    return tuple(entry["code"] for entry in outcomes if _fits(entry, function_code))


def _fits(entry: Mapping[str, Any], function_code: str) -> bool:
    functions = entry.get("only_functions")
    return not functions or function_code in functions


def _items(list_name: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = vocabulary_objects()[list_name]["items"]
    return items
