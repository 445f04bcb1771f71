"""Working days of China: weekends, statutory holidays, and weekends on which people work (调休), year by year.

A year that was not loaded is an error, never a guess: the holidays of a year are published only in the November before.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from backend.domain.errors import DomainError

SATURDAY = 5  # of date.weekday()


class Calendar:
    """``years``: year → the days on which it is otherwise than the day of the week says (True: people work)."""

    def __init__(self, years: Mapping[int, Mapping[date, bool]]) -> None:
        self._years = {year: dict(days) for year, days in years.items()}
        self._working: dict[int, tuple[date, ...]] = {}  # made when first asked for: most years never are

    @property
    def years(self) -> tuple[int, ...]:
        """The years that are loaded, ascending."""
        return tuple(sorted(self._years))

    def is_working(self, day: date) -> bool:
        """True if offices work on ``day``. Raises DomainError('calendar_missing', year=)."""
        return self._days(day.year).get(day, day.weekday() < SATURDAY)

    def working_day_after(self, day: date, number: int) -> date:
        """The ``number``-th working day after ``day``, which itself does not count. Raises calendar_missing."""
        year, index = day.year, bisect_right(self._of(day.year), day) + number - 1
        while index >= len(self._of(year)):
            index -= len(self._of(year))
            year += 1
        return self._of(year)[index]

    def count_working(self, after: date, until: date) -> int:
        """Working days later than ``after`` and not later than ``until`` (not before ``after``). Raises calendar_missing."""
        if until <= after:
            return 0
        total = bisect_right(self._of(until.year), until) - bisect_right(self._of(after.year), after)
        return total + sum(len(self._of(year)) for year in range(after.year, until.year))

    def _days(self, year: int) -> Mapping[date, bool]:
        found = self._years.get(year)
        if found is None:
            raise DomainError("calendar_missing", year=year)
        return found

    def _of(self, year: int) -> tuple[date, ...]:
        if year not in self._working:
            days = self._days(year)
            first = date(year, 1, 1)
            whole = (first + timedelta(days=number) for number in range((date(year, 12, 31) - first).days + 1))
            self._working[year] = tuple(day for day in whole if days.get(day, day.weekday() < SATURDAY))
        return self._working[year]


def missing_year(error: DomainError) -> int:
    """The year a 'calendar_missing' is about; any other error is raised again: it is no matter of calendars."""
    if error.code != "calendar_missing":
        raise error
    year: Any = error.params["year"]
    return int(year)
