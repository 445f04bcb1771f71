"""A span: so many of a unit, as rule sets spell it. Not here: when it ends (arithmetic.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.domain.errors import DomainError
from backend.domain.vocabulary import TimeUnit

LONGEST = 10_000  # of any unit; longer ones are typing errors
COUNTED_IN_DAYS = frozenset({TimeUnit.WORKING_DAY, TimeUnit.DAY})
# Seconds of a unit counted in time; a unit counted in days is its own step.
SECONDS = {TimeUnit.MINUTE: 60, TimeUnit.HOUR: 3600, TimeUnit.WORK_HOUR: 3600}


@dataclass(frozen=True, slots=True)
class Span:
    """``value`` times ``unit``. Nought is possible for ``day`` alone and means the same day (当日)."""

    value: int
    unit: TimeUnit

    def __post_init__(self) -> None:
        least = 0 if self.unit is TimeUnit.DAY else 1
        if not least <= self.value <= LONGEST:
            raise DomainError("bad_span", value=f"{self.value} {self.unit}")

    @property
    def steps(self) -> int:
        """The span in the steps its clock is counted in: days, or seconds."""
        return self.value * SECONDS.get(self.unit, 1)

    def to_data(self) -> dict[str, Any]:
        """The JSON that ``parse_span`` takes back."""
        return {"value": self.value, "unit": self.unit.value}


def parse_span(data: object) -> Span:
    """A span out of ``{value: 4, unit: hour}``. Raises DomainError('bad_span') for anything else; nothing is guessed."""
    if isinstance(data, Mapping) and set(data) == {"value", "unit"}:
        value, unit = data["value"], data["unit"]
        if isinstance(value, int) and not isinstance(value, bool) and unit in list(TimeUnit):
            return Span(value, TimeUnit(unit))
    raise DomainError("bad_span", value=str(data)[:80])
