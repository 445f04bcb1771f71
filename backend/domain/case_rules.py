"""How cases are led, by day: closing, recurrence, recheck, arbitration. Not here: the life cycle (referrals.py), clocks."""

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from backend.domain.data_files import load_yaml
from backend.domain.vocabulary import ClosingRule


@dataclass(frozen=True, slots=True)
class CaseRules:
    """One dated row of data/cases.yaml; units are in the names."""

    valid_from: date
    valid_to: date | None
    closing_rule: ClosingRule
    arbitration_after_returns: int
    recurrence_days: int
    recurrence_distance_m: int
    recheck_after_days: int
    verification_within_days: int
    precedents_shown: int
    emergency_call_minutes: int
    recall_seconds: int
    alike_days: int
    alike_distance_m: int
    alike_shown: int


@cache
def load_case_rules() -> tuple[CaseRules, ...]:
    """Every row, oldest first."""
    rows = [
        CaseRules(**{**row, "closing_rule": ClosingRule(row["closing_rule"])})
        for row in load_yaml("cases.yaml")["cases"]
    ]
    return tuple(sorted(rows, key=lambda row: row.valid_from))


@lru_cache(maxsize=1024)  # bounded: days come from phones
def case_rules_at(day: date) -> CaseRules:
    """The row in force on ``day``; before the first row the first one."""
    rows = load_case_rules()
    for row in reversed(rows):
        if row.valid_from <= day and (row.valid_to is None or day < row.valid_to):
            return row
    return rows[0]
