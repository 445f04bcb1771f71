"""The facts worth trying on some rules: one value for each way a rule could tell facts apart, and their combinations.

Not here: what is concluded from them (proof.py).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations, product
from math import prod
from typing import Any

from backend.domain.labels import codes_of
from backend.domain.routing.conditions import sample_moments
from backend.domain.routing.decision import FindingFact, RoutingFacts
from backend.domain.routing.rules import Clause, Rule
from backend.domain.vocabulary import Category, Outcome, Severity

MOST_COMBINATIONS = 20_000  # per finding and group; beyond it all pairs of values are tried, and the report says so


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and when a rule set holds: its district's streets, and the days from ``since`` to before ``until``."""

    district: str
    streets: tuple[str, ...]
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Trial:
    """Facts of one finding alone (None: a report without any) at a kind of place, and whether all combinations are there."""

    facts: list[RoutingFacts]
    exhaustive: bool


Place = tuple[str | None, str | None]  # street and grid


def concerned(rules: Iterable[Rule], category: Category, finding: str | None) -> list[Clause]:
    """The clauses that could take this finding alone, or a report that has it (None: has none)."""
    return [
        clause
        for rule in rules
        for clause in rule.clauses
        if category in clause.categories
        and (finding in clause.findings if clause.findings else not (clause.without_findings and finding))
    ]


def place_classes(rules: Iterable[Rule], scope: Scope) -> dict[str, list[Place]]:
    """By street, the places of it that rules tell apart; streets no rule tells apart share their places (by identity)."""
    clauses = [clause for rule in rules for clause in rule.clauses]
    streets = list(dict.fromkeys(clause.streets for clause in clauses if clause.streets))
    grids = sorted({grid for clause in clauses for grid in clause.grids})
    shared: dict[tuple[Any, ...], list[Place]] = {}
    found = {}
    for street in scope.streets:
        own = [grid for grid in grids if grid.startswith(street)]
        signature = (tuple(street in some for some in streets), *own)
        found[street] = shared.setdefault(signature, [(street, None), *((street, grid) for grid in own)])
    return found


def trial(
    clauses: Sequence[Clause], category: Category, finding: str | None, places: Sequence[Place], scope: Scope
) -> Trial:
    """Everything worth trying on ``clauses`` for one finding at ``places``."""
    ways = _ways(clauses, places, scope)
    exhaustive = prod(len(values) for values in ways.values()) <= MOST_COMBINATIONS
    chosen = _all_of(ways) if exhaustive else _pairs_of(ways)
    return Trial([_facts(values, category, finding, scope.district) for values in chosen], exhaustive)


def pairs(
    clauses: Sequence[Clause], category: Category, finding: str | None, places: Sequence[Place], scope: Scope
) -> list[RoutingFacts]:
    """Nothing known, and every pair of values that ``clauses`` tell apart."""
    ways = _ways(clauses, places, scope)
    return [_facts(values, category, finding, scope.district) for values in _pairs_of(ways)]


def nothing_known(
    clauses: Sequence[Clause], category: Category, finding: str | None, places: Sequence[Place], scope: Scope
) -> RoutingFacts:
    """The facts that say least: the finding and the place alone."""
    least = {name: values[0] for name, values in _ways(clauses, places, scope).items()}
    return _facts(least, category, finding, scope.district)


def _ways(clauses: Sequence[Clause], places: Sequence[Place], scope: Scope) -> dict[str, list[Any]]:
    """By name of a fact, the values worth trying; the first is the one that says least."""
    ways: dict[str, list[Any]] = {"place": list(places)}
    needs: dict[str, set[str]] = {}
    for clause in clauses:
        for name, need in clause.attributes:
            needs.setdefault(name, set()).add(need)
    for name, asked in sorted(needs.items()):
        ways[f"attribute {name}"] = [
            None,
            *([True] if asked & {"true", "not_true"} else []),
            *([False] if asked & {"false", "not_false"} else []),
        ]
    ways["site_kind"] = _kinds([clause.site_kinds for clause in clauses if clause.site_kinds])
    if any(clause.severity_at_least for clause in clauses):
        ways["severity"] = list(Severity)
    for name in ("prior_penalties", "prior_referrals"):
        asked_for = {getattr(clause, f"{name}_at_least") for clause in clauses} - {None}
        ways[name] = [None, *sorted(asked_for)]
    spans = list(dict.fromkeys(clause.time for clause in clauses if clause.time))
    if spans:
        ways["captured_at"] = sample_moments(spans, scope.since, scope.until)
    return ways


def _kinds(sets: Sequence[frozenset[str]]) -> list[str | None]:
    """One kind of premise for each way of being in the sets; None, which is in none, first."""
    found: dict[tuple[bool, ...], str | None] = {tuple(False for _ in sets): None}
    for kind in codes_of("premise_kinds"):
        found.setdefault(tuple(kind in some for some in sets), kind)
    return list(found.values())


def _all_of(ways: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    for values in product(*ways.values()):
        yield dict(zip(ways, values, strict=True))


def _pairs_of(ways: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    least = {name: values[0] for name, values in ways.items()}
    yield least
    for name, values in ways.items():
        for value in values[1:]:
            yield {**least, name: value}
    for (one, some), (other, more) in combinations(ways.items(), 2):
        for first, second in product(some[1:], more[1:]):
            yield {**least, one: first, other: second}


def _facts(values: Mapping[str, Any], category: Category, finding: str | None, district: str) -> RoutingFacts:
    street, grid = values["place"]
    severity = values.get("severity", Severity.MEDIUM)
    captured_at: datetime | None = values.get("captured_at")
    return RoutingFacts(
        category=category,
        outcome=Outcome.PROBLEM,
        findings=(FindingFact(finding, severity),) if finding else (),
        attributes={
            name.removeprefix("attribute "): value for name, value in values.items() if name.startswith("attribute ")
        },
        site_kind=values["site_kind"],
        prior_penalties=values["prior_penalties"],
        prior_referrals=values["prior_referrals"],
        grid=grid,
        street=street,
        district=district,
        captured_at=captured_at,
    )
