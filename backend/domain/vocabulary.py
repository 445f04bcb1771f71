"""The closed word lists of the product, each once: columns, schemas, OpenAPI and rules all take them from here.

Labels for people (Chinese, English) live in data/vocabulary.yaml; numbers and law live in their own data files.
"""

from enum import StrEnum

from backend.domain.case_words import *  # noqa: F403 -- given out from here like every other word list
from backend.domain.clock_words import *  # noqa: F403 -- given out from here like every other word list
from backend.domain.desk_words import *  # noqa: F403 -- given out from here like every other word list
from backend.domain.export_words import *  # noqa: F403 -- given out from here like every other word list
from backend.domain.map_words import *  # noqa: F403 -- given out from here like every other word list
from backend.domain.search_words import *  # noqa: F403 -- given out from here like every other word list


class Category(StrEnum):
    """What is patrolled for (P 二(三)6)."""

    ILLEGAL_PRACTICE = "illegal_practice"
    UNLICENSED_BUSINESS = "unlicensed_business"
    WATER_VENDING = "water_vending"


class Role(StrEnum):
    GRID_WORKER = "grid_worker"
    STREET_COORDINATOR = "street_coordinator"
    BUREAU_TRIAGER = "bureau_triager"
    DEPARTMENT_OFFICER = "department_officer"
    CITY_OPERATIONS = "city_operations"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class GridRole(StrEnum):
    """Responsibility of a worker for a grid (一格多员)."""

    LEAD = "lead"
    BACKUP = "backup"
    HELPER = "helper"


class TaskKind(StrEnum):
    DAILY_PATROL = "daily_patrol"
    SPECIAL_INSPECTION = "special_inspection"
    CAMPAIGN = "campaign"
    RECHECK = "recheck"
    COMPLAINT_CHECK = "complaint_check"


class TaskStatus(StrEnum):
    PLANNED = "planned"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    DONE = "done"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class TaskAction(StrEnum):
    ASSIGN = "assign"
    REASSIGN = "reassign"
    ACCEPT = "accept"
    DECLINE = "decline"
    START = "start"
    SUBMIT = "submit"
    COMPLETE = "complete"
    SEND_BACK = "send_back"
    CANCEL = "cancel"


class Outcome(StrEnum):
    NO_PROBLEM = "no_problem"
    PROBLEM = "problem"
    CLOSED_DOOR = "closed_door"
    REFUSED_ENTRY = "refused_entry"
    NOT_FOUND = "not_found"


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    EMERGENCY = "emergency"


class ReportStatus(StrEnum):
    """recorded: nothing to refer · referred: at least one referral open · closed: all referrals closed."""

    RECORDED = "recorded"
    REFERRED = "referred"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Stage(StrEnum):
    """Putuo's five stages, 问题收集 → 分析研判 → 联动会商 → 协同处置 → 成效评估; computed, never stored as a status."""

    COLLECTION = "collection"
    ANALYSIS = "analysis"
    CONSULTATION = "consultation"
    HANDLING = "handling"
    EVALUATION = "evaluation"


class Verdict(StrEnum):
    """How an accuracy circle lies to the grids valid when it was captured."""

    INSIDE = "inside"
    BORDERLINE = "borderline"
    OUTSIDE = "outside"
    NO_GRID = "no_grid"


class Datum(StrEnum):
    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class PositionSource(StrEnum):
    GPS = "gps"
    NETWORK = "network"
    MANUAL = "manual"


class PhotoRole(StrEnum):
    PANORAMA = "panorama"
    SIGNBOARD = "signboard"
    LICENCE = "licence"
    DETAIL = "detail"
    OTHER = "other"


class PhotoSource(StrEnum):
    CAMERA = "camera"
    IMPORT = "import"


class ItemKind(StrEnum):
    REPORT_SUBMIT = "report.submit"
    REPORT_AMEND = "report.amend"
    REPORT_WITHDRAW = "report.withdraw"
    TASK_ACCEPT = "task.accept"
    TASK_START = "task.start"
    TASK_SUBMIT = "task.submit"
    TASK_DECLINE = "task.decline"
    SITE_PROPOSE = "site.propose"
    EMERGENCY_CALL = "emergency.call"


class ItemResult(StrEnum):
    ACCEPTED = "accepted"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"


class QuarantineState(StrEnum):
    """Where an item stands that had no effect when it came and waits for a coordinator."""

    OPEN = "open"
    REPAIRED = "repaired"
    DISMISSED = "dismissed"


class QuarantineAction(StrEnum):
    REPAIR = "repair"
    DISMISS = "dismiss"


class ObjectType(StrEnum):
    """Kinds of objects a phone holds."""

    GRID = "grid"
    TASK = "task"
    SITE = "site"
    FORM = "form"
    VOCABULARY = "vocabulary"
    REPORT = "report"
    ITEM = "item"


class ChangeOp(StrEnum):
    PUT = "put"
    REVOKE = "revoke"


class Flag(StrEnum):
    """Doubts about a report, for a person to judge; never a refusal (sync.md, invariant 7)."""

    LATE_AFTER_REASSIGNMENT = "late_after_reassignment"
    OUTSIDE_GRID = "outside_grid"
    BORDERLINE = "borderline"
    NO_GRID = "no_grid"
    NO_POSITION = "no_position"
    STALE_FIX = "stale_fix"
    MOCK_LOCATION = "mock_location"
    CLOCK_SUSPECT = "clock_suspect"
    PHOTO_REUSED = "photo_reused"
    PHOTO_EXIF_MISMATCH = "photo_exif_mismatch"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    OLD_FORM = "old_form"
    UNKNOWN_FORM = "unknown_form"
    UNKNOWN_FINDING = "unknown_finding"
    UNKNOWN_TASK = "unknown_task"
    NOT_YOUR_TASK = "not_your_task"
    BAD_USCC = "bad_uscc"
    IMPORTED_PHOTO = "imported_photo"
    MISSING_PHOTO_DEMAND = "missing_photo_demand"
    OUTCOME_CONTRADICTS = "outcome_contradicts"
    REPAIRED = "repaired"


class SiteStatus(StrEnum):
    PROPOSED = "proposed"
    ACTIVE = "active"
    CLOSED = "closed"


class SiteAction(StrEnum):
    CONFIRM = "confirm"
    REJECT = "reject"
    CLOSE = "close"


class GridVersionStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    REPLACED = "replaced"


class DivisionLevel(StrEnum):
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
