"""The shape of every refusal (RFC 9457)."""

from marshmallow import Schema, fields


class FaultSchema(Schema):
    """One wrong value, row or item."""

    path = fields.String(metadata={"description": "Where, such as items.0.kind or row 12"})
    code = fields.String(required=True, metadata={"description": "Stable code"})
    message = fields.String(metadata={"description": "A sentence in the user's language"})


class ProblemSchema(Schema):
    """application/problem+json with a stable code."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "Stable; see the list of problems"})
    detail = fields.String(metadata={"description": "A sentence in the user's language (Accept-Language)"})
    request_id = fields.String(allow_none=True)
    errors = fields.List(fields.Dict())
