"""Reads of tasks: who may see which, pages, one task whole, counts. Not here: changing them (services/tasks)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true, union
from sqlalchemy.orm import Session, aliased

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.tasks import OPEN_STATUSES, allowed_actions, is_overdue
from backend.domain.vocabulary import Category, Role, TaskAction, TaskKind, TaskStatus
from backend.persistence.models import Event, GridResponsibility, Report, Site, Task, TaskAssignment, User
from backend.persistence.queries.paging import Page, decode_cursor, page

Assignee = aliased(User)
Searched = aliased(Site)  # beside the site a line is joined with


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What a list is narrowed to; None and empty mean everything."""

    statuses: Sequence[TaskStatus] = ()
    categories: Sequence[Category] = ()
    kinds: Sequence[TaskKind] = ()
    street_code: str | None = None
    grid_code: str | None = None
    assignee_id: UUID | None = None
    site_id: UUID | None = None
    overdue: bool | None = None
    unassigned: bool | None = None
    due_before: datetime | None = None
    due_after: datetime | None = None
    q: str | None = None


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task as lists show it."""

    task: Task
    assignee_name: str | None
    site_name: str | None
    overdue: bool

    def __getattr__(self, name: str) -> Any:
        return getattr(self.task, name)

    @property
    def actions(self) -> tuple[TaskAction, ...]:
        """What the life cycle allows next."""
        return allowed_actions(self.task.status)


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who works on the task beside the assignee."""

    user_id: UUID
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event of a task or site, with the name of who did it (None: the product itself)."""

    at: datetime
    action: str
    from_status: str | None
    to_status: str | None
    actor_id: UUID | None
    actor_name: str | None
    reason: str | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TaskWhole:
    """One task with everything around it."""

    line: TaskLine
    helpers: list[Helper]
    history: list[HistoryLine]
    report_count: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.line, name)


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """How many tasks there are, by status and by category, and how many of them are late."""

    total: int = 0
    overdue: int = 0
    unassigned: int = 0
    by_status: dict[str, int] = field(default_factory=dict)
    by_category: dict[str, int] = field(default_factory=dict)


def visible_to(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Tasks ``actor`` may see: the district's, his streets', and as a worker his own and those of his grids today."""
    if actor.sees_district:
        return true()
    return or_(false(), *_ways(actor, [Task.grid_code.in_(grids_of(actor, now))]))


