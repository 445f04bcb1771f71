"""What a planner's desk needs beside single tasks: who has how much to do, one step on many tasks, the empty table.

Not here: single tasks and their life cycle (tasks.py).
"""

import io
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from backend.api.documents import one_of
from backend.api.endpoint import Call, endpoint
from backend.api.language import current_language
from backend.api.schemas.task_desk import (
    TaskStepsAnswerSchema,
    TaskStepsSchema,
    WorkerQuerySchema,
    WorkersSchema,
)
from backend.api.table_file import XLSX
from backend.domain.calendar import LOCAL_ZONE
from backend.domain.errors import DomainError
from backend.domain.vocabulary import BulkResult, TaskAction
from backend.persistence.queries.workload import WorkerFilter, list_workers
from backend.services import tasks
from backend.services.tasks import Act, PickedTask, TaskRow

blueprint = Blueprint("task_desk", __name__, url_prefix="/api/v1/tasks", description="Giving out patrol tasks")

DESK_ACTIONS = (
    TaskAction.ASSIGN, TaskAction.REASSIGN, TaskAction.COMPLETE, TaskAction.SEND_BACK, TaskAction.CANCEL,
)  # fmt: skip
TEMPLATE = {
    "responses": {
        "200": {
            "description": "An .xlsx with headings, lists to choose from and notes.",
            "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


@endpoint(
    blueprint,
    "/workers",
    permission="user.read",
    summary="Grid workers one may see, with what they have to do; those that fit a grid and category best come first",
    query=WorkerQuerySchema,
    answer=WorkersSchema,
    example=WorkersSchema.EXAMPLE,
)
def show_workers(call: Call) -> dict[str, Any]:
    query = call.query
    wanted = WorkerFilter(query["street"], query["text"], query["grid_code"], query["category"])
    return {"items": list_workers(call.session, call.actor, wanted, call.now)}


@endpoint(
    blueprint,
    "/bulk/<string:action>",
    method="POST",
    permission="task.assign",  # each action has its own besides, asked by the service
    summary="One step on up to 500 tasks: assign, reassign, complete, send_back, cancel; each is done or refused by itself",
    body=TaskStepsSchema,
    answer=TaskStepsAnswerSchema,
    problems=("not_found",),
    document=one_of("action", DESK_ACTIONS),
    example=TaskStepsAnswerSchema.EXAMPLE,
)
def act_on_tasks(call: Call, action: str) -> dict[str, Any]:
    if action not in DESK_ACTIONS:
        raise DomainError("not_found")
    body = dict(call.body)
    picked = [PickedTask(**one) for one in body.pop("items")]
    rows = tasks.act_on_tasks(call.session, call.actor, TaskAction(action), picked, Act(**body), now=call.now)
    done = sum(row.result == BulkResult.DONE for row in rows)
    language = current_language()
    return {"done": done, "refused": len(rows) - done, "items": [_shown(row, language) for row in rows]}


@endpoint(
    blueprint,
    "/import/template",
    permission="task.create",
    summary="The empty table for the import of tasks",
    document=TEMPLATE,
)
def show_template(call: Call) -> Response:
    """In the language asked for; the import reads both."""
    file = io.BytesIO()
    made_at = call.now.astimezone(LOCAL_ZONE).replace(tzinfo=None)
    tasks.write_task_template(file, current_language(), made_at=made_at)
    response = Response(file.getvalue(), mimetype=XLSX)
    response.headers["Content-Disposition"] = "attachment; filename=task-import.xlsx"
    return response


def _shown(row: TaskRow, language: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "result": row.result,
        "code": row.refusal.code if row.refusal else None,
        "message": row.refusal.sentence(language) if row.refusal else None,
        "version": row.version,
        "status": row.status,
    }
