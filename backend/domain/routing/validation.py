"""Every fault of a rule set's data, named: a rule that cannot be evaluated must fail here and never at night.

Not here: shape (shape.py), what only all rules together can do wrong (coverage.py, reach.py).
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from backend.domain.departments import load_functions
from backend.domain.divisions import streets_of
from backend.domain.forms import load_forms
from backend.domain.labels import codes_of
from backend.domain.legal import all_bases
from backend.domain.routing.conditions import time_faults
from backend.domain.routing.faults import Fault
from backend.domain.routing.shape import MOST_GRIDS, MOST_TIMES, shape_faults
from backend.domain.vocabulary import Category, Severity

NEEDS = ("true", "false", "not_true", "not_false")
RESULTS = ("refer", "not_applicable")
SPANS = {"triage", "accept", "answer"}
MORE_SPANS = {"verify", "arbitration", "overall"}
UNITS = {"minute", "hour", "work_hour", "working_day", "day"}
# Each list of a clause that, given but empty, could never hold.
LISTS = ("findings", "categories", "site_kinds", "grids", "streets", "districts")
GRID = re.compile(r"[0-9]{15}")


def rule_set_problems(data: Any) -> list[str]:
    """Faults of a rule set's data in English, each with the rule it is in; empty if the set can be used."""
    return [str(fault) for fault in rule_set_faults(data)]


def rule_set_faults(data: Any) -> list[Fault]:
    """Faults of a rule set's data (what YAML or JSON gave); empty if ``RuleSet.from_data`` takes it."""
    faults = shape_faults(data)
    if faults:
        return faults
    faults = [*_top(data), *_profiles(data["deadline_profiles"])]
    streets = _streets(data)
    if not streets:
        faults += _unknown([data["district"]], (), "district", "区")
    faults += _amounts(data["rules"])
    for rule in data["rules"]:
        faults += [replace(fault, rule=rule["code"]) for fault in _rule(rule, data, streets)]
    return faults


def _top(data: Mapping[str, Any]) -> Iterator[Fault]:
    for key in ("code", "priority"):
        counts = Counter(rule[key] for rule in data["rules"])
        for value, count in counts.items():
            if count > 1:
                yield Fault("given_twice", {"key": key, "value": value, "count": count}, path="rules")
    yield from _unknown(data["emergency_findings"], _finding_codes(), "emergency finding", "紧急问题")
    yield from _unknown([data["fallback"]["function"]], load_functions(), "fallback function", "兜底职能")
    yield from _unknown(data["fallback"]["basis"], all_bases(), "law", "法律依据")
    if data["valid_to"] is not None and str(data["valid_to"]) <= str(data["valid_from"]):
        yield Fault("bad_period", path="valid_to")


def _amounts(rules: Iterable[Mapping[str, Any]]) -> Iterator[Fault]:
    clauses = [clause for rule in rules for clause in rule["when"]]
    times = {str(clause["time"]) for clause in clauses if "time" in clause}
    grids = {grid for clause in clauses for grid in clause.get("grids", ())}
    for key, found, limit in (("time", times, MOST_TIMES), ("grids", grids, MOST_GRIDS)):
        if len(found) > limit:
            yield Fault("too_many", {"key": key, "limit": limit}, path="rules")


def _profiles(profiles: Mapping[str, Any]) -> Iterator[Fault]:
    """Every severity has a profile of spans ``{value, unit}``. Not here: whether a time is long enough."""
    for severity in Severity:
        if severity.value not in profiles:
            yield Fault("no_severity_profile", {"value": severity.value}, path="deadline_profiles")
    for name, spans in profiles.items():

        def fault(key: str, why: str, why_zh: str, name: str = name) -> Fault:
            params = {"value": name, "key": key, "why": why, "why_zh": why_zh}
            return Fault("bad_profile", params, path=f"deadline_profiles.{name}")

        if not isinstance(spans, Mapping):
            yield fault("-", "it is not a mapping", "不是键值结构")
            continue
        for key in sorted(SPANS - spans.keys()):
            yield fault(key, "it is missing", "缺少此项")
        for key, span in spans.items():
            if key not in SPANS | MORE_SPANS:
                yield fault(str(key), "there is no such span", "没有这种时限")
            elif not isinstance(span, Mapping) or span.keys() != {"value", "unit"} or not _is_length(span):
                yield fault(key, "it wants {value: whole number, unit: hour …}", "应写成 {value: 整数, unit: hour …}")


