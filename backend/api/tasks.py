"""/tasks: planning patrols, giving them out, and every step of their life cycle. Phones take theirs through /sync."""

from typing import Any
from uuid import UUID

import orjson
from flask import Response
from flask_smorest import Blueprint

from backend.api.documents import one_of
from backend.api.endpoint import Call, endpoint
from backend.api.language import in_language
from backend.api.schemas.tables import FAULT_EXAMPLE
from backend.api.schemas.tasks import (
    CreatedTasksSchema,
    TaskActSchema,
    TaskBulkSchema,
    TaskCountsSchema,
    TaskCreateSchema,
    TaskDetailSchema,
    TaskFilterSchema,
    TaskImportQuerySchema,
    TaskImportSchema,
    TaskPageSchema,
    TaskQuerySchema,
)
from backend.api.table_file import TABLE_PROBLEMS, read_table_file, table_document
from backend.domain.errors import DomainError
from backend.domain.vocabulary import TaskAction
from backend.persistence.queries import tasks as reads
from backend.persistence.queries.paging import Page
from backend.persistence.queries.tasks import TaskCounts, TaskFilter, TaskLine, TaskWhole
from backend.services import tasks
from backend.services.tasks import Act, Created, TaskDraft
from backend.services.tasks.importing import Defaults

blueprint = Blueprint("tasks", __name__, url_prefix="/api/v1/tasks", description="Patrol tasks")

TASK_EXAMPLE = {
    "id": "0199f1c2-5a00-7000-8000-000000000011",
    "code": "T20261120-0000A",
    "title": "非法行医日常巡查：示例诊所",
    "category": "illegal_practice",
    "kind": "daily_patrol",
    "status": "assigned",
    "grid_code": "310107005601001",
    "street_code": "310107005",
    "site_id": "0199f1c2-5a00-7000-8000-000000000012",
    "site_name": "示例诊所",
    "assignee_id": "0199f1c2-5a00-7000-8000-000000000002",
    "assignee_name": "张伟",
    "starts_on": None,
    "due_at": "2026-11-22T23:59:59+08:00",
    "overdue": False,
    "assigned_at": "2026-11-20T10:00:00+08:00",
    "finished_at": None,
    "created_at": "2026-11-20T10:00:00+08:00",
    "instructions": "",
    "form": {"code": "A", "version": 1},
    "actions": ["reassign", "accept", "decline", "cancel"],
    "version": 2,
}
DETAIL_EXAMPLE: dict[str, Any] = {
    **TASK_EXAMPLE,
    "helpers": [],
    "report_count": 0,
    "history": [
        {
            "at": "2026-11-20T10:00:00+08:00",
            "action": "create",
            "from_status": None,
            "to_status": "planned",
            "actor_id": "0199f1c2-5a00-7000-8000-000000000001",
            "actor_name": "李敏",
            "reason": None,
            "data": {},
        }
    ],
}
CREATED_EXAMPLE = {
    "count": 1,
    "items": [
        {
            "id": TASK_EXAMPLE["id"],
            "code": TASK_EXAMPLE["code"],
            "grid_code": TASK_EXAMPLE["grid_code"],
            "site_id": None,
            "status": "planned",
            "assignee_id": None,
        }
    ],
    "unassigned": [
        {
            "id": TASK_EXAMPLE["id"],
            "code": TASK_EXAMPLE["code"],
            "grid_code": TASK_EXAMPLE["grid_code"],
            "why": "no_responsible_worker",
        }
    ],
}
CSV_EXAMPLE = "网格编码,巡查类别,到期时间\n310107005601001,现制现售水,2026-11-22\n"
IMPORT_EXAMPLE = {
    "count": 0, "items": [], "unassigned": [], "dry_run": True, "row_count": 12, "faults": [FAULT_EXAMPLE],
    "ignored_columns": ["备用"], "headings": ["网格编码"], "rows": [{"row": 3, "cells": ["310107005001099"]}],
}  # fmt: skip
ACTION_PROBLEMS = (
    "not_found", "not_assignee", "stale_version", "illegal_transition", "reason_required", "already_assigned",
    "no_worker_found",
)  # fmt: skip


@endpoint(
    blueprint,
    "",
    method="POST",
    permission="task.create",
    summary="Plan one task, and give it out at once if a worker is named or to be chosen",
    body=TaskCreateSchema,
    answer=TaskDetailSchema,
    status=201,
    problems=("not_found",),
    example=DETAIL_EXAMPLE,
)
def create_task(call: Call) -> dict[str, Any]:
    draft = TaskDraft(**{**call.body, "helper_ids": tuple(call.body["helper_ids"])})
    created = tasks.create_task(call.session, call.actor, draft, now=call.now)
    task = created.tasks[0]
    answer: dict[str, Any] = TaskDetailSchema().dump(reads.show_task(call.session, task.id, call.now))
    if task.id in created.unassigned:
        answer["unassigned_because"] = str(created.unassigned[task.id])
    return _dumped(answer, 201)


