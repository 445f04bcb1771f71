"""First routing: fresh reports become referrals by the rules of their day, and every decision stores why.

A batch costs as many statements as one report. Not here: the rules (domain/routing), later acts (actions.py),
the phones' feed (the caller publishes once per batch).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.calendar import local_day
from backend.domain.ids import new_id
from backend.domain.routing import FindingFact, RoutedReferral, RoutingFacts, route
from backend.domain.vocabulary import ReferralStatus, Severity
from backend.persistence.models import Referral, Report, Site
from backend.services.history import record
from backend.services.referrals.departments import DepartmentMap, DepartmentRow, load_departments
from backend.services.referrals.rule_sets import RuleSets
from backend.services.referrals.status import set_report_status

RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class _Desk:
    """What every report of the batch is judged with."""

    rule_sets: RuleSets
    departments: DepartmentMap
    site_kinds: dict[UUID, str | None]
    now: datetime


def refer_reports(
    session: Session, reports: Sequence[Report], *, now: datetime
) -> dict[UUID, list[tuple[Referral, str | None]]]:
    """Route freshly added reports (in the session, flushed or not) and add their referrals and events.

    Returned by report: each referral with the name of its department, for the phones' feed.

    Sets ``routing`` and ``status`` of each report. Rules and departments are those of the day of capture. The session
    is flushed; nothing is published. LookupError where the database holds no rule set at all.
    """
    if not reports:
        return {}
    desk = _Desk(RuleSets(session), load_departments(session), _site_kinds(session, reports), now)
    referrals = {report.id: _refer(session, report, desk) for report in reports}
    session.add_all(referral for made in referrals.values() for referral, _ in made)
    session.flush()
    return referrals


def _refer(session: Session, report: Report, desk: _Desk) -> list[tuple[Referral, str | None]]:
    day, received = local_day(report.captured_at), local_day(report.received_at)
    rule_set, district = desk.rule_sets.choose(report.street_code[:6] if report.street_code else None, day, received)
    decision = route(_facts(report, desk), rule_set)
    told = decision.to_data()
    referrals = []
    for routed, reasons in zip(decision.referrals, told["referrals"], strict=True):
        department = desk.departments.find(routed.function_code, district, report.street_code, day, local_day(desk.now))
        referral = _referral(report, routed, reasons, department, desk.now)
        reasons.update(_addressed(referral, department))
        _note(session, referral, desk.now)
        referrals.append((referral, department.name if department else None))
    report.routing = {**told, "district": district, "valid_on": day.isoformat(), "decided_at": desk.now.isoformat()}
    set_report_status(
        session,
        None,
        report,
        [referral.status for referral, _ in referrals],
        now=desk.now,
        data={"rule_set": f"{rule_set.code}/{rule_set.version}", "fallback": decision.fallback_used},
    )
    return referrals


def _facts(report: Report, desk: _Desk) -> RoutingFacts:
    return RoutingFacts(
        category=report.category,
        outcome=report.outcome,
        findings=tuple(FindingFact(f["code"], Severity(f["severity"])) for f in report.findings),
        attributes=report.attributes,
        site_kind=desk.site_kinds.get(report.site_id) if report.site_id else None,
    )


def _referral(
    report: Report, routed: RoutedReferral, reasons: dict[str, Any], department: DepartmentRow | None, now: datetime
) -> Referral:
    waits = routed.pending_triage or department is None
    return Referral(
        id=new_id(),
        report_id=report.id,
        report_seq=report.seq,
        category=report.category,
        street_code=report.street_code,
        function_code=routed.function_code,
        department_id=department.id if department else None,
        role=routed.role,
        status=ReferralStatus.PENDING_TRIAGE if waits else ReferralStatus.ROUTED,
        severity=_severity(report, routed),
        is_emergency=routed.emergency,
        finding_codes=list(routed.finding_codes),
        rule_codes=list(routed.rule_codes),
        legal_basis=reasons["legal_basis"],
        deadline_profile=routed.deadline_profile,
        created_at=now,
        routed_at=None if waits else now,
        return_count=0,
        version=1,
    )


def _severity(report: Report, routed: RoutedReferral) -> Severity:
    """The gravest of the findings this referral is about; without findings that of the report."""
    found = [Severity(f["severity"]) for f in report.findings if f["code"] in routed.finding_codes]
    return max(found, key=RANK.__getitem__, default=report.severity or Severity.MEDIUM)


def _addressed(referral: Referral, department: DepartmentRow | None) -> dict[str, Any]:
    return {
        "referral_id": str(referral.id),
        "department": department.code if department else None,
        "department_name": department.name if department else None,
    }


def _note(session: Session, referral: Referral, now: datetime) -> None:
    record(
        session,
        at=now,
        actor=None,
        subject_type="referral",
        subject_id=referral.id,
        action="route" if referral.status == ReferralStatus.ROUTED else "await_triage",
        to_status=referral.status.value,
        data={
            "report_id": str(referral.report_id),
            "rules": referral.rule_codes,
            "function": referral.function_code,
            "department_id": str(referral.department_id) if referral.department_id else None,
        },
    )


def _site_kinds(session: Session, reports: Sequence[Report]) -> dict[UUID, str | None]:
    ids = {report.site_id for report in reports if report.site_id is not None}
    if not ids:
        return {}
    return {row.id: row.kind for row in session.execute(select(Site.id, Site.kind).where(Site.id.in_(ids)))}
