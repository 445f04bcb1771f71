"""Asks the author's phone to send the missing photos of a report before all others. Not here: their arrival (services/media)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.areas import manages_street
from backend.domain.errors import DomainError
from backend.persistence.models import Report
from backend.persistence.queries.reports import visible_to
from backend.services.history import record
from backend.services.scope import publish_reports


def request_photos(session: Session, actor: Actor, report_id: UUID, *, now: datetime) -> Report:
    """Mark the report until its last photo is here. Asking again changes nothing: the first time is what counts.

    Raises DomainError: not_found, forbidden (another street's), no_photos_missing.
    """
    report = session.scalar(
        select(Report)
        .where(Report.id == report_id, visible_to(actor))
        .with_for_update(of=Report, key_share=True)
        .execution_options(populate_existing=True)
    )
    if report is None:
        raise DomainError("not_found")
    if not manages_street(actor, report.street_code):
        raise DomainError("forbidden")
    missing = report.photos_expected - report.photos_here
    if missing <= 0:
        raise DomainError("no_photos_missing")
    if report.photos_wanted_at is not None:
        return report
    report.photos_wanted_at, report.photos_wanted_by = now, actor.user_id
    record(
        session,
        at=now,
        actor=actor,
        subject_type="report",
        subject_id=report.id,
        action="request_photos",
        data={"missing": missing},
    )
    session.flush()
    publish_reports(session, [report.id], now)
    return report
