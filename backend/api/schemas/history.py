"""Shapes of events and of the people named beside them."""

from marshmallow import Schema, fields, validate

from backend.api.schemas.fields import Words
from backend.api.schemas.paging import PageQuerySchema, PageSchema

SUBJECTS = (
    "report", "referral", "task", "site", "grid", "grid_version", "user", "device", "sync_item", "webhook", "department",
    "penalty", "crime_transfer", "export", "rule_set", "setting", "grid_responsibility", "calendar",
)  # fmt: skip


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


class SealSchema(Schema):
    """A batch of events, sealed. Note number and hash elsewhere: a chain that was cut short is found by nothing else."""

    number = fields.Integer(required=True)
    previous_hash = fields.String(required=True, allow_none=True)
    algorithm = fields.String(required=True, metadata={"description": "Of every hash here: sha-256 or sm3"})
    event_count = fields.Integer(required=True)
    first_seq = fields.Integer(required=True, allow_none=True)
    last_seq = fields.Integer(required=True, allow_none=True)
    sealed_to = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "Transaction and seq: every event at or before them is in this seal or an earlier one"
        },
    )
    entries_hash = fields.String(required=True)
    sealed_at = fields.AwareDateTime(required=True)
    hash = fields.String(required=True)
    signature = fields.String(
        required=True, metadata={"description": "Compact JWS (EdDSA); public keys at /.well-known/jwks.json"}
    )


class SealPageSchema(PageSchema):
    """A page of seals, newest first."""

    items = fields.List(fields.Nested(SealSchema), required=True)


class DiscrepancySchema(Schema):
    """One thing that is not as it was sealed."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf(("changed", "deleted", "inserted", "entries", "seal", "signature", "chain", "known")),
    )
    seal = fields.Integer(required=True, allow_none=True)
    event_id = fields.UUID(required=True, allow_none=True)
    position = fields.Integer(required=True, allow_none=True)
    detail = fields.String(required=True)


class CheckedSealSchema(Schema):
    """A seal, and whether its events are still what was sealed."""

    seal = fields.Nested(SealSchema, required=True)
    whole = fields.Boolean(required=True)
    discrepancies = fields.List(fields.Nested(DiscrepancySchema), required=True)
