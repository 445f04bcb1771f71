"""Withdrawing a report: it is kept, and whoever deals with it sees the mark. Not here: items of the sync (services/sync)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.notices import TRIAGERS, department_audience
from backend.domain.referrals import FINAL_STATUSES
from backend.domain.vocabulary import NoticeKind, ReportStatus
from backend.persistence.models import Referral, Report
from backend.persistence.queries.reports import visible_to
from backend.services.history import record
from backend.services.outbox import case_notice, notify
from backend.services.scope import publish_reports


def withdraw_own(session: Session, actor: Actor, report_id: UUID, reason: str, *, now: datetime) -> Report:
    """The author takes a report back. Raises not_found, forbidden (another's), reason_required, illegal_transition (twice)."""
    lock = select(Report).where(Report.id == report_id, visible_to(actor)).with_for_update(of=Report, key_share=True)
    report = session.scalar(lock, execution_options={"populate_existing": True})
    if report is None:
        raise DomainError("not_found")
    if report.author_id != actor.user_id:
        raise DomainError("forbidden")
    if not reason.strip():
        raise DomainError("reason_required")
    mark_withdrawn(session, actor, report, reason, now=now)
    session.flush()
    publish_reports(session, [report.id], now)
    return report


def mark_withdrawn(session: Session, actor: Actor, report: Report, reason: str, *, now: datetime) -> None:
    """Mark the (locked) report and write the event. Raises illegal_transition where it was withdrawn before."""
    if report.withdrawn_at is not None:
        raise DomainError("illegal_transition", status=str(report.status), action="withdraw")
    before = report.status
    report.withdrawn_at, report.withdrawn_reason = now, reason
    report.status = ReportStatus.WITHDRAWN
    report.version += 1
    record(
        session, at=now, actor=actor, subject_type="report", subject_id=report.id, action="withdraw",
        from_status=before.value, to_status=report.status.value, data={"reason": reason},
    )  # fmt: skip
    _tell_departments(session, actor, report, now)


def _tell_departments(session: Session, actor: Actor, report: Report, now: datetime) -> None:
    """What was referred stays where it is: whoever has it decides what the withdrawal means."""
    open_ones = select(Referral).where(Referral.report_id == report.id, Referral.status.not_in(FINAL_STATUSES))
    told = [
        case_notice(NoticeKind.REPORT_WITHDRAWN, referral, audience, actor.user_id)
        for referral in session.scalars(open_ones)
        for audience in [department_audience(referral.department_id) if referral.department_id else TRIAGERS]
    ]
    notify(session, told, now=now)
