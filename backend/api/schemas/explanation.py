"""Shape of the reasons of one report's routing."""

from typing import Any

from marshmallow import Schema, fields

from backend.api.schemas.history import PersonSchema
from backend.domain.routing import RoutingOutcome


def describe(text: str) -> dict[str, str]:
    """Metadata with a description."""
    return {"description": text}


class RuleNameSchema(Schema):
    """A rule by its code, the row of the responsibility matrix it stands for, and its words."""

    code = fields.String(required=True)
    row = fields.String(required=True, allow_none=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class MatchedRuleSchema(RuleNameSchema):
    """A rule that took part."""

    clause = fields.Integer(required=True, metadata=describe("Which of its conditions held, from 1"))
    condition = fields.Dict(
        required=True, allow_none=True, metadata=describe("That condition as it stands in the rules")
    )
    findings = fields.List(fields.String(), required=True, metadata=describe("Empty: the report as a whole"))


class RejectedCandidateSchema(RuleNameSchema):
    """A rule that was looked at and did not apply."""

    why = fields.String(required=True)


class ExplainedReferralSchema(Schema):
    """One referral with its laws; ``confirmed`` laws alone may be shown as what the law says."""

    referral_id = fields.UUID(required=True)
    function = fields.String(required=True)
    department = fields.String(required=True, allow_none=True)
    department_name = fields.String(required=True, allow_none=True)
    role = fields.String(required=True)
    deadline_profile = fields.String(required=True)
    emergency = fields.Boolean(required=True)
    findings = fields.List(fields.String(), required=True)
    pending_triage = fields.Boolean(required=True)
    rules = fields.List(fields.Nested(RuleNameSchema), required=True)
    legal_basis = fields.List(fields.Dict(), required=True)


class ReroutingSchema(Schema):
    """What a person changed: who, when, why, from where to where."""

    referral_id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.Nested(PersonSchema, required=True)
    from_status = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    before = fields.Dict(required=True, allow_none=True)
    after = fields.Dict(required=True, allow_none=True)


class ExplanationSchema(Schema):
    """Why a report went where it went."""

    report_id = fields.UUID(required=True)
    routed = fields.Boolean(required=True, metadata=describe("false: there was nothing to route"))
    rule_set = fields.String(required=True, allow_none=True)
    rule_set_version = fields.Integer(required=True, allow_none=True)
    reason = fields.String(
        required=True, allow_none=True, metadata=describe("no_rule_set_in_force: the street catches everything")
    )
    valid_on = fields.Date(required=True, allow_none=True, metadata=describe("The day whose rules were used"))
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    outcome = fields.String(
        required=True, allow_none=True, metadata={"enum": [*(outcome.value for outcome in RoutingOutcome), None]}
    )
    fallback_used = fields.Boolean(required=True)
    facts = fields.Dict(required=True, metadata=describe("What was known when it was decided"))
    matched = fields.List(fields.Nested(MatchedRuleSchema), required=True)
    rejected = fields.List(fields.Nested(RejectedCandidateSchema), required=True)
    referrals = fields.List(fields.Nested(ExplainedReferralSchema), required=True)
    informed = fields.List(fields.String(), required=True)
    not_applicable = fields.List(fields.Nested(RuleNameSchema), required=True)
    rerouted = fields.List(fields.Nested(ReroutingSchema), required=True, metadata=describe("Oldest first"))


_RULE = {"code": "A1", "row": "A1", "zh": "未取得执业许可开展诊疗", "en": "Treatment without licence"}
EXAMPLE: dict[str, Any] = {
    "report_id": "0198c0de-0000-7000-8000-000000000001",
    "routed": True,
    "rule_set": "putuo-2026",
    "rule_set_version": 1,
    "reason": None,
    "valid_on": "2026-11-20",
    "decided_at": "2026-11-20T02:00:00+00:00",
    "outcome": "referred",
    "fallback_used": False,
    "facts": {
        "category": "illegal_practice", "findings": [{"code": "A-01", "note": "", "severity": "medium"}],
        "attributes": {"has_licence": False}, "grid": "310107005001001", "street": "310107005", "district": "310107",
        "captured_at": "2026-11-20T01:12:00+00:00", "site_kind": None, "prior_referrals": None, "prior_penalties": None,
    },
    "matched": [
        {**_RULE, "clause": 1, "findings": ["A-01"],
         "condition": {"findings": ["A-01", "A-03"], "attributes": {"has_licence": "not_true"}}}
    ],
    "rejected": [
        {"code": "A8", "row": "A8", "zh": "涉嫌犯罪", "en": "Suspected crime", "why": "harm is unknown, needs true"}
    ],
    "referrals": [
        {
            "referral_id": "0198c0de-0000-7000-8000-000000000011", "function": "medical_practice_supervision",
            "department": "putuo.health", "department_name": "普陀区卫生健康委员会", "role": "lead",
            "deadline_profile": "medium", "emergency": False, "findings": ["A-01"], "pending_triage": False,
            "rules": [_RULE],
            "legal_basis": [
                {"code": "health_promotion_99_1", "law": "基本医疗卫生与健康促进法", "article": "99条1款", "mark": "确认",
                 "confirmed": True}
            ],
        }
    ],
    "informed": ["market_supervision"],
    "not_applicable": [],
    "rerouted": [],
}  # fmt: skip
