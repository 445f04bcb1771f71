"""Shapes of bulk acts. Not here: what an act on one referral takes (schemas/referrals)."""

from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from backend.api.schemas.cases import CaseFilterSchema, describe
from backend.api.schemas.fields import Choice, Whole
from backend.api.schemas.referrals import ReferralActSchema
from backend.domain.vocabulary import BulkResult, ReferralAction, ReferralStatus
from backend.services.review.bulk import BULK_LIMIT

A_CASE = "0198c0de-0000-7000-8000-000000000011"


class BulkDetailsSchema(ReferralActSchema):
    """What comes with the act, as for one referral; the versions stand with the ids."""

    class Meta:
        exclude = ("version",)


class PickedSchema(Schema):
    """A case and its version as one saw it."""

    id = fields.UUID(required=True)
    version = Whole(low=1, required=True)


class BulkActSchema(Schema):
    """An act on the cases in ``ids``, or on all that match ``filter``: then ``expected_count`` is how many one saw."""

    EXAMPLE: ClassVar = {
        "action": "route",
        "ids": [{"id": A_CASE, "version": 1}],
        "details": {"department": "putuo.chengguan", "reason": "占道经营属街镇综合执法"},
        "overrides": {A_CASE: {"department": "putuo.market"}},
    }

    action = Choice(ReferralAction, required=True)
    ids = fields.List(fields.Nested(PickedSchema), load_default=None, validate=validate.Length(1, BULK_LIMIT))
    filter = fields.Nested(CaseFilterSchema, load_default=None)
    expected_count = Whole(low=0, load_default=None, metadata=describe("Another number now → count_changed"))
    details = fields.Nested(BulkDetailsSchema, load_default=None, metadata=describe("For every row"))
    overrides = fields.Dict(
        keys=fields.UUID(),
        values=fields.Nested(BulkDetailsSchema),
        load_default=None,
        validate=validate.Length(max=BULK_LIMIT),
        metadata=describe("By id, what is different for that row"),
    )

    @validates_schema
    def _one_way_of_picking(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("ids") is None) == (data.get("filter") is None):
            raise ValidationError("Missing data: either ids or filter.", "ids")
        if data.get("filter") is not None and data.get("expected_count") is None:
            raise ValidationError("Missing data for required field.", "expected_count")


class BulkRowSchema(Schema):
    """What became of one row."""

    id = fields.UUID(required=True)
    result = Choice(BulkResult, required=True)
    code = fields.String(required=True, allow_none=True, metadata=describe("Why it was refused, as of /docs/problems"))
    message = fields.String(required=True, allow_none=True, metadata=describe("The same as a sentence"))
    version = fields.Integer(required=True, allow_none=True, metadata=describe("As of now; null: not yours to see"))
    status = Choice(ReferralStatus, required=True, allow_none=True)


class BulkAnswerSchema(Schema):
    """One row for each that was sent, in its order."""

    EXAMPLE: ClassVar = {
        "done": 1,
        "refused": 0,
        "items": [
            {"id": A_CASE, "result": "done", "code": None, "message": None, "version": 2, "status": "routed"},
        ],
    }

    done = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    items = fields.List(fields.Nested(BulkRowSchema), required=True)
