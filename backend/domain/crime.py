"""The dated data about suspected crime (data/crime.yaml): what counts, which clocks run, which papers go along.

Not here: counting penalties (penalties.py), the life of a transfer (crime_transfers.py).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from backend.domain.data_files import load_yaml


@dataclass(frozen=True, slots=True)
class CountingRule:
    """Which penalties make the next act a suspected crime. ``window_days`` None: however long ago; ``mark`` as in laws."""

    valid_from: date
    valid_to: date | None
    kinds: frozenset[str]
    at_least: int
    window_days: int | None
    law: str
    mark: str


@dataclass(frozen=True, slots=True)
class Step:
    """One clock of a transfer: how long it runs without a break, and where that stands."""

    length: timedelta
    law: str
    mark: str


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks in force from a day to a day (exclusive), by the name of the step."""

    valid_from: date
    valid_to: date | None
    steps: dict[str, Step]


@dataclass(frozen=True, slots=True)
class Material:
    """A paper that goes with a transfer (国务院令310号 6条). ``may_be_none``: a case can be without it, said in writing."""

    code: str
    zh: str
    en: str
    required: bool
    may_be_none: bool


@cache
def counting_rules() -> tuple[CountingRule, ...]:
    """Every counting rule, oldest first."""
    rows = [
        CountingRule(**{**row, "kinds": frozenset(row["kinds"])}) for row in load_yaml("crime.yaml")["counting"]
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: row.valid_from))


def counting_rule(day: date) -> CountingRule | None:
    """The rule in force on ``day`` (法释〔2016〕27号 2条(四)); None before the first."""
    return next((rule for rule in counting_rules() if _holds(rule, day)), None)


@cache
def all_clocks() -> tuple[Clocks, ...]:
    """Every set of clocks, oldest first."""
    rows = [
        Clocks(
            row["valid_from"],
            row["valid_to"],
            {name: _step(step) for name, step in row["steps"].items()},
        )
        for row in load_yaml("crime.yaml")["clocks"]
    ]
    return tuple(sorted(rows, key=lambda row: row.valid_from))


def clocks_at(day: date) -> Clocks:
    """The clocks in force on ``day``; before the first row the first one."""
    rows = all_clocks()
    return next((row for row in rows if _holds(row, day)), rows[0])


@cache
def materials() -> tuple[Material, ...]:
    """The papers of 6条, in the order of the law."""
    return tuple(Material(**item) for item in load_yaml("crime.yaml")["materials"]["items"])


def officers_needed() -> int:
    """How many officers look into a suspected crime at least (国务院令310号 5条)."""
    return int(load_yaml("crime.yaml")["officers_at_least"])


def may_become_transfer(function_code: str) -> bool:
    """True for functions of the health authority, whose referrals alone become transfers."""
    return function_code in load_yaml("crime.yaml")["functions"]


def _step(data: dict[str, Any]) -> Step:
    return Step(timedelta(hours=data["hours"]), data["law"], data["mark"])


def _holds(row: CountingRule | Clocks, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day < row.valid_to)
