"""Joint handling (联合处置) over HTTP: call, answer, attend, end."""

from uuid import UUID

from flask import Response

from backend.api.casework.blueprint import blueprint
from backend.api.casework.shown import shown_joint
from backend.api.endpoint import Call, endpoint
from backend.api.json import json_answer
from backend.api.schemas.casework import (
    JOINT_EXAMPLE,
    AnswerJointSchema,
    AttendJointSchema,
    CallJointSchema,
    EndJointSchema,
    JointSchema,
)
from backend.persistence.queries.case_files import get_joint
from backend.services.referrals import Attendance, answer_joint, attend_joint, call_joint, end_joint


@endpoint(
    blueprint,
    "/reports/<uuid:report_id>/joint-handlings",
    method="POST",
    permission="joint.call",
    summary="Call departments together for one report",
    body=CallJointSchema,
    answer=JointSchema,
    status=201,
    problems=("not_found", "joint_party_without_referral"),
    example=JOINT_EXAMPLE,
)
def call_together(call: Call, report_id: UUID) -> Response:
    """Each department called must have a referral of the report, or it could not see what it comes for."""
    joint = call_joint(call.session, call.actor, report_id, now=call.now, **call.body)
    return _answer(call, joint.id, 201)


@endpoint(
    blueprint,
    "/joint-handlings/<uuid:joint_id>/answer",
    method="POST",
    permission="joint.attend",
    summary="Say whether your department comes",
    body=AnswerJointSchema,
    answer=JointSchema,
    problems=("not_found", "joint_ended"),
    example=JOINT_EXAMPLE,
)
def answer(call: Call, joint_id: UUID) -> Response:
    """It may be said anew until the joint handling has ended."""
    answer_joint(call.session, call.actor, joint_id, now=call.now, **call.body)
    return _answer(call, joint_id)


@endpoint(
    blueprint,
    "/joint-handlings/<uuid:joint_id>/attendance",
    method="POST",
    permission="joint.call",
    summary="Note who of a department came when",
    body=AttendJointSchema,
    answer=JointSchema,
    problems=("not_found", "joint_ended", "bad_period"),
    example=JOINT_EXAMPLE,
)
def attend(call: Call, joint_id: UUID) -> Response:
    """By the department itself, or by whoever called; a correction leaves the first word in the history."""
    body = dict(call.body)
    department = body.pop("department")
    attend_joint(call.session, call.actor, joint_id, department, Attendance(**body), now=call.now)
    return _answer(call, joint_id)


@endpoint(
    blueprint,
    "/joint-handlings/<uuid:joint_id>/end",
    method="POST",
    permission="joint.call",
    summary="Say what came of it",
    body=EndJointSchema,
    answer=JointSchema,
    problems=("not_found", "joint_ended"),
    example={**JOINT_EXAMPLE, "ended_at": "2026-11-23T03:00:00+00:00", "result": "现场移除设备"},
)
def end(call: Call, joint_id: UUID) -> Response:
    """By whoever called it, or the bureau."""
    end_joint(call.session, call.actor, joint_id, result=call.body["result"], now=call.now)
    return _answer(call, joint_id)


def _answer(call: Call, joint_id: UUID, status: int = 200) -> Response:
    joint, parties = get_joint(call.session, joint_id)
    response = json_answer(shown_joint(joint, parties)[0])
    response.status_code = status
    return response
