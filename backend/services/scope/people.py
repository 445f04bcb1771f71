"""When a person's role or responsibility changes, or a day begins: everything he must hold, and nothing else."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.domain.calendar import local_day
from backend.domain.quarantine import TOLD_FOR
from backend.services.scope.grids import publish_grids
from backend.services.scope.items import publish_entries
from backend.services.scope.reference import publish_reference
from backend.services.scope.sites import publish_sites
from backend.services.scope.tasks import publish_tasks

GRID_CODES = text("""
    SELECT grid_code FROM grid_responsibilities
    WHERE (CAST(:user AS uuid) IS NULL OR user_id = :user) AND period @> CAST(:day AS date)
    UNION
    SELECT grid_code FROM tasks WHERE id = ANY(:tasks)
    UNION
    SELECT object_id FROM sync_scope WHERE type = 'grid' AND (CAST(:user AS uuid) IS NULL OR user_id = :user)
""")
# Also the premises of his tasks and those he proposed, which may lie in no grid of his, or in none.
SITE_IDS = text("""
    SELECT id FROM sites WHERE grid_code = ANY(:codes) AND status <> 'closed'
    UNION
    SELECT site_id FROM tasks WHERE id = ANY(:tasks) AND site_id IS NOT NULL
    UNION
    SELECT id FROM sites WHERE status = 'proposed' AND created_by IS NOT NULL
      AND (CAST(:user AS uuid) IS NULL OR created_by = :user)
    UNION
    SELECT CAST(object_id AS uuid) FROM sync_scope
    WHERE type = 'site' AND (CAST(:user AS uuid) IS NULL OR user_id = :user)
""")
TASK_IDS = text("""
    SELECT t.id FROM tasks t WHERE (CAST(:user AS uuid) IS NULL OR t.assignee_id = :user)
      AND t.status IN ('assigned', 'accepted', 'in_progress', 'submitted')
    UNION
    SELECT a.task_id FROM task_assignments a WHERE a.ended_at IS NULL
      AND (CAST(:user AS uuid) IS NULL OR a.user_id = :user)
    UNION
    SELECT CAST(object_id AS uuid) FROM sync_scope
    WHERE type = 'task' AND (CAST(:user AS uuid) IS NULL OR user_id = :user)
""")
# Entries of the quarantine desk that a phone should hold, or holds and should no longer.
ENTRY_IDS = text("""
    SELECT id FROM quarantine_entries
    WHERE result = 'quarantined' AND (state = 'open' OR settled_at > :since)
      AND (CAST(:user AS uuid) IS NULL OR user_id = :user)
    UNION
    SELECT CAST(object_id AS uuid) FROM sync_scope
    WHERE type = 'item' AND (CAST(:user AS uuid) IS NULL OR user_id = :user)
""")


def welcome_user(session: Session, user_id: UUID, now: datetime) -> None:
    """Bring one user's phone in step: after a new account, a role or responsibility given or ended."""
    _refresh(session, user_id, now)


def refresh_all(session: Session, now: datetime) -> None:
    """Bring every phone in step with what today's date changed: roles, responsibilities and versions that begin or end."""
    _refresh(session, None, now)


def _refresh(session: Session, user_id: UUID | None, now: datetime) -> None:
    publish_reference(session, now)
    who = {"user": user_id, "day": local_day(now)}
    tasks = list(session.scalars(TASK_IDS, who))
    codes = list(session.scalars(GRID_CODES, {**who, "tasks": tasks}))
    publish_grids(session, codes, now)
    publish_tasks(session, tasks, now, with_sites=False)
    publish_sites(session, list(session.scalars(SITE_IDS, {**who, "codes": codes, "tasks": tasks})), now)
    publish_entries(session, list(session.scalars(ENTRY_IDS, {**who, "since": now - TOLD_FOR})), now)
