"""Shapes of the triage inbox. Not here: the desk of one row (schemas/desk)."""

from marshmallow import Schema, fields

from backend.api.schemas.cases import CaseSchema
from backend.api.schemas.fields import Choice, CommaList, Words
from backend.api.schemas.paging import PageQuerySchema, PageSchema
from backend.domain.vocabulary import Category, ReferralStatus


def describe(text: str) -> dict[str, str]:
    """Metadata with a description."""
    return {"description": text}


class TriageQuerySchema(PageQuerySchema):
    """Which rows of the inbox; everything given must hold."""

    status = CommaList(
        Choice(ReferralStatus),
        load_default=None,
        metadata=describe("Default: what waits for the caller — triage and returned; for arbitration: in_arbitration"),
    )
    category = Choice(Category, load_default=None)
    street = Words(max_length=9, load_default=None, metadata=describe("9-digit street code"))
    function = Words(max_length=64, load_default=None, metadata=describe("Code of the function"))
    overdue = fields.Boolean(load_default=None)


class TriageRowSchema(CaseSchema):
    """A case as the inbox shows it; its desk is at /referrals/{id}/desk."""

    lon = fields.Float(required=True, allow_none=True)
    lat = fields.Float(required=True, allow_none=True)
    photo = fields.String(required=True, allow_none=True, metadata=describe("Hash of the first photo that is here"))


class TriageCountSchema(Schema):
    """How many rows of a status there are, within the other filters."""

    status = Choice(ReferralStatus, required=True)
    count = fields.Integer(required=True)
    overdue = fields.Integer(required=True)


class TriagePageSchema(PageSchema):
    """Rows in working order: emergencies, then the deadline that ends first, then the oldest."""

    items = fields.List(fields.Nested(TriageRowSchema), required=True)
    total = fields.Integer(required=True, metadata=describe("Of all pages"))
    counts = fields.List(fields.Nested(TriageCountSchema), required=True)
