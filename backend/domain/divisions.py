"""Administrative divisions by code and day. Not here: grid codes (grids/), who works where (accounts)."""

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from backend.domain.data_files import load_yaml
from backend.domain.vocabulary import DivisionLevel


@dataclass(frozen=True, slots=True)
class Division:
    """One division under one code. ``valid_to`` is the first day no longer in force; ``successor`` took over."""

    code: str
    name: str
    name_en: str
    level: DivisionLevel
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    successor: str | None
    split_from: str | None

    def valid_on(self, day: date) -> bool:
        """True if the code was in force on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@cache
def load_divisions() -> tuple[Division, ...]:
    """Every division the product knows, past ones too, ordered by code."""
    rows = [
        Division(**{"split_from": None, **row, "level": DivisionLevel(row["level"])})
        for row in load_yaml("divisions.yaml")["divisions"]
    ]
    return tuple(sorted(rows, key=lambda division: division.code))


@lru_cache(maxsize=1024)  # bounded: codes come from users
def find_division(code: str, on_date: date) -> Division | None:
    """The division with this code on that day, or None where the code is unknown or was not in force then."""
    return next((row for row in load_divisions() if row.code == code and row.valid_on(on_date)), None)


@lru_cache(maxsize=1024)
def current_code(code: str, on_date: date) -> str | None:
    """The code in force on ``on_date`` for a code that may be an older one, following successors; None if unknown."""
    rows = {row.code: row for row in load_divisions()}
    seen: set[str] = set()
    while code in rows and code not in seen:
        if rows[code].valid_on(on_date):
            return code
        seen.add(code)
        code = rows[code].successor or ""
    return None


def streets_of(district: str, on_date: date) -> tuple[Division, ...]:
    """The streets and towns of a district on a day, ordered by code."""
    return tuple(
        row
        for row in load_divisions()
        if row.parent == district and row.level is DivisionLevel.STREET and row.valid_on(on_date)
    )