@endpoint(
    blueprint,
    "/bulk",
    method="POST",
    permission="task.create",
    summary="Plan a task for each of many grids and sites, all or none",
    body=TaskBulkSchema,
    answer=CreatedTasksSchema,
    status=201,
    problems=("rows_rejected", "too_many_rows"),
    example=CREATED_EXAMPLE,
)
def create_tasks(call: Call) -> dict[str, Any]:
    plan = dict(call.body)
    grid_codes, site_ids = plan.pop("grid_codes"), plan.pop("site_ids")
    own = [{name: value for name, value in place.items() if value is not None} for place in plan.pop("places")]
    places = [{"grid_code": code} for code in grid_codes] + [{"site_id": site_id} for site_id in site_ids] + own
    drafts = [TaskDraft(**{**plan, **place}, row=row) for row, place in enumerate(places, 1)]
    return _created(tasks.create_tasks(call.session, call.actor, drafts, now=call.now))


@endpoint(
    blueprint,
    "/import",
    method="POST",
    permission="task.create",
    summary="Plan a task for each row of an Excel or CSV file, all or none; or learn everything that is wrong with it",
    query=TaskImportQuerySchema,
    answer=TaskImportSchema,
    status=201,
    problems=TABLE_PROBLEMS,
    document=table_document(CSV_EXAMPLE, TaskImportSchema, IMPORT_EXAMPLE),
    example={**IMPORT_EXAMPLE, **CREATED_EXAMPLE, "dry_run": False, "faults": [], "headings": [], "rows": []},
)
def import_tasks(call: Call) -> Any:
    content = read_table_file(call.state.settings.max_import_bytes)
    options = dict(call.query)
    dry_run = options.pop("dry_run")
    result = tasks.import_tasks(call.session, call.actor, content, Defaults(**options), dry_run=dry_run, now=call.now)
    headings, rows = tasks.read_back(result.records)
    answer = {
        **_created(result.created or Created([], {})),
        "dry_run": dry_run,
        "row_count": result.row_count,
        "faults": in_language(fault.to_data() for fault in result.faults),
        "ignored_columns": result.ignored_columns,
        "headings": headings,
        "rows": [{"row": row, "cells": cells} for row, cells in rows],
    }
    return _dumped(TaskImportSchema().dump(answer), 200) if dry_run else answer


@endpoint(
    blueprint,
    "",
    permission="task.read",
    summary="Tasks the caller may see, newest first",
    query=TaskQuerySchema,
    answer=TaskPageSchema,
    problems=("bad_cursor",),
    example={"items": [TASK_EXAMPLE], "next_cursor": "NDI"},
)
def list_tasks(call: Call) -> Page[TaskLine]:
    wanted = dict(call.query)
    limit, cursor = wanted.pop("limit"), wanted.pop("cursor")
    return reads.list_tasks(call.session, call.actor, filter_of(wanted), limit, cursor, call.now)


@endpoint(
    blueprint,
    "/counts",
    permission="task.read",
    summary="How many tasks there are, by status and category, and how many are late",
    query=TaskFilterSchema,
    answer=TaskCountsSchema,
    example={
        "total": 3,
        "overdue": 1,
        "unassigned": 1,
        "by_status": {"planned": 1, "assigned": 2},
        "by_category": {"illegal_practice": 3},
    },
)
def count_tasks(call: Call) -> TaskCounts:
    return reads.count_tasks(call.session, call.actor, filter_of(call.query), call.now)


@endpoint(
    blueprint,
    "/<uuid:task_id>",
    permission="task.read",
    summary="One task with helpers, history and the number of reports",
    answer=TaskDetailSchema,
    problems=("not_found",),
    example=DETAIL_EXAMPLE,
)
def show_task(call: Call, task_id: UUID) -> TaskWhole:
    return reads.get_task(call.session, call.actor, task_id, call.now)


@endpoint(
    blueprint,
    "/<uuid:task_id>/actions/<string:action>",
    method="POST",
    permission="task.read",  # each action has its own (domain/permissions TASK_ACTION_PERMISSION), asked by the service
    summary="Take one step: assign, reassign, accept, decline, start, submit, complete, send_back, cancel",
    body=TaskActSchema,
    answer=TaskDetailSchema,
    problems=ACTION_PROBLEMS,
    document=one_of("action", TaskAction),
    example=DETAIL_EXAMPLE,
)
def act(call: Call, task_id: UUID, action: str) -> TaskWhole:
    if action not in set(TaskAction):
        raise DomainError("not_found")
    helpers = call.body["helper_ids"]
    wanted = Act(**{**call.body, "helper_ids": None if helpers is None else tuple(helpers)})
    task = tasks.act(call.session, call.actor, task_id, TaskAction(action), wanted, now=call.now)
    return reads.show_task(call.session, task.id, call.now)


def filter_of(query: dict[str, Any]) -> TaskFilter:
    """The filter that a query of TaskFilterSchema means."""
    names = {"status": "statuses", "category": "categories", "kind": "kinds", "street": "street_code"}
    return TaskFilter(**{{**names, "assignee": "assignee_id"}.get(key, key): value for key, value in query.items()})


def _created(created: Created) -> dict[str, Any]:
    return {
        "count": len(created.tasks),
        "items": created.tasks,
        "unassigned": [
            {"id": task.id, "code": task.code, "grid_code": task.grid_code, "why": str(created.unassigned[task.id])}
            for task in created.tasks
            if task.id in created.unassigned
        ],
    }


def _dumped(answer: dict[str, Any], status: int) -> Any:
    return Response(orjson.dumps(answer), status, mimetype="application/json")
