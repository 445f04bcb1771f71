"""GET /reports/{id}/routing: why it came here, what was rejected, what people changed since; and days without rules."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.api.schemas.explanation import ExplanationSchema
from backend.domain.calendar import local_day
from backend.domain.vocabulary import Outcome, ReferralStatus, Role, Severity
from backend.persistence.models import Referral, Report, User
from backend.services.referrals import load_penalties, load_site_histories
from tests.api.asking import Person
from tests.conftest import NOW
from tests.factories import make_officer, make_penalty, make_referral, make_report, make_site, make_user, refer


@pytest.fixture
def author(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def bureau(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.BUREAU_TRIAGER))


def problem(session: Session, author: User, *codes: str, **values: Any) -> Report:
    findings = [{"code": code, "note": "", "severity": "medium"} for code in codes]
    return make_report(session, author, outcome=Outcome.PROBLEM, severity=Severity.MEDIUM, findings=findings, **values)


def ask(person: Person, report: Report) -> Any:
    told = person.get(f"/reports/{report.id}/routing")
    assert ExplanationSchema().validate(told) == {}
    return told


def test_every_reason_is_there(bureau: Person, session: Session, author: User) -> None:
    site = make_site(session, kind="beauty")
    report = problem(session, author, "A-01", attributes={"has_licence": False}, site_id=site.id)
    refer(session, report)
    told = ask(bureau, report)
    assert (told["rule_set"], told["rule_set_version"], told["valid_on"]) == ("putuo-2026", 1, "2026-11-20")
    assert told["facts"]["site_kind"] == "beauty"
    assert (told["facts"]["prior_referrals"], told["facts"]["prior_penalties"]) == (0, 0)
    [match] = told["matched"]
    assert (match["code"], match["clause"], match["findings"]) == ("A1", 1, ["A-01"])
    assert match["condition"]["attributes"] == {"has_licence": "not_true"}
    why = {candidate["code"]: candidate["why"] for candidate in told["rejected"]}
    assert why["A1-display"] == "A-01 taken by A1"
    laws = told["referrals"][0]["legal_basis"]
    assert all(law["confirmed"] is (law["mark"] == "确认") for law in laws)
    assert told["informed"] == ["street_office", "market_supervision"]
    assert told["rerouted"] == []


def test_manual_reroutings_are_told_with_who_and_why(
    app: Flask, bureau: Person, session: Session, author: User
) -> None:
    report = problem(session, author, "A-01")
    refer(session, report)
    referral = session.query(Referral).filter_by(report_id=report.id).one()
    path = f"/referrals/{referral.id}/actions"
    health = Person(app, session, make_officer(session))
    health.post(f"{path}/return", return_code="not_our_function", reason="属市场监管")
    assert bureau.post(f"{path}/route", 422, department="putuo.market")["code"] == "reason_required"
    bureau.post(f"{path}/route", department="putuo.market", reason="同意改派")
    [change] = ask(bureau, report)["rerouted"]
    assert (change["reason"], change["by"]["name"], change["from_status"]) == ("同意改派", "测试员", "returned")
    assert change["before"]["function"] == "medical_practice_supervision"
    assert change["after"]["department"] == "putuo.market"


def test_the_first_department_needs_no_reason(bureau: Person, session: Session, author: User) -> None:
    waiting = make_referral(session, make_report(session, author), None)
    told = bureau.post(f"/referrals/{waiting.id}/actions/route", department="putuo.health")
    assert told["status"] == "routed"


def test_a_day_without_rules_goes_to_the_street_and_says_so(bureau: Person, session: Session, author: User) -> None:
    session.execute(text("UPDATE rule_sets SET valid_to = '2026-11-20'"))
    report = problem(session, author, "A-01", "A-04")
    refer(session, report)
    told = ask(bureau, report)
    assert (told["rule_set"], told["rule_set_version"], told["reason"]) == (None, None, "no_rule_set_in_force")
    assert (told["fallback_used"], told["matched"], told["rejected"]) == (True, [], [])
    [referral] = told["referrals"]
    assert (referral["department"], referral["pending_triage"]) == ("putuo.street.310107005", True)
    assert referral["emergency"], "what is an emergency is one without rules too"
    assert bureau.get(f"/reports/{report.id}")["routing"]["rule_set"] is None


def test_without_any_rule_set_nothing_breaks(bureau: Person, session: Session, author: User) -> None:
    session.execute(text("UPDATE rule_sets SET status = 'retired'"))
    placed, nowhere = problem(session, author, "A-01"), problem(session, author, "A-01", street_code=None)
    refer(session, placed, nowhere)
    assert [ask(bureau, report)["reason"] for report in (placed, nowhere)] == ["no_rule_set_in_force"] * 2
    waiting = session.query(Referral).filter_by(report_id=nowhere.id).one()
    assert (waiting.status, waiting.department_id) == (ReferralStatus.PENDING_TRIAGE, None)


def test_a_phone_of_1970_is_judged_by_the_day_it_came(bureau: Person, session: Session, author: User) -> None:
    session.execute(text("UPDATE rule_sets SET valid_to = '2026-11-21'"))
    report = problem(session, author, "A-01", captured_at=datetime(1970, 1, 1, tzinfo=UTC))
    refer(session, report)
    assert ask(bureau, report)["rule_set"] == "putuo-2026"


def test_nothing_to_route_and_nothing_to_see(app: Flask, bureau: Person, session: Session, author: User) -> None:
    quiet = make_report(session, author)
    told = ask(bureau, quiet)
    assert (told["routed"], told["rule_set"], told["referrals"]) == (False, None, [])
    stranger = Person(app, session, make_user(session))
    assert stranger.get(f"/reports/{quiet.id}/routing", 404)["code"] == "not_found"
    assert Person(app, session, author).get(f"/reports/{quiet.id}/routing")["routed"] is False


def test_earlier_referrals_at_a_site_count_once_for_each_report(
    session: Session, author: User, count_queries: Any
) -> None:
    site, other = make_site(session), make_site(session)
    done = {"status": ReferralStatus.CLOSED}
    twice = make_report(session, author, site_id=site.id)
    make_referral(session, twice)
    make_referral(session, twice, "putuo.market", function_code="market_supervision", **done, outcome_code="unfounded")
    for outcome in ("founded_case_filed", "unfounded", "cannot_verify"):
        make_referral(session, make_report(session, author, site_id=site.id), **done, outcome_code=outcome)
    make_referral(session, make_report(session, author, site_id=site.id, withdrawn_at=NOW))
    with count_queries() as seen:
        found = load_site_histories(session, {site.id, other.id}, NOW)
    assert len(seen) == 1
    assert {key: known.referrals for key, known in found.items()} == {site.id: 2, other.id: 0}
    with count_queries() as seen:
        assert load_site_histories(session, set(), NOW) == {}
    assert seen == []


def test_earlier_penalties_are_found_by_site_and_by_credit_code(
    session: Session, author: User, count_queries: Any
) -> None:
    code, recorder = "913100007109328220", make_user(session)
    punished, other = make_site(session), make_site(session, uscc=code)
    for number in (1, 2):
        make_penalty(session, recorder, site_id=punished.id, document_no=f"罚{number}")
    make_penalty(session, recorder, uscc=code)
    make_penalty(session, recorder, uscc=code, kind="no_institution_licence")  # does not count since 2016
    said = make_report(session, author, site={"uscc": code})
    at_site, at_other = (make_report(session, author, site_id=site.id) for site in (punished, other))
    unknown = make_report(session, author)
    sites = {site.id: site for site in (punished, other)}
    with count_queries() as seen:
        found = load_penalties(session, [said, at_site, at_other, unknown], sites)
    assert len(seen) == 1
    day = local_day(NOW)
    assert found == {(None, code, day): 1, (punished.id, None, day): 2, (other.id, code, day): 1}


def test_two_penalties_and_again_is_a_suspected_crime(session: Session, author: User) -> None:
    """法释〔2016〕27号 2条(四): by the rules, without anybody remembering."""
    site, recorder = make_site(session), make_user(session)
    for number in (1, 2):
        make_penalty(session, recorder, site_id=site.id, document_no=f"罚{number}")
    again, first = (
        make_report(
            session, author, outcome=Outcome.PROBLEM, severity="high", site_id=place,
            findings=[{"code": "A-03", "note": "", "severity": "high"}], attributes={"has_licence": False},
        )
        for place in (site.id, make_site(session).id)
    )  # fmt: skip
    refer(session, again, first)
    assert again.routing is not None and first.routing is not None
    assert "A8" in {match["rule"] for match in again.routing["matched"]}
    assert again.routing["facts"]["prior_penalties"] == 2
    assert "A8" not in {match["rule"] for match in first.routing["matched"]}
    assert first.routing["facts"]["prior_penalties"] == 0
