"""Shapes of what hangs on referrals: the case file and its parts, and what is sent to add to it."""

from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from backend.api.schemas.fields import Choice, Moment, Words
from backend.domain.vocabulary import (
    LinkKind,
    Outcome,
    PhotoRole,
    ReferralRole,
    TaskPurpose,
    TaskStatus,
)


class FiledMaterialSchema(Schema):
    """A material as it was handed in."""

    id = fields.UUID(required=True)
    action = fields.String(required=True)
    title = fields.String(required=True)
    sha256 = fields.String(required=True, allow_none=True)
    document_no = fields.String(required=True)
    note = fields.String(required=True)
    added_by = fields.String(required=True)
    added_at = fields.AwareDateTime(required=True)


class CallSchema(Schema):
    """A telephone call; ``from_field``: made by the worker, before or beside the report."""

    number = fields.String(required=True)
    whom = fields.String(required=True)
    note = fields.String(required=True)
    called_at = fields.AwareDateTime(required=True)
    caller = fields.String(required=True, allow_none=True)
    from_field = fields.Boolean(required=True)


class PhotoNameSchema(Schema):
    """A photo of a report by its hash; ``here``: its bytes have arrived."""

    sha256 = fields.String(required=True)
    role = Choice(PhotoRole, required=True)
    here = fields.Boolean(required=True)


class LinkSchema(Schema):
    """A later report that speaks of this referral, with its photos (after)."""

    kind = Choice(LinkKind, required=True)
    report_id = fields.UUID(required=True)
    distance_m = fields.Float(required=True, allow_none=True)
    made_at = fields.AwareDateTime(required=True)
    outcome = Choice(Outcome, required=True)
    captured_at = fields.AwareDateTime(required=True)
    photos = fields.List(fields.Nested(PhotoNameSchema), required=True)


class FieldTaskSchema(Schema):
    """A task made for this referral."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    title = fields.String(required=True)
    purpose = Choice(TaskPurpose, required=True)
    status = Choice(TaskStatus, required=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)


class PartySchema(Schema):
    """A department called to a joint handling: what it answered, who came when."""

    department = fields.String(required=True)
    department_name = fields.String(required=True)
    invited_at = fields.AwareDateTime(required=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    will_come = fields.Boolean(required=True, allow_none=True)
    arrived_at = fields.AwareDateTime(required=True, allow_none=True)
    left_at = fields.AwareDateTime(required=True, allow_none=True)
    officers = fields.List(fields.String(), required=True)
    note = fields.String(required=True)


class JointSchema(Schema):
    """联合处置: where and when, who called, who came, what came of it."""

    id = fields.UUID(required=True)
    report_id = fields.UUID(required=True)
    place = fields.String(required=True)
    meets_at = fields.AwareDateTime(required=True)
    note = fields.String(required=True)
    called_by = fields.String(required=True)
    called_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    result = fields.String(required=True)
    parties = fields.List(fields.Nested(PartySchema), required=True)


class PrecedentSchema(Schema):
    """A ruling on a case like this one."""

    id = fields.UUID(required=True)
    referral_id = fields.UUID(required=True)
    function = fields.String(required=True)
    findings = fields.List(fields.String(), required=True)
    disputed_by = fields.List(fields.String(), required=True)
    department = fields.String(required=True)
    department_name = fields.String(required=True)
    ruled_function = fields.String(required=True)
    reason = fields.String(required=True)
    legal_basis = fields.String(required=True)
    ruled_by = fields.String(required=True)
    ruled_at = fields.AwareDateTime(required=True)


class CaseFileSchema(Schema):
    """案卷: everything beside the referral's own row. ``call_first``: numbers to ring where it is an emergency."""

    referral_id = fields.UUID(required=True)
    report_id = fields.UUID(required=True)
    call_first = fields.List(fields.Dict(), required=True)
    calls = fields.List(fields.Nested(CallSchema), required=True)
    materials = fields.List(fields.Nested(FiledMaterialSchema), required=True)
    before = fields.List(fields.Nested(PhotoNameSchema), required=True)
    links = fields.List(fields.Nested(LinkSchema), required=True)
    tasks = fields.List(fields.Nested(FieldTaskSchema), required=True)
    joint_handlings = fields.List(fields.Nested(JointSchema), required=True)
    precedents = fields.List(fields.Nested(PrecedentSchema), required=True)


