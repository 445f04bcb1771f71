"""The only place where a task's status is changed: the event is written beside. Not here: who may act (acting.py)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.tasks import FINAL_STATUSES, check_reason, next_status
from backend.domain.vocabulary import TaskAction, TaskStatus
from backend.persistence.models import Task, TaskAssignment
from backend.services.history import record

STEPS = frozenset({TaskAction.ACCEPT, TaskAction.START, TaskAction.SUBMIT, TaskAction.DECLINE})


def set_status(
    session: Session,
    actor: Actor | None,
    task: Task,
    action: TaskAction,
    *,
    now: datetime,
    reason: str | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Move ``task`` as the table of the life cycle says, count its version up and write the event.

    Raises DomainError('illegal_transition') or ('reason_required').
    """
    before = task.status
    after = next_status(before, action)
    check_reason(action, reason)
    task.status = after
    task.version = (task.version or 0) + 1
    if after == TaskStatus.ASSIGNED:
        task.assigned_at = now
    if after in FINAL_STATUSES:
        task.finished_at = now
    record(
        session,
        at=now,
        actor=actor,
        subject_type="task",
        subject_id=task.id,
        action=action.value,
        from_status=before.value,
        to_status=after.value,
        reason=reason,
        data=data,
    )


def apply_step(
    task: Task,
    action: TaskAction,
    actor: Actor,
    now: datetime,
    recorded_at: datetime,
    reason: str | None,
    *,
    session: Session,
    assignments: Iterable[TaskAssignment] | None = None,
) -> None:
    """A worker's own step (accept, start, submit, decline) on a task that is loaded and locked.

    That ``actor`` holds the task (as assignee or helper) is the caller's to know; only the assignee himself may decline.
    ``recorded_at``: when he took the step, perhaps offline. ``assignments``: his holdings of the task, if the caller has
    them; otherwise a decline costs one statement to end them. Reads nothing.
    Raises DomainError: illegal_transition, reason_required, not_assignee.
    """
    if action not in STEPS:
        raise DomainError("illegal_transition", status=str(task.status), action=str(action))
    if action == TaskAction.DECLINE and task.status != TaskStatus.DECLINED and task.assignee_id != actor.user_id:
        raise DomainError("not_assignee")
    data: dict[str, Any] = {} if recorded_at == now else {"recorded_at": recorded_at.isoformat()}
    if action == TaskAction.DECLINE:
        data["assignee_id"] = str(task.assignee_id)
    set_status(session, actor, task, action, now=now, reason=reason, data=data)
    if action == TaskAction.DECLINE:
        _release(session, task, now, assignments)


def _release(session: Session, task: Task, now: datetime, assignments: Iterable[TaskAssignment] | None) -> None:
    holder, task.assignee_id = task.assignee_id, None
    if assignments is None:
        session.execute(
            update(TaskAssignment)
            .where(
                TaskAssignment.task_id == task.id,
                TaskAssignment.user_id == holder,
                TaskAssignment.is_helper.is_(False),
                TaskAssignment.ended_at.is_(None),
            )
            .values(ended_at=now)
        )
        return
    for assignment in assignments:
        if assignment.user_id == holder and not assignment.is_helper and assignment.ended_at is None:
            assignment.ended_at = now
