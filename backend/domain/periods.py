"""A period taken apart into whole months, parts of five days or days of the district, and what is left over at its ends."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum

from backend.domain.calendar import LOCAL_ZONE

Moments = tuple[datetime | None, datetime | None]  # from, and before; None: without an end on that side
Days = tuple[date | None, date | None]  # the same of days


class Span(IntEnum):
    """What is counted together in time, by its days: everything there ever was, a day, a sixth of a month, a month.
    A month's sixths begin on the 1st, 6th, 11th, 16th, 21st and 26th; the last one goes on to the end of the month."""

    EVER = 0
    DAY = 1
    FIVE_DAYS = 5
    MONTH = 31


@dataclass(frozen=True, slots=True)
class Pieces:
    """``wholes``: whole spans, from the first day until before the last; ``rests``: what no whole span fills."""

    wholes: tuple[tuple[Span, Days], ...]
    rests: tuple[Moments, ...]


def taken_apart(begin: datetime | None, end: datetime | None, spans: tuple[Span, ...]) -> Pieces:
    """The period from ``begin`` until before ``end`` in as many whole ``spans`` (Shanghai, the longest first) as there are
    in it. Without any end it is EVER, unless days are asked for alone."""
    if begin is None and end is None and spans != (Span.DAY,):
        return Pieces(((Span.EVER, (None, None)),), ())
    if begin is not None and end is not None and begin >= end:
        return Pieces((), ())
    if not spans:
        return Pieces((), ((begin, end),))
    span = spans[0]
    first = None if begin is None else _first_whole(begin, span)
    behind = None if end is None else start_of(end.astimezone(LOCAL_ZONE).date(), span)
    if first is not None and behind is not None and first >= behind:
        return taken_apart(begin, end, spans[1:])
    ends: list[Moments] = []
    if begin is not None and first is not None and begin < midnight(first):
        ends.append((begin, midnight(first)))
    if end is not None and behind is not None and midnight(behind) < end:
        ends.append((midnight(behind), end))
    finer = [taken_apart(*part, spans[1:]) for part in ends]
    wholes = ((span, (first, behind)), *(whole for pieces in finer for whole in pieces.wholes))
    return Pieces(wholes, tuple(rest for pieces in finer for rest in pieces.rests))


def start_of(day: date, span: Span) -> date:
    """The first day of the span in which ``day`` lies."""
    if span == Span.DAY:
        return day
    return day.replace(day=1 if span == Span.MONTH else 1 + 5 * min((day.day - 1) // 5, 5))


def next_start(day: date, span: Span) -> date:
    """The first day of the span after that in which ``day`` lies."""
    start = start_of(day, span)
    if span == Span.MONTH or (span == Span.FIVE_DAYS and start.day == 26):
        return (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    return start + timedelta(days=span.value)


def starts_between(first: date, behind: date, span: Span) -> list[date]:
    """The first days of all spans from ``first`` until before ``behind``, both first days themselves."""
    starts = []
    while first < behind:
        starts.append(first)
        first = next_start(first, span)
    return starts


def midnight(day: date) -> datetime:
    """When ``day`` begins in Shanghai."""
    return datetime.combine(day, time(), LOCAL_ZONE)


def _first_whole(begin: datetime, span: Span) -> date:
    day = begin.astimezone(LOCAL_ZONE).date()
    start = start_of(day, span)
    return start if begin == midnight(start) else next_start(day, span)
