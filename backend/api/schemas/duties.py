"""Shapes of who answers for which grid, all grids at once."""

from typing import ClassVar

from marshmallow import Schema, fields, validate

from backend.api.schemas.fields import Choice, Day, Words
from backend.api.schemas.grids import GRID, STREET, digits
from backend.domain.vocabulary import BulkResult, GridRole
from backend.services.grids.duties import AT_ONCE


class DutyQuerySchema(Schema):
    """On which day, in which street."""

    on = Day(load_default=None, metadata={"description": "Today by default"})
    street = digits(STREET, "In this street", load_default=None)


class DutySchema(Schema):
    """Somebody who answers for a grid."""

    id = fields.UUID(required=True, metadata={"description": "Of the responsibility"})
    user_id = fields.UUID(required=True)
    user_name = fields.String(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True, metadata={"description": "First day without"})


class GridDutySchema(Schema):
    """A grid and who answers for it that day."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    street_code = fields.String(required=True)
    street_name = fields.String(required=True)
    lead = fields.Nested(DutySchema, required=True, allow_none=True, metadata={"description": "null: nobody leads it"})
    backups = fields.List(fields.Nested(DutySchema), required=True)
    helpers = fields.List(fields.Nested(DutySchema), required=True)


class GridDutyListSchema(Schema):
    """All grids one sees, by code."""

    on = fields.Date(required=True)
    without_lead = fields.Integer(required=True)
    items = fields.List(fields.Nested(GridDutySchema), required=True)


class DutyBulkSchema(Schema):
    """Who shall answer for which grids."""

    EXAMPLE: ClassVar = {
        "user_id": "0199f1c2-5a00-7000-8000-000000000002",
        "grid_codes": ["310107005601001", "310107005601002"],
        "role": "lead",
        "valid_from": "2026-12-01",
        "replace": True,
    }

    user_id = fields.UUID(required=True)
    grid_codes = fields.List(
        Words(max_length=15, validate=validate.Regexp(GRID)), required=True, validate=validate.Length(1, AT_ONCE)
    )
    role = Choice(GridRole, required=True)
    valid_from = Day(required=True)
    valid_to = Day(load_default=None, allow_none=True, metadata={"description": "First day without"})
    replace = fields.Boolean(load_default=False, metadata={"description": "Who leads a grid then gives it up that day"})


class DutyResultSchema(Schema):
    """What became of one grid."""

    grid_code = fields.String(required=True)
    result = Choice(BulkResult, required=True)
    code = fields.String(required=True, allow_none=True, metadata={"description": "Of the refusal"})
    message = fields.String(required=True, allow_none=True)
    responsibility_id = fields.UUID(required=True, allow_none=True)
    ended_id = fields.UUID(required=True, allow_none=True, metadata={"description": "What was ended for it"})


class DutyBulkAnswerSchema(Schema):
    """One row for each grid, in the order sent."""

    done = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    items = fields.List(fields.Nested(DutyResultSchema), required=True)
