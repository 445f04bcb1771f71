"""The shape of a rule set's data: which keys there are and what kind of value each takes.

Whatever comes from outside passes here first, so that no later check meets a value it cannot look at.
Not here: whether the words mean anything (validation.py).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from backend.domain.routing.faults import Fault

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
    "prior_referrals_at_least", "without_findings", "grids", "streets", "districts", "time",
}  # fmt: skip
FALLBACK_KEYS = {"function", "deadline_profile", "basis"}
# Far above any district's table; they keep the proof of a rule set a matter of seconds.
MOST_RULES, MOST_CLAUSES, MOST_ENTRIES = 400, 40, 200
MOST_TIMES, MOST_GRIDS = 30, 300  # different ones in a whole set
BIGGEST = 2**31 - 1
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
KINDS = {
    "text": ("text", "文字"),
    "code": ("a code of letters, digits and . _ - (at most 64)", "由字母、数字和 . _ - 组成的代码（最多 64 位）"),
    "code?": ("a code or null", "代码或空"),
    "whole": ("a whole number", "整数"),
    "yes_no": ("true or false", "true 或 false"),
    "texts": ("a list of texts", "文字列表"),
    "mapping": ("a mapping", "键值结构"),
    "mappings": ("a list of mappings", "键值结构的列表"),
    "day": ("a date", "日期"),
    "day?": ("a date or null", "日期或空"),
}
TOP = {
    "code": "code", "version": "whole", "district": "code", "valid_from": "day", "valid_to": "day?", "zh": "text",
    "en": "text", "mark": "text", "fallback": "mapping", "emergency_findings": "texts",
    "deadline_profiles": "mapping", "rules": "mappings",
}  # fmt: skip
RULE = {
    "code": "code", "row": "text", "priority": "whole", "zh": "text", "en": "text", "categories": "texts",
    "group": "code", "when": "mappings", "result": "text", "lead": "code?", "co": "texts", "inform": "texts",
    "deadline_profile": "text", "basis": "texts", "emergency": "yes_no", "triage": "yes_no",
}  # fmt: skip
CLAUSE = {
    "findings": "texts", "categories": "texts", "attributes": "mapping", "site_kinds": "texts",
    "severity_at_least": "text", "prior_penalties_at_least": "whole", "prior_referrals_at_least": "whole",
    "without_findings": "yes_no", "grids": "texts", "streets": "texts", "districts": "texts", "time": "mapping",
}  # fmt: skip
FALLBACK = {"function": "code", "deadline_profile": "text", "basis": "texts"}


def shape_faults(data: Any) -> list[Fault]:
    """Faults of the shape alone; with none, every value is of the kind its key takes and may be looked at."""
    if not isinstance(data, Mapping):
        return [Fault("no_mapping")]
    found = list(_keys(data, TOP_KEYS)) or list(_values(data, TOP))
    if found:
        return found
    found = [*_keys(data["fallback"], FALLBACK_KEYS, "fallback"), *_values(data["fallback"], FALLBACK, "fallback")]
    if len(data["rules"]) > MOST_RULES:
        found.append(Fault("too_many", {"key": "rules", "limit": MOST_RULES}, path="rules"))
    for place, rule in enumerate(data["rules"], 1):
        name = rule.get("code")
        named = name if isinstance(name, str) and CODE.fullmatch(name) else f"#{place}"
        found += [replace(fault, rule=named) for fault in _rule(rule)]
    return found


def head_faults(data: Any) -> list[Fault]:
    """What must be right before a draft can be kept at all: its name, version, district and days."""
    if not isinstance(data, Mapping):
        return [Fault("no_mapping")]
    head = {key: TOP[key] for key in ("code", "version", "district", "valid_from", "valid_to")}
    missing = [Fault("missing", {"key": key}) for key in head if key not in data]
    found = missing or list(_values(data, head))
    if not found and data["valid_to"] is not None and str(data["valid_to"]) <= str(data["valid_from"]):
        found = [Fault("bad_period", path="valid_to")]
    return found


def _rule(rule: Mapping[str, Any]) -> Iterator[Fault]:
    missing = list(_keys(rule, RULE_KEYS))
    if missing:
        yield from missing
        return
    wrong = list(_values(rule, RULE))
    if wrong:
        yield from wrong
        return
    if len(rule["when"]) > MOST_CLAUSES:
        yield Fault("too_many", {"key": "when", "limit": MOST_CLAUSES})
    for place, clause in enumerate(rule["when"], 1):
        unknown = [Fault("unknown_key", {"key": str(key)}) for key in clause if key not in CLAUSE_KEYS]
        known = {key: kind for key, kind in CLAUSE.items() if key in clause}
        for fault in [*unknown, *_values(clause, known)]:
            yield replace(fault, clause=place)


def _keys(data: Mapping[str, Any], keys: set[str], path: str = "") -> Iterator[Fault]:
    yield from (
        Fault("missing", {"key": key}, path=path)
        for key in sorted(keys - data.keys() - {"deadline_profile"} if path else keys - data.keys())
    )
    yield from (Fault("unknown_key", {"key": str(key)}, path=path) for key in data if key not in keys)


def _values(data: Mapping[str, Any], kinds: Mapping[str, str], path: str = "") -> Iterator[Fault]:
    for key, kind in kinds.items():
        if key in data:
            yield from _value(key, data[key], kind, path)


def _value(key: str, value: Any, kind: str, path: str) -> Iterator[Fault]:
    if not _is(value, kind):
        what, what_zh = KINDS[kind]
        yield Fault("wrong_shape", {"key": key, "what": what, "what_zh": what_zh}, path=path or key)
    elif isinstance(value, str) and CONTROL.search(value):
        yield Fault("bad_text", {"key": key}, path=path or key)
    elif kind == "texts" and len(value) > MOST_ENTRIES:
        yield Fault("too_many", {"key": key, "limit": MOST_ENTRIES}, path=path or key)


def _is(value: Any, kind: str) -> bool:
    if kind.endswith("?"):
        return value is None or _is(value, kind[:-1])
    if kind == "day":
        return is_day(value)
    if kind == "code":
        return isinstance(value, str) and CODE.fullmatch(value) is not None
    if kind == "text":
        return isinstance(value, str) and len(value) <= 1000
    if kind == "whole":
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= BIGGEST
    if kind == "yes_no":
        return isinstance(value, bool)
    if kind == "mapping":
        return isinstance(value, Mapping) and all(isinstance(name, str) for name in value)
    if not isinstance(value, list):
        return False
    wanted = "mapping" if kind == "mappings" else "text"
    return all(_is(entry, wanted) for entry in value)


def is_day(value: Any) -> bool:
    """Whether a value is a calendar day: a date, or a text such as 2026-11-21."""
    if isinstance(value, date):
        return not isinstance(value, datetime)
    if not isinstance(value, str) or len(value) != 10:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
