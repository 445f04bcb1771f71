"""Shapes of case work: filters of cases, cases, counts, exports. Not here: bulk acts (schemas/bulk), saved filters."""

from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate

from backend.api.schemas.areas import AreaText
from backend.api.schemas.fields import Choice, CommaList, Day, QueryWhole, Whole, Words
from backend.api.schemas.history import PersonSchema
from backend.api.schemas.paging import PageQuerySchema, PageSchema
from backend.domain.vocabulary import (
    CaseSort,
    Category,
    Flag,
    ReferralAction,
    ReferralRole,
    ReferralStatus,
    Severity,
    TableFormat,
)

MOST_VALUES = 50  # of one field; there are no more departments than that


def describe(text: str) -> dict[str, str]:
    """Metadata with a description."""
    return {"description": text}


class AnyOf(CommaList):
    """Several values, any of which will do: ``a,b`` or repeated in a query, a list in JSON; as a tuple, None when empty."""

    def __init__(self, part: fields.Field[Any], **kwargs: Any) -> None:
        told = {"type": ["string", "array"], "items": {"type": "string"}, **kwargs.pop("metadata", {})}
        super().__init__(part, metadata=told, **kwargs)
        self.inner = part  # the endpoint hands over all values of a parameter that stands there several times

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, list) and not all(isinstance(piece, str) for piece in value):
            raise ValidationError("Not a valid list.")
        loaded = super()._deserialize(",".join(value) if isinstance(value, list) else value, attr, data, **kwargs)
        if len(loaded) > MOST_VALUES:
            raise ValidationError(f"Longer than maximum length {MOST_VALUES}.")
        return tuple(dict.fromkeys(loaded)) or None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else list(value)


