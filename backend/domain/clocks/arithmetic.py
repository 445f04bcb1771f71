"""When a span ends, and how much of a unit passed between two moments.

A clock counted in days ignores the day it starts on and ends with the last second of its last day, a working day for
working_day (民法典 201条: the first day does not count; 203条: the last one ends at 24:00, 记忆). A clock counted in time
ends at the very moment its last second is used up, for work_hour inside office hours: the end of a slot rather than the
beginning of the next. Natural days are not moved off a holiday: the stricter reading (建议).

Everything is counted in *steps*: days for working_day and day, seconds for the others. Steps add up, so extensions and
pauses commute, and the end never moves back.
"""

from datetime import UTC, date, datetime, time, timedelta
from math import ceil

from backend.domain.calendar import LOCAL_ZONE, local_day
from backend.domain.clocks.calendar import Calendar
from backend.domain.clocks.office_hours import OfficeHours
from backend.domain.clocks.spans import Span
from backend.domain.vocabulary import TimeUnit

LAST_SECOND = time(23, 59, 59)
ONE_DAY = timedelta(days=1)
ONE_SECOND = timedelta(seconds=1)


def due_at(start: datetime, span: Span, calendar: Calendar, hours: OfficeHours, *, added: int = 0) -> datetime:
    """When ``span`` from ``start`` ends, with ``added`` steps of extensions and pauses; UTC.

    Raises DomainError('calendar_missing', year=) where a year is needed that is not loaded.
    """
    return reach(start, span.unit, span.steps + added, calendar, hours)


def reach(start: datetime, unit: TimeUnit, steps: int, calendar: Calendar, hours: OfficeHours) -> datetime:
    """The moment ``steps`` of ``unit`` after ``start`` (steps as of Span.steps); UTC. Raises calendar_missing."""
    if unit is TimeUnit.WORKING_DAY:
        return end_of_day(calendar.working_day_after(local_day(start), steps))
    if unit is TimeUnit.DAY:
        # a day that starts in its own last second ends at once, never before it began
        return max(start.astimezone(UTC), end_of_day(local_day(start) + timedelta(days=steps)))
    if unit is TimeUnit.WORK_HOUR:
        return _reach_in_office(start, timedelta(seconds=steps), calendar, hours).astimezone(UTC)
    return start.astimezone(UTC) + timedelta(seconds=steps)


def elapsed_steps(start: datetime, end: datetime, unit: TimeUnit, calendar: Calendar, hours: OfficeHours) -> int:
    """Steps of ``unit`` between two moments, nought if ``end`` is not later; a part of a second counts whole.

    A pause is measured so: a Friday evening to a Monday morning is one working day, three days, or half an office hour.
    """
    if end <= start:
        return 0
    if unit is TimeUnit.WORKING_DAY:
        return calendar.count_working(local_day(start), local_day(end))
    if unit is TimeUnit.DAY:
        return (local_day(end) - local_day(start)).days
    passed = _in_office(start, end, calendar, hours) if unit is TimeUnit.WORK_HOUR else end - start
    return ceil(passed / ONE_SECOND)


def end_of_day(day: date) -> datetime:
    """The last second of a day in the district, in UTC."""
    return datetime.combine(day, LAST_SECOND, LOCAL_ZONE).astimezone(UTC)


def _reach_in_office(start: datetime, left: timedelta, calendar: Calendar, hours: OfficeHours) -> datetime:
    day = local_day(start)
    while True:
        if calendar.is_working(day):
            for opens, closes in hours.on(day):
                begins = max(opens, start)
                if begins < closes:
                    if left <= closes - begins:
                        return begins + left
                    left -= closes - begins
        day += ONE_DAY


def _in_office(start: datetime, end: datetime, calendar: Calendar, hours: OfficeHours) -> timedelta:
    total, day, last = timedelta(), local_day(start), local_day(end)
    while day <= last:
        if calendar.is_working(day):
            for opens, closes in hours.on(day):
                total += max(timedelta(), min(closes, end) - max(opens, start))
        day += ONE_DAY
    return total
