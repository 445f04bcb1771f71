"""The case file of a referral, calls about it, a task to verify it, one more department. Not here: acts (api/referrals.py)."""

from typing import Any
from uuid import UUID

from flask import Response

from backend.api.casework.blueprint import blueprint
from backend.api.casework.shown import shown_file
from backend.api.endpoint import Call, endpoint
from backend.api.json import json_answer
from backend.api.referrals import shown
from backend.api.schemas.casework import (
    CASE_FILE_EXAMPLE,
    AddReferralSchema,
    CaseFileSchema,
    FieldCheckSchema,
    FieldTaskSchema,
    RecordCallSchema,
)
from backend.api.schemas.referrals import EXAMPLE, ReferralSchema
from backend.domain.calendar import local_day
from backend.domain.case_rules import case_rules_at
from backend.persistence.queries.case_files import get_case_file
from backend.persistence.queries.referrals import get_referral
from backend.services.referrals import add_referral, record_call
from backend.services.review import make_field_check

TASK_EXAMPLE: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-000000000031",
    "code": "T20261120-0000A",
    "title": "现场核查：无名牙科",
    "purpose": "verification",
    "status": "assigned",
    "due_at": "2026-11-25T15:59:59+00:00",
}


@endpoint(
    blueprint,
    "/referrals/<uuid:referral_id>/case-file",
    permission="referral.file",
    summary="The case file: materials, calls, photos before and after, joint handling, rulings on cases like it",
    answer=CaseFileSchema,
    problems=("not_found",),
    example=CASE_FILE_EXAMPLE,
)
def case_file(call: Call, referral_id: UUID) -> Response:
    """For those who deal with the case; who reported it hears of its result with the report."""
    return _file(call, referral_id)


@endpoint(
    blueprint,
    "/referrals/<uuid:referral_id>/calls",
    method="POST",
    permission="referral.call",
    summary="Record a call that was made about this referral (phone first)",
    body=RecordCallSchema,
    answer=CaseFileSchema,
    problems=("not_found", "call_in_future"),
    example=CASE_FILE_EXAMPLE,
)
def call_made(call: Call, referral_id: UUID) -> Response:
    """The call never waits for us: it is recorded when there is time."""
    record_call(call.session, call.actor, referral_id, **call.body, now=call.now)
    return _file(call, referral_id)


@endpoint(
    blueprint,
    "/referrals/<uuid:referral_id>/field-checks",
    method="POST",
    permission="referral.field_check",
    summary="Send somebody to verify on the spot; the report's photos come beside those of before",
    body=FieldCheckSchema,
    answer=FieldTaskSchema,
    status=201,
    problems=("not_found", "illegal_transition", "already_running", "no_grid_for_task"),
    example=TASK_EXAMPLE,
)
def field_check(call: Call, referral_id: UUID) -> dict[str, Any]:
    """Once the department has answered. The result stands in the case file; closing stays a decision of the bureau."""
    body = call.body
    task = make_field_check(
        call.session, call.actor, referral_id, assignee_id=body["assignee"], instructions=body["instructions"], now=call.now
    )  # fmt: skip
    return {name: getattr(task, name) for name in TASK_EXAMPLE}


@endpoint(
    blueprint,
    "/reports/<uuid:report_id>/referrals",
    method="POST",
    permission="referral.route",
    summary="Refer a report to one more function, by hand and with a reason",
    body=AddReferralSchema,
    answer=ReferralSchema,
    status=201,
    problems=(
        "not_found",
        "reason_required",
        "unknown_code",
        "already_referred",
        "department_needed",
        "report_withdrawn",
    ),
    example={**EXAMPLE, "role": "co", "rules": ["by_hand"]},
)
def add(call: Call, report_id: UUID) -> dict[str, Any]:
    """What the rules did not foresee: a department that must help, or lead."""
    referral = add_referral(call.session, call.actor, report_id, **call.body, now=call.now)
    return shown(get_referral(call.session, call.actor, referral.id), call.actor)


def _file(call: Call, referral_id: UUID) -> Response:
    limit = case_rules_at(local_day(call.now)).precedents_shown
    return json_answer(shown_file(get_case_file(call.session, call.actor, referral_id, limit)))
