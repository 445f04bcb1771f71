"""Task objects: held by the assignee and the helpers for as long as there is something to do."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.vocabulary import ObjectType, TaskStatus
from backend.persistence.models import Task, TaskAssignment
from backend.services.feed import FeedObject, Own, publish
from backend.services.scope.sites import publish_sites

# A finished, cancelled or declined task leaves the phone; what came of it arrives with the report.
HELD_STATUSES = frozenset({TaskStatus.ASSIGNED, TaskStatus.ACCEPTED, TaskStatus.IN_PROGRESS, TaskStatus.SUBMITTED})


def publish_tasks(session: Session, task_ids: Collection[UUID], now: datetime, *, with_sites: bool = True) -> None:
    """Tell phones about these tasks, and about the sites they lead to."""
    if not task_ids:
        return
    tasks = session.scalars(select(Task).where(Task.id.in_(task_ids))).all()
    helpers = task_helpers(session, [task.id for task in tasks])
    publish(session, [_object(task, helpers.get(task.id, [])) for task in tasks])
    sites = {task.site_id for task in tasks if task.site_id is not None}
    if with_sites and sites:
        publish_sites(session, sites, now)


def task_helpers(session: Session, task_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Who helps with each task now (一格多员)."""
    rows = session.execute(
        select(TaskAssignment.task_id, TaskAssignment.user_id).where(
            TaskAssignment.task_id.in_(task_ids), TaskAssignment.is_helper, TaskAssignment.ended_at.is_(None)
        )
    )
    found: dict[UUID, list[UUID]] = {}
    for task_id, user_id in rows:
        found.setdefault(task_id, []).append(user_id)
    return found


def _object(task: Task, helpers: list[UUID]) -> FeedObject:
    holders: dict[UUID, Own] = {}
    if task.status in HELD_STATUSES:
        holders = {user: None for user in [task.assignee_id, *helpers] if user is not None}
    return FeedObject(ObjectType.TASK, str(task.id), task_data(task), holders)


def task_data(task: Task) -> dict[str, Any]:
    """A task as phones hold it."""
    return {
        "id": str(task.id),
        "code": task.code,
        "title": task.title,
        "category": task.category.value,
        "kind": task.kind.value,
        "status": task.status.value,
        "grid_code": task.grid_code,
        "site_id": str(task.site_id) if task.site_id else None,
        "assignee_id": str(task.assignee_id) if task.assignee_id else None,
        "due_at": task.due_at.isoformat() if task.due_at else None,
        "assigned_at": task.assigned_at.isoformat() if task.assigned_at else None,
        "instructions": task.instructions,
        "form": {"code": task.form_code, "version": task.form_version} if task.form_code else None,
    }
