"""The numbers where doubt begins, by day. Not here: the doubts themselves (reports/checks.py)."""

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from backend.domain.data_files import load_yaml


@dataclass(frozen=True, slots=True)
class Thresholds:
    """One dated row of data/thresholds.yaml; units are in the names."""

    valid_from: date
    valid_to: date | None
    stale_fix_seconds: int
    clock_offset_seconds: int
    future_seconds: int
    oldest_capture_days: int
    site_distance_m: int
    duplicate_window_seconds: int
    duplicate_distance_m: int


@cache
def load_thresholds() -> tuple[Thresholds, ...]:
    """Every row, oldest first."""
    rows = [Thresholds(**row) for row in load_yaml("thresholds.yaml")["thresholds"]]
    return tuple(sorted(rows, key=lambda row: row.valid_from))


@lru_cache(maxsize=1024)  # bounded: days come from phones
def thresholds_at(day: date) -> Thresholds:
    """The row in force on ``day``; before the first row (a phone that says 1970) the first one."""
    rows = load_thresholds()
    for row in reversed(rows):
        if row.valid_from <= day and (row.valid_to is None or day < row.valid_to):
            return row
    return rows[0]
