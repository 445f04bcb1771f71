"""Shapes of rule sets, of acts on them, and of the reasons of one report's routing."""

from typing import Any, ClassVar

from marshmallow import Schema, fields

from backend.api.schemas.fields import Choice, Whole, Words
from backend.api.schemas.history import PersonSchema
from backend.api.schemas.paging import PageQuerySchema, PageSchema
from backend.domain.vocabulary import Category, RuleSetAction, RuleSetStatus


def describe(text: str) -> dict[str, str]:
    """Metadata with a description."""
    return {"description": text}


class RuleSetQuerySchema(PageQuerySchema):
    """Narrows the list; everything given must hold."""

    status = Choice(RuleSetStatus, load_default=None)
    district = Words(max_length=6, load_default=None, metadata=describe("6-digit district code"))
    code = Words(max_length=64, load_default=None)


class FormatQuerySchema(Schema):
    """How one rule set is answered."""

    format = fields.String(
        load_default="json",
        validate=lambda value: value in ("json", "yaml"),
        metadata={"description": "json or yaml", "enum": ["json", "yaml"]},
    )


class ReplaceQuerySchema(Schema):
    """What the editor saw."""

    content_sha256 = Words(
        max_length=64,
        load_default=None,
        metadata=describe("Of the content you edited; another by now → rule_set_changed"),
    )


class FaultSchema(Schema):
    """One fault or warning: where, what, and of which cell."""

    path = fields.String(required=True)
    rule = fields.String(required=True, allow_none=True)
    clause = fields.Integer(required=True, allow_none=True, metadata=describe("From 1"))
    code = fields.String(required=True)
    category = fields.String(required=True, allow_none=True)
    finding = fields.String(required=True, allow_none=True)
    street = fields.String(required=True, allow_none=True)
    day = fields.Date(required=True, allow_none=True)
    message = fields.String(required=True)


class CheckReportSchema(Schema):
    """What the last check or the approval found."""

    faults = fields.List(fields.Nested(FaultSchema), required=True)
    warnings = fields.List(fields.Nested(FaultSchema), required=True)
    tests = fields.Integer(required=True, metadata=describe("How many tests the set carries; all passed"))
    cells = fields.Integer(required=True, metadata=describe("Cells category × finding × street that were proved"))
    combinations = fields.Integer(required=True, metadata=describe("Decisions that were tried"))


