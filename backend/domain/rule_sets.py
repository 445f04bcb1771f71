"""The life of a rule set as a table, who may approve one, and which of several holds when.

Not here: what a rule set says (routing/).
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from backend.domain.data_files import load_yaml
from backend.domain.errors import DomainError
from backend.domain.vocabulary import RuleSetAction, RuleSetStatus

S, A = RuleSetStatus, RuleSetAction

TRANSITIONS: dict[tuple[RuleSetStatus, RuleSetAction], RuleSetStatus] = {
    (S.DRAFT, A.EDIT): S.DRAFT,
    (S.DRAFT, A.CHECK): S.CHECKED,
    (S.DRAFT, A.RETIRE): S.RETIRED,
    (S.CHECKED, A.EDIT): S.DRAFT,
    (S.CHECKED, A.CHECK): S.CHECKED,
    (S.CHECKED, A.APPROVE): S.APPROVED,
    (S.CHECKED, A.RETIRE): S.RETIRED,
    (S.APPROVED, A.RETIRE): S.RETIRED,
}
FINAL_STATUSES = frozenset({S.RETIRED})
REASON_NEEDED = frozenset({A.RETIRE})


@dataclass(frozen=True, slots=True)
class Span:
    """An approved set: the days its content claims. ``valid_to`` is the first day out; None: without end."""

    key: Hashable
    valid_from: date
    valid_to: date | None


def next_status(status: RuleSetStatus, action: RuleSetAction) -> RuleSetStatus:
    """The status after ``action``; raises DomainError('illegal_transition', status=, action=)."""
    try:
        return TRANSITIONS[status, action]
    except KeyError:
        raise DomainError("illegal_transition", status=str(status), action=str(action)) from None


def allowed_actions(status: RuleSetStatus) -> tuple[RuleSetAction, ...]:
    """Actions the life cycle allows in ``status``, in the order of the enum."""
    return tuple(action for action in RuleSetAction if (status, action) in TRANSITIONS)


def check_reason(action: RuleSetAction, reason: str | None) -> None:
    """Raise DomainError('reason_required') if ``action`` must be explained and ``reason`` is blank."""
    if action in REASON_NEEDED and not (reason or "").strip():
        raise DomainError("reason_required")


def check_approver(authors: Iterable[UUID | None], approver: UUID) -> None:
    """Raise DomainError('approver_is_author') if somebody would approve what he wrote or edited himself (四眼原则)."""
    if approver in set(authors):
        raise DomainError("approver_is_author")


def check_start(valid_from: date, today: date) -> None:
    """Raise DomainError('rule_set_starts_in_past'): a set that begins before its approval would rewrite days gone by."""
    if valid_from < today:
        raise DomainError("rule_set_starts_in_past", valid_from=valid_from.isoformat(), today=today.isoformat())


def cut_ends(spans: Iterable[Span]) -> Mapping[Hashable, date | None]:
    """By key, the day each approved set really ends: from a successor's first day on the successor holds.

    A later set that ends sooner than this one only interrupts it: afterwards this one holds again, so its end stays.
    """
    known = list(spans)
    ends: dict[Hashable, date | None] = {}
    for span in known:
        followers = [
            other.valid_from for other in known
            if other.valid_from > span.valid_from
            and (span.valid_to is None or other.valid_from < span.valid_to)
            and _reaches(other, span)
        ]  # fmt: skip
        ends[span.key] = min([*followers, *([span.valid_to] if span.valid_to else [])], default=None)
    return ends


def first_uncovered_day(spans: Iterable[Span], since: date) -> date | None:
    """The first day from ``since`` on that no set holds; None if there is none. No set at all: ``since``."""
    known = list(spans)
    day = since
    while True:
        holding = [span for span in known if span.valid_from <= day and (span.valid_to is None or day < span.valid_to)]
        if not holding:
            return day
        ends = [span.valid_to for span in holding]
        if None in ends:
            return None
        day = max(end for end in ends if end is not None)


def warning_span() -> timedelta:
    """How long before the end of a set without successor people are warned (data/rule_sets.yaml, 建议)."""
    return timedelta(days=load_yaml("rule_sets.yaml")["warn_days_before_expiry"])


def dry_run_size(wanted: int | None) -> int:
    """How many reports a dry run replays: as wanted, up to the most the data allow; the default where nothing is said."""
    sizes: dict[str, int] = load_yaml("rule_sets.yaml")["dry_run_reports"]
    return min(wanted or sizes["default"], sizes["most"])


def _reaches(other: Span, span: Span) -> bool:
    return other.valid_to is None or (span.valid_to is not None and other.valid_to >= span.valid_to)
