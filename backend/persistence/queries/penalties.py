"""Reads of penalties: who sees which, and pages. Not here: recording (services/penalties), the count for routing (there too)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, false, or_, select, true
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.permissions import can
from backend.domain.vocabulary import Role
from backend.persistence.models import DepartmentFunction, Penalty, Referral, User
from backend.persistence.queries.departments import held_by
from backend.persistence.queries.paging import Page, page
from backend.persistence.queries.reports.scope import departments_of

READERS = (Role.BUREAU_TRIAGER, Role.CITY_OPERATIONS, Role.AUDITOR)


@dataclass(frozen=True, slots=True)
class PenaltyFilter:
    """What a list is narrowed to; everything given must hold."""

    referral_id: UUID | None = None
    site_id: UUID | None = None
    uscc: str | None = None
    kind: str | None = None
    document_no: str | None = None


def visible_to(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Penalties ``actor`` may read: the bureau, operations and auditors all; an officer those of functions his
    departments hold today, and of cases that lie with them. Streets and workers none: they get a count."""
    if any(actor.has(role) for role in READERS):
        return true()
    if not can(actor.roles, "penalty.read"):
        return false()
    mine = list(departments_of(actor))
    held = select(DepartmentFunction.function_code).where(held_by(mine, local_day(now)))
    cases = select(Referral.id).where(Referral.department_id.in_(mine))
    return or_(Penalty.function_code.in_(held), Penalty.referral_id.in_(cases))


def list_penalties(
    session: Session, actor: Actor, wanted: PenaltyFilter, limit: int, cursor: str | None, now: datetime
) -> Page[Row[Any]]:
    """One page of the penalties ``actor`` may read, newest record first: (seq, Penalty, recorded_by_name)."""
    statement = _shown().where(visible_to(actor, now))
    for column, value in (
        (Penalty.referral_id, wanted.referral_id),
        (Penalty.site_id, wanted.site_id),
        (Penalty.uscc, wanted.uscc),
        (Penalty.kind, wanted.kind),
        (Penalty.document_no, wanted.document_no),
    ):
        if value is not None:
            statement = statement.where(column == value)
    return page(session, statement, Penalty.seq, limit, cursor)


def get_penalty(session: Session, actor: Actor, penalty_id: UUID, now: datetime) -> Row[Any]:
    """One penalty. Raises DomainError('not_found')."""
    row = session.execute(_shown().where(Penalty.id == penalty_id, visible_to(actor, now))).one_or_none()
    if row is None:
        raise DomainError("not_found")
    return row


def _shown() -> Select[*tuple[Any, ...]]:
    return select(Penalty.seq, Penalty, User.name.label("recorded_by_name")).join(User, User.id == Penalty.recorded_by)