def _ways(actor: Actor, by_grid: Sequence[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """The single ways by which somebody without the whole district sees a task; ``by_grid``: through a worker's grids."""
    ways: list[ColumnElement[bool]] = []
    if actor.has(Role.STREET_COORDINATOR):
        ways += [Task.street_code == street for street in sorted(actor.street_codes)]
    if actor.has(Role.GRID_WORKER):
        helps_in = select(TaskAssignment.task_id).where(
            TaskAssignment.user_id == actor.user_id, TaskAssignment.is_helper, TaskAssignment.ended_at.is_(None)
        )
        ways += [Task.assignee_id == actor.user_id, *by_grid, Task.id.in_(helps_in)]
    return ways


def grids_of(actor: Actor, now: datetime) -> Select[Any]:
    """Codes of the grids the actor answers for on the day of ``now``."""
    return select(GridResponsibility.grid_code).where(
        GridResponsibility.user_id == actor.user_id, GridResponsibility.period.contains(local_day(now))
    )


def list_tasks(
    session: Session, actor: Actor, wanted: TaskFilter, limit: int, cursor: str | None, now: datetime
) -> Page[TaskLine]:
    """One page, newest first; one statement, or two for a worker.

    Each way of seeing is read along its own index and the newest of all ways are taken together: one OR would make the
    database walk past everybody else's tasks.
    """
    statement = _lines(Task.seq)
    if actor.sees_district:
        statement = statement.where(*conditions(wanted, now))
    else:
        codes = list(session.scalars(grids_of(actor, now))) if actor.has(Role.GRID_WORKER) else []
        ways = _ways(actor, [Task.grid_code == code for code in codes])
        statement = statement.where(Task.seq.in_(_newest(ways, wanted, limit, decode_cursor(cursor), now)))
    found = page(session, statement, Task.seq, limit, cursor)
    return Page([_line(row, now) for row in found.items], found.next_cursor)


def _newest(
    ways: Sequence[ColumnElement[bool]], wanted: TaskFilter, limit: int, below: int | None, now: datetime
) -> Select[Any]:
    narrowing = conditions(wanted, now)
    if below is not None:
        narrowing.append(Task.seq < below)
    parts = [
        select(select(Task.seq).where(way, *narrowing).order_by(Task.seq.desc()).limit(limit + 1).subquery().c.seq)
        for way in ways or [false()]
    ]
    return select(union(*parts).subquery().c.seq)


def get_task(session: Session, actor: Actor, task_id: UUID, now: datetime) -> TaskWhole:
    """One task with helpers, history and the number of reports. Raises DomainError('not_found')."""
    return _whole(session, _lines(Task.seq).where(Task.id == task_id, visible_to(actor, now)), task_id, now)


def show_task(session: Session, task_id: UUID, now: datetime) -> TaskWhole:
    """The same for whoever has just acted on it: a worker who declines a task may not see it any longer."""
    return _whole(session, _lines(Task.seq).where(Task.id == task_id), task_id, now)


def _whole(session: Session, statement: Select[Any], task_id: UUID, now: datetime) -> TaskWhole:
    row = session.execute(statement).one_or_none()
    if row is None:
        raise DomainError("not_found")
    reports = session.scalar(select(func.count()).select_from(Report).where(Report.task_id == task_id))
    return TaskWhole(_line(row, now), _helpers(session, task_id), history_of(session, "task", task_id), reports or 0)


def count_tasks(session: Session, actor: Actor, wanted: TaskFilter, now: datetime) -> TaskCounts:
    """Counts over everything the actor may see within ``wanted``; one statement."""
    late = and_(Task.status.in_(OPEN_STATUSES), Task.due_at < now)
    rows = session.execute(
        select(
            Task.status,
            Task.category,
            func.count(),
            func.count().filter(late),
            func.count().filter(Task.assignee_id.is_(None), Task.status.in_(OPEN_STATUSES)),
        )
        .where(visible_to(actor, now), *conditions(wanted, now))
        .group_by(Task.status, Task.category)
    ).all()
    by_status = dict.fromkeys(map(str, TaskStatus), 0)
    by_category = dict.fromkeys(map(str, Category), 0)
    for status, category, count, *_ in rows:
        by_status[str(status)] += count
        by_category[str(category)] += count
    return TaskCounts(
        total=sum(row[2] for row in rows),
        overdue=sum(row[3] for row in rows),
        unassigned=sum(row[4] for row in rows),
        by_status=by_status,
        by_category=by_category,
    )


def history_of(session: Session, subject_type: str, subject_id: UUID) -> list[HistoryLine]:
    """The events of one subject, oldest first."""
    rows = session.execute(
        select(
            Event.at,
            Event.action,
            Event.from_status,
            Event.to_status,
            Event.actor_id,
            User.name,
            Event.reason,
            Event.data,
        )
        .outerjoin(User, User.id == Event.actor_id)
        .where(Event.subject_type == subject_type, Event.subject_id == str(subject_id))
        .order_by(Event.seq)
    )
    return [HistoryLine(*row) for row in rows]


def _lines(first: Any) -> Select[Any]:
    return (
        select(first, Task, Assignee.name, Site.name)
        .outerjoin(Assignee, Assignee.id == Task.assignee_id)
        .outerjoin(Site, Site.id == Task.site_id)
    )


def _line(row: Any, now: datetime) -> TaskLine:
    task, assignee_name, site_name = row[1], row[2], row[3]
    return TaskLine(task, assignee_name, site_name, is_overdue(task.status, task.due_at, now))


def _helpers(session: Session, task_id: UUID) -> list[Helper]:
    rows = session.execute(
        select(User.id, User.name, TaskAssignment.started_at)
        .join(User, User.id == TaskAssignment.user_id)
        .where(TaskAssignment.task_id == task_id, TaskAssignment.is_helper, TaskAssignment.ended_at.is_(None))
        .order_by(TaskAssignment.started_at, User.username)
    )
    return [Helper(*row) for row in rows]


def conditions(wanted: TaskFilter, now: datetime) -> list[ColumnElement[bool]]:
    """What must hold of a task at ``now``."""
    late = and_(Task.status.in_(OPEN_STATUSES), Task.due_at.is_not(None), Task.due_at < now)
    exact = {
        Task.street_code: wanted.street_code,
        Task.grid_code: wanted.grid_code,
        Task.assignee_id: wanted.assignee_id,
        Task.site_id: wanted.site_id,
    }
    found: list[ColumnElement[bool]] = [column == value for column, value in exact.items() if value is not None]
    lists: list[tuple[Any, Sequence[Any]]] = [
        (Task.status, wanted.statuses),
        (Task.category, wanted.categories),
        (Task.kind, wanted.kinds),
    ]
    found += [column.in_(values) for column, values in lists if values]
    if wanted.overdue is not None:
        found.append(late if wanted.overdue else ~late)
    if wanted.unassigned is not None:
        found.append(Task.assignee_id.is_(None) if wanted.unassigned else Task.assignee_id.is_not(None))
    if wanted.due_before is not None:
        found.append(Task.due_at < wanted.due_before)
    if wanted.due_after is not None:
        found.append(Task.due_at >= wanted.due_after)
    if wanted.q:
        found.append(_matches(wanted.q))
    return found


def _matches(words: str) -> ColumnElement[bool]:
    pattern = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    words_of = or_(Searched.name.ilike(pattern), Searched.address.ilike(pattern))
    at_site = exists(select(Searched.id).where(Searched.id == Task.site_id, words_of))
    return or_(Task.code.ilike(pattern), Task.title.ilike(pattern), Task.grid_code.like(pattern), at_site)
