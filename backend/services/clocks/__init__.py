"""Use cases of deadlines: clocks that start and stop with a referral's status, what is asked and granted about them,
notices when they run out, and the calendar they are counted on.

Not here: counting (domain/clocks), reading lists (persistence/queries/clocks.py), acts on referrals.
"""

from backend.services.clocks.calendars import (
    CalendarLoad,
    load_calendar,
    recompute_loaded,
    recompute_missing,
    seed_calendar,
    waiting_clocks,
)
from backend.services.clocks.deciding import decide_request, resume
from backend.services.clocks.desk import ClockDesk, current_desk, read_desk
from backend.services.clocks.due import end_suspensions, notice_due
from backend.services.clocks.following import follow_status
from backend.services.clocks.notices import ClockNotice, on_clock_notice
from backend.services.clocks.requesting import request_excuse, request_extension, request_suspension
from backend.services.clocks.starting import first_clocks

__all__ = [
    "CalendarLoad",
    "ClockDesk",
    "ClockNotice",
    "current_desk",
    "decide_request",
    "end_suspensions",
    "first_clocks",
    "follow_status",
    "load_calendar",
    "notice_due",
    "on_clock_notice",
    "read_desk",
    "recompute_loaded",
    "recompute_missing",
    "request_excuse",
    "request_extension",
    "request_suspension",
    "resume",
    "seed_calendar",
    "waiting_clocks",
]
