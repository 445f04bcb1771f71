"""Word lists of cases: referrals, what hangs on them, transfers to the police. Given out by vocabulary.py; import from there."""

from enum import StrEnum

__all__ = [
    "BulkResult",
    "CaseSort",
    "ClosingRule",
    "CrimeTransferAction",
    "CrimeTransferStatus",
    "DeliveryState",
    "LinkKind",
    "NoticeKind",
    "PenaltySource",
    "ReferralAction",
    "ReferralRole",
    "ReferralStatus",
    "RuleSetAction",
    "RuleSetStatus",
    "TableFormat",
    "TaskPurpose",
    "WebhookAlgorithm",
]


class ReferralRole(StrEnum):
    LEAD = "lead"
    CO = "co"


class ReferralStatus(StrEnum):
    PENDING_TRIAGE = "pending_triage"
    ROUTED = "routed"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    HANDLING = "handling"
    HANDLED = "handled"
    VERIFYING = "verifying"
    CLOSED = "closed"
    REOPENED = "reopened"
    IN_ARBITRATION = "in_arbitration"
    MERGED = "merged"


class ReferralAction(StrEnum):
    """``redirect`` and ``unroute`` are the product's own: a department ceased to exist."""

    CONFIRM = "confirm"
    ROUTE = "route"
    RECALL = "recall"
    MERGE = "merge"
    UNMERGE = "unmerge"
    DISMISS = "dismiss"
    ACCEPT = "accept"
    RETURN = "return"
    ESCALATE = "escalate"
    ARBITRATE = "arbitrate"
    TRANSFER = "transfer"
    ASSIGN = "assign"
    START_HANDLING = "start_handling"
    HANDLE = "handle"
    START_VERIFYING = "start_verifying"
    CLOSE = "close"
    REOPEN = "reopen"
    # by the product itself, when a department ends; no role may do them
    REDIRECT = "redirect"
    UNROUTE = "await_triage"  # the word of first routing for the same thing


class CrimeTransferStatus(StrEnum):
    """Where the transfer of a suspected crime to the police stands (国务院令310号)."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    HANDED_OVER = "handed_over"
    FILED = "filed"
    NOT_FILED = "not_filed"
    RECONSIDERING = "reconsidering"
    UPHELD = "upheld"
    PROCURATORATE_INFORMED = "procuratorate_informed"
    COMPLETED = "completed"
    ENDED = "ended"


class CrimeTransferAction(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"
    HAND_OVER = "hand_over"
    RECORD_FILED = "record_filed"
    RECORD_NOT_FILED = "record_not_filed"
    REQUEST_RECONSIDERATION = "request_reconsideration"
    RECORD_UPHELD = "record_upheld"
    INFORM_PROCURATORATE = "inform_procuratorate"
    DELIVER_GOODS = "deliver_goods"
    END = "end"


class PenaltySource(StrEnum):
    """case: recorded on a referral here · imported: decided before or elsewhere."""

    CASE = "case"
    IMPORTED = "imported"


class TaskPurpose(StrEnum):
    """Why a task was made for a referral: to see whether it is done, or whether it has stayed so after a penalty."""

    VERIFICATION = "verification"
    RECHECK = "recheck"


class LinkKind(StrEnum):
    """What a later report means for an earlier referral."""

    RECURRENCE = "recurrence"
    RECHECK_PASSED = "recheck_passed"
    VERIFICATION = "verification"


class ClosingRule(StrEnum):
    """When a report is closed: with all its referrals, or already with all that lead."""

    ALL = "all"
    LEAD = "lead"


class CaseSort(StrEnum):
    """Orders of a list of cases. urgent: emergencies first, then the gravest, then the oldest."""

    NEWEST = "newest"
    OLDEST = "oldest"
    URGENT = "urgent"


class BulkResult(StrEnum):
    """What became of one row of a bulk act."""

    DONE = "done"
    REFUSED = "refused"


class TableFormat(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


class NoticeKind(StrEnum):
    """What a notice in the inbox says: whose turn it is (first group), or what somebody must know (second)."""

    TO_TRIAGE = "to_triage"
    RETURNED = "returned"
    TO_ACCEPT = "to_accept"
    TO_HANDLE = "to_handle"
    REOPENED = "reopened"
    TO_ARBITRATE = "to_arbitrate"
    TO_VERIFY = "to_verify"
    CLOSED = "closed"
    MERGED = "merged"
    INFORMED = "informed"
    TAKEN_AWAY = "taken_away"
    ASSIGNED_TO_YOU = "assigned_to_you"
    JOINT_CALLED = "joint_called"
    EMERGENCY_UNCALLED = "emergency_uncalled"
    CRIME_TRANSFER_DUE = "crime_transfer_due"
    REPORT_WITHDRAWN = "report_withdrawn"
    CLOCK_WARNING = "clock_warning"
    CLOCK_OVERDUE = "clock_overdue"
    CALENDAR_MISSING = "calendar_missing"
    RULE_SET_EXPIRING = "rule_set_expiring"
    WEBHOOK_FAILING = "webhook_failing"
    WEBHOOK_STOPPED = "webhook_stopped"
    ALARM = "alarm"
    EXPORT_DONE = "export_done"
    EXPORT_FAILED = "export_failed"


class DeliveryState(StrEnum):
    """Where a message to another system stands; dead letters can be looked at and sent again."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class WebhookAlgorithm(StrEnum):
    """How messages to a subscription are signed; named, so that another crypto profile can be added."""

    HMAC_SHA256 = "hmac-sha256"


class RuleSetStatus(StrEnum):
    DRAFT = "draft"
    CHECKED = "checked"
    APPROVED = "approved"
    RETIRED = "retired"


class RuleSetAction(StrEnum):
    EDIT = "edit"
    CHECK = "check"
    APPROVE = "approve"
    RETIRE = "retire"
