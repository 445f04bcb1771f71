"""The golden set: what the shipped rules make of every row of the matrix and its traps; and that they cover all streets."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from backend.domain.data_files import parse_yaml
from backend.domain.departments import load_holdings
from backend.domain.divisions import streets_of
from backend.domain.legal import MARKS, all_bases
from backend.domain.routing import holder_faults, own_test_faults, prove, route, shipped_rule_set
from backend.domain.routing.own_tests import facts_of

RULES = shipped_rule_set()
FILES = sorted((Path(__file__).parent / "golden").glob("*.yaml"))
CASES = [case for file in FILES for case in parse_yaml(file.read_text(encoding="utf-8"))]
STREETS = [street.code for street in streets_of("310107", RULES.valid_from)]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_golden(case):
    assert [str(fault) for fault in own_test_faults([case], RULES)] == []


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_every_referral_has_its_reasons(case):
    told = route(facts_of(case["facts"]), RULES).to_data()
    for referral in told["referrals"]:
        assert referral["rules"] and referral["legal_basis"]
        assert all(basis["mark"] in MARKS and basis["law"] and basis["article"] for basis in referral["legal_basis"])
    considered = {rule["rule"] for rule in told["matched"]} | {rule["rule"] for rule in told["rejected"]}
    assert all(rule["why"] for rule in told["rejected"])
    if told["outcome"] != "nothing_to_refer":
        assert considered


def test_the_set_is_large_and_covers_every_rule():
    assert len(CASES) >= 60
    assert [name for name, count in Counter(case["name"] for case in CASES).items() if count > 1] == []
    assert all(len(case["why"]) > 8 for case in CASES)
    named = {code for case in CASES for code in case["expect"].get("rules", ())}
    assert named == {rule.code for rule in RULES.rules}


def holders(function, street, day):
    there = [h for h in load_holdings() if h.function == function and h.street in (None, street) and h.valid_on(day)]
    return sorted({h.organisation for h in [h for h in there if h.street] or there})


def test_the_shipped_set_covers_all_ten_streets():
    proof = prove(RULES, STREETS)
    assert [str(fault) for fault in (*proof.faults, *proof.warnings)] == []
    assert len(STREETS) == 10
    # 13 + 13 + 18 items of the checklists, and a report without any, in each category and street
    assert len(proof.cells) == (13 + 13 + 18 + 3) * 10
    assert proof.combinations > 10_000
    days = {street: [RULES.valid_from, date(2030, 1, 1)] for street in STREETS}
    assert list(holder_faults(proof.cells, days, holders)) == []
    assert all(cell.usual for cell in proof.cells)


def test_a_function_without_organisation_is_named_with_its_cells():
    proof = prove(RULES, STREETS[:2])
    before = date(2024, 12, 24)  # drinking water lay with the health commission still: somebody
    days = {street: [before] for street in STREETS[:2]}
    assert list(holder_faults(proof.cells, days, holders)) == []
    nobody = list(holder_faults(proof.cells, days, lambda f, s, d: [] if f == "sports" else holders(f, s, d)))
    assert {(fault.code, fault.params["function"]) for fault in nobody} == {("no_organisation", "sports")}
    assert {(fault.category, fault.finding, fault.street) for fault in nobody} == {
        ("unlicensed_business", finding, street) for finding in ("B-01", "B-11") for street in STREETS[:2]
    }
    two = list(holder_faults(proof.cells, days, lambda f, s, d: ["a", "b"] if f == "sports" else holders(f, s, d)))
    assert {fault.code for fault in two} == {"two_organisations"}


def test_all_laws_of_the_rules_have_a_mark():
    cited = {code for rule in RULES.rules for code in rule.basis}
    assert all(all_bases()[code].mark in MARKS for code in cited)
