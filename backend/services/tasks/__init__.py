"""Patrol tasks: planning, assigning, and every step of their life cycle. Not here: reads (persistence/queries/tasks)."""

from backend.services.tasks.acting import Act, act
from backend.services.tasks.bulk import BULK_LIMIT, PickedTask, TaskRow, act_on_tasks
from backend.services.tasks.creating import Created, create_task, create_tasks
from backend.services.tasks.drafts import TaskDraft
from backend.services.tasks.importing import ImportResult, import_tasks, read_back
from backend.services.tasks.proposing import Proposal, propose_workers
from backend.services.tasks.status import apply_step, set_status
from backend.services.tasks.template import write_task_template

__all__ = [
    "BULK_LIMIT",
    "Act",
    "Created",
    "ImportResult",
    "PickedTask",
    "Proposal",
    "TaskDraft",
    "TaskRow",
    "act",
    "act_on_tasks",
    "apply_step",
    "create_task",
    "create_tasks",
    "import_tasks",
    "propose_workers",
    "read_back",
    "set_status",
    "write_task_template",
]
