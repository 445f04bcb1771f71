"""Conditions on places, times and what came before: when they hold, why they do not, and what is wrong with them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.routing import FindingFact, RoutingFacts, RuleSet, route, rule_set_faults
from backend.domain.routing.conditions import sample_moments, time_span
from backend.domain.vocabulary import Category, Outcome, Severity
from tests.factories.rules import rule_data, the_rule

STREET, GRID = "310107005", "310107005001001"


def asking(clause):
    """A rule set in which A7 (advertising) asks for ``clause`` too."""
    return rule_data(lambda data: the_rule(data, "A7").update(when=[{"findings": ["A-07"], **clause}]))


def decide(clause, **facts):
    given = RoutingFacts(Category.ILLEGAL_PRACTICE, Outcome.PROBLEM, (FindingFact("A-07", Severity.MEDIUM),), **facts)
    return route(given, RuleSet.from_data(asking(clause)))


def took(decision):
    return "A7" in {match.rule_code for match in decision.matched}


def why_not(decision):
    return {candidate.rule_code: candidate.why for candidate in decision.rejected}["A7"]


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE)


@pytest.mark.parametrize(
    ("clause", "holds", "fails", "why"),
    [
        ({"streets": [STREET]}, {"street": STREET}, {"street": "310107014"}, "street is 310107014"),
        ({"streets": [STREET]}, {"street": STREET}, {}, "street is unknown"),
        ({"grids": [GRID]}, {"grid": GRID}, {"grid": "310107005001002"}, "grid is 310107005001002"),
        ({"districts": ["310107"]}, {"district": "310107"}, {}, "district is unknown"),
        ({"prior_referrals_at_least": 2}, {"prior_referrals": 2}, {"prior_referrals": 1}, "prior referrals are 1, needs 2"),
        ({"prior_referrals_at_least": 1}, {"prior_referrals": 9}, {}, "prior referrals are unknown, needs 1"),
        ({"prior_penalties_at_least": 1}, {"prior_penalties": 1}, {}, "prior penalties are unknown, needs 1"),
        ({"time": {"from": "22:00", "to": "06:00"}}, {"captured_at": at("2026-11-20T23:00")},
         {"captured_at": at("2026-11-20T12:00")}, "captured outside 22:00-06:00"),
        ({"time": {"days": ["sat", "sun"]}}, {"captured_at": at("2026-11-21T12:00")},
         {"captured_at": at("2026-11-20T12:00")}, "captured outside sat,sun"),
        ({"time": {"from": "09:00"}}, {"captured_at": at("2026-11-21T12:00")}, {},
         "time of capture is unknown, needs 09:00-24:00"),
    ],
)  # fmt: skip
def test_a_condition_holds_or_says_why_not(clause, holds, fails, why):
    assert rule_set_faults(asking(clause)) == []
    assert took(decide(clause, **holds))
    decision = decide(clause, **fails)
    assert not took(decision)
    assert why_not(decision) == why
    assert decision.fallback_used


@pytest.mark.parametrize(
    ("span", "moment", "holds"),
    [
        ({"from": "22:00", "to": "06:00"}, "2026-11-20T22:00", True),
        ({"from": "22:00", "to": "06:00"}, "2026-11-20T05:59", True),
        ({"from": "22:00", "to": "06:00"}, "2026-11-20T06:00", False),
        ({"from": "22:00", "to": "06:00"}, "2026-11-20T21:59", False),
        ({"from": "08:00", "to": "24:00"}, "2026-11-20T23:59", True),
        ({"to": "08:00"}, "2026-11-20T00:00", True),
        ({"days": ["fri"]}, "2026-11-20T00:00", True),
        ({"days": ["fri"], "from": "22:00", "to": "06:00"}, "2026-11-21T01:00", False),  # Saturday by then
        ({"after": "2026-11-20"}, "2026-11-20T00:00", True),
        ({"after": "2026-11-20"}, "2026-11-19T23:59", False),
        ({"before": date(2026, 11, 20)}, "2026-11-19T23:59", True),
        ({"before": date(2026, 11, 20)}, "2026-11-20T00:00", False),
    ],
)
def test_hours_and_days_are_those_of_the_district(span, moment, holds):
    local = at(moment)
    assert time_span(span).holds(local) is holds
    assert time_span(span).holds(local.astimezone(UTC)) is holds


HOURS = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))


@given(HOURS, HOURS, st.integers(0, 60 * 24 * 365))
def test_hours_and_their_complement_share_the_day(starts, ends, minutes):
    if starts == ends:
        return
    moment = at("2026-01-01T00:00") + timedelta(minutes=minutes)
    inside = time_span({"from": starts, "to": ends}).holds(moment)
    assert inside is not time_span({"from": ends, "to": starts}).holds(moment)


def test_samples_show_every_way_spans_can_hold_together():
    spans = [
        time_span({"from": "22:00", "to": "06:00"}),
        time_span({"days": ["sun"]}),
        time_span({"after": "2027-06-01"}),
    ]
    moments = sample_moments(spans, date(2026, 1, 1), None)
    ways = {tuple(span.holds(moment) for span in spans) for moment in moments}
    assert len(ways) == 8
    assert {moment.date() for moment in sample_moments(spans, date(2026, 1, 1), date(2026, 1, 2))} == {date(2026, 1, 1)}


FAULTS = [
    ({"streets": []}, "empty_list"),
    ({"streets": ["310107101"]}, "foreign_street"),  # 真如镇, until 2014
    ({"streets": ["310104001"]}, "foreign_street"),
    ({"streets": "310107005"}, "wrong_shape"),
    ({"grids": ["310107005"]}, "foreign_grid"),
    ({"grids": ["310104005001001"]}, "foreign_grid"),
    ({"districts": ["310104"]}, "unknown_value"),
    ({"site_kinds": []}, "empty_list"),
    ({"attributes": {}}, "empty_list"),
    ({"attributes": {"harm": 1}}, "unknown_value"),
    ({"prior_referrals_at_least": -1}, "wrong_shape"),
    ({"prior_referrals_at_least": True}, "wrong_shape"),
    ({"prior_penalties_at_least": "2"}, "wrong_shape"),
    ({"time": {}}, "wrong_shape"),
    ({"time": {"form": "22:00"}}, "unknown_key"),
    ({"time": {"from": 1320}}, "unquoted_hour"),
    ({"time": {"from": "25:00"}}, "bad_hour"),
    ({"time": {"from": "24:00"}}, "bad_hour"),
    ({"time": {"from": "9:00"}}, "bad_hour"),
    ({"time": {"from": "09:00", "to": "09:00"}}, "no_hours"),
    ({"time": {"days": []}}, "empty_list"),
    ({"time": {"days": ["monday"]}}, "unknown_value"),
    ({"time": {"days": [["mon"]]}}, "unknown_value"),
    ({"time": {"after": "soon"}}, "bad_day"),
    ({"time": {"after": "2026-06-01", "before": "2026-06-01"}}, "no_days"),
]


@pytest.mark.parametrize(("clause", "code"), FAULTS)
def test_conditions_that_can_fail_are_named_with_rule_and_clause(clause, code):
    faults = rule_set_faults(asking(clause))
    assert [(fault.rule, fault.clause, fault.code) for fault in faults] == [("A7", 1, code)]
    told = faults[0].to_data()
    assert told["path"].startswith("rules.A7.when.1")
    assert told["zh"] and told["en"] and "{" not in told["zh"] + told["en"]


BAD_SHAPES = [
    lambda d: d.update(rules=[[]]), lambda d: d.update(rules={}), lambda d: d.update(version=True),
    lambda d: d.update(code=None), lambda d: d.update(code="a b"), lambda d: d.update(fallback=[]),
    lambda d: d["fallback"].update(function=["x"]), lambda d: d.update(emergency_findings=[1]),
    lambda d: d.update(emergency_findings="A-04"), lambda d: d.update(deadline_profiles=[]),
    lambda d: d["deadline_profiles"].pop("high"), lambda d: d["deadline_profiles"].update(high={}),
    lambda d: d["deadline_profiles"]["high"].update(answer=5),
    lambda d: d["deadline_profiles"]["high"].update(answer={"value": 1.5, "unit": "day"}),
    lambda d: d["deadline_profiles"]["high"].update(answer={"value": 0, "unit": "hour"}),
    lambda d: d["deadline_profiles"]["high"].update(answer={"value": 5, "unit": ["day"]}),
    lambda d: d["deadline_profiles"]["high"].update(sometime={"value": 5, "unit": "day"}),
    lambda d: d.update(valid_from="2026-13-01"), lambda d: d.update(valid_to="2026-01-01"),
    lambda d: d.update(district="999999"), lambda d: d.update(zh="\x00"), lambda d: d.update(rules=d["rules"] * 20),
    lambda d: d["rules"][0].update(categories={"a": 1}), lambda d: d["rules"][0].update(co=[None]),
    lambda d: d["rules"][0].update(lead=["police"]), lambda d: d["rules"][0].update(when=["x"]),
    lambda d: d["rules"][0].update(when=[{1: 2}]), lambda d: d["rules"][0].update(priority="10"),
    lambda d: d["rules"][0].update(emergency="yes"), lambda d: d["rules"][0].update(categories=[]),
    lambda d: d["rules"][0].update(when=[{"findings": [["A-01"]]}]),
    lambda d: d["rules"][0].update(when=[{"findings": ["A-01"]}] * 41),
]  # fmt: skip


@pytest.mark.parametrize("spoil", BAD_SHAPES, ids=range(len(BAD_SHAPES)))
def test_no_shape_makes_the_check_itself_fail(spoil):
    faults = rule_set_faults(rule_data(spoil))
    assert faults
    assert all(fault.to_data()["zh"] for fault in faults)


def test_more_spans_are_allowed_and_profiles_are_ordered_by_length_not_by_place():
    def change(data):
        for spans in data["deadline_profiles"].values():
            spans["overall"] = {"value": 60, "unit": "working_day"}
            spans["verify"] = {"value": 2, "unit": "work_hour"}
        data["deadline_profiles"] = dict(reversed(data["deadline_profiles"].items()))

    rules = RuleSet.from_data(rule_data(change))
    assert rules.deadline_profiles == ("emergency", "high", "medium", "low")


def test_a_time_rule_is_judged_by_the_moment_of_capture():
    night = {"time": {"from": "22:00", "to": "06:00"}}
    moment = at("2026-11-20T23:30")
    assert took(decide(night, captured_at=moment))
    assert not took(decide(night, captured_at=moment + timedelta(hours=8)))
