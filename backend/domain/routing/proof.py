"""The proof that a rule set may go live: every cell has its lead, every lead is somebody, every rule can be reached.

A *cell* is (category, finding, street); the finding may be none. For each cell and each *group* of rules, every combination
of the values that the rules tell apart is tried, the finding taken alone. That is enough: groups take findings independently
of each other, but for rules that excuse a finding (BX), whose groups are therefore always tried along; and one finding never
changes who takes another. "Exactly one lead" means, in every such case:

* a group that takes the finding does so by one rule, and so has one lead; the same holds for the report as a whole, which a
  clause without findings takes. Several groups may lead side by side: that is how a second, parallel referral is written (A6);
* there is a lead in all, or a rule says that the finding is nobody's matter; what no group takes, the fallback leads (属地兜底);
* each function that can come to lead, the fallback's too, is held in that street by exactly one organisation, on the first
  day of the rule set and on each later day of it on which the duties there change. A street's own team goes before the
  district's, so only holders of the same rank count.

Not here: faults of single rules (validation.py).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from backend.domain.forms import load_forms
from backend.domain.routing.decision import RoutingDecision, RoutingFacts, RoutingOutcome
from backend.domain.routing.engine import route
from backend.domain.routing.faults import Fault
from backend.domain.routing.rules import Clause, Rule, RuleSet
from backend.domain.routing.trying import Scope, concerned, nothing_known, pairs, place_classes, trial
from backend.domain.vocabulary import Category, ReferralRole

# The organisations (codes) that hold a function in a street on a day, those of the street's own rank alone where there are any.
Holders = Callable[[str, str, date], Sequence[str]]

MOST_WORK = 600_000  # clauses looked at for one category, some seconds; the shipped set needs a tenth
Taken = tuple[str, int, str | None]  # a rule by its clause got a finding, or (None) the report


@dataclass(frozen=True, slots=True)
class Cell:
    """Who can come to lead a finding in a street. ``usual``: with nothing else known; empty where it is nobody's matter."""

    category: Category
    finding: str | None
    street: str
    usual: tuple[str, ...]
    leads: tuple[str, ...]
    fallback: bool
    excused: bool

    def to_data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "category": str(self.category),
            "finding": self.finding,
            "street": self.street,
            "usual": list(self.usual),
            "leads": list(self.leads),
            "fallback": self.fallback,
            "excused": self.excused,
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found; with no ``faults`` the set may go live. ``combinations``: how many decisions were made."""

    cells: tuple[Cell, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    combinations: int


@dataclass(slots=True)
class _Seen:
    """What the trials of a category have shown so far, by finding and first street of a class of streets."""

    leads: dict[tuple[str | None, str], set[str]] = field(default_factory=dict)
    taken: set[Taken] = field(default_factory=set)
    excused: set[tuple[str | None, str]] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    combinations: int = 0
    work: int = 0

    def may_try(self, facts: Sequence[RoutingFacts], clauses: Sequence[Clause]) -> bool:
        """Count some decisions before they are made; False once a proof has become too much."""
        self.combinations += len(facts)
        self.work += len(facts) * len(clauses)
        return self.work <= MOST_WORK


def prove(rule_set: RuleSet, streets: Sequence[str]) -> Proof:
    """Try everything ``rule_set`` can tell apart in ``streets`` (9-digit codes, at least one): its cells, and what is wrong
    with its rules. Whether the leads are somebody is for ``holder_faults``, which depends on more than the rules."""
    scope = Scope(str(rule_set.data["district"]), tuple(streets), rule_set.valid_from, rule_set.valid_to)
    cells: list[Cell] = []
    faults: list[Fault] = []
    warnings: list[Fault] = []
    taken: set[Taken] = set()
    combinations = 0
    for category in Category:
        seen = _Seen()
        classes = place_classes(rule_set.by_category[category], scope)
        first_of = {street: places[0][0] or street for street, places in classes.items()}
        for first in dict.fromkeys(first_of.values()):
            _try_category(rule_set, category, classes[first], scope, seen)
            if seen.work > MOST_WORK:
                combinations += seen.combinations
                return Proof((), (Fault("too_complex", {"limit": MOST_WORK}, path="rules"),), (), combinations)
        cells += _cells(rule_set, category, first_of, scope, seen)
        faults += seen.faults
        warnings += seen.warnings
        taken |= seen.taken
        combinations += seen.combinations
    faults += _unreachable(rule_set, taken)
    warnings += _shadowed(rule_set, taken)
    once = {(fault.place(), fault.day, str(fault)): fault for fault in faults}
    return Proof(tuple(cells), tuple(once.values()), tuple(warnings), combinations)


def findings_of(category: Category) -> list[str]:
    """The codes of everything that can be found in a category, in any version of its checklist."""
    return list(dict.fromkeys(item.code for form in load_forms() if form.category == category for item in form.items))


def _try_category(
    rule_set: RuleSet, category: Category, places: list[tuple[str | None, str | None]], scope: Scope, seen: _Seen
) -> None:
    rules = rule_set.by_category[category]
    excusing = {rule.group for rule in rules if not rule.refers}
    street = places[0][0] or ""
    partial: set[str] = set()
    for finding in (None, *findings_of(category)):
        asked = tuple(rule for rule in rules if concerned([rule], category, finding))
        for group in dict.fromkeys(rule.group for rule in asked):
            some = tuple(rule for rule in asked if rule.group in excusing | {group})
            clauses = concerned(some, category, finding)
            tried = trial(clauses, category, finding, places, scope)
            if not seen.may_try(tried.facts, clauses):
                return
            partial |= set() if tried.exhaustive else {group}
            part = _only(rule_set, category, some)
            of_group = {rule.code: rule for rule in some if rule.group == group}
            for facts in tried.facts:
                _note(route(facts, part), of_group, group, (category, finding, street), seen)
        clauses = concerned(asked, category, finding)
        known = pairs(clauses, category, finding, places, scope)
        if not seen.may_try(known, clauses):
            return
        whole = _only(rule_set, category, asked)
        for facts in known:
            seen.faults += _lead_missing(route(facts, whole), facts, finding, street)
    seen.warnings += [Fault("not_exhaustive", {"group": group}, category=str(category)) for group in sorted(partial)]


def _only(rule_set: RuleSet, category: Category, rules: tuple[Rule, ...]) -> RuleSet:
    """The set with only those rules that could take part: the others decide nothing and cost time."""
    return replace(rule_set, rules=rules, by_category={**rule_set.by_category, category: rules})


def _note(
    decision: RoutingDecision,
    of_group: dict[str, Rule],
    group: str,
    cell: tuple[Category, str | None, str],
    seen: _Seen,
) -> None:
    category, finding, street = cell
    by_finding: set[str] = set()
    by_report: set[str] = set()
    for match in decision.matched:
        rule = of_group.get(match.rule_code)
        if rule is None:
            continue
        seen.taken.add((rule.code, match.clause, finding))
        (by_finding if match.finding_codes else by_report).add(rule.code)
        if rule.lead is not None:
            seen.leads.setdefault((finding, street), set()).add(rule.lead)
        else:
            seen.excused.add((finding, street))
    for codes in (by_finding, by_report):
        if len(codes) > 1:
            params = {"group": group, "holders": ", ".join(sorted(codes))}
            seen.faults.append(Fault("two_leads", params, category=category, finding=finding, street=street))


def _lead_missing(decision: RoutingDecision, facts: RoutingFacts, finding: str | None, street: str) -> Iterator[Fault]:
    if decision.outcome is not RoutingOutcome.NOT_APPLICABLE and not _leads(decision):
        known = ", ".join(f"{name}={value}" for name, value in facts.attributes.items() if value is not None)
        yield Fault("no_lead", {"facts": known}, category=facts.category, finding=finding, street=street)


def _leads(decision: RoutingDecision) -> tuple[str, ...]:
    return tuple(r.function_code for r in decision.referrals if r.role is ReferralRole.LEAD)


def _cells(
    rule_set: RuleSet, category: Category, first_of: dict[str, str], scope: Scope, seen: _Seen
) -> Iterator[Cell]:
    rules = rule_set.by_category[category]
    for finding in (None, *findings_of(category)):
        clauses = concerned(rules, category, finding)
        usual = {
            first: route(nothing_known(clauses, category, finding, [(first, None)], scope), rule_set)
            for first in dict.fromkeys(first_of.values())
        }
        for street, first in first_of.items():
            leads = seen.leads.get((finding, first), set()) | {rule_set.fallback_function}
            yield Cell(
                category, finding, street,
                usual=_leads(usual[first]),
                leads=tuple(sorted(leads)),
                fallback=usual[first].fallback_used,
                excused=(finding, first) in seen.excused,
            )  # fmt: skip


def _unreachable(rule_set: RuleSet, taken: set[Taken]) -> Iterator[Fault]:
    reached = {(rule, clause) for rule, clause, _ in taken}
    for rule in rule_set.rules:
        dead = [n for n in range(1, len(rule.clauses) + 1) if (rule.code, n) not in reached]
        if len(dead) == len(rule.clauses):
            yield Fault("unreachable_rule", {"takers": _takers(rule_set, rule, _named(rule), taken)}, rule=rule.code)
            continue
        for clause in dead:
            named = rule.clauses[clause - 1].findings or {None}
            takers = _takers(rule_set, rule, named, taken, itself=True)
            yield Fault("unreachable_clause", {"takers": takers}, rule=rule.code, clause=clause)


def _shadowed(rule_set: RuleSet, taken: set[Taken]) -> Iterator[Fault]:
    """Findings that a rule names and never gets, though it gets others."""
    for rule in rule_set.rules:
        got = {finding for code, _, finding in taken if code == rule.code}
        for finding in sorted(code for code in _named(rule) if code and code not in got) if got else ():
            params = {"value": finding, "takers": _takers(rule_set, rule, {finding}, taken)}
            yield Fault("shadowed_finding", params, rule=rule.code, finding=finding)


def _named(rule: Rule) -> set[str | None]:
    return {code for clause in rule.clauses for code in clause.findings or (None,)}


def _takers(
    rule_set: RuleSet, rule: Rule, findings: Collection[str | None], taken: set[Taken], *, itself: bool = False
) -> str:
    """Who comes first: earlier rules of the same group, those that excuse a finding, and ``itself`` by another clause."""
    earlier = {
        other.code
        for other in rule_set.rules
        if (other.priority < rule.priority and (other.group == rule.group or not other.refers))
        or (itself and other is rule)
    }
    return ", ".join(sorted({code for code, _, finding in taken if code in earlier and finding in findings})) or "-"


def holder_faults(cells: Sequence[Cell], days: Mapping[str, Sequence[date]], holders: Holders) -> Iterator[Fault]:
    """Leads that nobody holds or that several hold. ``days``: by street, the days on which something there can have changed."""
    known: dict[tuple[str, str], list[tuple[date, Sequence[str]]]] = {}
    for cell in cells:
        for function in cell.leads:
            if (function, cell.street) not in known:
                each = [(day, holders(function, cell.street, day)) for day in days.get(cell.street, ())]
                known[function, cell.street] = [(day, found) for day, found in each if len(found) != 1]
            for day, found in known[function, cell.street]:
                yield Fault(
                    "two_organisations" if found else "no_organisation",
                    {"function": function, "holders": ", ".join(found)},
                    category=str(cell.category), finding=cell.finding, street=cell.street, day=day,
                )  # fmt: skip
