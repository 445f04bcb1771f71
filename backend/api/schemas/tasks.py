"""Shapes of tasks. Not here: what is allowed when (domain/tasks)."""

from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from backend.api.schemas.fields import Choice, CommaList, Day, Moment, Whole, Words
from backend.api.schemas.paging import PageQuerySchema, PageSchema
from backend.api.schemas.tables import RowFaultSchema
from backend.domain.vocabulary import Category, TaskAction, TaskKind, TaskStatus

GRID = validate.Regexp(r"^[0-9]{15}$")
STREET = validate.Regexp(r"^[0-9]{9}$")
MAX_LISTED = 10_000


class TaskPlanSchema(Schema):
    """What tasks made together have in common."""

    category = Choice(Category, required=True)
    kind = Choice(TaskKind, load_default=TaskKind.DAILY_PATROL)
    title = Words(max_length=200, load_default=None, allow_none=True, metadata={"description": "Made up when absent"})
    instructions = Words(max_length=5_000, load_default="")
    starts_on = Day(load_default=None, allow_none=True)
    due_at = Moment(load_default=None, allow_none=True, metadata={"description": "Later than now"})
    assignee_id = fields.UUID(load_default=None, allow_none=True, metadata={"description": "An active grid worker"})
    by_responsibility = fields.Boolean(
        load_default=False,
        metadata={
            "description": "Without assignee_id: the grid's lead with the category's skill, else backup, else helper"
        },
    )


class TaskCreateSchema(TaskPlanSchema):
    """One task: a grid or a site (then its grid)."""

    EXAMPLE: ClassVar = {
        "category": "illegal_practice",
        "grid_code": "310107005601001",
        "due_at": "2026-11-22T23:59:59+08:00",
        "by_responsibility": True,
    }

    grid_code = Words(max_length=15, validate=GRID, load_default=None, allow_none=True)
    site_id = fields.UUID(load_default=None, allow_none=True)
    helper_ids = fields.List(
        fields.UUID(), load_default=list, validate=validate.Length(max=20), metadata={"description": "一格多员"}
    )


class TaskPlaceSchema(Schema):
    """A grid or a site, and what is different there from what holds for all."""

    grid_code = Words(max_length=15, validate=GRID, load_default=None, allow_none=True)
    site_id = fields.UUID(load_default=None, allow_none=True)
    due_at = Moment(load_default=None, allow_none=True)
    assignee_id = fields.UUID(load_default=None, allow_none=True)


class TaskBulkSchema(TaskPlanSchema):
    """One task for each grid, each site and each place named; all or none."""

    EXAMPLE: ClassVar = {
        "category": "water_vending",
        "grid_codes": ["310107005601001", "310107005601002"],
        "due_at": "2026-11-22T23:59:59+08:00",
    }

    grid_codes = fields.List(
        Words(max_length=15, validate=GRID), load_default=list, validate=validate.Length(max=MAX_LISTED)
    )
    site_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=MAX_LISTED))
    places = fields.List(
        fields.Nested(TaskPlaceSchema),
        load_default=list,
        validate=validate.Length(max=MAX_LISTED),
        metadata={"description": "With a day or a worker of its own each"},
    )


class TaskImportQuerySchema(Schema):
    """What holds for rows whose own cell is empty."""

    dry_run = fields.Boolean(load_default=False, metadata={"description": "Judge the file, store nothing"})
    category = Choice(Category, load_default=None)
    kind = Choice(TaskKind, load_default=TaskKind.DAILY_PATROL)
    due_at = Moment(load_default=None)
    by_responsibility = fields.Boolean(
        load_default=False, metadata={"description": "Choose a worker for rows that name none"}
    )


class TaskFilterSchema(Schema):
    """Narrows lists and counts; everything given must hold."""

    status = CommaList(Choice(TaskStatus), load_default=list, metadata={"description": "One or more, with commas"})
    category = CommaList(Choice(Category), load_default=list, metadata={"description": "One or more, with commas"})
    kind = CommaList(Choice(TaskKind), load_default=list, metadata={"description": "One or more, with commas"})
    street = Words(max_length=9, validate=STREET, load_default=None)
    grid_code = Words(max_length=15, validate=GRID, load_default=None)
    assignee = fields.UUID(load_default=None, metadata={"description": "Id of the worker who holds them"})
    site_id = fields.UUID(load_default=None)
    overdue = fields.Boolean(load_default=None, metadata={"description": "Past due with the worker's part still open"})
    unassigned = fields.Boolean(load_default=None)
    due_before = Moment(load_default=None)
    due_after = Moment(load_default=None)
    q = Words(max_length=100, load_default=None, metadata={"description": "In code, title, grid code, site"})


class TaskQuerySchema(TaskFilterSchema, PageQuerySchema):
    """Filters and page."""


