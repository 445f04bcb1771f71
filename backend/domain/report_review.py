"""Which reports need a coordinator's eyes, and the numbers of it by day. Not here: the doubts themselves (reports/checks.py)."""

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from backend.domain.data_files import load_yaml
from backend.domain.vocabulary import Flag, Verdict

# Doubts about the place are a need of their own: they are judged on the map.
POSITION_FLAGS = frozenset({Flag.OUTSIDE_GRID, Flag.BORDERLINE, Flag.NO_GRID, Flag.NO_POSITION})
DOUBTS = tuple(flag for flag in Flag if flag not in POSITION_FLAGS)
POSITION_VERDICTS = (Verdict.BORDERLINE, Verdict.OUTSIDE, Verdict.NO_GRID)


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """One dated row of data/review.yaml; units are in the names."""

    valid_from: date
    valid_to: date | None
    window_days: int
    photos_missing_hours: int
    low_accuracy_m: int


@cache
def load_review_rules() -> tuple[ReviewRules, ...]:
    """Every row, oldest first."""
    return tuple(sorted((ReviewRules(**row) for row in load_yaml("review.yaml")["review"]), key=lambda r: r.valid_from))


@lru_cache(maxsize=64)
def review_rules_at(day: date) -> ReviewRules:
    """The row in force on ``day``; before the first row the first one."""
    rows = load_review_rules()
    for row in reversed(rows):
        if row.valid_from <= day and (row.valid_to is None or day < row.valid_to):
            return row
    return rows[0]
