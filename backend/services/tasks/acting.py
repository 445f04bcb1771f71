"""Every step of one task's life cycle asked for online. Not here: the table of steps (domain/tasks), phones (sync/)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.areas import manages_street
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.permissions import TASK_ACTION_PERMISSION, check
from backend.domain.rows import row_fault
from backend.domain.tasks import FINAL_STATUSES, check_reason, next_status
from backend.domain.vocabulary import TaskAction
from backend.persistence.models import Task
from backend.persistence.queries.people import active_workers
from backend.persistence.queries.tasks import visible_to
from backend.services.scope import publish_grids, publish_tasks
from backend.services.tasks.assigning import Chooser, end_all, hand_over, open_assignments
from backend.services.tasks.status import STEPS, apply_step, set_status

GIVING = frozenset({TaskAction.ASSIGN, TaskAction.REASSIGN})


@dataclass(frozen=True, slots=True)
class Act:
    """What comes with an action. ``version``: the one the caller has seen; ``helper_ids`` None leaves helpers as they are."""

    assignee_id: UUID | None = None
    by_responsibility: bool = False
    helper_ids: tuple[UUID, ...] | None = None
    due_at: datetime | None = None
    reason: str | None = None
    version: int | None = None


def act(
    session: Session, actor: Actor, task_id: UUID, action: TaskAction, act: Act | None = None, *, now: datetime
) -> Task:
    """Take one step. The row is locked first, so of two people acting at once the second sees what the first did.

    Raises DomainError: not_found (also for what the actor may not see), forbidden, not_assignee, stale_version,
    illegal_transition, reason_required, invalid_input, already_assigned, no_worker_found.
    """
    wanted = act or Act()
    task = _lock(session, actor, task_id, now)
    _check_actor(session, actor, task, action)
    if wanted.version is not None and wanted.version != task.version:
        raise DomainError("stale_version")
    next_status(task.status, action)
    check_reason(action, wanted.reason)
    if wanted.due_at is not None and action not in STEPS:
        _move_due(task, wanted.due_at, now)
    if action in STEPS:
        mine = [row for row in open_assignments(session, task.id) if row.user_id == actor.user_id]
        apply_step(task, action, actor, now, now, wanted.reason, session=session, assignments=mine)
    elif action in GIVING:
        _give(session, actor, task, action, wanted, now)
    else:
        set_status(session, actor, task, action, now=now, reason=wanted.reason)
    if task.status in FINAL_STATUSES:
        end_all(session, task.id, now)
    session.flush()
    publish_tasks(session, [task.id], now)
    publish_grids(session, [task.grid_code], now)
    return task


def _lock(session: Session, actor: Actor, task_id: UUID, now: datetime) -> Task:
    statement = (
        select(Task)
        .where(Task.id == task_id, visible_to(actor, now))
        .with_for_update(of=Task)
        .execution_options(populate_existing=True)
    )
    task = session.scalars(statement).one_or_none()
    if task is None:
        raise DomainError("not_found")
    return task


def _check_actor(session: Session, actor: Actor, task: Task, action: TaskAction) -> None:
    check(actor.roles, TASK_ACTION_PERMISSION[action])
    if action not in STEPS:
        if not manages_street(actor, task.street_code):
            raise DomainError("forbidden")
        return
    if task.assignee_id == actor.user_id:
        return
    # helpers work on the task like the assignee; only declining is his alone
    helping = any(row.is_helper and row.user_id == actor.user_id for row in open_assignments(session, task.id))
    if not helping or action == TaskAction.DECLINE:
        raise DomainError("not_assignee")


def _move_due(task: Task, due_at: datetime, now: datetime) -> None:
    if due_at <= now:
        raise _wrong("due_at", "due_in_past", f"{due_at:%Y-%m-%d %H:%M}")
    if task.starts_on is not None and task.starts_on > local_day(due_at):
        raise _wrong("due_at", "starts_after_due")
    task.due_at = due_at


def _give(session: Session, actor: Actor, task: Task, action: TaskAction, wanted: Act, now: datetime) -> None:
    before = task.assignee_id
    assignee, data = _whom(session, task, wanted, now)
    helpers = wanted.helper_ids
    if assignee == before and helpers is None and wanted.due_at is None:
        raise DomainError("already_assigned")
    people = {assignee, *(helpers or ())}
    for person in people - active_workers(session, people, local_day(now)):
        raise _wrong("assignee_id" if person == assignee else "helper_ids", "unknown_worker", person)
    if assignee in (helpers or ()):
        raise _wrong("helper_ids", "helper_is_assignee")
    if before is not None:
        data["previous_assignee_id"] = str(before)
    hand_over(session, task, assignee, helpers, now)
    set_status(session, actor, task, action, now=now, reason=wanted.reason, data=data)


def _whom(session: Session, task: Task, wanted: Act, now: datetime) -> tuple[UUID, dict[str, str]]:
    if wanted.assignee_id is not None:
        return wanted.assignee_id, {"assignee_id": str(wanted.assignee_id)}
    if not wanted.by_responsibility:
        raise _wrong("assignee_id", "required")
    choice = Chooser.load(session, [(task.grid_code, task.category)], now).choose(task.grid_code, task.category)
    if choice.user_id is None or choice.role is None:
        raise DomainError("no_worker_found", why=str(choice.why_nobody))
    return choice.user_id, {"assignee_id": str(choice.user_id), "chosen_as": choice.role.value}


def _wrong(path: str, code: str, value: object = None) -> DomainError:
    return DomainError("invalid_input", errors=[{"path": path, **row_fault(1, path, code, value).to_data()}], count=1)