class AnyWhole(QueryWhole):
    """A whole number, in a query as in JSON."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        written = isinstance(value, int) and not isinstance(value, bool)
        return super()._deserialize(str(value) if written else value, attr, data, **kwargs)


class CaseFilterSchema(Schema):
    """Narrows cases; everything given must hold. The same in a query string, in a saved filter and in a bulk act."""

    q = Words(max_length=100, load_default=None, metadata=describe(
        "Terms that must all stand in names, addresses, codes (统一社会信用代码) or descriptions"))  # fmt: skip
    category = AnyOf(Choice(Category), load_default=None)
    status = AnyOf(Choice(ReferralStatus), load_default=None)
    severity = AnyOf(Choice(Severity), load_default=None)
    street = AnyOf(Words(max_length=9), load_default=None, metadata=describe("9-digit street codes"))
    grid = Words(max_length=15, load_default=None, metadata=describe("Grid code"))
    department = AnyOf(Words(max_length=64), load_default=None, metadata=describe("Codes of departments"))
    function = Words(max_length=64, load_default=None, metadata=describe("Code of the function"))
    role = Choice(ReferralRole, load_default=None)
    emergency = fields.Boolean(load_default=None)
    finding = Words(max_length=16, load_default=None, metadata=describe("Code of a finding, such as A-01"))
    outcome = Words(max_length=64, load_default=None, metadata=describe("Code of the list handling_outcomes"))
    flag = Choice(Flag, load_default=None)
    photos_waiting = fields.Boolean(load_default=None, metadata=describe("Whether a photo it names is not here yet"))
    created_from = Day(load_default=None, metadata=describe("Referred on this day (Shanghai) or later"))
    created_to = Day(load_default=None, metadata=describe("… or earlier; both ends count"))
    captured_from = Day(load_default=None, metadata=describe("Seen by the worker on this day or later"))
    captured_to = Day(load_default=None)
    closed_from = Day(load_default=None)
    closed_to = Day(load_default=None)
    handler = fields.UUID(load_default=None, metadata=describe("Id of who handles it"))
    returned = AnyWhole(low=1, high=1000, load_default=None, metadata=describe("Returned at least so often"))
    overdue = fields.Boolean(load_default=None, metadata=describe("A deadline that runs was missed and is not excused"))
    due_to = Day(load_default=None, metadata=describe("A deadline that runs ends on this day or before"))
    uncalled = fields.Boolean(load_default=None, metadata=describe("An open emergency about which nobody rang yet"))
    site = fields.UUID(load_default=None, metadata=describe("Id of a registered site"))
    report = fields.UUID(load_default=None, metadata=describe("Id of a report"))
    area = AreaText()
    located = fields.Boolean(
        load_default=None, metadata=describe("Whether it has a position, and so stands on the map")
    )


class CaseOrderSchema(CaseFilterSchema):
    """A filter and the order."""

    sort = Choice(CaseSort, load_default=CaseSort.NEWEST, metadata=describe("urgent: emergency, severity, then oldest"))


class CaseQuerySchema(CaseOrderSchema, PageQuerySchema):
    """A list of cases."""


class CaseExportQuerySchema(CaseOrderSchema):
    """A file of cases."""

    format = Choice(TableFormat, required=True)
    language = Words(
        max_length=2,
        load_default=None,
        validate=validate.OneOf(("zh", "en")),
        metadata=describe("Of headers and words; left out: Accept-Language"),
    )


class CaseSchema(Schema):
    """A referral with what its report says, and what the signed-in user may do next."""

    id = fields.UUID(required=True, metadata=describe("Of the referral"))
    report_id = fields.UUID(required=True)
    category = Choice(Category, required=True)
    status = Choice(ReferralStatus, required=True)
    severity = Choice(Severity, required=True)
    emergency = fields.Boolean(required=True)
    role = Choice(ReferralRole, required=True)
    street_code = fields.String(required=True, allow_none=True)
    street_name = fields.String(required=True, allow_none=True)
    grid_code = fields.String(required=True, allow_none=True)
    function = fields.String(required=True)
    function_name = fields.String(required=True)
    function_name_en = fields.String(required=True)
    department = fields.String(required=True, allow_none=True, metadata=describe("Its code"))
    department_name = fields.String(required=True, allow_none=True)
    department_name_en = fields.String(required=True, allow_none=True)
    site_id = fields.UUID(required=True, allow_none=True)
    site_name = fields.String(required=True, allow_none=True)
    site_address = fields.String(required=True, allow_none=True)
    uscc = fields.String(required=True, allow_none=True)
    description = fields.String(required=True)
    findings = fields.List(fields.String(), required=True)
    captured_at = fields.AwareDateTime(required=True)
    created_at = fields.AwareDateTime(required=True)
    routed_at = fields.AwareDateTime(required=True, allow_none=True)
    accepted_at = fields.AwareDateTime(required=True, allow_none=True)
    handled_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    handler = fields.Nested(PersonSchema, required=True, allow_none=True)
    outcome_code = fields.String(required=True, allow_none=True)
    return_code = fields.String(required=True, allow_none=True)
    return_count = fields.Integer(required=True)
    deadline_profile = fields.String(required=True)
    due_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata=describe("Of the stage it is in; null: none runs, or its calendar is missing"),
    )
    overdue = fields.Boolean(required=True)
    photos_expected = fields.Integer(required=True)
    photos_here = fields.Integer(required=True)
    flags = fields.List(fields.String(), required=True)
    version = fields.Integer(required=True)
    allowed_actions = fields.List(Choice(ReferralAction), required=True)


class CasePageSchema(PageSchema):
    """Cases in the order asked for."""

    items = fields.List(fields.Nested(CaseSchema), required=True)


class CountSchema(Schema):
    """How many have one value."""

    code = fields.String(required=True, allow_none=True, metadata=describe("null: none yet"))
    count = Whole(required=True)


class CaseCountSchema(Schema):
    """How many cases match, and how they divide; what has none is left out."""

    EXAMPLE: ClassVar = {
        "total": 3,
        "status": [{"code": "routed", "count": 2}, {"code": "pending_triage", "count": 1}],
        "category": [{"code": "illegal_practice", "count": 3}],
        "severity": [{"code": "high", "count": 3}],
        "street": [{"code": "310107005", "count": 3}],
        "department": [{"code": "putuo.health", "count": 2}, {"code": None, "count": 1}],
    }

    total = Whole(required=True)
    status = fields.List(fields.Nested(CountSchema), required=True)
    category = fields.List(fields.Nested(CountSchema), required=True)
    severity = fields.List(fields.Nested(CountSchema), required=True)
    street = fields.List(fields.Nested(CountSchema), required=True)
    department = fields.List(fields.Nested(CountSchema), required=True)


CASE_EXAMPLE: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-000000000011",
    "report_id": "0198c0de-0000-7000-8000-000000000001",
    "category": "illegal_practice",
    "status": "routed",
    "severity": "high",
    "emergency": False,
    "role": "lead",
    "street_code": "310107005",
    "street_name": "曹杨新村街道",
    "grid_code": "310107005601001",
    "function": "medical_practice_supervision",
    "function_name": "医疗执业监督",
    "function_name_en": "Medical practice supervision",
    "department": "putuo.health",
    "department_name": "普陀区卫生健康委员会",
    "department_name_en": "Putuo Health Commission",
    "site_id": None,
    "site_name": "祥和诊所",
    "site_address": "曹杨路1017弄23号",
    "uscc": None,
    "description": "无证开展牙科诊疗，现场有牙椅两台。",
    "findings": ["A-01"],
    "captured_at": "2026-11-20T01:40:00+00:00",
    "created_at": "2026-11-20T02:00:00+00:00",
    "routed_at": "2026-11-20T02:00:00+00:00",
    "accepted_at": None,
    "handled_at": None,
    "closed_at": None,
    "handler": None,
    "outcome_code": None,
    "return_code": None,
    "return_count": 0,
    "deadline_profile": "high",
    "due_at": "2026-11-23T15:59:59+00:00",
    "overdue": False,
    "photos_expected": 2,
    "photos_here": 2,
    "flags": [],
    "version": 1,
    "allowed_actions": ["accept", "return"],
}
