"""Shapes of application passwords."""

from typing import ClassVar

from marshmallow import Schema, fields

from backend.api.schemas.fields import Whole, Words


class NewAppPasswordSchema(Schema):
    """What program it is for, and for how long."""

    EXAMPLE: ClassVar = {"name": "QGIS 办公室电脑", "days": 180}

    name = Words(required=True, min_length=1, max_length=100)
    days = Whole(
        low=1,
        high=366,
        load_default=None,
        allow_none=True,
        metadata={"description": "Days until it ends; the usual time unless given"},
    )


class AppPasswordSchema(Schema):
    """One application password; never its text."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    last_used_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "To about ten minutes; null: never"}
    )


class MadeAppPasswordSchema(AppPasswordSchema):
    """A new one, with what the program is to be given: told this once."""

    username = fields.String(required=True)
    password = fields.String(required=True)


class AppPasswordListSchema(Schema):
    """All that still open something, newest first."""

    items = fields.List(fields.Nested(AppPasswordSchema), required=True)
