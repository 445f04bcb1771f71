"""Shapes of events and of the people named beside them."""

from marshmallow import Schema, fields, validate

from backend.api.schemas.fields import Words
from backend.api.schemas.paging import PageQuerySchema, PageSchema

SUBJECTS = ("report", "referral", "task", "site", "grid", "grid_version", "user", "device", "sync_item")


class PersonSchema(Schema):
    """A person by id and name."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class EventSchema(Schema):
    """One thing that happened; never changed afterwards."""

    seq = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    subject_type = fields.String(required=True)
    subject_id = fields.String(required=True)
    action = fields.String(required=True)
    from_status = fields.String(required=True, allow_none=True)
    to_status = fields.String(required=True, allow_none=True)
    actor = fields.Nested(
        PersonSchema, required=True, allow_none=True, metadata={"description": "null: the product itself, by a rule"}
    )
    reason_code = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    data = fields.Dict(required=True)


class HistoryQuerySchema(PageQuerySchema):
    """Whose history."""

    subject_type = Words(max_length=40, required=True, validate=validate.OneOf(SUBJECTS))
    subject_id = Words(
        max_length=200, min_length=1, required=True, metadata={"description": "Its id, or code for a grid"}
    )


class EventPageSchema(PageSchema):
    """A page of events, newest first."""

    items = fields.List(fields.Nested(EventSchema), required=True)
