"""Reads of who answers for which grid, paged newest first. Not here: grids without a lead (features.py)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.grids import STREET_CODE_LENGTH
from backend.domain.vocabulary import GridRole, Role
from backend.persistence.models import Grid, GridResponsibility, GridVersion, User
from backend.persistence.queries.grids.features import holds_at
from backend.persistence.queries.grids.visibility import visible_to

# Kept to the day: whoever worked in a grid once keeps no view of who works there now.
EXCEPT_OFFICERS = Role.DEPARTMENT_OFFICER


@dataclass(frozen=True, slots=True)
class ResponsibilityFilter:
    """What is asked for; None does not narrow. ``on``: those that hold on that day; ``ends_before``:
    those whose first day without lies after ``on`` and before that day."""

    user_id: UUID | None = None
    grid_code: str | None = None
    street_code: str | None = None
    role: GridRole | None = None
    on: date | None = None
    ends_before: date | None = None


@dataclass(frozen=True, slots=True)
class ResponsibilityPage:
    """Some rows and where the next page begins (None: this was the last one)."""

    items: Sequence[Row[Any]]
    next_cursor: str | None


def responsibility_page(
    session: Session, actor: Actor, wanted: ResponsibilityFilter, today: date, *, limit: int, cursor: str | None
) -> ResponsibilityPage:
    """Responsibilities with the worker's name; one statement."""
    statement = _rows().where(responsibility_visible_to(actor, today), *conditions(wanted))
    return _page(session, statement, limit, cursor)


def every_responsibility(
    session: Session, actor: Actor, wanted: ResponsibilityFilter, today: date
) -> Sequence[Row[Any]]:
    """All that match, by grid and since when; one statement."""
    statement = _rows().where(responsibility_visible_to(actor, today), *conditions(wanted))
    return session.execute(
        statement.order_by(GridResponsibility.grid_code, func.lower(GridResponsibility.period), GridResponsibility.id)
    ).all()


def without_grid_page(
    session: Session,
    actor: Actor,
    wanted: ResponsibilityFilter,
    at: datetime,
    day: date,
    *,
    limit: int,
    cursor: str | None,
) -> ResponsibilityPage:
    """Responsibilities that hold on ``day`` or later for a code that no version valid at ``at`` has; one statement."""
    alive = (
        exists().where(Grid.code == GridResponsibility.grid_code, Grid.version_id == GridVersion.id).where(holds_at(at))
    )
    upper = func.upper(GridResponsibility.period)
    statement = _rows().where(responsibility_visible_to(actor, day), *conditions(wanted))
    statement = statement.where(~alive, or_(upper.is_(None), upper > day))
    return _page(session, statement, limit, cursor)


def find_responsibility(session: Session, actor: Actor, responsibility_id: UUID, today: date) -> Row[Any]:
    """One responsibility with the worker's name. Raises DomainError('not_found')."""
    row = session.execute(
        _rows().where(GridResponsibility.id == responsibility_id, responsibility_visible_to(actor, today))
    ).one_or_none()
    if row is None:
        raise DomainError("not_found")
    return row


def responsibility_visible_to(actor: Actor, today: date) -> ColumnElement[bool]:
    """A worker sees his own and his colleagues' in his grids, a coordinator his streets', district roles all."""
    if actor.sees_district:
        return true()
    if not actor.roles - {EXCEPT_OFFICERS}:
        return false()
    return or_(visible_to(actor, today, GridResponsibility.grid_code), GridResponsibility.user_id == actor.user_id)


def _rows() -> Select[*tuple[Any, ...]]:
    return select(
        GridResponsibility.id,
        GridResponsibility.grid_code,
        func.left(GridResponsibility.grid_code, STREET_CODE_LENGTH).label("street_code"),
        GridResponsibility.user_id,
        User.name.label("user_name"),
        GridResponsibility.role,
        func.lower(GridResponsibility.period).label("valid_from"),
        func.upper(GridResponsibility.period).label("valid_to"),
    ).join(User, User.id == GridResponsibility.user_id)


def conditions(wanted: ResponsibilityFilter) -> list[ColumnElement[bool]]:
    """What ``wanted`` says, without who may see it."""
    found: list[ColumnElement[bool]] = []
    if wanted.user_id is not None:
        found.append(GridResponsibility.user_id == wanted.user_id)
    if wanted.grid_code is not None:
        found.append(GridResponsibility.grid_code == wanted.grid_code)
    if wanted.street_code is not None:
        found.append(GridResponsibility.grid_code.startswith(wanted.street_code, autoescape=True))
    if wanted.role is not None:
        found.append(GridResponsibility.role == wanted.role)
    if wanted.on is not None:
        found.append(GridResponsibility.period.contains(wanted.on))
    if wanted.ends_before is not None:
        found.append(func.upper(GridResponsibility.period) < wanted.ends_before)
    return found


def _page(session: Session, statement: Select[*tuple[Any, ...]], limit: int, cursor: str | None) -> ResponsibilityPage:
    # ids are UUIDv7: their order is the order of their making
    if cursor:
        statement = statement.where(GridResponsibility.id < _decode(cursor))
    rows = session.execute(statement.order_by(GridResponsibility.id.desc()).limit(limit + 1)).all()
    if len(rows) <= limit:
        return ResponsibilityPage(rows, None)
    return ResponsibilityPage(rows[:limit], rows[limit - 1].id.hex)


def _decode(cursor: str) -> UUID:
    try:
        return UUID(hex=cursor)
    except ValueError:
        raise DomainError("bad_cursor") from None
