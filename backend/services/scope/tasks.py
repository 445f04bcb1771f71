"""Task objects: held by the assignee and the helpers, as long as they are workers and there is something to do."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, column, select, text
from sqlalchemy.orm import Session

from backend.domain.calendar import local_day
from backend.domain.vocabulary import ObjectType, TaskStatus
from backend.persistence.models import Task
from backend.persistence.queries.people import is_worker
from backend.services.feed import FeedObject, Own, publish
from backend.services.scope.sites import publish_sites

# A finished, cancelled or declined task leaves the phone; what came of it arrives with the report.
HELD = text("""
        SELECT k.task_id, k.user_id FROM unnest(CAST(:ids AS uuid[]), CAST(:assignees AS uuid[])) AS k (task_id, user_id)
        UNION
        SELECT a.task_id, a.user_id FROM task_assignments a
        WHERE a.task_id = ANY(CAST(:ids AS uuid[])) AND a.is_helper AND a.ended_at IS NULL
""")
_HELD = HELD.columns(column("task_id", Uuid), column("user_id", Uuid)).subquery("held")
HOLDERS = select(_HELD).where(is_worker(_HELD.c.user_id))
HELD_STATUSES = frozenset({TaskStatus.ASSIGNED, TaskStatus.ACCEPTED, TaskStatus.IN_PROGRESS, TaskStatus.SUBMITTED})


def publish_tasks(session: Session, task_ids: Collection[UUID], now: datetime, *, with_sites: bool = True) -> None:
    """Tell phones about these tasks, and about the sites they lead to."""
    if not task_ids:
        return
    tasks = session.scalars(select(Task).where(Task.id.in_(task_ids))).all()
    holders = _holders(session, tasks, now)
    publish(session, [_object(task, holders.get(task.id, {})) for task in tasks])
    sites = {task.site_id for task in tasks if task.site_id is not None}
    if with_sites and sites:
        publish_sites(session, sites, now)


def _holders(session: Session, tasks: Sequence[Task], now: datetime) -> dict[UUID, dict[UUID, Own]]:
    """Who holds each task that is held at all: the assignee and whoever helps now (一格多员), but nobody whose role ended."""
    held = [task for task in tasks if task.status in HELD_STATUSES]
    who = {"ids": [task.id for task in held], "assignees": [task.assignee_id for task in held], "day": local_day(now)}
    found: dict[UUID, dict[UUID, Own]] = {}
    for task_id, user_id in session.execute(HOLDERS, who):
        found.setdefault(task_id, {})[user_id] = None
    return found


def _object(task: Task, holders: dict[UUID, Own]) -> FeedObject:
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