class RecordCallSchema(Schema):
    """A call that was made: phone first, recorded afterwards."""

    EXAMPLE: ClassVar = {"number": "120", "whom": "急救中心", "called_at": "2026-11-20T02:00:00Z", "note": "已派车"}

    number = Words(min_length=1, max_length=40, required=True)
    whom = Words(max_length=200, load_default="")
    note = Words(max_length=2000, load_default="")
    called_at = Moment(required=True)


class AddReferralSchema(Schema):
    """One more department for a report."""

    EXAMPLE: ClassVar = {"function": "fire", "reason": "堵塞消防通道，需消防协办"}

    function = Words(min_length=1, max_length=64, required=True)
    department = Words(
        max_length=64, load_default=None, metadata={"description": "Its code; without one whoever answers for the function"}
    )  # fmt: skip
    role = Choice(ReferralRole, load_default=ReferralRole.CO)
    reason = Words(min_length=1, max_length=2000, required=True)


class FieldCheckSchema(Schema):
    """A task to verify on the spot."""

    EXAMPLE: ClassVar = {"instructions": "核对设备是否已移走，同机位拍照"}

    assignee = fields.UUID(
        load_default=None, metadata={"description": "Without one whoever answers for the grid"}
    )  # fmt: skip
    instructions = Words(max_length=2000, load_default="")


class CallJointSchema(Schema):
    """Departments called together; each must have a referral of the report."""

    EXAMPLE: ClassVar = {
        "departments": ["putuo.cdc", "putuo.enforcement.310107005"],
        "place": "曹杨路 100 号门口",
        "meets_at": "2026-11-23T01:30:00Z",
    }

    departments = fields.List(Words(max_length=64), required=True, validate=validate.Length(min=1, max=50))
    place = Words(min_length=1, max_length=200, required=True)
    meets_at = Moment(required=True)
    note = Words(max_length=2000, load_default="")


class AnswerJointSchema(Schema):
    """Whether a department comes."""

    EXAMPLE: ClassVar = {"department": "putuo.cdc", "will_come": True}

    department = Words(min_length=1, max_length=64, required=True)
    will_come = fields.Boolean(required=True)
    note = Words(max_length=2000, load_default="")


class AttendJointSchema(Schema):
    """Who of a department came when."""

    EXAMPLE: ClassVar = {"department": "putuo.cdc", "arrived_at": "2026-11-23T01:32:00Z", "officers": ["张三", "李四"]}

    department = Words(min_length=1, max_length=64, required=True)
    arrived_at = Moment(required=True)
    left_at = Moment(load_default=None, allow_none=True)
    officers = fields.List(Words(min_length=1, max_length=100), load_default=list, validate=validate.Length(max=50))
    note = Words(max_length=2000, load_default="")


class EndJointSchema(Schema):
    """What came of a joint handling."""

    EXAMPLE: ClassVar = {"result": "现场移除设备，责令限期补办"}

    result = Words(min_length=1, max_length=2000, required=True)


class OfficerOptionSchema(Schema):
    """An officer, and how many open cases he handles."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    open = fields.Integer(required=True)


class OfficerListSchema(Schema):
    """Officers of one department."""

    EXAMPLE: ClassVar = {"items": [{"id": "0198c0de-0000-7000-8000-000000000051", "name": "陆卫监", "open": 3}]}

    items = fields.List(fields.Nested(OfficerOptionSchema), required=True)


JOINT_EXAMPLE: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-000000000041",
    "report_id": "0198c0de-0000-7000-8000-000000000001",
    "place": "曹杨路 100 号门口",
    "meets_at": "2026-11-23T01:30:00+00:00",
    "note": "",
    "called_by": "王研判",
    "called_at": "2026-11-20T02:00:00+00:00",
    "ended_at": None,
    "result": "",
    "parties": [
        {
            "department": "putuo.cdc",
            "department_name": "普陀区疾病预防控制局",
            "invited_at": "2026-11-20T02:00:00+00:00",
            "answered_at": None,
            "will_come": None,
            "arrived_at": None,
            "left_at": None,
            "officers": [],
            "note": "",
        }
    ],
}
CASE_FILE_EXAMPLE: dict[str, Any] = {
    "referral_id": "0198c0de-0000-7000-8000-000000000011",
    "report_id": "0198c0de-0000-7000-8000-000000000001",
    "call_first": [],
    "calls": [],
    "materials": [],
    "before": [],
    "links": [],
    "tasks": [],
    "joint_handlings": [JOINT_EXAMPLE],
    "precedents": [],
}
