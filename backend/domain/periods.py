"""A period taken apart into whole days or months of the district and what is left over at its ends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from backend.domain.calendar import LOCAL_ZONE

Moments = tuple[datetime | None, datetime | None]  # from, and before; None: without an end on that side
Days = tuple[date | None, date | None]  # the same of days


@dataclass(frozen=True, slots=True)
class Pieces:
    """``whole``: the first day of whole units and the first behind them, None where there is none; ``rests``: what is left."""

    whole: Days | None
    rests: tuple[Moments, ...]


def in_days(begin: datetime | None, end: datetime | None) -> Pieces:
    """The period from ``begin`` until before ``end`` as whole days in Shanghai, and its ends."""
    return _taken_apart(begin, end, lambda day: day, lambda day: day + timedelta(days=1))


def in_months(begin: datetime | None, end: datetime | None) -> Pieces:
    """The same as whole months."""
    return _taken_apart(begin, end, first_of_month, next_month)


def first_of_month(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """The first day of the month after that of ``day``."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def months_between(first: date, behind: date) -> list[date]:
    """The first days of all months from ``first`` until before ``behind``, both firsts of a month."""
    months = []
    while first < behind:
        months.append(first)
        first = next_month(first)
    return months


def midnight(day: date) -> datetime:
    """When ``day`` begins in Shanghai."""
    return datetime.combine(day, time(), LOCAL_ZONE)


def _taken_apart(
    begin: datetime | None, end: datetime | None, unit_of: Callable[[date], date], after: Callable[[date], date]
) -> Pieces:
    if begin is not None and end is not None and begin >= end:
        return Pieces(None, ())
    first = None if begin is None else _first_whole(begin, unit_of, after)
    behind = None if end is None else unit_of(end.astimezone(LOCAL_ZONE).date())
    if first is not None and behind is not None and first >= behind:
        return Pieces(None, ((begin, end),))
    rests: list[Moments] = []
    if begin is not None and first is not None and begin < midnight(first):
        rests.append((begin, midnight(first)))
    if end is not None and behind is not None and midnight(behind) < end:
        rests.append((midnight(behind), end))
    return Pieces((first, behind), tuple(rests))


def _first_whole(begin: datetime, unit_of: Callable[[date], date], after: Callable[[date], date]) -> date:
    day = begin.astimezone(LOCAL_ZONE).date()
    unit = unit_of(day)
    return unit if begin == midnight(unit) else after(day)
