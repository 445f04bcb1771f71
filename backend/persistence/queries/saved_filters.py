"""Reads of saved filters: own ones and those shared with the actor, and which of the codes they name still exist.

Not here: what a filter means (queries/cases), changing one (services/review).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, literal, or_, select, union_all
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import DivisionLevel
from backend.persistence.models import Department, Division, Function, SavedFilter, User
from backend.persistence.queries.paging import Page, page

AnyRow = Row[*tuple[Any, ...]]
# By kind of code, every code there ever was, and whether it is in force.
KnownCodes = Mapping[str, Mapping[str, bool]]


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Filters ``actor`` may use: his own, and those shared with a role, street or department that he holds, all of them."""
    named = or_(
        SavedFilter.shared_role.is_not(None),
        SavedFilter.shared_street_code.is_not(None),
        SavedFilter.shared_department_id.is_not(None),
    )
    held = and_(
        or_(SavedFilter.shared_role.is_(None), SavedFilter.shared_role.in_(sorted(actor.roles))),
        or_(SavedFilter.shared_street_code.is_(None), SavedFilter.shared_street_code.in_(sorted(actor.street_codes))),
        or_(
            SavedFilter.shared_department_id.is_(None),
            SavedFilter.shared_department_id.in_(sorted(actor.department_ids)),
        ),
    )
    return or_(SavedFilter.owner_id == actor.user_id, and_(named, held))


def list_filters(session: Session, actor: Actor, limit: int, cursor: str | None) -> Page[AnyRow]:
    """One page, newest first; one statement."""
    return page(session, _shown().where(visible_to(actor)), SavedFilter.seq, limit, cursor)


def get_filter(session: Session, actor: Actor, filter_id: UUID) -> AnyRow:
    """One filter the actor may use. Raises DomainError('not_found')."""
    row = session.execute(_shown().where(SavedFilter.id == filter_id, visible_to(actor))).one_or_none()
    if row is None:
        raise DomainError("not_found")
    return row


def known_codes(session: Session, today: date) -> KnownCodes:
    """Codes of departments, streets and functions; whether each is in force ``today``. One statement."""
    in_force = [
        case(
            (and_(model.valid_from <= today, or_(model.valid_to.is_(None), model.valid_to > today)), True), else_=False
        )
        for model in (Department, Division)
    ]
    rows = session.execute(
        union_all(
            select(literal("department"), Department.code, in_force[0]),
            select(literal("street"), Division.code, in_force[1]).where(Division.level == DivisionLevel.STREET),
            select(literal("function"), Function.code, literal(True)),
        )
    )
    known: dict[str, dict[str, bool]] = {"department": {}, "street": {}, "function": {}}
    for kind, code, holds in rows:
        known[kind][code] = holds
    return known


def _shown() -> Select[*tuple[Any, ...]]:
    return (
        select(SavedFilter.seq, SavedFilter, User.name.label("owner_name"), Department.code.label("shared_department"))
        .join(User, User.id == SavedFilter.owner_id)
        .outerjoin(Department, Department.id == SavedFilter.shared_department_id)
    )
