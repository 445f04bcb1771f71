"""Rules for changing who holds a function: periods, and streets that nobody would answer for.

Not here: who holds what (rows of the database; departments.py for the shipped data).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from backend.domain.errors import DomainError


@dataclass(frozen=True, slots=True)
class Duty:
    """That somebody holds a function from a day to a day (exclusive), in one street or (None) the whole district."""

    street: str | None
    valid_from: date
    valid_to: date | None

    def holds(self, day: date) -> bool:
        """True if it lies there on ``day``."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Gap:
    """Streets where nobody would hold a function any more, from a day on."""

    function: str
    since: date
    streets: tuple[str, ...]


def new_gaps(
    function: str, before: Sequence[Duty], after: Sequence[Duty], streets: Iterable[str], since: date
) -> list[Gap]:
    """Where, and from which day on or after ``since``, a change leaves a function to nobody who held it before.

    ``before`` and ``after`` are all its holdings in the district; streets without anybody before are not named again.
    """
    known = sorted(streets)
    borders = {day for duty in (*before, *after) for day in (duty.valid_from, duty.valid_to) if day and day > since}
    gaps: list[Gap] = []
    named: set[str] = set()
    for day in (since, *sorted(borders)):
        bare = [street for street in known if not _held(after, street, day) and _held(before, street, day)]
        fresh = tuple(street for street in bare if street not in named)
        if fresh:
            gaps.append(Gap(function, day, fresh))
            named.update(fresh)
    return gaps


def check_gaps(gaps: Sequence[Gap], accepted: bool) -> None:
    """Raise DomainError('function_without_holder') where a change leaves gaps that nobody said he accepts."""
    if gaps and not accepted:
        errors = [
            {
                "path": "leave_gaps",
                "code": "function_without_holder",
                "function": gap.function,
                "since": gap.since.isoformat(),
                "streets": list(gap.streets),
            }
            for gap in gaps
        ]
        functions = "、".join(sorted({gap.function for gap in gaps}))
        streets = "、".join(sorted({street for gap in gaps for street in gap.streets}))
        raise DomainError("function_without_holder", errors=errors, functions=functions, streets=streets)


def check_period(valid_from: date, valid_to: date | None) -> None:
    """Raise DomainError('bad_period') unless the end lies after the beginning."""
    if valid_to is not None and valid_to <= valid_from:
        raise DomainError("bad_period")


def _held(duties: Iterable[Duty], street: str, day: date) -> bool:
    return any(duty.street in (None, street) and duty.holds(day) for duty in duties)
