"""The seed rule set: every row of B.2, the traps, what is unknown, merging, and that nothing is ever without a lead."""

import json
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.departments import load_functions
from backend.domain.forms import load_forms
from backend.domain.labels import codes_of
from backend.domain.routing import FALLBACK_RULE, FindingFact, RoutingFacts, RoutingOutcome, route, shipped_rule_set
from backend.domain.vocabulary import Category, Outcome, ReferralRole, Severity

RULES = shipped_rule_set()
CODES = {form.category: [item.code for item in form.items] for form in load_forms()}
LETTER = {"A": Category.ILLEGAL_PRACTICE, "B": Category.UNLICENSED_BUSINESS, "C": Category.WATER_VENDING}


def decide(letter, *codes, kind=None, penalties=None, severity=Severity.MEDIUM, **attributes):
    findings = tuple(FindingFact(code, severity) for code in codes)
    return route(RoutingFacts(LETTER[letter], Outcome.PROBLEM, findings, attributes, kind, penalties), RULES)


def leads(decision):
    return {r.function_code for r in decision.referrals if r.role is ReferralRole.LEAD}


def cos(decision):
    return {r.function_code for r in decision.referrals if r.role is ReferralRole.CO}


HEALTH, MARKET, DRUGS, WATER = (
    "medical_practice_supervision", "market_supervision", "drug_supervision", "drinking_water_supervision",
)  # fmt: skip
ROWS = [
    ("A1", decide("A", "A-01"), {HEALTH}, set()),
    ("A2", decide("A", "A-08", practitioner_qualified=False), {HEALTH}, set()),
    ("A3", decide("A", "A-03", has_licence=True), {HEALTH}, set()),
    ("A4", decide("A", "A-08"), {HEALTH}, set()),
    ("A5", decide("A", "A-09", kind="beauty"), {HEALTH}, {DRUGS, "advertising_supervision"}),
    ("A6", decide("A", "A-05", has_licence=True), {DRUGS}, {HEALTH}),
    ("A7", decide("A", "A-07"), {"advertising_supervision"}, {HEALTH}),
    ("A8", decide("A", "A-12"), {HEALTH}, {"procuratorate"}),
    ("A9", decide("A", touting=True), {"police"}, {HEALTH}),
    ("A9-ambulance", decide("A", black_ambulance=True), {"police"}, {HEALTH, "traffic"}),
    ("A10", decide("A", "A-09", kind="massage"), {"tcm_supervision"}, {"advertising_supervision"}),
    ("A11", decide("A", violence=True), {"police"}, {HEALTH}),
    ("A12", decide("B", "B-07", premises_provider_knows=True, has_business_licence=False),
     {MARKET, "public_place_hygiene_supervision"}, {"police", "housing"}),
    ("A13", decide("A", "A-06", has_licence=True), {HEALTH}, {"ecology", "greening_appearance"}),
    ("B1", decide("B", "B-02", kind="beauty"), {"public_place_hygiene_supervision"}, set()),
    ("B2", decide("B", "B-01", needs_licence=False), {MARKET}, set()),
    ("B3", decide("B", "B-11"), {"street_office"}, {MARKET}),
    ("B4", decide("B", "B-09"), {"street_enforcement"}, {MARKET}),
    ("B5", decide("B", "B-09", has_business_licence=True), {"street_enforcement"}, set()),
    ("B6", decide("B", "B-02", kind="food"), {MARKET}, set()),
    ("B7-lodging", decide("B", "B-11", kind="lodging"), {"police"}, {"public_place_hygiene_supervision"}),
    ("B7-culture", decide("B", "B-11", kind="internet_cafe"), {"culture_tourism"}, {"public_place_hygiene_supervision"}),
    ("B7-sports", decide("B", "B-11", kind="swimming"), {"sports"}, {"public_place_hygiene_supervision"}),
    ("B7-pharmacy", decide("B", "B-11", kind="pharmacy"), {DRUGS}, set()),
    ("B8", decide("B", "B-01", has_business_licence=True), {MARKET}, set()),
    ("C1", decide("C", "C-05"), {WATER}, {MARKET}),
    ("C2", decide("C", "C-07"), {WATER}, set()),
    ("C3", decide("C", "C-01", on_road=True), {"street_enforcement"}, {WATER, "greening_appearance"}),
    ("C4", decide("C", "C-01", in_residential_area=True), {"street_enforcement"}, {"housing", WATER, "fire"}),
    ("C5", decide("C", "C-02"), {WATER}, {"greening_appearance"}),
    ("C6", decide("C", "C-06", has_business_licence=False), {MARKET, WATER}, set()),
    ("C7", decide("C", "C-13"), {"advertising_supervision"}, {WATER}),
    ("C8", decide("C", "C-16"), {"disease_control_emergency"}, {WATER}),
    ("C8-harm", decide("C", "C-17"), {"disease_control_emergency"}, {WATER}),
    ("C8-poison", decide("C", "C-16", suspected_poisoning=True), {"disease_control_emergency"}, {WATER, "police"}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "decision", "lead", "co"), ROWS, ids=[row[0] for row in ROWS])
