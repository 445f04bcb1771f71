"""Writes a rule set as YAML that a lawyer can read: the words for every code stand beside it as comments.

Reading it again gives the same content, and so the same fingerprint. Not here: reading (document.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from backend.domain.departments import load_functions
from backend.domain.forms import load_forms
from backend.domain.labels import label_of
from backend.domain.legal import all_bases
from backend.domain.routing.rules import strictest_first
from backend.domain.vocabulary import Category

HEAD = """\
# 线索派发规则集 · Referral rule set
# 规则按 priority 由小到大依次适用；同一组（group）内一个问题由最先符合的规则取走，不同组并行。
# Rules are tried by priority, lowest first; within one group a finding is taken by the first rule that matches.
# “#”之后是说明，导入时忽略。Whatever follows a # is for the reader and is not imported.
"""
_FIRST = ("code", "version", "district", "valid_from", "valid_to", "zh", "en", "mark")
# The database keeps no order of keys; a reader wants one.
_ORDER = {
    key: place
    for place, key in enumerate((
        "name", "why", "function", "findings", "without_findings", "categories", "site_kinds", "attributes",
        "severity_at_least", "prior_penalties_at_least", "prior_referrals_at_least", "districts", "streets", "grids",
        "time", "from", "to", "days", "after", "before", "triage", "accept", "answer", "value", "unit", "facts", "category",
        "expect", "outcome", "lead", "co", "informed", "deadline_profile", "basis",
    ))
}  # fmt: skip
_RULE_HEAD = ("code", "row", "priority", "zh", "en", "categories", "group")


def write_document(content: Mapping[str, Any], tests: Sequence[Any] = (), note: str = "") -> str:
    """The YAML of a rule set; ``content`` is checked data (``RuleSet.to_data``)."""
    lines = [HEAD.rstrip("\n")]
    lines += [f"{key}: {_flow(content[key])}" for key in _FIRST]
    if note:
        lines.append(f"note: {_flow(note)}")
    fallback = content["fallback"]
    lines.append(f"fallback: {_flow(fallback)}  # {_function(fallback['function'])}")
    findings = content["emergency_findings"]
    lines.append(f"emergency_findings: {_flow(findings)}")
    lines += [f"  # {code} {_finding(code)}" for code in findings]
    lines.append("deadline_profiles:  # 由严到宽 strictest first")
    profiles = content["deadline_profiles"]
    lines += [f"  {_flow(name)}: {_flow(profiles[name])}" for name in strictest_first(profiles)]
    lines.append("rules:" if content["rules"] else "rules: []")
    for rule in content["rules"]:
        lines += _rule(rule)
    if tests:
        lines.append("tests:  # 保存、批准时逐条运行 run at every check and approval")
        lines += [f"  - {_flow(test)}" for test in tests]
    return "\n".join(lines) + "\n"


def _rule(rule: Mapping[str, Any]) -> Iterator[str]:
    categories = "、".join(label_of(Category(code)).zh for code in rule["categories"])
    yield f"  # ―― {rule['code']} ―― {categories}"
    for key in _RULE_HEAD:
        yield f"  {'-' if key == 'code' else ' '} {key}: {_flow(rule[key])}"
    yield "    when:"
    for clause in rule["when"]:
        yield f"      - {_flow(clause)}"
        yield from (f"        # {code} {_finding(code)}" for code in clause.get("findings", ()))
    yield f"    result: {_flow(rule['result'])}"
    lead = rule["lead"]
    yield f"    lead: {_flow(lead)}" + (f"  # 主办 {_function(lead)}" if lead else "")
    for key, word in (("co", "协办"), ("inform", "知会")):
        names = "、".join(map(_function, rule[key]))
        yield f"    {key}: {_flow(rule[key])}" + (f"  # {word} {names}" if names else "")
    yield f"    deadline_profile: {_flow(rule['deadline_profile'])}"
    yield "    basis:"
    yield from (f"      - {_flow(code)}  # {_law(code)}" for code in rule["basis"])
    yield f"    emergency: {_flow(rule['emergency'])}"
    yield f"    triage: {_flow(rule['triage'])}"


def _flow(value: Any) -> str:
    """A value on one line, quoted where YAML would read it otherwise."""
    text = yaml.safe_dump(_ordered(value), default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**9)
    return text.removesuffix("...\n").strip()


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: (_ORDER.get(key, len(_ORDER)), key))
        return {key: _ordered(value[key]) for key in keys}
    return [_ordered(entry) for entry in value] if isinstance(value, list) else value


def _function(code: str) -> str:
    return load_functions()[code].zh


def _law(code: str) -> str:
    basis = all_bases()[code]
    return f"{basis.law} {basis.article} [{basis.mark}]"


def _finding(code: str) -> str:
    return next((item.zh for form in reversed(load_forms()) for item in form.items if item.code == code), "")
