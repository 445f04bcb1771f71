"""The tests that are stored with a rule set: facts, and what must come of them. They run at every check and approval.

Not here: routing itself (engine.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from backend.domain.routing.decision import FindingFact, RoutingDecision, RoutingFacts
from backend.domain.routing.engine import route
from backend.domain.routing.faults import Fault
from backend.domain.routing.rules import RuleSet
from backend.domain.vocabulary import Category, Outcome, ReferralRole, Severity

MOST_TESTS = 500
TEST_KEYS = {"name", "why", "facts", "expect"}
FACT_KEYS = {
    "category", "findings", "severity", "attributes", "site_kind", "prior_penalties", "prior_referrals", "grid",
    "street", "captured_at", "outcome",
}  # fmt: skip
# What may be expected, with the words for it; what is not named is not looked at.
EXPECTED = {
    "lead": "主办",
    "co": "协办",
    "informed": "知会",
    "triage": "待定性职能",
    "rules": "采用的规则",
    "emergency": "紧急",
    "fallback": "属地兜底",
    "outcome": "结果",
}
_ONE = {"emergency": bool, "fallback": bool, "outcome": str}


def own_test_faults(tests: Sequence[Any], rule_set: RuleSet) -> list[Fault]:
    """What is wrong with the tests themselves, or what ``rule_set`` decides otherwise than they expect."""
    if len(tests) > MOST_TESTS:
        return [Fault("too_many", {"key": "tests", "limit": MOST_TESTS}, path="tests")]
    faults: list[Fault] = []
    for place, test in enumerate(tests, 1):
        misshapen = list(_shape(test, f"tests.{place}"))
        faults += misshapen or _compare(test, rule_set, f"tests.{place}")
    return faults


def _compare(test: Mapping[str, Any], rule_set: RuleSet, path: str) -> Iterator[Fault]:
    found = _told(route(facts_of(test["facts"], str(rule_set.data["district"])), rule_set))
    for key, wanted in test["expect"].items():
        expected = sorted(set(wanted)) if isinstance(wanted, list) else wanted
        if found[key] != expected:
            params = {
                "name": test["name"], "what": key, "what_zh": EXPECTED[key],
                "expected": _words(expected), "found": _words(found[key]),
            }  # fmt: skip
            yield Fault("test_failed", params, path=path)


def facts_of(data: Mapping[str, Any], district: str | None = None) -> RoutingFacts:
    """The facts of a test (checked data): codes of findings that share one severity, medium unless given."""
    severity = Severity(data.get("severity", "medium"))
    moment = data.get("captured_at")
    return RoutingFacts(
        category=Category(data["category"]),
        outcome=Outcome(data.get("outcome", "problem")),
        findings=tuple(FindingFact(code, severity) for code in data.get("findings", ())),
        attributes=data.get("attributes", {}),
        site_kind=data.get("site_kind"),
        prior_penalties=data.get("prior_penalties"),
        prior_referrals=data.get("prior_referrals"),
        grid=data.get("grid"),
        street=data.get("street"),
        district=district,
        captured_at=datetime.fromisoformat(moment) if moment else None,
    )


def _told(decision: RoutingDecision) -> dict[str, Any]:
    referrals = decision.referrals
    return {
        "lead": sorted(r.function_code for r in referrals if r.role is ReferralRole.LEAD),
        "co": sorted(r.function_code for r in referrals if r.role is ReferralRole.CO),
        "informed": sorted(decision.informed),
        "triage": sorted(r.function_code for r in referrals if r.pending_triage),
        "rules": sorted({match.rule_code for match in decision.matched}),
        "emergency": any(r.emergency for r in referrals),
        "fallback": decision.fallback_used,
        "outcome": str(decision.outcome),
    }


def _words(value: Any) -> str:
    return (", ".join(value) or "-") if isinstance(value, list) else str(value)


def _shape(test: Any, path: str) -> Iterator[Fault]:
    if not isinstance(test, Mapping) or not isinstance(test.get("facts"), Mapping):
        yield _wrong("tests", path)
        return
    expect = test.get("expect")
    if not isinstance(test.get("name"), str) or not isinstance(expect, Mapping) or not expect:
        yield _wrong("tests", path)
        return
    for given, keys in ((test, TEST_KEYS), (test["facts"], FACT_KEYS), (expect, EXPECTED.keys())):
        yield from (Fault("unknown_key", {"key": key}, path=path) for key in given if key not in keys)
    for key, value in expect.items():
        kind = _ONE.get(key)
        if not (isinstance(value, kind) if kind else _is_texts(value)):
            yield _wrong(key, path)
    yield from (_wrong(key, path) for key in _bad_facts(test["facts"]))


def _bad_facts(facts: Mapping[str, Any]) -> Iterator[str]:
    for key, allowed in (("category", Category), ("severity", Severity), ("outcome", Outcome)):
        if (key in facts or key == "category") and facts.get(key) not in [str(value) for value in allowed]:
            yield key
    if not _is_texts(facts.get("findings", [])):
        yield "findings"
    attributes = facts.get("attributes", {})
    if not isinstance(attributes, Mapping) or not all(v is None or isinstance(v, bool) for v in attributes.values()):
        yield "attributes"
    for key in ("prior_penalties", "prior_referrals"):
        value = facts.get(key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            yield key
    for key in ("site_kind", "grid", "street"):
        if not isinstance(facts.get(key), str | None):
            yield key
    if not _is_moment(facts.get("captured_at")):
        yield "captured_at"


def _is_moment(value: Any) -> bool:
    if value is None:
        return True
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def _wrong(key: str, path: str) -> Fault:
    what = "of the kind a test takes here"
    return Fault("wrong_shape", {"key": key, "what": what, "what_zh": "此处所需的内容"}, path=path)