def test_every_row_of_the_matrix(rule, decision, lead, co):
    assert rule in {match.rule_code for match in decision.matched}
    assert leads(decision) == lead
    assert cos(decision) == co
    assert not decision.fallback_used
    assert all(referral.legal_basis for referral in decision.referrals)


def test_the_rule_set_covers_the_whole_matrix():
    rows = {rule.row for rule in RULES.rules}
    assert rows == {f"A{n}" for n in range(1, 14)} | {f"B{n}" for n in range(1, 9)} | {f"C{n}" for n in range(1, 9)} | {
        "BX"
    }


def test_a_black_clinic_without_business_licence_goes_to_health_not_to_market():
    decision = decide("A", "A-01", "A-03", has_licence=False, has_business_licence=False)
    assert {r.function_code for r in decision.referrals} == {HEALTH}
    assert MARKET in decision.informed


def test_medicines_in_a_black_clinic_make_a_second_parallel_referral():
    for decision in (decide("A", "A-01", "A-05"), decide("A", "A-01", medicines_on_site=True)):
        assert leads(decision) == {HEALTH, DRUGS}
    health = next(r for r in decide("A", "A-01", "A-05").referrals if r.function_code == HEALTH)
    assert health.rule_codes == ("A1", "A6")
    assert leads(decide("A", "A-01", has_licence=True, medicines_on_site=True)) == {HEALTH}


def test_street_vending_never_leads_to_market():
    for decision in (decide("B", "B-09"), decide("B", "B-01", on_road=True), decide("B", "B-09", "B-01", on_road=True)):
        assert leads(decision) == {"street_enforcement"}
        assert cos(decision) == {MARKET}


@pytest.mark.parametrize("facts", [
    decide("A", "A-12"), decide("A", "A-04", harm=True), decide("A", "A-11", penalties=2),
    decide("A", "A-01", "A-12", forged_documents=True, practitioner_qualified=False, has_licence=False),
])  # fmt: skip
def test_a_suspected_crime_goes_to_health_as_emergency_never_straight_to_police(facts):
    health = next(r for r in facts.referrals if r.function_code == HEALTH)
    assert (health.role, health.emergency, health.deadline_profile) == (ReferralRole.LEAD, True, "emergency")
    assert "police" not in {r.function_code for r in facts.referrals}


def test_one_penalty_is_not_two_and_unknown_is_not_zero_crimes():
    for penalties in (None, 0, 1):
        assert "A8" not in {m.rule_code for m in decide("A", "A-11", penalties=penalties).matched}


def test_lawful_activity_is_not_referred():
    for decision in (decide("B", "B-09", exempt_trade=True), decide("B", "B-09", "B-10", designated_area=True, on_road=True),
                     decide("B", exempt_trade=True)):  # fmt: skip
        assert decision.outcome is RoutingOutcome.NOT_APPLICABLE
        assert decision.referrals == ()
        assert decision.not_applicable == ("BX",)
    mixed = decide("B", "B-09", "B-02", exempt_trade=True)
    assert leads(mixed) == {"public_place_hygiene_supervision"}
    assert leads(decide("B", "B-01", exempt_trade=True, needs_licence=True)) == {"street_office"}, "contradiction"


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.PROBLEM])
def test_other_outcomes_refer_nothing(outcome):
    facts = RoutingFacts(Category.ILLEGAL_PRACTICE, outcome, (FindingFact("A-04"),), {"harm": True})
    decision = route(facts, RULES)
    assert (decision.outcome, decision.referrals) == (RoutingOutcome.NOTHING_TO_REFER, ())


def test_what_no_rule_knows_goes_to_the_street_for_triage():
    for decision in (decide("C", "Z-99"), decide("A"), decide("B", "A-01")):
        (referral,) = decision.referrals
        assert (referral.function_code, referral.pending_triage) == ("street_office", True)
        assert referral.rule_codes == (FALLBACK_RULE,)
        assert decision.fallback_used
    half = decide("C", "Z-99", "C-13")
    assert leads(half) == {"street_office", "advertising_supervision"}
    assert next(r for r in half.referrals if r.pending_triage).finding_codes == ("Z-99",)


