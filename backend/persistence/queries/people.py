"""Reads of people for choosing and checking assignees, and where somebody works. Not here: accounts' own lists, the rule
of choice (domain/assignment)."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Text,
    Uuid,
    bindparam,
    column,
    exists,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.domain.assignment import Candidate
from backend.domain.vocabulary import Category, GridRole, Role
from backend.persistence.models import RoleAssignment, User
from backend.persistence.queries.accounts import STREET_DIGITS

DAY = bindparam("day", type_=Date)


def works_as(user_id: ColumnElement[UUID] | InstrumentedAttribute[Any], *roles: Role) -> ColumnElement[bool]:
    """That ``user_id`` is an active user who holds one of ``roles`` on the parameter ``day``."""
    return exists().where(
        User.id == user_id,
        User.is_active,
        RoleAssignment.user_id == User.id,
        RoleAssignment.role.in_(roles),
        RoleAssignment.valid_from <= DAY,
        or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > DAY),
    )


def is_worker(user_id: ColumnElement[UUID] | InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """That ``user_id`` is a grid worker on ``day``."""
    return works_as(user_id, Role.GRID_WORKER)


def is_in_field(user_id: ColumnElement[UUID] | InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """That ``user_id`` carries a phone in the field on ``day``."""
    return works_as(user_id, Role.GRID_WORKER, Role.STREET_COORDINATOR)


_RESPONSIBLE = text("""
    SELECT r.grid_code, k.category, r.user_id, r.role,
      EXISTS (SELECT FROM user_skills s WHERE s.user_id = r.user_id AND s.category = k.category
              AND s.valid_from <= :day AND (s.valid_to IS NULL OR s.valid_to > :day)) AS has_skill,
      (SELECT count(*) FROM tasks t WHERE t.assignee_id = r.user_id
       AND t.status IN ('assigned', 'accepted', 'in_progress')) AS open_tasks
    FROM unnest(:codes, :categories) AS k (grid_code, category)
    JOIN grid_responsibilities r ON r.grid_code = k.grid_code AND r.period @> :day
""").bindparams(bindparam("codes", type_=ARRAY(Text)), bindparam("categories", type_=ARRAY(Text)), DAY)
_RESPONSIBLE_ROWS = _RESPONSIBLE.columns(
    column("grid_code", Text), column("category", Text), column("user_id", Uuid), column("role", Text),
    column("has_skill", Boolean), column("open_tasks", BigInteger),
).subquery("responsible")  # fmt: skip
CANDIDATES = select(_RESPONSIBLE_ROWS).where(is_worker(_RESPONSIBLE_ROWS.c.user_id))
ACTIVE_WORKERS = select(User.id).where(User.id == func.any(bindparam("ids", type_=ARRAY(Uuid))), is_worker(User.id))

# A role of today says it best, a grid he answers for today says it too; where all has ended, the role that did so last.
WORKERS_STREET = text("""
    SELECT street_code FROM (
        SELECT a.street_code, CASE WHEN a.valid_to IS NULL OR a.valid_to > :day THEN 0 ELSE 2 END AS rank,
               a.role <> 'grid_worker' AS is_second, coalesce(a.valid_to, 'infinity') AS until, a.valid_from AS since
        FROM role_assignments a
        WHERE a.user_id = :user AND a.street_code IS NOT NULL AND a.valid_from <= :day
        UNION ALL
        SELECT left(r.grid_code, :digits), 1, r.role <> 'lead', 'infinity', lower(r.period)
        FROM grid_responsibilities r
        WHERE r.user_id = :user AND r.period @> :day) known
    ORDER BY rank, is_second, until DESC, since DESC, street_code LIMIT 1
""").bindparams(bindparam("user", type_=Uuid), bindparam("day", type_=Date))


def workers_street(session: Session, user_id: UUID, day: date) -> str | None:
    """The one street ``user_id`` works in on ``day``, or worked in last: of his role, else of the grid he leads or helps in."""
    street: str | None = session.scalar(WORKERS_STREET, {"user": user_id, "day": day, "digits": STREET_DIGITS})
    return street


def candidates_for(
    session: Session, wanted: Collection[tuple[str, Category]], day: date
) -> dict[tuple[str, Category], list[Candidate]]:
    """Active grid workers responsible on ``day`` for each (grid code, category), with skill and load; one statement."""
    pairs = sorted(set(wanted))
    found: dict[tuple[str, Category], list[Candidate]] = {pair: [] for pair in pairs}
    if not pairs:
        return found
    values = {"codes": [code for code, _ in pairs], "categories": [str(category) for _, category in pairs], "day": day}
    for code, category, user_id, role, has_skill, open_tasks in session.execute(CANDIDATES, values):
        found[code, Category(category)].append(Candidate(user_id, GridRole(role), has_skill, open_tasks))
    return found


def active_workers(session: Session, user_ids: Collection[UUID], day: date) -> set[UUID]:
    """Which of ``user_ids`` are active users with the role of grid worker on ``day``; one statement."""
    if not user_ids:
        return set()
    return set(session.scalars(ACTIVE_WORKERS, {"ids": list(user_ids), "day": day}))


def workers_by_username(session: Session, usernames: Collection[str], day: date) -> dict[str, UUID]:
    """Active grid workers by user name; one statement."""
    if not usernames:
        return {}
    rows = session.execute(
        select(User.username, User.id)
        .join(RoleAssignment, RoleAssignment.user_id == User.id)
        .where(
            User.username == func.any(bindparam("names", list(usernames), type_=ARRAY(Text))),
            User.is_active,
            RoleAssignment.role == Role.GRID_WORKER,
            RoleAssignment.valid_from <= day,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > day),
        )
        .distinct()
    )
    return {row[0]: row[1] for row in rows}
