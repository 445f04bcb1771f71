"""What waits for whom: the statuses of referrals that lie on each role's desk. Not here: who is told of them (notices.py)."""

from collections.abc import Iterable

from backend.domain.vocabulary import ReferralStatus, Role

S = ReferralStatus

# A coordinator decides no referral but sees what comes out of his street's reports before a department has it.
WAITING: dict[Role, tuple[ReferralStatus, ...]] = {
    Role.BUREAU_TRIAGER: (S.PENDING_TRIAGE, S.RETURNED),
    Role.CITY_OPERATIONS: (S.IN_ARBITRATION,),
    Role.DEPARTMENT_OFFICER: (S.ROUTED, S.ACCEPTED, S.HANDLING, S.REOPENED),
    Role.STREET_COORDINATOR: (S.PENDING_TRIAGE, S.RETURNED),
}
TRIAGE = WAITING[Role.BUREAU_TRIAGER]


def waiting_for(roles: Iterable[Role]) -> tuple[ReferralStatus, ...]:
    """The statuses that lie on the desk of somebody with ``roles``, in the order of the enum; for who has no desk of his
    own (an administrator, an auditor) those of triage."""
    held = set(roles)
    statuses = {status for role, waiting in WAITING.items() if role in held for status in waiting} or set(TRIAGE)
    return tuple(status for status in ReferralStatus if status in statuses)
