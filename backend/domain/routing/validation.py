"""Every fault of a rule set's data, named: a rule that cannot be evaluated must fail here and never at night."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from backend.domain.clocks import load_clock_data, parse_span
from backend.domain.departments import load_functions
from backend.domain.errors import DomainError
from backend.domain.forms import load_forms
from backend.domain.labels import codes_of
from backend.domain.legal import all_bases
from backend.domain.vocabulary import Category, Severity

TOP_KEYS = {
    "code", "version", "district", "valid_from", "valid_to", "zh", "en", "mark", "fallback", "emergency_findings",
    "deadline_profiles", "rules",
}  # fmt: skip
RULE_KEYS = {
    "code", "row", "priority", "zh", "en", "categories", "group", "when", "result", "lead", "co", "inform",
    "deadline_profile", "basis", "emergency", "triage",
}  # fmt: skip
CLAUSE_KEYS = {
    "findings", "categories", "attributes", "site_kinds", "severity_at_least", "prior_penalties_at_least",
    "without_findings",
}  # fmt: skip
NEEDS = {"true", "false", "not_true", "not_false"}


def rule_set_problems(data: Any) -> list[str]:
    """Faults of a rule set's data, each with the rule it is in; empty if the set can be used."""
    if not isinstance(data, Mapping):
        return ["the rule set is not a mapping"]
    shape = _key_problems(data, TOP_KEYS, "rule set")
    if shape:
        return shape
    if not isinstance(data["rules"], list) or not all(isinstance(rule, Mapping) for rule in data["rules"]):
        return ["rules is not a list of mappings"]
    problems = [text for rule in data["rules"] for text in _key_problems(rule, RULE_KEYS, str(rule.get("code")))]
    if problems:
        return problems
    problems += _top_problems(data)
    for rule in data["rules"]:
        problems += [f"{rule['code']}: {text}" for text in _rule_problems(rule, data)]
    return problems


def _key_problems(data: Mapping[str, Any], keys: set[str], where: str) -> list[str]:
    problems = [f"{where}: {key!r} is missing" for key in sorted(keys - set(data))]
    return problems + [f"{where}: unknown key {key!r}" for key in sorted(set(data) - keys)]


def _top_problems(data: Mapping[str, Any]) -> list[str]:
    problems = []
    for key in ("code", "priority"):
        counts = Counter(rule[key] for rule in data["rules"])
        problems += [f"{key} {value!r} is given {count} times" for value, count in counts.items() if count > 1]
    problems += _unknown(data["emergency_findings"], _finding_codes(), "emergency finding")
    problems += _unknown([data["fallback"].get("function")], load_functions(), "fallback function")
    problems += _unknown(data["fallback"].get("basis", ()), all_bases(), "law")
    problems += _deadline_problems(data["deadline_profiles"])
    for key in ("valid_from", "valid_to"):
        if not _is_day(data[key]) and not (key == "valid_to" and data[key] is None):
            problems.append(f"{key} is not a date")
    if not isinstance(data["version"], int) or isinstance(data["version"], bool):
        problems.append("version is not a whole number")
    return problems


def _deadline_problems(profiles: Any) -> list[str]:
    """A span that cannot be read would stop every report of its profile."""
    if not isinstance(profiles, Mapping) or not all(isinstance(spans, Mapping) for spans in profiles.values()):
        return ["deadline_profiles is not a mapping of mappings"]
    problems = []
    for name, spans in profiles.items():
        problems += [f"deadline profile {name}: {text}" for text in _unknown(spans, load_clock_data().stages, "clock")]
        for clock, span in spans.items():
            try:
                parse_span(span)
            except DomainError as error:
                problems.append(f"deadline profile {name}, {clock}: {error.sentence('en')}")
    return problems


def _rule_problems(rule: Mapping[str, Any], data: Mapping[str, Any]) -> list[str]:
    functions = load_functions()
    problems = _unknown(rule["categories"], list(Category), "category")
    problems += _unknown([*rule["co"], *rule["inform"]], functions, "function")
    problems += _unknown(rule["basis"], all_bases(), "law")
    problems += _unknown([rule["deadline_profile"]], [*data["deadline_profiles"], "by_severity"], "deadline profile")
    problems += _unknown([rule["result"]], ("refer", "not_applicable"), "result")
    if rule["result"] == "refer":
        problems += _unknown([rule["lead"]], functions, "lead function")
    elif rule["lead"] is not None or rule["co"] or rule["inform"]:
        problems.append("a rule that refers to nobody names a function")
    if rule["lead"] in rule["co"]:
        problems.append("the lead is its own co-handler")
    if not rule["basis"]:
        problems.append("no legal basis")
    if not isinstance(rule["priority"], int):
        problems.append("priority is not a whole number")
    if not rule["when"]:
        problems.append("no clause: the rule could never match")
    for place, clause in enumerate(rule["when"]):
        problems += [f"clause {place + 1}: {text}" for text in _clause_problems(clause, rule)]
    return problems


def _clause_problems(clause: Any, rule: Mapping[str, Any]) -> list[str]:
    if not isinstance(clause, Mapping) or not clause:
        return ["is empty and would match everything"]
    problems = [f"unknown key {key!r}" for key in clause if key not in CLAUSE_KEYS]
    known = _finding_codes(frozenset(rule["categories"]))
    problems += _unknown(clause.get("findings", ()), known, "finding of the rule's categories")
    problems += _unknown(clause.get("categories", ()), rule["categories"], "category of the rule")
    problems += _unknown(clause.get("site_kinds", ()), codes_of("premise_kinds"), "site kind")
    attributes = clause.get("attributes", {})
    problems += _unknown(attributes, codes_of("attributes"), "attribute")
    problems += _unknown([str(need).lower() for need in attributes.values()], NEEDS, "need of an attribute")
    if "severity_at_least" in clause:
        problems += _unknown([clause["severity_at_least"]], list(Severity), "severity")
    if not isinstance(clause.get("prior_penalties_at_least", 0), int):
        problems.append("prior_penalties_at_least is not a whole number")
    if clause.get("without_findings") and clause.get("findings"):
        problems.append("asks for findings and for none")
    return problems


def _finding_codes(categories: frozenset[str] | None = None) -> set[str]:
    return {
        item.code for form in load_forms() if categories is None or str(form.category) in categories for item in form.items
    }  # fmt: skip


def _unknown(values: Iterable[Any], known: Iterable[Any], what: str) -> list[str]:
    allowed = set(known)
    return [f"unknown {what} {value!r}" for value in values if value not in allowed]


def _is_day(value: Any) -> bool:
    if isinstance(value, date):
        return True
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True
