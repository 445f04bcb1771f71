"""When an office works, on a working day. Not here: which days those are (calendar.py)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.data_files import load_yaml
from backend.domain.errors import DomainError


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Slots of a working day in the district's zone, in order, not touching each other's inside."""

    slots: tuple[tuple[time, time], ...]

    def __post_init__(self) -> None:
        edges = [edge for slot in self.slots for edge in slot]
        if not edges or edges != sorted(edges) or any(opens == closes for opens, closes in self.slots):
            raise DomainError("bad_office_hours", value=str(self.to_data()))

    @classmethod
    def from_data(cls, data: object) -> "OfficeHours":
        """Hours out of ``[["08:30", "12:00"], …]``. Raises DomainError('bad_office_hours')."""
        try:
            return _parsed(tuple((str(opens), str(closes)) for opens, closes in _rows(data)))
        except (TypeError, ValueError):
            raise DomainError("bad_office_hours", value=str(data)[:80]) from None

    def to_data(self) -> list[list[str]]:
        """The JSON that ``from_data`` takes back."""
        return [[opens.strftime("%H:%M"), closes.strftime("%H:%M")] for opens, closes in self.slots]

    def on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The slots of ``day`` as aware moments."""
        for opens, closes in self.slots:
            yield datetime.combine(day, opens, LOCAL_ZONE), datetime.combine(day, closes, LOCAL_ZONE)


def default_hours() -> OfficeHours:
    """The hours of an office that keeps none of its own (data/clocks.yaml)."""
    return OfficeHours.from_data(load_yaml("clocks.yaml")["office_hours"])


def _rows(data: object) -> Sequence[Any]:
    if not isinstance(data, list | tuple):
        raise TypeError("no list of slots")
    return data


@lru_cache(maxsize=256)
def _parsed(slots: tuple[tuple[str, str], ...]) -> OfficeHours:
    return OfficeHours(tuple((_time(opens), _time(closes)) for opens, closes in slots))


def _time(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour), int(minute))
