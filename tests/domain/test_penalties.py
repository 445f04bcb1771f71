"""Counting penalties: 法释〔2016〕27号 2条(四) with the deletion of 2016, as dated data."""

from datetime import date

import pytest

from backend.domain.crime import CountingRule, counting_rule, counting_rules
from backend.domain.departments import load_functions
from backend.domain.errors import DomainError
from backend.domain.labels import codes_of, office_lists
from backend.domain.legal import MARKS, all_bases
from backend.domain.penalties import CountedPenalty, check_day, check_kind, counted, counted_by, function_of_kind

TODAY = date(2026, 11, 20)


def penalty(kind="non_physician_practice", on=date(2024, 3, 8), number="1", **more):
    return CountedPenalty(kind, on, number, **more)


def test_two_penalties_of_a_non_physician_count_as_two():
    assert counted([penalty(), penalty(number="2", on=date(2018, 1, 1))], TODAY) == 2


@pytest.mark.parametrize(
    "other",
    [
        penalty("no_institution_licence", number="2"),  # the trap: a physician's clinic without a licence
        penalty("public_place_hygiene", number="2"),
        penalty("other", number="2"),
        penalty(number="2", revoked=True),
        penalty(number="2", on=TODAY),  # again means afterwards
        penalty(number="2", on=date(2027, 1, 1)),
        penalty(number="1"),  # the same decision told twice
    ],
)
def test_what_does_not_count(other):
    assert counted([penalty(), other], TODAY) == 1


def test_nothing_counts_before_the_rule_and_without_penalties():
    assert counted([penalty(on=date(2010, 1, 1))], date(2016, 12, 19)) == 0
    assert counting_rule(date(2016, 12, 19)) is None
    assert counted([], TODAY) == 0


def test_a_window_forgets_old_penalties():
    rule = CountingRule(date(2020, 1, 1), None, frozenset({"other"}), 2, 730, "criminal_336", "建议")
    old, new = penalty("other", TODAY.replace(year=2024), "1"), penalty("other", date(2024, 11, 19), "2")
    assert counted_by(rule, [old, new], TODAY) == 1
    assert counted_by(rule, [new], TODAY) == 0


def test_the_rule_says_where_it_stands_and_that_it_is_an_inference():
    for rule in counting_rules():
        assert rule.law in all_bases()
        assert rule.kinds <= set(codes_of("penalty_kinds"))
    assert counting_rule(TODAY).mark == "推断"
    assert (counting_rule(TODAY).at_least, counting_rule(TODAY).window_days) == (2, None)


def test_kinds_name_known_functions_and_marks():
    for item in office_lists()["penalty_kinds"]["items"]:
        assert item["function"] is None or item["function"] in load_functions()
    assert office_lists()["penalty_kinds"]["mark"] in MARKS
    for item in office_lists()["crime_grounds"]["items"]:
        assert item["law"] in all_bases()


def test_a_penalty_is_recorded_by_who_decides_it():
    check_kind("non_physician_practice", ["medical_practice_supervision"])
    check_kind("other", [])
    with pytest.raises(DomainError) as refusal:
        check_kind("non_physician_practice", ["market_supervision"])
    assert refusal.value.code == "penalty_of_other_function"
    with pytest.raises(DomainError, match="unknown_code"):
        function_of_kind("mood")


def test_a_decision_follows_the_report_and_is_not_in_the_future():
    check_day(TODAY, TODAY, TODAY)
    for day in (date(2026, 11, 19), date(2026, 11, 21)):
        with pytest.raises(DomainError) as refusal:
            check_day(day, TODAY, TODAY)
        assert refusal.value.code == "penalty_day"
