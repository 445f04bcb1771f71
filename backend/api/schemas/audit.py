"""Shapes of what auditors ask: the history by who, what and when, and the chain of seals a part at a time."""

from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from backend.api.schemas.fields import Moment, Whole, Words
from backend.api.schemas.history import SUBJECTS, DiscrepancySchema
from backend.api.schemas.paging import PageQuerySchema

HIGHEST = 2**53  # seals a browser can count


def describe(text: str) -> dict[str, str]:
    """Metadata with a description."""
    return {"description": text}


class EventsQuerySchema(PageQuerySchema):
    """Which events; everything given must hold."""

    class Meta:
        include: ClassVar = {
            "from": Moment(load_default=None, attribute="since", metadata=describe("Happened at or after")),
            "to": Moment(load_default=None, attribute="until", metadata=describe("Happened before")),
        }

    actor = fields.UUID(load_default=None, metadata=describe("Id of who did it"))
    by_product = fields.Boolean(load_default=None, metadata=describe("true: what the product did by a rule or clock"))
    subject_type = Words(max_length=40, load_default=None, validate=validate.OneOf(SUBJECTS))
    subject_id = Words(max_length=200, load_default=None)
    action = Words(max_length=64, load_default=None, metadata=describe("Such as route; `read`: sealed data was opened"))


class NotedSealSchema(Schema):
    """A seal noted earlier and elsewhere; only this finds a chain whose end was cut off."""

    number = Whole(low=1, high=HIGHEST, required=True)
    hash = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{64}\Z"))


class ChainCheckSchema(Schema):
    """Which part of the chain."""

    EXAMPLE: ClassVar = {"first": 1}

    first = Whole(low=1, high=HIGHEST, load_default=1)
    last = Whole(low=1, high=HIGHEST, load_default=None, allow_none=True, metadata=describe("null: to its end"))
    known = fields.Nested(NotedSealSchema, load_default=None, allow_none=True)

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("last") is not None and data["last"] < data["first"]:
            raise ValidationError("Must be greater than or equal to first.", "last")


class CheckedChainSchema(Schema):
    """What was looked at, and what is not as it was sealed."""

    whole = fields.Boolean(required=True, metadata=describe("Of what was looked at"))
    seals = fields.Integer(required=True)
    events = fields.Integer(required=True)
    first = fields.Integer(required=True)
    last = fields.Integer(required=True, allow_none=True, metadata=describe("The last seal looked at; null: none"))
    last_hash = fields.String(required=True, allow_none=True, metadata=describe("Note it elsewhere with its number"))
    next = fields.Integer(required=True, allow_none=True, metadata=describe("The time was over: go on with this seal"))
    end_checked = fields.Boolean(required=True, metadata=describe("Looked for events outside of all seals as well"))
    waiting = fields.Integer(required=True, metadata=describe("Events no seal covers yet"))
    first_break = fields.Nested(DiscrepancySchema, required=True, allow_none=True)
    discrepancies = fields.List(fields.Nested(DiscrepancySchema), required=True, metadata=describe("At most 1,000"))
    more = fields.Boolean(required=True)
