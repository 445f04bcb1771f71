"""/referrals: lists, one, and every act on one. Not here: first routing, which no request asks for by itself."""

from dataclasses import fields as dataclass_fields
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from sqlalchemy import Row

from backend.api.documents import one_of
from backend.api.endpoint import Call, endpoint
from backend.api.json import json_answer
from backend.api.schemas.referrals import (
    EXAMPLE,
    ReferralActSchema,
    ReferralPageSchema,
    ReferralQuerySchema,
    ReferralSchema,
)
from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import ReferralAction
from backend.persistence.queries.referrals import ReferralFilter, get_referral, list_referrals
from backend.services.referrals import ActionDetails, Material, actions_for
from backend.services.review import act_on_referral

blueprint = Blueprint(
    "referrals", __name__, url_prefix="/api/v1", description="Referrals (移送/通报) to departments and their life"
)
DETAILS = tuple(field.name for field in dataclass_fields(ActionDetails))
ACTION_PROBLEMS = (
    "not_found",
    "stale_version",
    "illegal_transition",
    "verifier_is_handler",
    "reason_required",
    "unknown_code",
    "department_needed",
    "already_referred",
    "ruling_is_binding",
    "merge_target_unfit",
    "transfer_needs_other_department",
    "assignee_not_officer",
    "material_missing",
    "recall_too_late",
)


@endpoint(
    blueprint,
    "/referrals",
    permission="referral.read",
    summary="Referrals you may see, newest first",
    query=ReferralQuerySchema,
    answer=ReferralPageSchema,
    problems=("bad_cursor",),
    example={"items": [EXAMPLE], "next_cursor": None},
)
def list_all(call: Call) -> Response:
    """A worker those of his reports, a street its own, a department what was referred to it, the bureau all."""
    query = dict(call.query)
    limit, cursor, statuses = query.pop("limit"), query.pop("cursor"), query.pop("status")
    page = list_referrals(
        call.session, call.actor, ReferralFilter(statuses=tuple(statuses or ()), **query), limit, cursor
    )
    items = [shown(row, call.actor) for row in page.items]
    return json_answer({"items": items, "next_cursor": page.next_cursor})


@endpoint(
    blueprint,
    "/referrals/<uuid:referral_id>",
    permission="referral.read",
    summary="One referral, and what you may do with it now",
    answer=ReferralSchema,
    problems=("not_found",),
    example=EXAMPLE,
)
def show(call: Call, referral_id: UUID) -> Response:
    """Where another department is responsible this is not found."""
    return json_answer(shown(get_referral(call.session, call.actor, referral_id), call.actor))


@endpoint(
    blueprint,
    "/referrals/<uuid:referral_id>/actions/<action>",
    method="POST",
    permission="referral.read",
    summary="Confirm, route, merge, accept, return, rule, transfer, handle, verify, close or reopen a referral",
    body=ReferralActSchema,
    answer=ReferralSchema,
    problems=ACTION_PROBLEMS,
    example={**EXAMPLE, "status": "accepted", "version": 2, "allowed_actions": ["start_handling"]},
    document=one_of("action", ReferralAction),
)
def perform(call: Call, referral_id: UUID, action: str) -> Response:
    """Which role may do which act stands in GET /workflow; an unknown action is not found."""
    if action not in set(ReferralAction):
        raise DomainError("not_found")
    act_on_referral(
        call.session,
        call.actor,
        referral_id,
        ReferralAction(action),
        details_of(call.body),
        version=call.body["version"],
        now=call.now,
    )
    return json_answer(shown(get_referral(call.session, call.actor, referral_id), call.actor))


def details_of(body: dict[str, Any]) -> ActionDetails:
    """What came with an act, out of a loaded ReferralActSchema."""
    values = {name: body[name] for name in DETAILS}
    return ActionDetails(**{**values, "materials": tuple(Material(**material) for material in values["materials"])})


def shown(row: Row[*tuple[Any, ...]], actor: Actor) -> dict[str, Any]:
    """A referral in the shape of ReferralSchema."""
    r = row.Referral
    return {
        "id": r.id,
        "report_id": r.report_id,
        "category": r.category,
        "street_code": r.street_code,
        "function": r.function_code,
        "function_name": row.function_name,
        "function_name_en": row.function_name_en,
        "department": row.department,
        "department_name": row.department_name,
        "department_name_en": row.department_name_en,
        "role": r.role,
        "status": r.status,
        "severity": r.severity,
        "emergency": r.is_emergency,
        "findings": r.finding_codes,
        "rules": r.rule_codes,
        "legal_basis": r.legal_basis,
        "deadline_profile": r.deadline_profile,
        "created_at": r.created_at,
        "routed_at": r.routed_at,
        "accepted_at": r.accepted_at,
        "handled_at": r.handled_at,
        "closed_at": r.closed_at,
        "handler": _person(r.handler_id, row.handler_name),
        "verifier": _person(r.verifier_id, row.verifier_name),
        "outcome_code": r.outcome_code,
        "outcome_note": r.outcome_note,
        "return_code": r.return_code,
        "return_reason": r.return_reason,
        "return_count": r.return_count,
        "proposed_department": row.proposed_department,
        "merged_into": r.merged_into_id,
        "ruled_at": r.ruled_at,
        "version": r.version,
        "allowed_actions": actions_for(actor, r),
    }


def _person(person_id: UUID | None, name: str | None) -> dict[str, Any] | None:
    return None if person_id is None else {"id": person_id, "name": name}
