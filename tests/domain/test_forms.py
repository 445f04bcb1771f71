"""The three checklists are whole, dated, honest about their sources, and check answers."""

import copy
import json
from datetime import date

import pytest

from backend.domain.data_files import DataFileError, load_yaml
from backend.domain.forms import check_answers, find_form, form_from_data, form_valid_at, load_forms
from backend.domain.legal import MARKS, all_bases, legal_basis
from backend.domain.routing import shipped_rule_set
from backend.domain.vocabulary import Category, Flag, Outcome, PhotoRole, Severity

DAY = date(2026, 11, 21)


@pytest.mark.parametrize(("code", "category", "count"), [
    ("A", Category.ILLEGAL_PRACTICE, 13), ("B", Category.UNLICENSED_BUSINESS, 13), ("C", Category.WATER_VENDING, 18),
])  # fmt: skip
def test_the_three_lists(code, category, count):
    form = form_valid_at(code, DAY)
    assert form is form_valid_at(category, DAY) is find_form(code, 1)
    assert form.category is category
    assert [item.code for item in form.items] == [f"{code}-{n:02d}" for n in range(1, count + 1)]
    assert form.min_photos[Outcome.NO_PROBLEM] == 1, "two taps and a photo"
    for item in form.items:
        assert item.zh.strip()
        assert item.en.strip()
        assert item.basis
        assert item.answer["type"] in ("yes_no", "number", "date", "choice")
        assert item.emergency == (item.severity is Severity.EMERGENCY)
        if item.answer["type"] == "number":
            assert item.answer["unit"]


def test_days_before_and_versions_that_never_were():
    assert form_valid_at("A", date(2025, 12, 31)) is None
    assert find_form("A", 2) is None
    assert find_form("Z", 1) is None


def test_emergencies_are_those_of_the_trade_and_of_the_rules():
    emergencies = {item.code for form in load_forms() for item in form.items if item.emergency}
    assert emergencies == {"A-04", "A-12", "A-13", "C-17"} == shipped_rule_set().emergency_findings


def test_hints_name_rows_of_the_routing_table():
    rows = {rule.row for rule in shipped_rule_set().rules}
    assert {hint for form in load_forms() for item in form.items for hint in item.hints} <= rows


def test_what_a_phone_gets():
    form = form_valid_at("C", DAY)
    content = json.loads(json.dumps(form.to_object()))
    assert (content["code"], content["version"], content["category"]) == ("C", 1, "water_vending")
    assert content["items"][1]["answer"] == {"type": "number", "unit": "m", "finding_when": {"below": 10}}
    assert content["items"][0]["basis"][0] == {
        "code": "putuo_2021_2_3_6", "law": "普陀区2021方案", "article": "二(三)6", "mark": "确认",
    }  # fmt: skip
    assert content["min_photos"]["no_problem"] == 1


def test_answers():
    form = form_valid_at("A", DAY)
    assert check_answers(form, {"A-01": True}, ["A-01"]).flags == ()
    checked = check_answers(form, {"A-01": True, "Q-1": 1}, ["A-77"])
    assert checked.flags == (Flag.UNKNOWN_FINDING,)
    assert checked.unknown_codes == ("A-77", "Q-1")
    assert check_answers(form, {"Q-1": 1}, []).flags == (), "an unknown answer alone is no doubt about a finding"


def test_laws_are_marked_and_dated():
    assert {basis.mark for basis in all_bases().values()} == MARKS
    old, new = legal_basis("practising_physicians_39"), legal_basis("physicians_59")
    assert old.in_force(date(2022, 2, 28))
    assert not old.in_force(date(2022, 3, 1))
    assert new.in_force(date(2022, 3, 1))
    assert not new.in_force(date(2022, 2, 28))
    assert new.confirmed
    assert not legal_basis("food_safety").confirmed


@pytest.mark.parametrize(("change", "words"), [
    ({"basis": ["x"]}, "unknown law 'x'"), ({"photos": ["selfie"]}, "unknown photo role"),
    ({"answer": {"type": "mood"}}, "unknown answer type"), ({"severity": "bad"}, "unknown severity"),
    ({"code": "A-02"}, "given twice"),
])  # fmt: skip
def test_broken_forms_fail_loudly(change, words):
    data = copy.deepcopy(load_yaml("forms/a-1.yaml"))
    data["items"][0].update(change)
    with pytest.raises(DataFileError, match=words):
        form_from_data(data, "test")


def test_photo_demands_are_roles():
    assert all(isinstance(role, PhotoRole) for form in load_forms() for item in form.items for role in item.photos)
