"""Reads of the append-only history. Not here: writing it (services/history.py), who may see a subject (each slice)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import Session

from backend.persistence.models import Event, Referral, User
from backend.persistence.queries.paging import Page, page

READ = "read"  # the action of opening what is sealed away
AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What the history is narrowed to; None does not narrow. ``until`` is exclusive; ``by_product``: without an actor."""

    actor: UUID | None = None
    by_product: bool | None = None
    subject_type: str | None = None
    subject_id: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def _events() -> Select[*tuple[Any, ...]]:
    return select(Event.seq, Event, User.name.label("actor_name")).outerjoin(User, User.id == Event.actor_id)


def list_events(
    session: Session, subject_type: str, subject_id: str, limit: int, cursor: str | None, *, reads: bool = True
) -> Page[AnyRow]:
    """One page of what happened to a subject, newest first. Whether the subject may be seen is asked before. ``reads`` False
    leaves out who only looked: that is for auditors."""
    statement = _events().where(Event.subject_type == subject_type, Event.subject_id == subject_id)
    if not reads:
        statement = statement.where(Event.action != READ)
    return page(session, statement, Event.seq, limit, cursor)


def find_events(session: Session, wanted: EventFilter, limit: int, cursor: str | None) -> Page[AnyRow]:
    """One page of all that happened, newest first; for who may see everything. One statement."""
    found: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (Event.actor_id, wanted.actor),
            (Event.subject_type, wanted.subject_type),
            (Event.subject_id, wanted.subject_id),
            (Event.action, wanted.action),
        )
        if value is not None
    ]
    if wanted.by_product is not None:
        found.append(Event.actor_id.is_(None) if wanted.by_product else Event.actor_id.is_not(None))
    if wanted.since is not None:
        found.append(Event.at >= wanted.since)
    if wanted.until is not None:
        found.append(Event.at < wanted.until)
    return page(session, _events().where(*found), Event.seq, limit, cursor)


def events_of_report(session: Session, report_id: UUID, limit: int) -> Sequence[AnyRow]:
    """Events of a report and of its referrals, oldest first."""
    referrals = session.scalars(select(Referral.id).where(Referral.report_id == report_id)).all()
    subjects = or_(
        (Event.subject_type == "report") & (Event.subject_id == str(report_id)),
        (Event.subject_type == "referral") & Event.subject_id.in_([str(referral) for referral in referrals]),
    )
    return session.execute(_events().where(subjects).order_by(Event.seq).limit(limit)).all()
