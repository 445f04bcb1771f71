"""First routing, from rows to rows: who gets what, with the reasons stored, at the cost of one report for many."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Category, Outcome, ReferralStatus, ReportStatus, Severity
from backend.persistence.models import Department, Event, Referral, Report, User
from tests.conftest import NOW
from tests.factories import STREET, make_report, make_site, make_user, refer

Watch = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def author(session: Session) -> User:
    return make_user(session)


def problem(session: Session, author: User, *findings: str, **values: Any) -> Report:
    severity = values.pop("finding_severity", "medium")
    return make_report(
        session,
        author,
        outcome=Outcome.PROBLEM,
        severity=Severity.MEDIUM,
        findings=[{"code": code, "note": "", "severity": severity} for code in findings],
        **values,
    )


def referrals_of(session: Session, report: Report) -> list[tuple[Referral, str | None]]:
    rows = session.execute(
        select(Referral, Department.code)
        .outerjoin(Department, Department.id == Referral.department_id)
        .where(Referral.report_id == report.id)
        .order_by(Referral.seq)
    )
    return [(referral, code) for referral, code in rows]


def test_unlicensed_clinic_goes_to_health_and_not_to_market_supervision(session: Session, author: User) -> None:
    report = problem(session, author, "A-01", "A-03", attributes={"has_licence": False, "has_business_licence": False})
    refer(session, report)
    found = referrals_of(session, report)
    leads = [(code, r.function_code) for r, code in found if r.role == "lead"]
    assert leads == [("putuo.health", "medical_practice_supervision")]
    assert all(r.status == ReferralStatus.ROUTED and r.routed_at == NOW for r, _ in found)
    assert report.status == ReportStatus.REFERRED
    assert {r.report_seq for r, _ in found} == {report.seq}


def test_reasons_are_stored_and_say_what_was_rejected(session: Session, author: User) -> None:
    report = problem(session, author, "A-01", attributes={"has_licence": False})
    refer(session, report)
    session.expire(report)
    routing = report.routing
    assert routing is not None
    assert (routing["rule_set"], routing["rule_set_version"], routing["fallback_used"]) == ("putuo-2026", 1, False)
    assert routing["valid_on"] == "2026-11-20"
    first = routing["referrals"][0]
    assert first["department"] == "putuo.health"
    assert first["legal_basis"][0]["law"]
    assert routing["matched"] and routing["rejected"]
    referral = session.get(Referral, first["referral_id"])
    assert referral is not None and referral.legal_basis == first["legal_basis"]


def test_events_stand_beside_report_and_referrals(session: Session, author: User) -> None:
    report = problem(session, author, "A-01", attributes={"has_licence": False})
    refer(session, report)
    events = session.scalars(select(Event).order_by(Event.seq)).all()
    of_report = [e for e in events if e.subject_type == "report"]
    assert [(e.action, e.from_status, e.to_status, e.actor_id) for e in of_report] == [
        ("refer", "recorded", "referred", None)
    ]
    of_referrals = {e.subject_id: e.to_status for e in events if e.subject_type == "referral"}
    assert of_referrals == {str(r.id): r.status.value for r, _ in referrals_of(session, report)}


def test_no_rule_means_the_street_and_a_person_decides(session: Session, author: User) -> None:
    report = problem(session, author, "Z-99")
    refer(session, report)
    [(referral, department)] = referrals_of(session, report)
    assert (department, referral.status) == (f"putuo.street.{STREET}", ReferralStatus.PENDING_TRIAGE)
    assert referral.routed_at is None
    assert report.routing is not None and report.routing["fallback_used"] is True


def test_without_a_street_a_street_function_has_no_department_and_waits(session: Session, author: User) -> None:
    report = problem(
        session, author, "B-09", category=Category.UNLICENSED_BUSINESS, street_code=None, attributes={"on_road": True}
    )
    refer(session, report)
    by_function = {r.function_code: (r, code) for r, code in referrals_of(session, report)}
    referral, department = by_function["street_enforcement"]
    assert (department, referral.status) == (None, ReferralStatus.PENDING_TRIAGE)


def test_function_held_by_another_bureau_on_the_day_of_capture(session: Session, author: User) -> None:
    """Drinking water moved to the disease control bureau on 2024-12-25: judged by the day of capture."""
    water = {"category": Category.WATER_VENDING, "received_at": NOW}
    before = problem(session, author, "C-07", captured_at=datetime(2024, 12, 24, 15, 59, tzinfo=UTC), **water)
    after = problem(session, author, "C-07", captured_at=datetime(2024, 12, 24, 16, 0, tzinfo=UTC), **water)
    refer(session, before, after)
    lead = {r.id: [code for ref, code in referrals_of(session, r) if ref.role == "lead"] for r in (before, after)}
    assert lead == {before.id: ["putuo.health"], after.id: ["putuo.cdc"]}
    assert before.routing is not None and before.routing["rule_set"] == "putuo-2026"  # none was valid yet: the newest


def test_dissolved_department_is_replaced_by_its_successor(session: Session, author: User) -> None:
    old = session.scalars(select(Department).where(Department.code == "putuo.health")).one()
    new = session.scalars(select(Department).where(Department.code == "putuo.cdc")).one()
    old.valid_to, old.successor_id = datetime(2026, 11, 19, tzinfo=UTC).date(), new.id
    session.flush()
    report = problem(session, author, "A-01", captured_at=datetime(2026, 11, 18, tzinfo=UTC))
    refer(session, report)
    assert "putuo.cdc" in [code for r, code in referrals_of(session, report) if r.role == "lead"]


def test_phone_clock_of_1970_is_judged_by_the_day_of_receipt(session: Session, author: User) -> None:
    report = problem(session, author, "A-01", captured_at=datetime(1970, 1, 1, tzinfo=UTC))
    refer(session, report)
    assert [code for r, code in referrals_of(session, report) if r.role == "lead"] == ["putuo.health"]


def test_emergency_is_marked_with_the_gravest_severity(session: Session, author: User) -> None:
    report = problem(session, author, "A-04", finding_severity="emergency")
    refer(session, report)
    lead = next(r for r, _ in referrals_of(session, report) if r.role == "lead")
    assert lead.is_emergency and lead.severity == Severity.EMERGENCY and lead.deadline_profile == "emergency"


def test_kind_of_the_site_decides(session: Session, author: User) -> None:
    cinema = make_site(session, kind="internet_cafe", category=Category.UNLICENSED_BUSINESS)
    unlicensed = {"category": Category.UNLICENSED_BUSINESS, "attributes": {"needs_licence": True, "has_licence": False}}
    at_site = problem(session, author, "B-11", site_id=cinema.id, **unlicensed)
    nowhere = problem(session, author, "B-11", **unlicensed)
    refer(session, at_site, nowhere)
    assert "culture_tourism" in {r.function_code for r, _ in referrals_of(session, at_site)}
    assert "culture_tourism" not in {r.function_code for r, _ in referrals_of(session, nowhere)}


def test_no_problem_is_not_referred(session: Session, author: User) -> None:
    report = make_report(session, author)
    refer(session, report)
    assert referrals_of(session, report) == []
    assert report.status == ReportStatus.RECORDED


def test_a_batch_costs_what_one_report_costs(session: Session, author: User, count_queries: Watch) -> None:
    warm = problem(session, author, "A-01")
    refer(session, warm)
    site = make_site(session)
    counts = []
    for size in (1, 40):
        reports = [problem(session, author, "A-01", "A-05", site_id=site.id) for _ in range(size)]
        with count_queries() as seen:
            refer(session, *reports)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 9
