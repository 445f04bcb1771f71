"""Word lists of desks, boards and settings. Given out by vocabulary.py; import from there."""

from enum import StrEnum

__all__ = [
    "ActField",
    "ActNeed",
    "BaseMapKind",
    "BoardList",
    "ReviewNeed",
    "RouteHint",
    "SettingType",
    "Tone",
]


class ActField(StrEnum):
    """What may come with an act on a referral; the names are those of the request."""

    REASON = "reason"
    NOTE = "note"
    DEPARTMENT = "department"
    FUNCTION = "function"
    TARGET = "target"
    ASSIGNEE = "assignee"
    RETURN_CODE = "return_code"
    PROPOSED_DEPARTMENT = "proposed_department"
    OUTCOME_CODE = "outcome_code"
    LEGAL_BASIS = "legal_basis"
    MATERIALS = "materials"


class ActNeed(StrEnum):
    """Whether an act needs something. one_of: one of all that say so · if_moved: where it is taken from a department."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    ONE_OF = "one_of"
    IF_MOVED = "if_moved"


class RouteHint(StrEnum):
    """Why a department stands high among those a referral can be routed to."""

    CURRENT = "current"
    PROPOSED = "proposed"
    RULES = "rules"
    RULING = "ruling"
    INFORMED = "informed"


class ReviewNeed(StrEnum):
    """Why a coordinator should look at a report, the most pressing first."""

    DOUBT = "doubt"
    PHOTOS_MISSING = "photos_missing"
    POSITION = "position"


class Tone(StrEnum):
    """How a number of the board is meant: nothing to do, for information, soon, at once."""

    OK = "ok"
    INFO = "info"
    WARNING = "warning"
    DANGER = "danger"


class BoardList(StrEnum):
    """The lists a board leads to."""

    TASKS = "tasks"
    REVIEW = "review"
    QUARANTINE = "quarantine"
    DEVICES = "devices"
    GRIDS_WITHOUT_LEAD = "grids_without_lead"
    CASES = "cases"
    CLOCK_REQUESTS = "clock_requests"
    RESPONSIBILITIES = "responsibilities"
    USERS = "users"
    WEBHOOKS = "webhooks"
    CALENDAR = "calendar"
    RULE_SETS = "rule_sets"
    JOBS = "jobs"
    SEALS = "seals"


class SettingType(StrEnum):
    """What a setting of the district is."""

    TEXT = "text"
    INTEGER = "integer"
    CHOICE = "choice"
    BASE_MAP = "base_map"
    MAP_START = "map_start"


class BaseMapKind(StrEnum):
    """What lies below the map."""

    NONE = "none"
    XYZ = "xyz"
    WMTS = "wmts"
    PMTILES = "pmtiles"
