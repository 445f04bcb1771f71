"""Shapes of proposals of who should take tasks."""

from typing import ClassVar

from marshmallow import Schema, fields, validate

from backend.api.schemas.fields import Choice
from backend.domain.assignment import WhyNobody
from backend.domain.vocabulary import Category, GridRole, TaskAction, TaskStatus

AT_ONCE = 500


class ProposalsAskSchema(Schema):
    """For which tasks."""

    EXAMPLE: ClassVar = {"task_ids": ["0199f1c2-5a00-7000-8000-000000000011"]}

    task_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, AT_ONCE))


class CandidateSchema(Schema):
    """Somebody responsible for the task's grid today."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    role = Choice(GridRole, required=True)
    has_skill = fields.Boolean(required=True, metadata={"description": "Trained for the task's category"})
    open_tasks = fields.Integer(required=True, metadata={"description": "What he holds now"})


class ProposalSchema(Schema):
    """Who should take one task, and why."""

    task_id = fields.UUID(required=True)
    code = fields.String(required=True)
    title = fields.String(required=True)
    category = Choice(Category, required=True)
    grid_code = fields.String(required=True)
    status = Choice(TaskStatus, required=True)
    version = fields.Integer(required=True)
    action = Choice(
        TaskAction,
        required=True,
        allow_none=True,
        metadata={"description": "assign or reassign; null: its status allows neither"},
    )
    assignee_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "Whom to give it to; null: nobody"}
    )
    why_nobody = Choice(WhyNobody, required=True, allow_none=True)
    reason_zh = fields.String(required=True)
    reason_en = fields.String(required=True)
    candidates = fields.List(fields.Nested(CandidateSchema), required=True, metadata={"description": "Lead first"})


class ProposalsSchema(Schema):
    """In the order asked for."""

    items = fields.List(fields.Nested(ProposalSchema), required=True)
