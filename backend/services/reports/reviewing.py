"""A coordinator has looked at reports that needed eyes. Not here: which do (persistence/queries/review.py)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.areas import manages_street
from backend.domain.errors import DomainError
from backend.persistence.models import Report, ReportReview
from backend.persistence.queries.reports import visible_to
from backend.persistence.queries.reports.rows import one_of
from backend.services.history import record


def review_reports(
    session: Session, actor: Actor, report_ids: Sequence[UUID], note: str, *, now: datetime
) -> list[UUID]:
    """Mark reports as looked at, all or none; the ids of those nobody had looked at before. An event stands with each.

    Raises DomainError: not_found (one the actor does not see), forbidden (another street's).
    """
    wanted = list(dict.fromkeys(report_ids))
    seen = session.execute(
        select(Report.id, Report.street_code).where(Report.id == one_of(wanted, Uuid), visible_to(actor))
    ).all()
    if len(seen) != len(wanted):
        raise DomainError("not_found")
    if not all(manages_street(actor, row.street_code) for row in seen):
        raise DomainError("forbidden")
    values = [
        {"report_id": report_id, "reviewed_by": actor.user_id, "reviewed_at": now, "note": note} for report_id in wanted
    ]
    # whoever was quicker counts; two at once wait for each other on the key
    fresh = insert(ReportReview).values(values).on_conflict_do_nothing().returning(ReportReview.report_id)
    marked = list(session.scalars(fresh))
    for report_id in marked:
        record(
            session, at=now, actor=actor, subject_type="report", subject_id=report_id, action="review", reason=note or None
        )  # fmt: skip
    session.flush()
    return marked


def unreview_report(session: Session, actor: Actor, report_id: UUID, *, now: datetime) -> None:
    """Put a report back into the queue, by whoever took it out. Raises not_found, forbidden (another's mark)."""
    row = session.scalar(
        select(ReportReview).join(Report, Report.id == ReportReview.report_id)
        .where(ReportReview.report_id == report_id, visible_to(actor)).with_for_update(of=ReportReview)
    )  # fmt: skip
    if row is None:
        raise DomainError("not_found")
    if row.reviewed_by != actor.user_id:
        raise DomainError("forbidden")
    session.delete(row)
    record(session, at=now, actor=actor, subject_type="report", subject_id=report_id, action="unreview")
    session.flush()