class TaskActSchema(Schema):
    """What comes with an action."""

    EXAMPLE: ClassVar = {"reason": "照片看不清，请重拍", "version": 2}

    assignee_id = fields.UUID(load_default=None, allow_none=True, metadata={"description": "assign, reassign: to whom"})
    by_responsibility = fields.Boolean(load_default=False, metadata={"description": "assign, reassign: choose"})
    helper_ids = fields.List(
        fields.UUID(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=20),
        metadata={"description": "assign, reassign: who helps; absent keeps the helpers"},
    )
    due_at = Moment(load_default=None, allow_none=True, metadata={"description": "assign, reassign, send_back"})
    reason = Words(
        max_length=1_000, load_default=None, allow_none=True, metadata={"description": "decline, send_back, cancel"}
    )
    version = Whole(low=1, load_default=None, allow_none=True, metadata={"description": "The version you have seen"})


class TaskFormSchema(Schema):
    """A checklist in one version."""

    code = fields.String(required=True, attribute="form_code")
    version = fields.Integer(required=True, attribute="form_version")


class TaskSchema(Schema):
    """A task as lists show it."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    title = fields.String(required=True)
    category = Choice(Category, required=True)
    kind = Choice(TaskKind, required=True)
    status = Choice(TaskStatus, required=True)
    grid_code = fields.String(required=True)
    street_code = fields.String(required=True)
    site_id = fields.UUID(required=True, allow_none=True)
    site_name = fields.String(required=True, allow_none=True)
    assignee_id = fields.UUID(required=True, allow_none=True)
    assignee_name = fields.String(required=True, allow_none=True)
    starts_on = fields.Date(required=True, allow_none=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    overdue = fields.Boolean(required=True, metadata={"description": "Computed, never a status"})
    assigned_at = fields.AwareDateTime(required=True, allow_none=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    instructions = fields.String(required=True)
    form = fields.Method("_form", required=True, allow_none=True, metadata={"type": "object"})
    actions = fields.List(
        Choice(TaskAction), required=True, metadata={"description": "What the life cycle allows next"}
    )
    version = fields.Integer(required=True)

    def _form(self, task: Any) -> dict[str, Any] | None:
        return TaskFormSchema().dump(task) if task.form_code else None


class TaskPageSchema(PageSchema):
    """Tasks, newest first."""

    items = fields.List(fields.Nested(TaskSchema), required=True)


class TaskHelperSchema(Schema):
    """Somebody who works on the task beside the assignee."""

    user_id = fields.UUID(required=True)
    name = fields.String(required=True)
    since = fields.AwareDateTime(required=True)


class HistoryLineSchema(Schema):
    """One event; without actor the product acted by a rule or clock."""

    at = fields.AwareDateTime(required=True)
    action = fields.String(required=True)
    from_status = fields.String(required=True, allow_none=True)
    to_status = fields.String(required=True, allow_none=True)
    actor_id = fields.UUID(required=True, allow_none=True)
    actor_name = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    data = fields.Dict(required=True)


class TaskDetailSchema(TaskSchema):
    """A task with everything around it."""

    helpers = fields.List(fields.Nested(TaskHelperSchema), required=True)
    history = fields.List(fields.Nested(HistoryLineSchema), required=True)
    report_count = fields.Integer(required=True)
    unassigned_because = fields.String(
        metadata={"description": "After creation by responsibility: why nobody could be chosen"}
    )


class CreatedTaskSchema(Schema):
    """One of many new tasks."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    grid_code = fields.String(required=True)
    site_id = fields.UUID(required=True, allow_none=True)
    status = Choice(TaskStatus, required=True)
    assignee_id = fields.UUID(required=True, allow_none=True)


class UnassignedTaskSchema(Schema):
    """A new task for which nobody could be chosen; it stays planned."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    grid_code = fields.String(required=True)
    why = fields.String(required=True, metadata={"description": "no_responsible_worker or no_skilled_worker"})


class CreatedTasksSchema(Schema):
    """What was made."""

    count = fields.Integer(required=True)
    items = fields.List(fields.Nested(CreatedTaskSchema), required=True)
    unassigned = fields.List(fields.Nested(UnassignedTaskSchema), required=True)


class TaskImportRowSchema(Schema):
    """A row of a file, its cells in the order of the headings."""

    row = fields.Integer(required=True, metadata={"description": "As the program that made the file numbers it"})
    cells = fields.List(fields.String(), required=True)


class TaskImportSchema(CreatedTasksSchema):
    """What an import found and made."""

    dry_run = fields.Boolean(required=True)
    row_count = fields.Integer(required=True)
    faults = fields.List(fields.Nested(RowFaultSchema), required=True, metadata={"description": "Of a dry run"})
    ignored_columns = fields.List(fields.String(), required=True)
    headings = fields.List(
        fields.String(), required=True, metadata={"description": "Of a dry run: the file's columns that count"}
    )
    rows = fields.List(
        fields.Nested(TaskImportRowSchema),
        required=True,
        metadata={"description": "Of a dry run: what stood there; written as CSV it may be sent again"},
    )


class TaskCountsSchema(Schema):
    """How many tasks there are."""

    total = fields.Integer(required=True)
    overdue = fields.Integer(required=True)
    unassigned = fields.Integer(required=True, metadata={"description": "Open and held by nobody"})
    by_status = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    by_category = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
