"""Shapes of transfers to the police. Not here: rules (domain/crime_transfers)."""

from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from backend.api.schemas.fields import Choice, CommaList, Moment, Whole, Words
from backend.api.schemas.history import PersonSchema
from backend.api.schemas.paging import PageQuerySchema, PageSchema
from backend.domain.vocabulary import CrimeTransferAction, CrimeTransferStatus

SHA256 = validate.Regexp(r"^[0-9a-f]{64}$")
SEEN = {"description": "The version you saw; another one now → stale_version"}


class OfficerSchema(Schema):
    """One of the officers who look into it."""

    name = Words(min_length=1, max_length=100, required=True, validate=validate.Regexp(r"\S"))
    certificate_no = Words(max_length=64, load_default=None, allow_none=True, metadata={"description": "执法证号"})


class PaperSchema(Schema):
    """A paper of Order 310, article 6: its number, or why there is none."""

    code = Words(min_length=1, max_length=64, required=True, metadata={"description": "Of `materials` in /workflow"})
    document_no = Words(max_length=200, load_default=None, allow_none=True)
    none_because = Words(max_length=500, load_default=None, allow_none=True)
    photo = Words(max_length=64, validate=SHA256, load_default=None, allow_none=True)
    note = Words(max_length=500, load_default=None, allow_none=True)


class TransferProposeSchema(Schema):
    """Why a crime is suspected."""

    EXAMPLE: ClassVar = {
        "grounds": ["two_penalties"],
        "report": "当事人无医师资格，曾因非医师行医两次受行政处罚，再次开展诊疗活动。",
        "officers": [{"name": "张三", "certificate_no": "09010001"}, {"name": "李四", "certificate_no": "09010002"}],
        "materials": [{"code": "transfer_letter", "document_no": "普卫移〔2026〕1号"}],
    }

    grounds = fields.List(
        Words(min_length=1, max_length=64),
        required=True,
        validate=validate.Length(min=1, max=20),
        metadata={"description": "Codes of the list crime_grounds"},
    )
    report = Words(min_length=1, max_length=20_000, required=True)
    officers = fields.List(fields.Nested(OfficerSchema), required=True, validate=validate.Length(max=20))
    materials = fields.List(fields.Nested(PaperSchema), load_default=list, validate=validate.Length(max=50))


class TransferMaterialsSchema(Schema):
    """The whole checklist, in place of the one before."""

    EXAMPLE: ClassVar = {
        "materials": [
            {"code": "transfer_letter", "document_no": "普卫移〔2026〕1号"},
            {"code": "goods_list", "none_because": "无涉案物品"},
        ],
        "version": 1,
    }

    materials = fields.List(fields.Nested(PaperSchema), required=True, validate=validate.Length(max=50))
    version = Whole(low=1, load_default=None, allow_none=True, metadata=SEEN)


class TransferActSchema(Schema):
    """What comes with an act; each act reads only what is its own."""

    EXAMPLE: ClassVar = {"receipt_no": "普公（治）受字〔2026〕12号", "at": "2026-11-20T09:30:00+08:00", "version": 2}

    reason = Words(max_length=2_000, load_default=None, allow_none=True)
    receipt_no = Words(max_length=200, load_default=None, allow_none=True, metadata={"description": "hand_over"})
    answer = Words(
        max_length=2_000, load_default=None, allow_none=True, metadata={"description": "What the police decided"}
    )
    at = Moment(load_default=None, allow_none=True, metadata={"description": "When it happened, if not just now"})
    version = Whole(low=1, load_default=None, allow_none=True, metadata=SEEN)


class TransferQuerySchema(PageQuerySchema):
    """Which transfers."""

    status = CommaList(
        Choice(CrimeTransferStatus), load_default=list, metadata={"description": "One or more, with commas"}
    )


class TransferFileSchema(Schema):
    """What only the bureau and auditors read."""

    grounds = fields.List(fields.String(), required=True)
    report = fields.String(required=True)
    officers = fields.List(fields.Nested(OfficerSchema), required=True)
    materials = fields.List(fields.Nested(PaperSchema), required=True)
    missing_materials = fields.List(fields.String(), required=True)
    proposed_by = fields.Nested(PersonSchema, required=True)
    decided_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    decision_reason = fields.String(required=True, allow_none=True)
    handed_over_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    receipt_no = fields.String(required=True, allow_none=True)
    police_answer = fields.String(required=True, allow_none=True)


class TransferSchema(Schema):
    """A transfer: that it exists and where it stands, for everybody who may see the referral but workers."""

    id = fields.UUID(required=True)
    referral_id = fields.UUID(required=True)
    status = Choice(CrimeTransferStatus, required=True)
    version = fields.Integer(required=True)
    clock = fields.String(required=True, allow_none=True, metadata={"description": "The step that is to be done next"})
    due_at = fields.AwareDateTime(required=True, allow_none=True, metadata={"description": "Until when"})
    overdue = fields.Boolean(required=True)
    proposed_at = fields.AwareDateTime(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    handed_over_at = fields.AwareDateTime(required=True, allow_none=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    reconsideration_at = fields.AwareDateTime(required=True, allow_none=True)
    ruled_at = fields.AwareDateTime(required=True, allow_none=True)
    procuratorate_at = fields.AwareDateTime(required=True, allow_none=True)
    goods_delivered_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    file = fields.Nested(TransferFileSchema, required=True, allow_none=True)
    allowed_actions = fields.List(Choice(CrimeTransferAction), required=True)


class TransfersSchema(Schema):
    """The transfers of one referral, newest first; at most one of them is under way."""

    items = fields.List(fields.Nested(TransferSchema), required=True)


class TransferPageSchema(PageSchema):
    """A page of transfers, newest first."""

    items = fields.List(fields.Nested(TransferSchema), required=True)


EXAMPLE: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-000000000071",
    "referral_id": "0198c0de-0000-7000-8000-000000000011",
    "status": "proposed",
    "version": 1,
    "clock": "decide",
    "due_at": "2026-11-23T02:00:00+00:00",
    "overdue": False,
    "proposed_at": "2026-11-20T02:00:00+00:00",
    "decided_at": None,
    "handed_over_at": None,
    "answered_at": None,
    "reconsideration_at": None,
    "ruled_at": None,
    "procuratorate_at": None,
    "goods_delivered_at": None,
    "ended_at": None,
    "file": {
        "grounds": ["two_penalties"],
        "report": "当事人无医师资格，曾因非医师行医两次受行政处罚，再次开展诊疗活动。",
        "officers": [{"name": "张三", "certificate_no": "09010001"}, {"name": "李四", "certificate_no": "09010002"}],
        "materials": [],
        "missing_materials": ["transfer_letter", "investigation_report", "goods_list", "inspection_report"],
        "proposed_by": {"id": "0198c0de-0000-7000-8000-000000000003", "name": "王五"},
        "decided_by": None,
        "decision_reason": None,
        "handed_over_by": None,
        "receipt_no": None,
        "police_answer": None,
    },
    "allowed_actions": [],
}