def _is_length(span: Mapping[str, Any]) -> bool:
    value, unit = span["value"], span["unit"]
    if not isinstance(unit, str) or unit not in UNITS or not isinstance(value, int) or isinstance(value, bool):
        return False
    return (0 if unit == "day" else 1) <= value <= 10_000  # 0 day: before the day ends


def _rule(rule: Mapping[str, Any], data: Mapping[str, Any], streets: Collection[str]) -> Iterator[Fault]:
    functions = load_functions()
    yield from _unknown(rule["categories"], list(Category), "category", "类别")
    if not rule["categories"]:
        yield Fault("empty_list", {"key": "categories"})
    yield from _unknown([*rule["co"], *rule["inform"]], functions, "function", "职能")
    yield from _unknown(rule["basis"], all_bases(), "law", "法律依据")
    profiles = [*data["deadline_profiles"], "by_severity"]
    yield from _unknown([rule["deadline_profile"]], profiles, "deadline profile", "时限档")
    yield from _unknown([rule["result"]], RESULTS, "result", "结果")
    if rule["result"] == "refer":
        yield from _unknown([rule["lead"]], functions, "lead function", "主办职能")
    elif rule["lead"] is not None or rule["co"] or rule["inform"]:
        yield Fault("functions_of_nobody")
    if rule["lead"] in rule["co"]:
        yield Fault("lead_is_co")
    if not rule["basis"]:
        yield Fault("no_basis")
    if not rule["when"]:
        yield Fault("never_matches")
    for place, clause in enumerate(rule["when"], 1):
        for fault in _clause(clause, rule, data["district"], streets, place):
            yield replace(fault, clause=place)


def _clause(
    clause: Mapping[str, Any], rule: Mapping[str, Any], district: str, streets: Collection[str], place: int
) -> Iterator[Fault]:
    if not clause:
        yield Fault("matches_everything")
        return
    yield from (Fault("empty_list", {"key": key}) for key in LISTS if key in clause and not clause[key])
    known = _finding_codes(frozenset(rule["categories"]))
    yield from _unknown(clause.get("findings", ()), known, "finding of the rule's categories", "本类别的问题")
    yield from _unknown(clause.get("categories", ()), rule["categories"], "category of the rule", "规则的类别")
    yield from _unknown(clause.get("site_kinds", ()), codes_of("premise_kinds"), "site kind", "场所业态")
    attributes = clause.get("attributes", {})
    if "attributes" in clause and not attributes:
        yield Fault("empty_list", {"key": "attributes"})
    yield from _unknown(attributes, codes_of("attributes"), "attribute", "属性")
    # YAML reads true as a boolean, which is meant; 1 or null is a slip
    needs = [str(need).lower() if isinstance(need, bool) else need for need in attributes.values()]
    yield from _unknown(needs, NEEDS, "need of an attribute", "属性要求")
    if "severity_at_least" in clause:
        yield from _unknown([clause["severity_at_least"]], list(Severity), "severity", "严重度")
    if clause.get("without_findings") and clause.get("findings"):
        yield Fault("contradiction")
    yield from _unknown(clause.get("districts", ()), [district], "district of the rule set", "本规则集的区")
    yield from (Fault("foreign_street", {"value": code}) for code in clause.get("streets", ()) if code not in streets)
    for code in clause.get("grids", ()):
        if not GRID.fullmatch(code) or code[:9] not in streets:
            yield Fault("foreign_grid", {"value": code})
    if "time" in clause:
        yield from time_faults(clause["time"], rule["code"], place)


def _streets(data: Mapping[str, Any]) -> set[str]:
    """Codes of the district's streets on the first day or later, within the set's days."""
    first = date.fromisoformat(str(data["valid_from"]))
    return {street.code for street in streets_of(data["district"], first)}


def _finding_codes(categories: frozenset[str] | None = None) -> set[str]:
    return {
        item.code for form in load_forms() if categories is None or str(form.category) in categories for item in form.items
    }  # fmt: skip


def _unknown(values: Iterable[Any], known: Iterable[Any], what: str, what_zh: str) -> Iterator[Fault]:
    allowed = [str(entry) for entry in known]
    for value in values:
        if value not in allowed:
            yield Fault("unknown_value", {"value": value, "what": what, "what_zh": what_zh})
