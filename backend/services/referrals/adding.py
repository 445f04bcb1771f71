"""One more department for a report: a dispatcher adds a referral the rules did not make. Not here: what the rules make."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.vocabulary import ReferralRole, ReferralStatus, ReportStatus, Severity
from backend.persistence.models import CaseText, Clock, Function, Referral, Report, Site
from backend.persistence.queries.reports import visible_to
from backend.services.clocks import current_desk, first_clocks
from backend.services.history import record
from backend.services.outbox import CaseNews, announce
from backend.services.referrals.case import district_of
from backend.services.referrals.case_texts import case_text
from backend.services.referrals.departments import DepartmentRow, department_by_code, load_departments
from backend.services.referrals.following import follow_reports
from backend.services.scope import publish_reports

BY_HAND = "by_hand"  # in place of the rules' codes


def add_referral(
    session: Session,
    actor: Actor,
    report_id: UUID,
    *,
    function: str,
    department: str | None,
    role: ReferralRole,
    reason: str,
    now: datetime,
) -> Referral:
    """Refer a report to one more function, by hand and with a reason. Its deadlines are those of the report's gravest.

    Raises not_found, reason_required, unknown_code, already_referred, department_needed, report_withdrawn.
    """
    lock = select(Report).where(Report.id == report_id, visible_to(actor)).with_for_update(of=Report, key_share=True)
    report = session.scalar(lock, execution_options={"populate_existing": True})
    if report is None:
        raise DomainError("not_found")
    if not reason.strip():
        raise DomainError("reason_required")
    if report.status == ReportStatus.WITHDRAWN:
        raise DomainError("report_withdrawn")
    addressee = _addressee(session, report, function, department, now)
    desk = current_desk(session)
    referral = _row(report, function, addressee, role, now)
    referral.deadlines = desk.deadlines(referral.deadline_profile, {}, local_day(now))
    session.add(referral)
    session.flush()
    session.add_all(Clock(**row) for row in first_clocks(desk, referral, now))
    _keep_words(session, report)
    announce(session, [CaseNews(referral, "add", actor.user_id)], now=now)
    data = {"report_id": str(report.id), "function": function, "department": addressee.code, "role": role.value}
    record(
        session, at=now, actor=actor, subject_type="referral", subject_id=referral.id, action="add",
        to_status=referral.status.value, reason=reason, data=data,
    )  # fmt: skip
    publish_reports(session, follow_reports(session, actor, report, referral, now=now), now)
    return referral


def _keep_words(session: Session, report: Report) -> None:
    """A report that nobody was referred before has no words to be found by yet."""
    if session.get(CaseText, report.id) is None:
        site = session.get(Site, report.site_id) if report.site_id else None
        session.add(CaseText(**case_text(report, site)))


def _row(report: Report, function: str, addressee: DepartmentRow, role: ReferralRole, now: datetime) -> Referral:
    severity = report.severity or Severity.MEDIUM
    return Referral(
        id=new_id(),
        report_id=report.id,
        report_seq=report.seq,
        category=report.category,
        position=report.position,
        street_code=report.street_code,
        function_code=function,
        department_id=addressee.id,
        role=role,
        status=ReferralStatus.ROUTED,
        severity=severity,
        is_emergency=severity == Severity.EMERGENCY,
        finding_codes=[finding["code"] for finding in report.findings],
        rule_codes=[BY_HAND],
        legal_basis=[],
        deadline_profile=severity.value,
        created_at=now,
        routed_at=now,
    )


def _addressee(session: Session, report: Report, function: str, department: str | None, now: datetime) -> DepartmentRow:
    if session.get(Function, function) is None:
        raise DomainError("unknown_code", list="functions", value=function)
    twin = select(Referral.id).where(Referral.report_id == report.id, Referral.function_code == function)
    if session.scalar(twin) is not None:
        raise DomainError("already_referred", function=function)
    today = local_day(now)
    if department is not None:
        return department_by_code(session, department, today)
    found = load_departments(session).find(function, district_of(report), report.street_code, today, today)
    if found is None:
        raise DomainError("department_needed")
    return found
