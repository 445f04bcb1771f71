"""What an act on a referral means for reports: its own, and those whose referrals were merged into it.

Not here: the act itself (acting.py).
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased

from backend.domain.accounts import Actor
from backend.domain.vocabulary import ReferralRole, ReferralStatus
from backend.persistence.models import Referral, Report
from backend.services.referrals.status import set_report_status

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
    merged = select(Referral.report_id).where(Referral.merged_into_id == referral.id, Referral.report_id != report.id)
    others = list(session.scalars(merged))
    reports = {report.id: report}
    if others:
        lock = select(Report).where(Report.id.in_(others)).order_by(Report.id).with_for_update(key_share=True)
        reports |= {row.id: row for row in session.scalars(lock, execution_options={"populate_existing": True})}
    standing = standing_of(session, reports)
    for report_id, row in reports.items():
        data = {"referral_id": str(referral.id)}
        set_report_status(session, actor, row, standing.get(report_id, []), now=now, data=data)
    session.flush()
    return list(reports)


def standing_of(
    session: Session, report_ids: Collection[UUID]
) -> dict[UUID, list[tuple[ReferralStatus, ReferralRole]]]:
    """By report, where each of its referrals stands and as what; a merged one stands where its case does."""
    found: dict[UUID, list[tuple[ReferralStatus, ReferralRole]]] = {}
    rows: list[Row[*tuple[Any, ...]]] = list(session.execute(STANDING.where(Referral.report_id.in_(report_ids))).all())
    for report_id, status, role in rows:
        found.setdefault(report_id, []).append((ReferralStatus(status), role))
    return found
