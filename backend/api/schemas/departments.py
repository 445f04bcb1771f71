"""Shapes of departments and of changes to them. Not here: rules (domain/duties, services/departments)."""

from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from backend.api.schemas.fields import Day, Words

CODE = validate.Regexp(r"^[a-z0-9][a-z0-9._-]{1,63}$")
STREET = validate.Regexp(r"^[0-9]{9}$")
DISTRICT = validate.Regexp(r"^[0-9]{6}$")
REASON: dict[str, Any] = {"max_length": 1_000, "load_default": None, "allow_none": True}


class HeldFunctionSchema(Schema):
    """Something a department answers for, where and when."""

    code = fields.String(required=True, attribute="function.code")
    zh = fields.String(required=True, attribute="function.name_zh")
    en = fields.String(required=True, attribute="function.name_en")
    street = fields.String(
        required=True,
        allow_none=True,
        attribute="duty.street_code",
        metadata={"description": "null: in the whole district, where no street has its own"},
    )
    valid_from = fields.Date(required=True, attribute="duty.valid_from")
    valid_to = fields.Date(
        required=True, allow_none=True, attribute="duty.valid_to", metadata={"description": "First day no longer"}
    )


class NextNameSchema(Schema):
    """What a department will be called."""

    zh = fields.String(required=True, attribute="next_name")
    en = fields.String(required=True, attribute="next_name_en")
    on = fields.Date(required=True, attribute="renamed_on")


class DepartmentSchema(Schema):
    """An organisation that takes referrals."""

    id = fields.UUID(required=True, attribute="department.id")
    code = fields.String(required=True, attribute="department.code")
    zh = fields.String(required=True, attribute="department.name")
    en = fields.String(required=True, attribute="department.name_en")
    district = fields.String(required=True, attribute="department.district_code")
    street = fields.String(
        required=True,
        allow_none=True,
        attribute="department.street_code",
        metadata={"description": "Set for a street's own office"},
    )
    valid_from = fields.Date(required=True, attribute="department.valid_from")
    valid_to = fields.Date(
        required=True,
        allow_none=True,
        attribute="department.valid_to",
        metadata={"description": "First day it does not exist any more"},
    )
    successor = fields.String(required=True, allow_none=True, metadata={"description": "Code of who came after it"})
    next_name = fields.Nested(NextNameSchema, required=True, allow_none=True)
    office_hours = fields.List(
        fields.List(fields.String()),
        required=True,
        allow_none=True,
        attribute="department.office_hours",
        metadata={"description": "Its own hours, such as [['08:30', '12:00']]; null: the usual ones"},
    )
    functions = fields.List(fields.Nested(HeldFunctionSchema), required=True, attribute="held")


class DepartmentListSchema(Schema):
    """Departments by code."""

    items = fields.List(fields.Nested(DepartmentSchema), required=True)


class GapSchema(Schema):
    """Streets where nobody holds a function any more."""

    function = fields.String(required=True)
    since = fields.Date(required=True)
    streets = fields.List(fields.String(), required=True)


class DepartmentChangedSchema(Schema):
    """A department after a change, and what the change leaves without anybody."""

    department = fields.Nested(DepartmentSchema, required=True)
    gaps = fields.List(fields.Nested(GapSchema), required=True)


class DepartmentCreateSchema(Schema):
    """A new organisation."""

    EXAMPLE: ClassVar = {
        "code": "putuo.healthwatch",
        "zh": "普陀区卫生健康委员会监督所",
        "en": "Putuo Health Inspection Institute",
        "district": "310107",
        "street": None,
        "valid_from": "2027-01-01",
    }

    code = Words(min_length=2, max_length=64, required=True, validate=CODE)
    zh = Words(max_length=200, required=True, validate=validate.Regexp(r"\S"))
    en = Words(max_length=200, load_default="")
    district = Words(required=True, max_length=6, validate=DISTRICT)
    street = Words(max_length=9, validate=STREET, load_default=None, allow_none=True)
    valid_from = Day(required=True)


class OfficeHoursSchema(Schema):
    """When an office works; null: the usual hours."""

    EXAMPLE: ClassVar = {"hours": [["09:00", "11:30"], ["13:00", "17:00"]], "reason": "夏令时"}

    hours = fields.List(
        fields.List(Words(min_length=5, max_length=5), validate=validate.Length(equal=2)),
        required=True,
        allow_none=True,
        validate=validate.Length(max=12),
        metadata={"description": "Slots from–to in the district's zone, in order, none touching another"},
    )
    reason = Words(max_length=2000, load_default=None)


class DepartmentRenameSchema(Schema):
    """A new name from a day on."""

    EXAMPLE: ClassVar = {
        "zh": "普陀区卫生健康局",
        "en": "Putuo Health Bureau",
        "on": "2027-01-01",
        "reason": "机构改革",
    }

    zh = Words(max_length=200, required=True, validate=validate.Regexp(r"\S"))
    en = Words(max_length=200, load_default="")
    on = Day(required=True)
    reason = Words(**REASON)


class DepartmentDissolveSchema(Schema):
    """The end of a department."""

    EXAMPLE: ClassVar = {"on": "2027-01-01", "successor": "putuo.health", "leave_gaps": False, "reason": "并入卫健委"}

    on = Day(required=True, metadata={"description": "First day it does not exist any more"})
    successor = Words(
        max_length=64,
        load_default=None,
        allow_none=True,
        metadata={"description": "Code of who takes over its functions and open referrals"},
    )
    leave_gaps = fields.Boolean(
        load_default=False, metadata={"description": "Go ahead although nobody would hold some function somewhere"}
    )
    reason = Words(**REASON)


class FunctionChangeSchema(Schema):
    """A function taken or given up from a day on."""

    EXAMPLE: ClassVar = {
        "function": "drinking_water_supervision",
        "on": "2027-01-01",
        "street": None,
        "reason": "职能划转",
    }

    function = Words(min_length=1, max_length=64, required=True)
    on = Day(required=True)
    street = Words(
        max_length=9,
        validate=STREET,
        load_default=None,
        allow_none=True,
        metadata={"description": "null: the whole district"},
    )
    reason = Words(**REASON)


class FunctionTakeSchema(FunctionChangeSchema):
    """A department takes a function."""

    seen_holder = Words(
        max_length=64,
        load_default=None,
        allow_none=True,
        metadata={"description": "Code of who held it when you looked; somebody else now → stale_version"},
    )


class FunctionEndSchema(FunctionChangeSchema):
    """A department gives a function up."""

    leave_gaps = fields.Boolean(load_default=False, metadata={"description": "Although nobody takes it over"})
