"""A deadline that lives: extended, suspended, resumed, and when it warns. Not here: approvals and rows (services/clocks)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from backend.domain.calendar import local_day
from backend.domain.clocks.arithmetic import elapsed_steps, reach
from backend.domain.clocks.calendar import Calendar
from backend.domain.clocks.office_hours import OfficeHours
from backend.domain.clocks.spans import COUNTED_IN_DAYS, Span
from backend.domain.errors import DomainError
from backend.domain.vocabulary import TimeUnit


@dataclass(frozen=True, slots=True)
class Suspension:
    """A pause (挂账) from one moment to another; ``ended_at`` None while it lasts."""

    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A span from a moment, what was granted on top (``extended``, in the clock's own steps), and its pauses.

    Nothing is kept but what happened: the end is always computed from it, so it cannot drift, and a calendar that comes
    late gives the same answer as one that was there.
    """

    started_at: datetime
    span: Span
    extended: int = 0
    suspensions: tuple[Suspension, ...] = ()

    def due(self, calendar: Calendar, hours: OfficeHours) -> datetime:
        """When it ends, pauses that have ended included; while it is paused, what it would be if the pause had not been.

        Raises DomainError('calendar_missing', year=).
        """
        return self._at(self.span.steps + self.extended, calendar, hours)

    def warns(self, percent: int, calendar: Calendar, hours: OfficeHours) -> datetime:
        """When ``percent`` of span and extensions are used up: never before the start, never after the end.

        A clock counted in days warns when offices open on that day. Raises calendar_missing.
        """
        return warn_at(self, self.due(calendar, hours), percent, calendar, hours)

    def extend(self, by: Span) -> "Deadline":
        """Longer by ``by``. Raises DomainError('other_unit') where that is counted otherwise."""
        return replace(self, extended=self.extended + extension_steps(self.span, by))

    def suspend(self, at: datetime) -> "Deadline":
        """Paused from ``at`` on."""
        return replace(self, suspensions=(*self.suspensions, Suspension(at)))

    def resume(self, at: datetime) -> "Deadline":
        """Going on from ``at``; every pause that lasts ends there (a pause cannot end before it began)."""
        ended = (s if s.ended_at else replace(s, ended_at=max(at, s.started_at)) for s in self.suspensions)
        return replace(self, suspensions=tuple(ended))

    def paused(self, calendar: Calendar, hours: OfficeHours) -> int:
        """Steps lost to pauses that have ended. Raises calendar_missing."""
        return sum(
            elapsed_steps(s.started_at, s.ended_at, self.span.unit, calendar, hours)
            for s in self.suspensions
            if s.ended_at is not None
        )

    def _at(self, steps: int, calendar: Calendar, hours: OfficeHours) -> datetime:
        total = steps + self.paused(calendar, hours)
        return reach(self.started_at, self.span.unit, total, calendar, hours)


def warn_at(deadline: Deadline, due: datetime, percent: int, calendar: Calendar, hours: OfficeHours) -> datetime:
    """``deadline.warns`` where its end is known already."""
    own = deadline.span.steps + deadline.extended
    if own == 0:
        return deadline.started_at + (due - deadline.started_at) * percent / 100
    used = max(1, -(-own * percent // 100)) + deadline.paused(calendar, hours)
    moment = reach(deadline.started_at, deadline.span.unit, used, calendar, hours)
    if deadline.span.unit in COUNTED_IN_DAYS:
        moment = next(opens for opens, _ in hours.on(local_day(moment)))
    return min(due, max(deadline.started_at, moment)).astimezone(UTC)


def extension_steps(span: Span, by: Span) -> int:
    """``by`` in the steps of a clock over ``span``. Raises DomainError('other_unit')."""
    times = (TimeUnit.MINUTE, TimeUnit.HOUR)
    if by.unit is not span.unit and not (by.unit in times and span.unit in times):
        raise DomainError("other_unit", unit=span.unit.value)
    return by.steps


def longest_end(now: datetime, days: int) -> datetime:
    """The latest moment a suspension that begins now may last to."""
    return now + timedelta(days=days)
