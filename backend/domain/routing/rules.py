"""What a rule set is made of, and the loud check of its data. Not here: applying it (engine.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from backend.domain.data_files import DataFileError, file_names, load_yaml
from backend.domain.routing.conditions import TimeSpan, time_span
from backend.domain.routing.document import content_hash, content_of
from backend.domain.routing.validation import rule_set_problems
from backend.domain.vocabulary import Category, Severity

BY_SEVERITY = "by_severity"


@dataclass(frozen=True, slots=True)
class Clause:
    """One alternative of a rule; everything given must hold. ``findings`` empty: the clause looks at the whole report."""

    findings: frozenset[str]
    categories: frozenset[Category]
    attributes: tuple[tuple[str, str], ...]
    site_kinds: frozenset[str]
    severity_at_least: Severity | None
    prior_penalties_at_least: int | None
    without_findings: bool
    prior_referrals_at_least: int | None = None
    grids: frozenset[str] = frozenset()
    streets: frozenset[str] = frozenset()
    districts: frozenset[str] = frozenset()
    time: TimeSpan | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the routing table; codes of functions and laws are checked to exist."""

    code: str
    row: str
    priority: int
    zh: str
    en: str
    categories: frozenset[Category]
    group: str
    clauses: tuple[Clause, ...]
    refers: bool  # False: the rule says the finding is no matter for anybody (BX)
    lead: str | None
    co: tuple[str, ...]
    inform: tuple[str, ...]
    deadline_profile: str
    basis: tuple[str, ...]
    emergency: bool
    triage: bool
    needs: (
        frozenset[str] | None
    )  # without one of these findings no clause is even a candidate; None: some clause needs none


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A version of the whole table. ``data`` is what it was made of, for storing as JSON."""

    code: str
    version: int
    valid_from: date
    valid_to: date | None
    fallback_function: str
    fallback_basis: tuple[str, ...]
    emergency_findings: frozenset[str]
    deadline_profiles: tuple[str, ...]  # strictest first
    rules: tuple[Rule, ...]  # by priority
    by_category: Mapping[Category, tuple[Rule, ...]]
    data: Mapping[str, Any]
    sha256: str  # of the data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "RuleSet":
        """A rule set out of YAML or JSON data; DataFileError names every fault, nothing is skipped."""
        problems = rule_set_problems(data)
        if problems:
            raise DataFileError(str(data.get("code", "rule set")), problems)
        rules = tuple(sorted((_rule(entry) for entry in data["rules"]), key=lambda rule: rule.priority))
        plain = content_of(data, str(data["code"]))
        return cls(
            code=data["code"],
            version=data["version"],
            valid_from=date.fromisoformat(plain["valid_from"]),
            valid_to=date.fromisoformat(plain["valid_to"]) if plain["valid_to"] else None,
            fallback_function=data["fallback"]["function"],
            fallback_basis=tuple(data["fallback"]["basis"]),
            emergency_findings=frozenset(data["emergency_findings"]),
            deadline_profiles=strictest_first(plain["deadline_profiles"]),
            rules=rules,
            by_category={c: tuple(rule for rule in rules if c in rule.categories) for c in Category},
            data=plain,
            sha256=content_hash(plain),
        )

    def to_data(self) -> Mapping[str, Any]:
        """The JSON that ``from_data`` takes back (dates as ISO texts)."""
        return self.data

    def rule(self, code: str) -> Rule | None:
        """The rule with this code, or None."""
        return next((rule for rule in self.rules if rule.code == code), None)


@cache
def shipped_rule_sets() -> tuple[RuleSet, ...]:
    """The rule sets that come with the product, checked."""
    return tuple(RuleSet.from_data(load_yaml(name)) for name in file_names("routing"))


def shipped_rule_set(code: str = "putuo-2026") -> RuleSet:
    """A shipped rule set by its code; KeyError if there is none."""
    for rule_set in shipped_rule_sets():
        if rule_set.code == code:
            return rule_set
    raise KeyError(code)


@cache
def without_rules() -> RuleSet:
    """What stands in where no rule set is in force (属地兜底): everything goes to the street, to be triaged by a person."""
    return RuleSet.from_data(load_yaml("rule_sets.yaml")["none"])


# Only to compare profiles with each other: a working day is never shorter than a day.
_MINUTES = {"minute": 1, "hour": 60, "work_hour": 60, "day": 24 * 60, "working_day": 24 * 60}


def strictest_first(profiles: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of deadline profiles by how soon they want an answer, then a receipt, then triage; JSONB keeps no order."""

    def lengths(name: str) -> tuple[Any, ...]:
        spans = profiles[name]
        each = (spans[key] for key in ("answer", "accept", "triage"))
        return (*(span["value"] * _MINUTES[span["unit"]] for span in each), name)

    return tuple(sorted(profiles, key=lengths))


def _rule(entry: Mapping[str, Any]) -> Rule:
    categories = frozenset(Category(value) for value in entry["categories"])
    clauses = tuple(_clause(clause, categories) for clause in entry["when"])
    return Rule(
        code=entry["code"],
        row=entry["row"],
        priority=entry["priority"],
        zh=entry["zh"],
        en=entry["en"],
        categories=categories,
        group=entry["group"],
        clauses=clauses,
        refers=entry["result"] == "refer",
        lead=entry["lead"],
        co=tuple(entry["co"]),
        inform=tuple(entry["inform"]),
        deadline_profile=entry["deadline_profile"],
        basis=tuple(entry["basis"]),
        emergency=entry["emergency"],
        triage=entry["triage"],
        needs=frozenset().union(*(c.findings for c in clauses)) if all(c.findings for c in clauses) else None,
    )


def _clause(data: Mapping[str, Any], categories: frozenset[Category]) -> Clause:
    narrowed = data.get("categories")
    severity = data.get("severity_at_least")
    return Clause(
        findings=frozenset(data.get("findings", ())),
        categories=frozenset(Category(value) for value in narrowed) if narrowed else categories,
        # YAML reads true and false as booleans, JSON keeps what was stored: one spelling here.
        # Sorted, since the database keeps no order: the first that does not hold is the reason told.
        attributes=tuple(sorted((name, str(need).lower()) for name, need in data.get("attributes", {}).items())),
        site_kinds=frozenset(data.get("site_kinds", ())),
        severity_at_least=Severity(severity) if severity else None,
        prior_penalties_at_least=data.get("prior_penalties_at_least"),
        without_findings=data.get("without_findings", False),
        prior_referrals_at_least=data.get("prior_referrals_at_least"),
        grids=frozenset(data.get("grids", ())),
        streets=frozenset(data.get("streets", ())),
        districts=frozenset(data.get("districts", ())),
        time=time_span(data["time"]) if "time" in data else None,
    )
