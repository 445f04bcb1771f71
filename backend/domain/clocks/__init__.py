"""Deadlines: spans, the calendar they are counted on, when they end, and which ones a referral has.

Pure: calendars and moments are arguments. Not here: rows of clocks and who may change them (services/clocks).
"""

from backend.domain.clocks.arithmetic import due_at, elapsed_steps, reach
from backend.domain.clocks.calendar import Calendar, missing_year
from backend.domain.clocks.city import CityTime, parse_city_text
from backend.domain.clocks.data import OVERALL, ClockData, LegalClock, legal_clocks, load_clock_data
from backend.domain.clocks.office_hours import OfficeHours
from backend.domain.clocks.running import Deadline, Suspension, extension_steps, longest_end, warn_at
from backend.domain.clocks.spans import Span, parse_span

__all__ = [
    "OVERALL",
    "Calendar",
    "CityTime",
    "ClockData",
    "Deadline",
    "LegalClock",
    "OfficeHours",
    "Span",
    "Suspension",
    "due_at",
    "elapsed_steps",
    "extension_steps",
    "legal_clocks",
    "load_clock_data",
    "longest_end",
    "missing_year",
    "parse_city_text",
    "parse_span",
    "reach",
    "warn_at",
]
