"""Shapes of giving out tasks: workers with their load, one step on many tasks. Not here: single tasks (schemas/tasks)."""

from typing import ClassVar

from marshmallow import Schema, fields, validate

from backend.api.schemas.fields import Choice, Moment, Whole, Words
from backend.api.schemas.tasks import GRID, STREET
from backend.domain.vocabulary import BulkResult, Category, GridRole, TaskStatus
from backend.services.tasks import BULK_LIMIT

A_TASK = "0199f1c2-5a00-7000-8000-000000000011"


class WorkerQuerySchema(Schema):
    """Which workers; grid and category narrow nothing, they put the fitting ones first."""

    street = Words(max_length=9, validate=STREET, load_default=None)
    text = Words(max_length=100, load_default=None, metadata={"description": "Part of the name or user name"})
    grid_code = Words(max_length=15, validate=GRID, load_default=None)
    category = Choice(Category, load_default=None)


class WorkerSchema(Schema):
    """A worker of today and what is in his hands."""

    id = fields.UUID(required=True)
    username = fields.String(required=True)
    name = fields.String(required=True)
    street_code = fields.String(required=True, allow_none=True)
    skills = fields.List(Choice(Category), required=True)
    grid_role = Choice(GridRole, required=True, allow_none=True, metadata={"description": "In the grid asked about"})
    has_skill = fields.Boolean(
        required=True, allow_none=True, metadata={"description": "For the category asked about; null: none was"}
    )
    open = fields.Integer(required=True, metadata={"description": "Tasks whose field work is still to be done"})
    due_today = fields.Integer(required=True, metadata={"description": "Of those, to be done by tonight"})
    overdue = fields.Integer(required=True)
    submitted = fields.Integer(required=True, metadata={"description": "Handed in, to be reviewed"})
    last_contact_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When one of his phones last called"}
    )


class WorkersSchema(Schema):
    """Workers, the best fitting first."""

    EXAMPLE: ClassVar = {
        "items": [
            {
                "id": "0199f1c2-5a00-7000-8000-000000000002",
                "username": "worker01",
                "name": "张伟",
                "street_code": "310107005",
                "skills": ["illegal_practice"],
                "grid_role": "lead",
                "has_skill": True,
                "open": 4,
                "due_today": 1,
                "overdue": 0,
                "submitted": 2,
                "last_contact_at": "2026-11-20T10:00:00+08:00",
            }
        ]
    }

    items = fields.List(fields.Nested(WorkerSchema), required=True)


class PickedTaskSchema(Schema):
    """A task, its version as one saw it, and to whom this one goes."""

    id = fields.UUID(required=True)
    version = Whole(low=1, load_default=None, allow_none=True)
    assignee_id = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "In place of the one for all"}
    )


class TaskStepsSchema(Schema):
    """One step on many tasks; each is done or refused by itself."""

    EXAMPLE: ClassVar = {
        "items": [{"id": A_TASK, "version": 1}],
        "assignee_id": "0199f1c2-5a00-7000-8000-000000000002",
    }

    items = fields.List(fields.Nested(PickedTaskSchema), required=True, validate=validate.Length(min=1, max=BULK_LIMIT))
    assignee_id = fields.UUID(load_default=None, allow_none=True)
    by_responsibility = fields.Boolean(load_default=False)
    due_at = Moment(load_default=None, allow_none=True)
    reason = Words(max_length=1_000, load_default=None, allow_none=True)


class TaskStepRowSchema(Schema):
    """What became of one task."""

    id = fields.UUID(required=True)
    result = Choice(BulkResult, required=True)
    code = fields.String(
        required=True, allow_none=True, metadata={"description": "Why it was refused, as of /docs/problems"}
    )
    message = fields.String(required=True, allow_none=True, metadata={"description": "The same as a sentence"})
    version = fields.Integer(required=True, allow_none=True, metadata={"description": "As of now; null: not yours"})
    status = Choice(TaskStatus, required=True, allow_none=True)


class TaskStepsAnswerSchema(Schema):
    """One row for each that was sent, in its order."""

    EXAMPLE: ClassVar = {
        "done": 1,
        "refused": 0,
        "items": [
            {"id": A_TASK, "result": "done", "code": None, "message": None, "version": 2, "status": "assigned"},
        ],
    }

    done = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    items = fields.List(fields.Nested(TaskStepRowSchema), required=True)
