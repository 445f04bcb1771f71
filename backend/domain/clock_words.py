"""The word lists of deadlines; ``vocabulary`` gives them out with all others. Not here: what they mean (clocks/)."""

from enum import StrEnum

__all__ = [
    "CalendarDayKind",
    "ClockDecision",
    "ClockLevel",
    "ClockRequestKind",
    "ClockRequestState",
    "ClockState",
    "TimeUnit",
]


class TimeUnit(StrEnum):
    """What a deadline is counted in. ``hour`` and ``minute`` run day and night (紧急工作时), ``work_hour`` in office hours."""

    MINUTE = "minute"
    HOUR = "hour"
    WORK_HOUR = "work_hour"
    WORKING_DAY = "working_day"
    DAY = "day"


class ClockLevel(StrEnum):
    """A step of the referral, the referral as a whole, or what a law demands; they run side by side."""

    STAGE = "stage"
    OVERALL = "overall"
    LEGAL = "legal"


class ClockState(StrEnum):
    RUNNING = "running"
    SUSPENDED = "suspended"
    STOPPED = "stopped"


class ClockRequestKind(StrEnum):
    EXTENSION = "extension"
    SUSPENSION = "suspension"
    EXCUSE = "excuse"


class ClockRequestState(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"


class ClockDecision(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"


class CalendarDayKind(StrEnum):
    """A day on which it is otherwise than the day of the week says: 放假, or 调休上班."""

    HOLIDAY = "holiday"
    WORKDAY = "workday"
