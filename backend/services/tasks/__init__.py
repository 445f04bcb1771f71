"""Patrol tasks: planning, assigning, and every step of their life cycle. Not here: reads (persistence/queries/tasks)."""

from backend.services.tasks.acting import Act, act
from backend.services.tasks.creating import Created, create_task, create_tasks
from backend.services.tasks.drafts import TaskDraft
from backend.services.tasks.importing import ImportResult, import_tasks
from backend.services.tasks.status import apply_step, set_status

__all__ = [
    "Act",
    "Created",
    "ImportResult",
    "TaskDraft",
    "act",
    "apply_step",
    "create_task",
    "create_tasks",
    "import_tasks",
    "set_status",
]
