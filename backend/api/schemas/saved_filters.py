"""Shapes of saved filters. Not here: what a filter holds (schemas/cases)."""

from typing import Any, ClassVar

from marshmallow import Schema, fields

from backend.api.schemas.cases import CaseOrderSchema, describe
from backend.api.schemas.fields import Choice, Whole, Words
from backend.api.schemas.history import PersonSchema
from backend.api.schemas.paging import PageSchema
from backend.domain.vocabulary import Role

SHARED_EXAMPLE = {"role": None, "street": None, "department": "putuo.health"}


class SharedWithSchema(Schema):
    """Everybody who holds all that is named."""

    role = Choice(Role, load_default=None, allow_none=True)
    street = Words(max_length=9, load_default=None, allow_none=True, metadata=describe("9-digit street code"))
    department = Words(max_length=64, load_default=None, allow_none=True, metadata=describe("Code of the department"))


class SavedFilterDraftSchema(Schema):
    """A filter under a name."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "name": "待签收的急件",
        "filter": {"status": ["routed"], "emergency": True, "sort": "urgent"},
        "shared_with": SHARED_EXAMPLE,
    }

    name = Words(max_length=60, min_length=1, required=True)
    filter = fields.Nested(CaseOrderSchema, required=True)
    shared_with = fields.Nested(SharedWithSchema, load_default=None, allow_none=True)


class SavedFilterChangeSchema(SavedFilterDraftSchema):
    """The whole filter anew."""

    EXAMPLE: ClassVar[dict[str, Any]] = {**SavedFilterDraftSchema.EXAMPLE, "version": 1}

    version = Whole(low=1, required=True, metadata=describe("The version you saw"))


class IgnoredSchema(Schema):
    """A value of a saved filter that means nothing any more; the filter is read without it."""

    field = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True)
    code = fields.String(
        required=True, metadata=describe("As in 'errors' of invalid_input; unknown_code: not in its list")
    )


class EndedSchema(Schema):
    """A code that is no longer in force; it still finds what was referred while it was."""

    field = fields.String(required=True)
    value = fields.String(required=True)


class SavedFilterSchema(Schema):
    """A filter as it can be used now."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "id": "0198c0de-0000-7000-8000-0000000000f1",
        "name": "待签收的急件",
        "owner": {"id": "0198c0de-0000-7000-8000-0000000000a1", "name": "王敏"},
        "mine": True,
        "filter": {"status": ["routed"], "emergency": True, "sort": "urgent"},
        "ignored": [],
        "ended": [],
        "shared_with": SHARED_EXAMPLE,
        "created_at": "2026-11-20T02:00:00+00:00",
        "version": 1,
    }

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    owner = fields.Nested(PersonSchema, required=True)
    mine = fields.Boolean(required=True)
    filter = fields.Dict(
        required=True, metadata=describe("Parameters of GET /cases; lists where several values may stand")
    )
    ignored = fields.List(fields.Nested(IgnoredSchema), required=True)
    ended = fields.List(fields.Nested(EndedSchema), required=True)
    shared_with = fields.Nested(SharedWithSchema, required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)


class SavedFilterPageSchema(PageSchema):
    """Own filters and those shared with one, newest first."""

    items = fields.List(fields.Nested(SavedFilterSchema), required=True)
