"""Reads of workers with what they have to do already, for whoever gives out tasks. Not here: choosing (domain/assignment)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import LOCAL_ZONE, local_day
from backend.domain.tasks import OPEN_STATUSES
from backend.domain.vocabulary import Category, Role, TaskStatus
from backend.persistence.models import Device, GridResponsibility, RoleAssignment, Task, User, UserSkill
from backend.persistence.queries.accounts import visible_to, works_in
from backend.persistence.queries.people import is_worker

MOST_WORKERS = 500


@dataclass(frozen=True, slots=True)
class WorkerFilter:
    """Which workers; None: not narrowed. ``grid_code`` and ``category`` narrow nothing, they put the fitting ones first."""

    street_code: str | None = None
    text: str | None = None
    grid_code: str | None = None
    category: Category | None = None


@dataclass(frozen=True, slots=True)
class WorkerLoad:
    """A worker of today. ``due_today`` counts open tasks whose time ends by tonight, late ones included; ``grid_role``: what
    he is to the grid asked about; ``has_skill``: trained for the category asked about (None: none was)."""

    id: UUID
    username: str
    name: str
    street_code: str | None
    skills: Sequence[Category]
    grid_role: str | None
    has_skill: bool | None
    open: int
    due_today: int
    overdue: int
    submitted: int
    last_contact_at: datetime | None


def list_workers(session: Session, actor: Actor, wanted: WorkerFilter, now: datetime) -> list[WorkerLoad]:
    """Active grid workers the actor may see: those on duty for the grid first, then the trained, then the least loaded;
    one statement."""
    rows = session.execute(_statement(actor, wanted, now), {"day": local_day(now)})
    found = [_load(row, wanted.category) for row in rows]
    ranks = {"lead": 0, "backup": 1, "helper": 2, None: 3}
    return sorted(found, key=lambda one: (ranks[one.grid_role], one.has_skill is False, one.open, one.name))


def _statement(actor: Actor, wanted: WorkerFilter, now: datetime) -> Select[*tuple[Any, ...]]:
    day = local_day(now)
    load = _counts(now).subquery("load")
    seen = (
        select(Device.user_id, func.max(Device.last_contact_at).label("at")).group_by(Device.user_id).subquery("seen")
    )
    skills = select(func.array_agg(UserSkill.category)).where(
        UserSkill.user_id == User.id,
        UserSkill.valid_from <= day,
        or_(UserSkill.valid_to.is_(None), UserSkill.valid_to > day),
    )
    street = select(func.min(RoleAssignment.street_code)).where(
        RoleAssignment.user_id == User.id,
        RoleAssignment.role == Role.GRID_WORKER,
        RoleAssignment.valid_from <= day,
        or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > day),
    )
    duty = select(GridResponsibility.role).where(
        GridResponsibility.user_id == User.id,
        GridResponsibility.grid_code == wanted.grid_code,
        GridResponsibility.period.contains(day),
    )
    statement = (
        select(
            User.id, User.username, User.name, street.scalar_subquery().label("street_code"),
            skills.scalar_subquery().label("skills"), duty.limit(1).scalar_subquery().label("grid_role"),
            load.c.open, load.c.due_today, load.c.overdue, load.c.submitted, seen.c.at.label("last_contact_at"),
        )
        .outerjoin(load, load.c.assignee_id == User.id)
        .outerjoin(seen, seen.c.user_id == User.id)
        .where(is_worker(User.id), visible_to(actor, day))
    )  # fmt: skip
    if wanted.street_code is not None:
        statement = statement.where(works_in([wanted.street_code], day))
    if wanted.text:
        words = wanted.text
        statement = statement.where(
            or_(User.name.contains(words, autoescape=True), User.username.contains(words.lower(), autoescape=True))
        )
    return statement.order_by(User.seq).limit(MOST_WORKERS)


def _counts(now: datetime) -> Select[*tuple[Any, ...]]:
    is_open = Task.status.in_(OPEN_STATUSES)
    midnight = datetime.combine(local_day(now) + timedelta(days=1), time(), LOCAL_ZONE)
    return (
        select(
            Task.assignee_id,
            func.count().filter(is_open).label("open"),
            func.count().filter(and_(is_open, Task.due_at < midnight)).label("due_today"),
            func.count().filter(and_(is_open, Task.due_at < now)).label("overdue"),
            func.count().filter(Task.status == TaskStatus.SUBMITTED).label("submitted"),
        )
        .where(Task.assignee_id.is_not(None), Task.status.in_([*OPEN_STATUSES, TaskStatus.SUBMITTED]))
        .group_by(Task.assignee_id)
    )


def _load(row: Row[*tuple[Any, ...]], category: Category | None) -> WorkerLoad:
    skills = sorted(Category(skill) for skill in row.skills or ())
    return WorkerLoad(
        id=row.id,
        username=row.username,
        name=row.name,
        street_code=row.street_code,
        skills=skills,
        grid_role=row.grid_role,
        has_skill=None if category is None else category in skills,
        open=row.open or 0,
        due_today=row.due_today or 0,
        overdue=row.overdue or 0,
        submitted=row.submitted or 0,
        last_contact_at=row.last_contact_at,
    )
