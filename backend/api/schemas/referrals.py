"""Shapes of referrals and of acts on them."""

from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from backend.api.schemas.fields import Choice, CommaList, Whole, Words
from backend.api.schemas.history import PersonSchema
from backend.api.schemas.paging import PageQuerySchema, PageSchema
from backend.domain.vocabulary import Category, ReferralAction, ReferralRole, ReferralStatus, Severity


class ReferralQuerySchema(PageQuerySchema):
    """Filters and page of a list of referrals; everything given must hold."""

    report_id = fields.UUID(load_default=None)
    status = CommaList(
        Choice(ReferralStatus),
        load_default=None,
        metadata={"description": "One or more statuses, separated by commas"},
    )
    department = Words(max_length=64, load_default=None, metadata={"description": "Code of the department"})
    function = Words(max_length=64, load_default=None, metadata={"description": "Code of the function"})
    role = Choice(ReferralRole, load_default=None)
    category = Choice(Category, load_default=None)
    severity = Choice(Severity, load_default=None)
    street = Words(max_length=9, load_default=None, metadata={"description": "9-digit street code"})
    emergency = fields.Boolean(load_default=None)


class ReferralSchema(Schema):
    """移送/通报 to one department, with what the signed-in user may do next."""

    id = fields.UUID(required=True)
    report_id = fields.UUID(required=True)
    category = Choice(Category, required=True)
    street_code = fields.String(required=True, allow_none=True)
    function = fields.String(required=True)
    function_name = fields.String(required=True)
    function_name_en = fields.String(required=True)
    department = fields.String(required=True, allow_none=True, metadata={"description": "Its code"})
    department_name = fields.String(required=True, allow_none=True)
    department_name_en = fields.String(required=True, allow_none=True)
    role = Choice(ReferralRole, required=True)
    status = Choice(ReferralStatus, required=True)
    severity = Choice(Severity, required=True)
    emergency = fields.Boolean(required=True)
    findings = fields.List(fields.String(), required=True)
    rules = fields.List(fields.String(), required=True)
    legal_basis = fields.List(fields.Dict(), required=True)
    deadline_profile = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    routed_at = fields.AwareDateTime(required=True, allow_none=True)
    accepted_at = fields.AwareDateTime(required=True, allow_none=True)
    handled_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    handler = fields.Nested(PersonSchema, required=True, allow_none=True)
    verifier = fields.Nested(PersonSchema, required=True, allow_none=True)
    outcome_code = fields.String(required=True, allow_none=True)
    outcome_note = fields.String(required=True, allow_none=True)
    return_code = fields.String(required=True, allow_none=True)
    return_reason = fields.String(required=True, allow_none=True)
    return_count = fields.Integer(required=True)
    proposed_department = fields.String(required=True, allow_none=True, metadata={"description": "Its code"})
    merged_into = fields.UUID(
        required=True, allow_none=True, metadata={"description": "The referral it was merged into (并案)"}
    )
    ruled_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "When an arbiter named the department; it must take it"},
    )
    version = fields.Integer(required=True)
    allowed_actions = fields.List(Choice(ReferralAction), required=True)


class ReferralPageSchema(PageSchema):
    """A page of referrals, newest first."""

    items = fields.List(fields.Nested(ReferralSchema), required=True)


class MaterialSchema(Schema):
    """Something handed in with an act: a photo that is here already, or a document by its number, or a note."""

    title = Words(min_length=1, max_length=200, required=True)
    sha256 = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"[0-9a-f]{64}\Z"),
        metadata={"description": "Of a photo that was uploaded before"},
    )
    document_no = Words(max_length=200, load_default="")
    note = Words(max_length=2000, load_default="")

    @validates_schema
    def _says_something(self, data: dict[str, Any], **_: Any) -> None:
        if not (data.get("sha256") or data.get("document_no") or data.get("note")):
            raise ValidationError("Missing data for required field.", "note")


class ReferralActSchema(Schema):
    """What comes with an act; each act reads only what is its own."""

    EXAMPLE: ClassVar = {"version": 1, "reason": "占道经营属街镇综合执法", "return_code": "not_our_function"}

    version = Whole(
        low=1, load_default=None, metadata={"description": "The version you saw; another one now → stale_version"}
    )
    reason = Words(
        max_length=2000,
        load_default=None,
        metadata={"description": "Needed wherever /workflow says so, and to route away from a department"},
    )
    return_code = Words(max_length=64, load_default=None, metadata={"description": "Code of the list return_codes"})
    proposed_department = Words(
        max_length=64, load_default=None, metadata={"description": "Who should have it instead (code)"}
    )
    outcome_code = Words(
        max_length=64, load_default=None, metadata={"description": "Code of the list handling_outcomes"}
    )
    note = Words(max_length=2000, load_default=None, metadata={"description": "What was done or seen"})
    department = Words(
        max_length=64, load_default=None, metadata={"description": "To route, transfer or rule: to whom (code)"}
    )
    function = Words(
        max_length=64, load_default=None, metadata={"description": "To route, transfer or rule: for which function"}
    )
    target = fields.UUID(load_default=None, metadata={"description": "To merge: into which referral"})
    assignee = fields.UUID(load_default=None, metadata={"description": "To assign: the officer who handles it"})
    legal_basis = Words(max_length=500, load_default=None, metadata={"description": "To rule: the law it rests on"})
    materials = fields.List(fields.Nested(MaterialSchema), load_default=list, validate=validate.Length(max=50))


EXAMPLE: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-000000000011",
    "report_id": "0198c0de-0000-7000-8000-000000000001",
    "category": "illegal_practice",
    "street_code": "310107005",
    "function": "medical_practice_supervision",
    "function_name": "医疗执业监督",
    "function_name_en": "Medical practice supervision",
    "department": "putuo.health",
    "department_name": "普陀区卫生健康委员会",
    "department_name_en": "Putuo Health Commission",
    "role": "lead",
    "status": "routed",
    "severity": "high",
    "emergency": False,
    "findings": ["A-01", "A-03"],
    "rules": ["A1"],
    "legal_basis": [
        {"code": "health_promotion_99_1", "law": "基本医疗卫生与健康促进法", "article": "99条1款", "mark": "确认"}
    ],
    "deadline_profile": "high",
    "created_at": "2026-11-20T02:00:00+00:00",
    "routed_at": "2026-11-20T02:00:00+00:00",
    "accepted_at": None,
    "handled_at": None,
    "closed_at": None,
    "handler": None,
    "verifier": None,
    "outcome_code": None,
    "outcome_note": None,
    "return_code": None,
    "return_reason": None,
    "return_count": 0,
    "proposed_department": None,
    "merged_into": None,
    "ruled_at": None,
    "version": 1,
    "allowed_actions": ["accept", "return"],
}
