"""A rule set that cannot be evaluated fails loudly when it is loaded, with every fault named."""

import copy
import json

import pytest

from backend.domain.data_files import DataFileError
from backend.domain.routing import FindingFact, RoutingFacts, RuleSet, route, rule_set_problems, shipped_rule_set
from backend.domain.vocabulary import Category, Outcome

DATA = json.loads(json.dumps(shipped_rule_set().to_data()))


def test_a_rule_set_survives_the_database():
    again = RuleSet.from_data(DATA)
    assert again.rules == shipped_rule_set().rules
    assert again.to_data() == DATA
    facts = RoutingFacts(Category.ILLEGAL_PRACTICE, Outcome.PROBLEM, (FindingFact("A-05"),), {"has_licence": False})
    assert route(facts, again) == route(facts, shipped_rule_set())


def _rule(change):
    def spoil(data):
        change(data["rules"][0])

    return spoil


FAULTS = [
    (_rule(lambda r: r.update(lead="ministry_of_magic")), "unknown lead function 'ministry_of_magic'"),
    (_rule(lambda r: r.update(co=["nobody"])), "unknown function 'nobody'"),
    (_rule(lambda r: r.update(lead=None)), "unknown lead function None"),
    (_rule(lambda r: r.update(co=[r["lead"]])), "its own co-handler"),
    (_rule(lambda r: r.update(basis=["no_such_law"])), "unknown law"),
    (_rule(lambda r: r.update(basis=[])), "no legal basis"),
    (_rule(lambda r: r.update(categories=["gambling"])), "unknown category"),
    (_rule(lambda r: r.update(when=[])), "could never match"),
    (_rule(lambda r: r.update(when=[{}])), "would match everything"),
    (_rule(lambda r: r.update(when=[{"findings": ["C-01"]}])), "unknown finding of the rule's categories 'C-01'"),
    (_rule(lambda r: r.update(when=[{"attributes": {"has_license": True}}])), "unknown attribute 'has_license'"),
    (_rule(lambda r: r.update(when=[{"attributes": {"harm": "maybe"}}])), "unknown need"),
    (_rule(lambda r: r.update(when=[{"severity": "high"}])), "unknown key 'severity'"),
    (_rule(lambda r: r.update(when=[{"site_kinds": ["castle"]}])), "unknown site kind"),
    (_rule(lambda r: r.update(deadline_profile="soon")), "unknown deadline profile"),
    (_rule(lambda r: r.update(result="ignore")), "unknown result"),
    (_rule(lambda r: r.pop("group")), "'group' is missing"),
    (_rule(lambda r: r.update(priorty=1)), "unknown key 'priorty'"),
    (_rule(lambda r: r.update(priority=20)), "priority 20 is given 2 times"),
    (_rule(lambda r: r.update(code="A1")), "code 'A1' is given 2 times"),
    (lambda d: d["fallback"].update(function="x"), "unknown fallback function"),
    (lambda d: d.update(emergency_findings=["A-99"]), "unknown emergency finding"),
    (
        lambda d: d["deadline_profiles"]["low"].update(triage={"value": 2, "unit": "moon"}),
        "deadline profile 'low', triage",
    ),
    (
        lambda d: d["deadline_profiles"]["low"].update(tirage={"value": 2, "unit": "day"}),
        "deadline profile 'low', tirage",
    ),
    (lambda d: d.update(deadline_profiles=["low"]), "deadline_profiles is not a mapping"),
    (lambda d: d.update(valid_from="soon"), "valid_from is not a date"),
    (lambda d: d.pop("fallback"), "'fallback' is missing"),
    (lambda d: d.update(rules=None), "rules is not a list"),
]


@pytest.mark.parametrize(("spoil", "words"), FAULTS, ids=[words for _, words in FAULTS])
def test_faults_are_named(spoil, words):
    data = copy.deepcopy(DATA)
    spoil(data)
    assert any(words in problem for problem in rule_set_problems(data)), rule_set_problems(data)
    with pytest.raises(DataFileError):
        RuleSet.from_data(data)


@pytest.mark.parametrize("data", [None, [], "x", {}])
def test_what_is_no_rule_set(data):
    assert rule_set_problems(data)


def test_all_faults_at_once():
    data = copy.deepcopy(DATA)
    data["rules"][0]["lead"] = "x"
    data["rules"][5]["basis"] = ["y"]
    assert len(rule_set_problems(data)) == 2
