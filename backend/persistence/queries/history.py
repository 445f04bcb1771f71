"""Reads of the append-only history. Not here: writing it (services/history.py), who may see a subject (each slice)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session

from backend.persistence.models import Event, Referral, User
from backend.persistence.queries.paging import Page, page

AnyRow = Row[*tuple[Any, ...]]


def _events() -> Select[*tuple[Any, ...]]:
    return select(Event.seq, Event, User.name.label("actor_name")).outerjoin(User, User.id == Event.actor_id)


def list_events(session: Session, subject_type: str, subject_id: str, limit: int, cursor: str | None) -> Page[AnyRow]:
    """One page of what happened to a subject, newest first. Whether the subject may be seen is asked before."""
    statement = _events().where(Event.subject_type == subject_type, Event.subject_id == subject_id)
    return page(session, statement, Event.seq, limit, cursor)


def events_of_report(session: Session, report_id: UUID, limit: int) -> Sequence[AnyRow]:
    """Events of a report and of its referrals, oldest first."""
    referrals = session.scalars(select(Referral.id).where(Referral.report_id == report_id)).all()
    subjects = or_(
        (Event.subject_type == "report") & (Event.subject_id == str(report_id)),
        (Event.subject_type == "referral") & Event.subject_id.in_([str(referral) for referral in referrals]),
    )
    return session.execute(_events().where(subjects).order_by(Event.seq).limit(limit)).all()
