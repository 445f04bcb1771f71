"""Reading people, and who may see whom. Not here: their phones (devices.py), signing in (services/accounts)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select, true
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import Category, Role
from backend.persistence.models import Department, GridResponsibility, RoleAssignment, SecondFactor, User, UserSkill
from backend.persistence.queries.paging import Page, page

STREET_DIGITS = 9  # of a grid code (GB/T 10114)


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role of a user that holds now or will; ``department`` is the department's code."""

    role: Role
    street_code: str | None
    department: str | None
    department_name: str | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class UserView:
    """A user as others see him; never his password."""

    id: UUID
    username: str
    name: str
    is_active: bool
    locked_until: datetime | None
    password_changed_at: datetime
    created_at: datetime
    roles: Sequence[HeldRole]
    skills: Sequence[Category]
    second_factor: bool


@dataclass(frozen=True, slots=True)
class UserFilter:
    """What a list of users is narrowed to; None: not narrowed. ``text`` is part of the name or user name."""

    role: Role | None = None
    street_code: str | None = None
    is_active: bool | None = None
    text: str | None = None
    department: str | None = None
    without_role: bool | None = None


def visible_to(actor: Actor, day: date) -> ColumnElement[bool]:
    """True for users that ``actor`` may see on ``day``: the district sees all, a coordinator who works in his streets
    (by role or by responsibility for a grid), everybody himself."""
    if actor.sees_district:
        return true()
    himself = User.id == actor.user_id
    if not (actor.has(Role.STREET_COORDINATOR) and actor.street_codes):
        return himself
    return or_(himself, works_in(sorted(actor.street_codes), day))


def works_in(streets: Sequence[str], day: date) -> ColumnElement[bool]:
    """True for users who work in one of ``streets``, by role or by responsibility for a grid."""
    return or_(
        _has_role(day, RoleAssignment.street_code.in_(streets)),
        exists().where(
            GridResponsibility.user_id == User.id,
            GridResponsibility.period.contains(day),
            func.left(GridResponsibility.grid_code, STREET_DIGITS).in_(streets),
        ),
    )


def list_users(
    session: Session, actor: Actor, wanted: UserFilter, *, day: date, limit: int, cursor: str | None
) -> Page[UserView]:
    """Users the actor may see, newest first, with roles and skills; three statements however many there are."""
    found = page(session, _users().where(visible_to(actor, day), *conditions(wanted, day)), User.seq, limit, cursor)
    return Page(_views(session, found.items, day), found.next_cursor)


def conditions(wanted: UserFilter, day: date) -> list[ColumnElement[bool]]:
    """What ``wanted`` says, without who may see it."""
    found: list[ColumnElement[bool]] = []
    if wanted.role is not None:
        found.append(_has_role(day, RoleAssignment.role == wanted.role))
    if wanted.street_code is not None:
        found.append(_has_role(day, RoleAssignment.street_code == wanted.street_code))
    if wanted.department is not None:
        named = select(Department.id).where(Department.code == wanted.department).scalar_subquery()
        found.append(_has_role(day, RoleAssignment.department_id == named))
    if wanted.is_active is not None:
        found.append(User.is_active.is_(wanted.is_active))
    if wanted.without_role is not None:
        holds_some = _has_role(day)
        found.append(~holds_some if wanted.without_role else holds_some)
    if wanted.text:
        in_name = User.name.contains(wanted.text, autoescape=True)
        found.append(or_(in_name, User.username.contains(wanted.text.lower(), autoescape=True)))
    return found


def get_user(session: Session, actor: Actor, user_id: UUID, *, day: date) -> UserView:
    """One user. Raises not_found for whom the actor may not see."""
    rows = session.execute(_users().where(User.id == user_id, visible_to(actor, day))).all()
    if not rows:
        raise DomainError("not_found")
    return _views(session, rows, day)[0]


def _has_role(day: date, *criteria: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(RoleAssignment.user_id == User.id, _not_over(day), *criteria)


def _not_over(day: date) -> ColumnElement[bool]:
    return or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > day)


_HAS_SECOND_FACTOR = exists().where(SecondFactor.user_id == User.id, SecondFactor.confirmed_at.is_not(None))


def _users() -> Select[*tuple[Any, ...]]:
    return select(
        User.seq, User.id, User.username, User.name, User.is_active, User.locked_until, User.password_changed_at,
        User.created_at, _HAS_SECOND_FACTOR.label("second_factor"),
    )  # fmt: skip


def _views(session: Session, rows: Sequence[Row[Any]], day: date) -> list[UserView]:
    ids = [row.id for row in rows]
    roles, skills = _roles(session, ids, day), _skills(session, ids, day)
    return [
        UserView(
            id=row.id,
            username=row.username,
            name=row.name,
            is_active=row.is_active,
            locked_until=row.locked_until,
            password_changed_at=row.password_changed_at,
            created_at=row.created_at,
            roles=roles.get(row.id, []),
            skills=skills.get(row.id, []),
            second_factor=row.second_factor,
        )
        for row in rows
    ]


def _roles(session: Session, user_ids: Iterable[UUID], day: date) -> dict[UUID, list[HeldRole]]:
    rows = session.execute(
        select(RoleAssignment, Department.code, Department.name)
        .outerjoin(Department, Department.id == RoleAssignment.department_id)
        .where(RoleAssignment.user_id.in_(list(user_ids)), _not_over(day))
        .order_by(RoleAssignment.valid_from, RoleAssignment.id)
    )
    found: dict[UUID, list[HeldRole]] = {}
    for held, code, name in rows:
        role = HeldRole(held.role, held.street_code, code, name, held.valid_from, held.valid_to)
        found.setdefault(held.user_id, []).append(role)
    return found


def _skills(session: Session, user_ids: Iterable[UUID], day: date) -> dict[UUID, list[Category]]:
    rows = session.execute(
        select(UserSkill.user_id, UserSkill.category)
        .where(
            UserSkill.user_id.in_(list(user_ids)),
            UserSkill.valid_from <= day,
            or_(UserSkill.valid_to.is_(None), UserSkill.valid_to > day),
        )
        .order_by(UserSkill.category)
    )
    found: dict[UUID, list[Category]] = {}
    for user_id, category in rows:
        found.setdefault(user_id, []).append(category)
    return found
