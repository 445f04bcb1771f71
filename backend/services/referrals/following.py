"""What an act on a referral means for reports: its own, and those whose referrals were merged into it.

Not here: the act itself (acting.py).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, any_, func, or_, select
from sqlalchemy.orm import Session, aliased

from backend.domain.accounts import Actor
from backend.domain.vocabulary import ReferralRole, ReferralStatus
from backend.persistence.models import Referral, Report
from backend.services.referrals.status import set_report_status

Standing = dict[UUID, list[tuple[ReferralStatus, ReferralRole]]]
INTO = aliased(Referral)
# A merged referral stands where the one it was merged into stands.
STANDING = select(
    Referral.report_id, func.coalesce(INTO.status, Referral.status).label("status"), Referral.role
).outerjoin(INTO, INTO.id == Referral.merged_into_id)  # fmt: skip


def follow_reports(
    session: Session, actor: Actor | None, report: Report, referral: Referral, *, now: datetime
) -> Collection[UUID]:
    """Bring the status of the reports concerned in step with ``referral``; their ids, for telling their authors' phones."""
    session.flush()
    merged = select(Referral.report_id).where(Referral.merged_into_id == referral.id).scalar_subquery()
    standing = _by_report(session, or_(Referral.report_id == report.id, Referral.report_id == any_(merged)))
    reports = {report.id: report}
    if others := standing.keys() - {report.id}:
        lock = select(Report).where(Report.id.in_(others)).order_by(Report.id).with_for_update(key_share=True)
        reports |= {row.id: row for row in session.scalars(lock, execution_options={"populate_existing": True})}
    for report_id, row in reports.items():
        data = {"referral_id": str(referral.id)}
        set_report_status(session, actor, row, standing.get(report_id, []), now=now, data=data)
    session.flush()
    return list(reports)


def standing_of(session: Session, report_ids: Collection[UUID]) -> Standing:
    """By report, where each of its referrals stands and as what; a merged one stands where its case does."""
    return _by_report(session, Referral.report_id.in_(report_ids))


def _by_report(session: Session, condition: ColumnElement[bool]) -> Standing:
    found: Standing = {}
    rows: Sequence[Row[*tuple[Any, ...]]] = session.execute(STANDING.where(condition)).all()
    for report_id, status, role in rows:
        found.setdefault(report_id, []).append((ReferralStatus(status), role))
    return found