def test_findings_fan_out_and_a_function_gets_one_referral():
    decision = decide("C", "C-01", "C-02", "C-05", "C-13", on_road=True)
    functions = [r.function_code for r in decision.referrals]
    assert len(functions) == len(set(functions))
    assert leads(decision) == {"street_enforcement", WATER, "advertising_supervision"}, "lead beats co"
    water = next(r for r in decision.referrals if r.function_code == WATER)
    assert set(water.finding_codes) == {"C-01", "C-02", "C-05", "C-13"}
    roles = [r.role for r in decision.referrals]
    assert roles == sorted(roles, key=[ReferralRole.LEAD, ReferralRole.CO].index)


def test_the_strictest_deadline_wins():
    facts = RoutingFacts(
        Category.WATER_VENDING, Outcome.PROBLEM, (FindingFact("C-08", Severity.LOW), FindingFact("C-09", Severity.HIGH))
    )
    assert route(facts, RULES).referrals[0].deadline_profile == "high"
    assert decide("A", "A-04", severity=Severity.LOW).referrals[0].emergency, "the item is an emergency by itself"
    assert not decide("A", "A-03").referrals[0].emergency
    assert decide("A", "A-03", severity=Severity.EMERGENCY).referrals[0].emergency
    assert decide("A", "A-01", narcotics_on_site=True).referrals[-1].emergency


def test_a_decision_says_why_and_is_json():
    decision = decide("A", "A-01", "A-03", has_licence=False)
    why = {candidate.rule_code: candidate.why for candidate in decision.rejected}
    assert why["A1-display"] == "A-01 taken by A1"
    assert why["A2"] == "practitioner_qualified is unknown, needs false"
    data = json.loads(json.dumps(decision.to_data()))
    assert data["referrals"][0]["legal_basis"][0]["mark"] == "确认"
    assert (data["rule_set"], data["rule_set_version"]) == ("putuo-2026", 1)


RELEVANT = sorted({name for rule in RULES.rules for clause in rule.clauses for name, _ in clause.attributes})


def test_attributes_of_the_rules_are_those_of_the_phone():
    assert set(RELEVANT) <= set(codes_of("attributes"))


@pytest.mark.parametrize("category", Category)
def test_every_finding_with_every_pair_of_attributes_has_a_lead(category):
    settings = [{}]
    for first, second in combinations(RELEVANT, 2):
        settings += [{first: a, second: b} for a, b in product((True, False), repeat=2)]
    settings += [{name: value} for name in RELEVANT for value in (True, False, None)]
    for code, attributes in product([None, *CODES[category]], settings):
        findings = (FindingFact(code),) if code else ()
        _check_whole(route(RoutingFacts(category, Outcome.PROBLEM, findings, attributes), RULES), findings)


KINDS = st.none() | st.sampled_from(codes_of("premise_kinds")) | st.just("something new")
ATTRIBUTES = st.dictionaries(st.sampled_from([*RELEVANT, "unheard_of"]), st.none() | st.booleans())


@given(st.data(), st.sampled_from(list(Category)), ATTRIBUTES, KINDS, st.none() | st.integers(0, 5))
def test_whatever_is_known_somebody_leads(data, category, attributes, kind, penalties):
    codes = data.draw(st.lists(st.sampled_from([*CODES[category], "X-1"]), max_size=6))
    findings = tuple(FindingFact(code, data.draw(st.sampled_from(list(Severity)))) for code in codes)
    facts = RoutingFacts(category, Outcome.PROBLEM, findings, attributes, kind, penalties)
    decision = route(facts, RULES)
    _check_whole(decision, findings)
    assert decision == route(facts, RULES)
    functions = [r.function_code for r in decision.referrals]
    assert len(functions) == len(set(functions))
    assert set(functions) <= set(load_functions())
    assert not set(functions) & set(decision.informed)


def _check_whole(decision, findings):
    if decision.outcome is RoutingOutcome.NOT_APPLICABLE:
        assert decision.not_applicable
        return
    assert leads(decision)
    named = {code for referral in decision.referrals for code in referral.finding_codes}
    excused = {code for m in decision.matched if m.rule_code in decision.not_applicable for code in m.finding_codes}
    assert named | excused == {finding.code for finding in findings}


def test_plain_strings_from_a_database_are_routed_alike():
    facts = RoutingFacts("illegal_practice", "problem", (FindingFact("A-03", "emergency"),), {})
    typed = RoutingFacts(Category.ILLEGAL_PRACTICE, Outcome.PROBLEM, (FindingFact("A-03", Severity.EMERGENCY),), {})
    assert route(facts, RULES) == route(typed, RULES)
    assert route(facts, RULES).referrals[0].emergency