class RuleSetLineSchema(Schema):
    """A rule set without its content."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    version = fields.Integer(required=True)
    district = fields.String(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(
        required=True, allow_none=True, metadata=describe("First day it holds no more; a successor cuts it")
    )
    status = Choice(RuleSetStatus, required=True)
    note = fields.String(required=True)
    content_sha256 = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    created_by = fields.Nested(PersonSchema, required=True, allow_none=True, metadata=describe("null: shipped"))
    edited_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    checked_at = fields.AwareDateTime(required=True, allow_none=True)
    check_report = fields.Nested(CheckReportSchema, required=True, allow_none=True)
    approved_by = fields.Nested(PersonSchema, required=True, allow_none=True, metadata=describe("null: shipped"))
    approved_at = fields.AwareDateTime(required=True, allow_none=True)
    allowed_actions = fields.List(Choice(RuleSetAction), required=True)


class RuleSetPageSchema(PageSchema):
    """A page of rule sets, newest first."""

    items = fields.List(fields.Nested(RuleSetLineSchema), required=True)


class RuleSetSchema(RuleSetLineSchema):
    """A rule set whole."""

    content = fields.Dict(required=True, metadata=describe("The rules; see api_docs/decisions/0012"))
    tests = fields.List(fields.Dict(), required=True)


class RuleSetActSchema(Schema):
    """What comes with an act."""

    EXAMPLE: ClassVar = {"reason": None, "content_sha256": None}

    reason = Words(max_length=2000, load_default=None, metadata=describe("Needed to retire"))
    content_sha256 = Words(max_length=64, load_default=None, metadata=describe("Of the content you saw"))


class DryRunRequestSchema(Schema):
    """How many reports to replay."""

    EXAMPLE: ClassVar = {"reports": 500}

    reports = Whole(low=1, high=5000, load_default=None, metadata=describe("The last so many with a problem"))


class ReplayedReferralSchema(Schema):
    """What one function gets."""

    function = fields.String(required=True)
    role = fields.String(required=True)
    profile = fields.String(required=True)
    emergency = fields.Boolean(required=True)
    triage = fields.Boolean(required=True)


class ReplayedSideSchema(Schema):
    """A decision, before or after."""

    outcome = fields.String(required=True, allow_none=True)
    referrals = fields.List(fields.Nested(ReplayedReferralSchema), required=True)


class ReplayedSchema(Schema):
    """A report that would be routed otherwise."""

    report_id = fields.UUID(required=True)
    category = Choice(Category, required=True)
    street_code = fields.String(required=True, allow_none=True)
    findings = fields.List(fields.String(), required=True)
    kinds = fields.List(
        fields.String(), required=True, metadata=describe("lead, co, profile, emergency, triage, outcome")
    )
    before = fields.Nested(ReplayedSideSchema, required=True)
    after = fields.Nested(ReplayedSideSchema, required=True)


class DryRunSchema(Schema):
    """What a draft would change."""

    reports = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    counts = fields.Dict(required=True, metadata=describe("Reports by kind of change; one report may have several"))
    items = fields.List(fields.Nested(ReplayedSchema), required=True, metadata=describe("The newest 200"))
    not_listed = fields.Integer(required=True)


class CellSchema(Schema):
    """Who leads a finding in a street."""

    category = Choice(Category, required=True)
    finding = fields.String(required=True, allow_none=True, metadata=describe("null: a report without findings"))
    street = fields.String(required=True)
    usual = fields.List(fields.String(), required=True, metadata=describe("Leads with nothing else known"))
    leads = fields.List(fields.String(), required=True, metadata=describe("Every function that can come to lead"))
    departments = fields.Dict(required=True, metadata=describe("By usual lead, who holds it on the first day"))
    fallback = fields.Boolean(required=True, metadata=describe("With nothing else known the street catches it"))
    excused = fields.Boolean(required=True, metadata=describe("Can turn out to be nobody's matter"))


class CoverageSchema(Schema):
    """The matrix category × finding × street → lead."""

    streets = fields.List(fields.String(), required=True)
    cells = fields.List(fields.Nested(CellSchema), required=True)


LINE_EXAMPLE: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-0000000000e1",
    "code": "putuo-2027",
    "version": 1,
    "district": "310107",
    "valid_from": "2027-01-01",
    "valid_to": None,
    "status": "checked",
    "note": "饮用水职能调整",
    "content_sha256": "c" * 64,
    "created_at": "2026-11-20T02:00:00+00:00",
    "created_by": {"id": "0198c0de-0000-7000-8000-000000000021", "name": "王研判"},
    "edited_by": None,
    "checked_at": "2026-11-20T03:00:00+00:00",
    "check_report": {
        "faults": [],
        "warnings": [
            {
                "path": "tests", "rule": None, "clause": None, "code": "untested", "category": None, "finding": None,
                "street": None, "day": None, "message": "规则集没有自带测试。",
            }
        ],
        "tests": 0,
        "cells": 470,
        "combinations": 12808,
    },
    "approved_by": None,
    "approved_at": None,
    "allowed_actions": ["edit", "check", "approve", "retire"],
}  # fmt: skip
CONTENT_EXAMPLE: dict[str, Any] = {
    "code": "putuo-2027", "version": 1, "district": "310107", "valid_from": "2027-01-01", "valid_to": None,
    "zh": "普陀区线索派发规则（2027）", "en": "Putuo referral rules 2027", "mark": "建议",
    "fallback": {"function": "street_office", "deadline_profile": "by_severity", "basis": ["putuo_2021_2_3_6"]},
    "emergency_findings": ["A-04"],
    "deadline_profiles": {
        name: {
            "triage": {"value": 4, "unit": "hour"}, "accept": {"value": 1, "unit": "working_day"},
            "answer": {"value": days, "unit": "working_day"},
        }
        for name, days in (("emergency", 1), ("high", 5), ("medium", 15), ("low", 20))
    },
    "rules": [
        {
            "code": "A1", "row": "A1", "priority": 70, "zh": "未取得执业许可开展诊疗", "en": "Treatment without licence",
            "categories": ["illegal_practice"], "group": "place",
            "when": [{"findings": ["A-01", "A-03"], "attributes": {"has_licence": "not_true"}}], "result": "refer",
            "lead": "medical_practice_supervision", "co": [], "inform": ["street_office"],
            "deadline_profile": "by_severity", "basis": ["health_promotion_99_1"], "emergency": False, "triage": False,
        }
    ],
}  # fmt: skip
TESTS_EXAMPLE: list[dict[str, Any]] = [
    {
        "name": "黑诊所归卫健",
        "why": "684号令5、7条",
        "facts": {"category": "illegal_practice", "findings": ["A-01"], "attributes": {"has_licence": False}},
        "expect": {"lead": ["medical_practice_supervision"], "emergency": False},
    }
]
WHOLE_EXAMPLE = {**LINE_EXAMPLE, "content": CONTENT_EXAMPLE, "tests": TESTS_EXAMPLE}
DRY_RUN_EXAMPLE: dict[str, Any] = {
    "reports": 500,
    "changed": 1,
    "counts": {"lead": 1, "co": 0, "profile": 0, "emergency": 0, "triage": 0, "outcome": 0},
    "items": [
        {
            "report_id": "0198c0de-0000-7000-8000-000000000001", "category": "water_vending", "street_code": "310107005",
            "findings": ["C-16"], "kinds": ["lead"],
            "before": {"outcome": "referred", "referrals": [
                {"function": "disease_control_emergency", "role": "lead", "profile": "high", "emergency": False, "triage": False}
            ]},
            "after": {"outcome": "referred", "referrals": [
                {"function": "drinking_water_supervision", "role": "lead", "profile": "high", "emergency": False, "triage": False}
            ]},
        }
    ],
    "not_listed": 0,
}  # fmt: skip
COVERAGE_EXAMPLE: dict[str, Any] = {
    "streets": ["310107005"],
    "cells": [
        {
            "category": "illegal_practice", "finding": "A-01", "street": "310107005",
            "usual": ["medical_practice_supervision"], "leads": ["medical_practice_supervision", "street_office"],
            "departments": {"medical_practice_supervision": ["putuo.health"]}, "fallback": False, "excused": False,
        }
    ],
}  # fmt: skip
