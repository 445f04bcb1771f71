"""The life cycle of a site (premises, water machine) as a table. Not here: who may act (permissions.py, areas.py)."""

from backend.domain.errors import DomainError
from backend.domain.vocabulary import SiteAction, SiteStatus

S, A = SiteStatus, SiteAction

# A proposal that is turned down is closed, not deleted: reports may already speak of it.
TRANSITIONS: dict[tuple[SiteStatus, SiteAction], SiteStatus] = {
    (S.PROPOSED, A.CONFIRM): S.ACTIVE,
    (S.PROPOSED, A.REJECT): S.CLOSED,
    (S.ACTIVE, A.CLOSE): S.CLOSED,
}
REASON_NEEDED = frozenset({A.REJECT, A.CLOSE})


def next_status(status: SiteStatus, action: SiteAction) -> SiteStatus:
    """The status after ``action``; raises DomainError('illegal_transition', status=, action=)."""
    try:
        return TRANSITIONS[status, action]
    except KeyError:
        raise DomainError("illegal_transition", status=str(status), action=str(action)) from None


def check_reason(action: SiteAction, reason: str | None) -> None:
    """Raise DomainError('reason_required') if ``action`` must be explained and ``reason`` is blank."""
    if action in REASON_NEEDED and not (reason or "").strip():
        raise DomainError("reason_required")
