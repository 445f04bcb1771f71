"""Shapes of penalties. Not here: rules (domain/penalties)."""

from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from backend.api.schemas.fields import Choice, Day, Words
from backend.api.schemas.history import PersonSchema
from backend.api.schemas.paging import PageQuerySchema, PageSchema
from backend.api.schemas.tables import RowFaultSchema
from backend.domain.vocabulary import PenaltySource


class PenaltyRecordSchema(Schema):
    """A decision on a referral."""

    EXAMPLE: ClassVar = {
        "kind": "non_physician_practice",
        "subject_name": "王某",
        "document_no": "普卫医罚〔2026〕17号",
        "decided_on": "2026-11-20",
        "basis": ["physicians_59"],
        "uscc": None,
    }

    kind = Words(min_length=1, max_length=64, required=True, metadata={"description": "Code of the list penalty_kinds"})
    subject_name = Words(min_length=1, max_length=200, required=True, validate=validate.Regexp(r"\S"))
    document_no = Words(min_length=1, max_length=100, required=True, validate=validate.Regexp(r"\S"))
    decided_on = Day(required=True)
    basis = fields.List(
        Words(min_length=1, max_length=64),
        load_default=list,
        validate=validate.Length(max=20),
        metadata={"description": "Codes of legal bases"},
    )
    uscc = Words(
        max_length=18, load_default=None, allow_none=True, metadata={"description": "null: that of the site, if known"}
    )


class PenaltyRevokeSchema(Schema):
    """Why it counts no more."""

    EXAMPLE: ClassVar = {"reason": "复议撤销"}

    reason = Words(max_length=1_000, load_default=None, allow_none=True)


class PenaltyQuerySchema(PageQuerySchema):
    """Narrows the list; everything given must hold."""

    referral_id = fields.UUID(load_default=None)
    site_id = fields.UUID(load_default=None)
    uscc = Words(max_length=18, load_default=None)
    kind = Words(max_length=64, load_default=None)
    document_no = Words(max_length=100, load_default=None)


class PenaltyCountQuerySchema(Schema):
    """Of which site."""

    site_id = fields.UUID(required=True)


class PenaltyCountSchema(Schema):
    """How many penalties count towards a suspected crime today, and from how many on the next act is one."""

    site_id = fields.UUID(required=True)
    counted = fields.Integer(required=True)
    at_least = fields.Integer(required=True, allow_none=True)
    law = fields.String(required=True, allow_none=True, metadata={"description": "Code of the legal basis"})
    mark = fields.String(
        required=True, allow_none=True, metadata={"description": "How well this way of counting was checked"}
    )


class PenaltySchema(Schema):
    """A penalty."""

    id = fields.UUID(required=True)
    referral_id = fields.UUID(required=True, allow_none=True)
    site_id = fields.UUID(required=True, allow_none=True)
    uscc = fields.String(required=True, allow_none=True)
    subject_name = fields.String(required=True)
    kind = fields.String(required=True)
    function = fields.String(required=True, attribute="function_code")
    decided_on = fields.Date(required=True)
    document_no = fields.String(required=True)
    basis = fields.List(fields.Dict(), required=True)
    source = Choice(PenaltySource, required=True)
    recorded_at = fields.AwareDateTime(required=True)
    recorded_by = fields.Nested(PersonSchema, required=True)
    revoked_at = fields.AwareDateTime(required=True, allow_none=True)
    revoked_reason = fields.String(required=True, allow_none=True)


class PenaltyPageSchema(PageSchema):
    """A page of penalties, the newest record first."""

    items = fields.List(fields.Nested(PenaltySchema), required=True)


class PenaltyImportQuerySchema(Schema):
    """How."""

    dry_run = fields.Boolean(load_default=False, metadata={"description": "Judge the file, store nothing"})


class PenaltyImportSchema(Schema):
    """What an import found and did."""

    dry_run = fields.Boolean(required=True)
    row_count = fields.Integer(required=True)
    created = fields.Integer(required=True)
    unchanged = fields.Integer(required=True, metadata={"description": "Recorded already, and the same"})
    faults = fields.List(fields.Nested(RowFaultSchema), required=True, metadata={"description": "Of a dry run"})
    ignored_columns = fields.List(fields.String(), required=True)


EXAMPLE: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-000000000081",
    "referral_id": "0198c0de-0000-7000-8000-000000000011",
    "site_id": "0198c0de-0000-7000-8000-000000000021",
    "uscc": None,
    "subject_name": "王某",
    "kind": "non_physician_practice",
    "function": "medical_practice_supervision",
    "decided_on": "2026-11-20",
    "document_no": "普卫医罚〔2026〕17号",
    "basis": [{"code": "physicians_59", "law": "医师法", "article": "59条", "mark": "确认"}],
    "source": "case",
    "recorded_at": "2026-11-20T02:00:00+00:00",
    "recorded_by": {"id": "0198c0de-0000-7000-8000-000000000003", "name": "张三"},
    "revoked_at": None,
    "revoked_reason": None,
}
