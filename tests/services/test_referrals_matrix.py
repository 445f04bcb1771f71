"""Every row of the responsibility matrix (domain.md B.2) from a stored report to the departments of its street."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Category, Outcome, ReferralStatus, ReportStatus, Severity
from backend.persistence.models import Department, Referral, Report
from tests.factories import OTHER_STREET, make_report, make_site, make_user, refer

LETTER = {"A": Category.ILLEGAL_PRACTICE, "B": Category.UNLICENSED_BUSINESS, "C": Category.WATER_VENDING}
TEAM, OFFICE = f"putuo.enforcement.{OTHER_STREET}", f"putuo.street.{OTHER_STREET}"
HEALTH, CDC, MARKET, POLICE = "putuo.health", "putuo.cdc", "putuo.market", "putuo.police"
GREEN, HOUSING = "putuo.greening", "putuo.housing"

# row, findings, kind of the site, attributes, departments that lead, departments that help
ROWS: list[tuple[str, list[str], str | None, dict[str, bool], set[str], set[str]]] = [
    ("A1", ["A-01"], None, {"has_licence": False, "has_business_licence": False}, {HEALTH}, set()),
    ("A2", ["A-08"], None, {"practitioner_qualified": False}, {HEALTH}, set()),
    ("A3", ["A-03"], None, {"has_licence": True}, {HEALTH}, set()),
    ("A4", ["A-08"], None, {}, {HEALTH}, set()),
    ("A5", ["A-09"], "beauty", {}, {HEALTH}, {MARKET}),
    ("A6", ["A-05"], None, {"has_licence": True}, {MARKET}, {HEALTH}),
    ("A7", ["A-07"], None, {}, {MARKET}, {HEALTH}),
    ("A8", ["A-12"], None, {}, {HEALTH}, {"putuo.procuratorate"}),
    ("A9", [], None, {"black_ambulance": True}, {POLICE}, {HEALTH, "putuo.traffic"}),
    ("A10", ["A-09"], "massage", {}, {HEALTH}, {MARKET}),
    ("A11", [], None, {"violence": True}, {POLICE}, {HEALTH}),
    ("A12", ["B-07"], None, {"premises_provider_knows": True, "has_business_licence": False},
     {MARKET, HEALTH}, {POLICE, HOUSING}),
    ("A13", ["A-06"], None, {"has_licence": True}, {HEALTH}, {"putuo.ecology", GREEN}),
    ("B1", ["B-02"], "beauty", {}, {HEALTH}, set()),
    ("B2", ["B-01"], None, {"needs_licence": False}, {MARKET}, set()),
    ("B3", ["B-11"], None, {}, {OFFICE}, {MARKET}),
    ("B4", ["B-09"], None, {"on_road": True}, {TEAM}, {MARKET}),
    ("B5", ["B-09"], None, {"has_business_licence": True}, {TEAM}, set()),
    ("B6", ["B-02"], "food", {}, {MARKET}, set()),
    ("B7-lodging", ["B-11"], "lodging", {}, {POLICE}, {HEALTH}),
    ("B7-culture", ["B-11"], "internet_cafe", {}, {"putuo.culture"}, {HEALTH}),
    ("B7-sports", ["B-11"], "swimming", {}, {"putuo.sports"}, {HEALTH}),
    ("B7-pharmacy", ["B-11"], "pharmacy", {}, {MARKET}, set()),
    ("B8", ["B-01"], None, {"has_business_licence": True}, {MARKET}, set()),
    ("BX", ["B-09"], None, {"exempt_trade": True}, set(), set()),
    ("C1", ["C-05"], None, {}, {CDC}, {MARKET}),
    ("C2", ["C-07"], None, {}, {CDC}, set()),
    ("C3", ["C-01"], None, {"on_road": True}, {TEAM}, {CDC, GREEN}),
    ("C4", ["C-01"], None, {"in_residential_area": True}, {TEAM}, {HOUSING, CDC, "putuo.fire"}),
    ("C5", ["C-02"], None, {}, {CDC}, {GREEN}),
    ("C6", ["C-06"], None, {"has_business_licence": False}, {MARKET, CDC}, set()),
    ("C7", ["C-13"], None, {}, {MARKET}, {CDC}),
    ("C8", ["C-16"], None, {"suspected_poisoning": True}, {CDC}, {CDC, POLICE}),
    ("street", ["C-99"], None, {}, {OFFICE}, set()),
]  # fmt: skip


@pytest.fixture
def routed(session: Session) -> dict[str, tuple[Report, list[tuple[Referral, str]]]]:
    """Every row's report, routed in one batch."""
    author = make_user(session)
    reports = {row: _report(session, author, row, *facts) for row, *facts, _, _ in ROWS}
    refer(session, *reports.values())
    found: dict[Any, list[tuple[Referral, str]]] = {}
    rows = session.execute(select(Referral, Department.code).join(Department, Department.id == Referral.department_id))
    for referral, department in rows:
        found.setdefault(referral.report_id, []).append((referral, department))
    return {row: (report, found.get(report.id, [])) for row, report in reports.items()}


def _report(
    session: Session, author: Any, row: str, findings: list[str], kind: str | None, attributes: dict[str, bool]
) -> Report:
    category = LETTER["B" if row in ("A12", "BX") else "C" if row == "street" else row[0]]
    site = make_site(session, kind=kind, category=category) if kind else None
    return make_report(
        session,
        author,
        category=category,
        outcome=Outcome.PROBLEM,
        severity=Severity.MEDIUM,
        street_code=OTHER_STREET,
        site_id=site.id if site else None,
        findings=[{"code": code, "note": "", "severity": "medium"} for code in findings],
        attributes=attributes,
    )


def test_every_row_reaches_its_departments(routed: dict[str, tuple[Report, list[tuple[Referral, str]]]]) -> None:
    seen = {row: _roles(referrals) for row, (_, referrals) in routed.items()}
    assert seen == {row: (lead, co) for row, *_, lead, co in ROWS}


def _roles(referrals: list[tuple[Referral, str]]) -> tuple[set[str], set[str]]:
    return ({code for r, code in referrals if r.role == "lead"}, {code for r, code in referrals if r.role == "co"})


def test_every_row_has_its_rule_law_and_status(
    routed: dict[str, tuple[Report, list[tuple[Referral, str]]]],
) -> None:
    for row, (report, referrals) in routed.items():
        routing = report.routing
        assert routing is not None
        assert report.status == (ReportStatus.RECORDED if row == "BX" else ReportStatus.REFERRED)
        assert routing["fallback_used"] is (row == "street")
        assert all(referral.legal_basis and referral.rule_codes for referral, _ in referrals), row
        if row not in ("street", "B3"):
            assert {referral.status for referral, _ in referrals} <= {ReferralStatus.ROUTED}, row
        rules = {match["rule"] for match in routing["matched"]} | set(routing["not_applicable"])
        assert row == "street" or any(rule.startswith(row.split("-")[0]) for rule in rules), row
