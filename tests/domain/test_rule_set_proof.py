"""What the proof refuses: rules that nothing reaches, cells without a lead, sets too large to prove; and tests of a set."""

import pytest

from backend.domain.routing import RuleSet, own_test_faults, prove, shipped_rule_set
from tests.factories.rules import rule_data, the_rule

STREETS = ("310107005", "310107014")


def faults_of(change):
    proof = prove(RuleSet.from_data(rule_data(change)), STREETS)
    return [(fault.code, fault.rule, fault.clause) for fault in proof.faults]


def put_before(data, rule_code, **values):
    """A copy of a rule that comes before it in its group."""
    rule = the_rule(data, rule_code)
    data["rules"].append({**rule, "code": "early", "priority": rule["priority"] - 1, **values})


def test_a_rule_that_an_earlier_one_always_forestalls_is_named():
    def change(data):
        the_rule(data, "A7")["priority"] = 145
        put_before(data, "A7", when=[{"findings": ["A-07"]}])

    proof = prove(RuleSet.from_data(rule_data(change)), STREETS)
    [fault] = proof.faults
    assert (fault.code, fault.rule, fault.params["takers"]) == ("unreachable_rule", "A7", "early")
    assert "early" in fault.sentence("zh")


def test_earlier_rules_may_take_turns_in_forestalling():
    """Each of two leaves something over, together they leave nothing: only trying finds that."""

    def change(data):
        the_rule(data, "A7")["priority"] = 149
        for number, need in enumerate(("true", "not_true")):
            put_before(data, "A7", code=f"early-{need}", priority=146 + number,
                       when=[{"findings": ["A-07"], "attributes": {"harm": need}}])  # fmt: skip

    assert faults_of(change) == [("unreachable_rule", "A7", None)]


def test_what_unknown_leaves_over_is_reached():
    def change(data):
        the_rule(data, "A7")["priority"] = 149
        for number, need in enumerate(("true", "false")):
            put_before(data, "A7", code=f"early-{need}", priority=146 + number,
                       when=[{"findings": ["A-07"], "attributes": {"harm": need}}])  # fmt: skip

    assert faults_of(change) == []


def test_a_clause_that_the_one_before_covers_is_named():
    clauses = [{"findings": ["A-07"]}, {"findings": ["A-07"], "attributes": {"harm": True}}]
    assert faults_of(lambda data: the_rule(data, "A7").update(when=clauses)) == [("unreachable_clause", "A7", 2)]


@pytest.mark.parametrize(
    "clause",
    [{"time": {"before": "2026-11-01"}}, {"time": {"after": "2026-12-06", "before": "2026-12-07", "days": ["mon"]}}],
)
def test_a_time_outside_the_life_of_the_set_is_never_reached(clause):
    change = lambda data: the_rule(data, "A7").update(when=[{"findings": ["A-07"], **clause}])  # noqa: E731  # one line alike
    assert faults_of(change) == [("unreachable_rule", "A7", None)]


def test_a_rule_for_one_street_leaves_the_others_alone():
    def change(data):
        rule = the_rule(data, "A7")
        data["rules"].append({**rule, "code": "A7-here", "priority": 139, "lead": "street_enforcement",
                              "when": [{"findings": ["A-07"], "streets": [STREETS[0]]}]})  # fmt: skip

    proof = prove(RuleSet.from_data(rule_data(change)), STREETS)
    assert proof.faults == ()
    usual = {cell.street: cell.usual for cell in proof.cells if cell.finding == "A-07"}
    assert usual == {STREETS[0]: ("street_enforcement",), STREETS[1]: ("advertising_supervision",)}


def test_a_finding_that_a_rule_names_and_never_gets_is_a_warning():
    def change(data):
        the_rule(data, "A7")["when"] = [{"findings": ["A-07", "A-10"]}]
        put_before(data, "A7", when=[{"findings": ["A-07"]}])

    proof = prove(RuleSet.from_data(rule_data(change)), STREETS)
    assert proof.faults == ()
    assert [(w.code, w.rule, w.finding) for w in proof.warnings] == [("shadowed_finding", "A7", "A-07")]


def test_what_is_too_large_to_prove_is_refused_and_not_half_proved():
    def change(data):
        names = [
            "harm",
            "violence",
            "touting",
            "on_road",
            "public_place",
            "needs_licence",
            "has_licence",
            "exempt_trade",
        ]
        for number in range(60):
            clauses = [{"attributes": {name: need}} for name in names for need in ("true", "false")]
            data["rules"].append({**the_rule(data, "A7"), "code": f"x{number}", "priority": 1000 + number,
                                  "group": f"g{number}", "when": clauses})  # fmt: skip

    proof = prove(RuleSet.from_data(rule_data(change)), STREETS)
    assert [fault.code for fault in proof.faults] == ["too_complex"]
    assert proof.cells == ()


GOOD = {
    "name": "黑诊所", "facts": {"category": "illegal_practice", "findings": ["A-01"]},
    "expect": {"lead": ["medical_practice_supervision"], "emergency": False, "fallback": False},
}  # fmt: skip


def test_a_test_that_fails_says_what_was_expected_and_what_came():
    assert own_test_faults([GOOD], shipped_rule_set()) == []
    wrong = {**GOOD, "expect": {"lead": ["police"], "co": [], "emergency": True}}
    faults = own_test_faults([GOOD, wrong], shipped_rule_set())
    assert [fault.path for fault in faults] == ["tests.2", "tests.2"]
    assert faults[0].sentence("en") == (
        "test '黑诊所' failed: lead should be police, came out as medical_practice_supervision"
    )
    assert "主办应为 police" in faults[0].sentence("zh")


@pytest.mark.parametrize(
    "test",
    [
        None, [], "x", {}, {**GOOD, "facts": []}, {**GOOD, "expect": {}}, {**GOOD, "extra": 1},
        {**GOOD, "expect": {"leads": []}}, {**GOOD, "expect": {"lead": "police"}}, {**GOOD, "expect": {"emergency": 1}},
        {**GOOD, "facts": {}}, {**GOOD, "facts": {"category": "x"}}, {**GOOD, "facts": {"category": ["x"]}},
        *({**GOOD, "facts": {"category": "illegal_practice", **facts}} for facts in (
            {"findings": "A-01"}, {"findings": [1]}, {"severity": "worse"}, {"attributes": {"harm": "true"}},
            {"attributes": []}, {"prior_penalties": "2"}, {"prior_referrals": True}, {"captured_at": "2026-11-20T10:00:00"},
            {"captured_at": 5}, {"street": 310107005}, {"color": "red"},
        )),
    ],
)  # fmt: skip
def test_a_test_that_is_none_is_refused(test):
    faults = own_test_faults([test], shipped_rule_set())
    assert faults
    assert all(fault.path == "tests.1" for fault in faults)


def test_too_many_tests():
    assert [fault.code for fault in own_test_faults([GOOD] * 501, shipped_rule_set())] == ["too_many"]
