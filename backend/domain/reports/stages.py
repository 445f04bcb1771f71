"""What a report's status and stage are, computed from its referrals and never stored as a second truth."""

from collections.abc import Iterable

from backend.domain.referrals import is_settled
from backend.domain.vocabulary import ClosingRule, ReferralRole, ReferralStatus, ReportStatus, Stage

S = ReferralStatus

# The clue life cycle of domain.md Part A laid over Putuo's five steps; the order of Stage is the order of the steps.
STAGE_OF_STATUS: dict[ReferralStatus, Stage] = {
    S.PENDING_TRIAGE: Stage.ANALYSIS,
    S.ROUTED: Stage.CONSULTATION,
    S.RETURNED: Stage.CONSULTATION,
    S.ACCEPTED: Stage.CONSULTATION,
    S.REOPENED: Stage.CONSULTATION,
    S.HANDLING: Stage.HANDLING,
    S.HANDLED: Stage.HANDLING,
    S.VERIFYING: Stage.EVALUATION,
    S.CLOSED: Stage.EVALUATION,
    S.IN_ARBITRATION: Stage.CONSULTATION,
    S.MERGED: Stage.EVALUATION,
}
_ORDER = {stage: place for place, stage in enumerate(Stage)}


def stage_of(referral_statuses: Iterable[ReferralStatus]) -> Stage:
    """The stage of a report: that of its slowest referral; collection where it has none."""
    stages = [STAGE_OF_STATUS[status] for status in referral_statuses]
    return min(stages, key=_ORDER.__getitem__, default=Stage.COLLECTION)


def report_status_of(
    referrals: Iterable[tuple[ReferralStatus, ReferralRole]], rule: ClosingRule, withdrawn: bool = False
) -> ReportStatus:
    """Of the (status, role) of its referrals: withdrawn beats all; recorded without any; closed by ``rule``; else referred."""
    if withdrawn:
        return ReportStatus.WITHDRAWN
    pairs = list(referrals)
    if not pairs:
        return ReportStatus.RECORDED
    return ReportStatus.CLOSED if is_settled(pairs, rule) else ReportStatus.REFERRED
