"""Deadlines of a referral, what officers ask about them, and the answers. Not here: acts on the referral (referrals.py)."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from backend.api.endpoint import Call, endpoint
from backend.api.json import json_answer
from backend.api.schemas.clocks import (
    CLOCK_EXAMPLE,
    REQUEST_EXAMPLE,
    ClockAskSchema,
    ClockDecisionSchema,
    ClockRequestPageSchema,
    ClockRequestQuerySchema,
    ClockRequestSchema,
    ClockResumeSchema,
    ReferralClocksSchema,
)
from backend.domain.clocks import load_clock_data, parse_span
from backend.domain.errors import DomainError
from backend.domain.legal import legal_basis
from backend.domain.vocabulary import ClockRequestKind
from backend.persistence.models import ClockRequest
from backend.persistence.queries.clocks import Line, ReferralClocks, clocks_of, get_request, list_requests
from backend.services import clocks

blueprint = Blueprint("clocks", __name__, url_prefix="/api/v1", description="Deadlines (时限): 延期, 挂账, 超期说明")
CLOCKS_EXAMPLE = {"clocks": [CLOCK_EXAMPLE], "requests": [REQUEST_EXAMPLE]}


@endpoint(
    blueprint,
    "/referrals/<uuid:referral_id>/clocks",
    permission="referral.read",
    summary="The deadlines of a referral, and what was asked about them",
    answer=ReferralClocksSchema,
    problems=("not_found",),
    example=CLOCKS_EXAMPLE,
)
def show_clocks(call: Call, referral_id: UUID) -> Response:
    """Stage, whole case and law side by side, ended ones as well; for whoever sees the referral."""
    return json_answer(shown_clocks(clocks_of(call.session, call.actor, referral_id)))


@endpoint(
    blueprint,
    "/referrals/<uuid:referral_id>/clock-requests",
    method="POST",
    permission="clock.request",
    summary="Ask for an extension, a suspension or an excuse",
    body=ClockAskSchema,
    answer=ClockRequestSchema,
    status=201,
    problems=(
        "not_found", "reason_required", "clock_stopped", "clock_overdue", "other_unit", "extensions_used_up",
        "extension_too_long", "suspension_too_long", "nothing_to_suspend", "not_overdue", "request_pending", "bad_span",
    ),
    example=REQUEST_EXAMPLE,
)  # fmt: skip
def ask(call: Call, referral_id: UUID) -> Any:
    """For officers of the referral's own department; somebody else decides."""
    request = _ask(call, referral_id)
    return shown_request(get_request(call.session, call.actor, request.id))


@endpoint(
    blueprint,
    "/referrals/<uuid:referral_id>/clock-requests/<uuid:request_id>/decision",
    method="POST",
    permission="clock.decide",
    summary="Approve or refuse a request about a deadline",
    body=ClockDecisionSchema,
    answer=ClockRequestSchema,
    problems=(
        "not_found", "reason_required", "wrong_level", "approver_is_requester", "already_decided", "clock_stopped",
        "nothing_to_suspend", "suspension_too_long", "not_overdue",
    ),
    example={**REQUEST_EXAMPLE, "state": "approved", "note": "同意"},
)  # fmt: skip
def decide(call: Call, referral_id: UUID, request_id: UUID) -> Any:
    """Level 1 is the bureau's, level 2 (a second extension) city operations'; nobody decides on his own request."""
    body = call.body
    clocks.decide_request(
        call.session, call.actor, referral_id, request_id, body["decision"], body["note"], now=call.now
    )
    return shown_request(get_request(call.session, call.actor, request_id))


@endpoint(
    blueprint,
    "/referrals/<uuid:referral_id>/clocks/resume",
    method="POST",
    permission="clock.resume",
    summary="End the suspension of a referral's deadlines now",
    body=ClockResumeSchema,
    answer=ReferralClocksSchema,
    problems=("not_found", "not_suspended"),
    example=CLOCKS_EXAMPLE,
)
def resume(call: Call, referral_id: UUID) -> Response:
    """They end by themselves when the time granted is over, and with any act on the referral."""
    clocks.resume(call.session, call.actor, referral_id, call.body["reason"], now=call.now)
    return json_answer(shown_clocks(clocks_of(call.session, call.actor, referral_id)))


@endpoint(
    blueprint,
    "/clock-requests",
    permission="clock.read",
    summary="Requests about deadlines you may see, newest first",
    query=ClockRequestQuerySchema,
    answer=ClockRequestPageSchema,
    problems=("bad_cursor",),
    example={"items": [REQUEST_EXAMPLE], "next_cursor": None},
)
def list_all(call: Call) -> Response:
    """``state=requested`` is what waits for a decision."""
    page = list_requests(call.session, call.actor, **call.query)
    return json_answer({"items": [shown_request(row) for row in page.items], "next_cursor": page.next_cursor})


def _ask(call: Call, referral_id: UUID) -> ClockRequest:
    session, actor, now, body = call.session, call.actor, call.now, call.body
    kind, clock_id, reason = body["kind"], body["clock_id"], body["reason"]
    if kind is ClockRequestKind.SUSPENSION:
        until = _needed(body, "until")
        return clocks.request_suspension(session, actor, referral_id, clock_id, until, reason, now=now)
    _needed(body, "clock_id")
    if kind is ClockRequestKind.EXCUSE:
        return clocks.request_excuse(session, actor, referral_id, clock_id, reason, now=now)
    span = parse_span(_needed(body, "span"))
    return clocks.request_extension(session, actor, referral_id, clock_id, span, reason, now=now)


def _needed(body: dict[str, Any], name: str) -> Any:
    if body[name] is None:
        raise DomainError("invalid_input", errors=[{"path": name, "code": "required"}], count=1)
    return body[name]


def shown_clocks(found: ReferralClocks) -> dict[str, Any]:
    """The deadlines of a referral in the shape of ReferralClocksSchema."""
    return {
        "clocks": [_shown_clock(row, found) for row in found.clocks],
        "requests": [shown_request(row) for row in found.requests],
    }


def _shown_clock(row: Line, found: ReferralClocks) -> dict[str, Any]:
    clock, data = row.Clock, load_clock_data()
    label, law = data.labels.get(clock.kind), data.legal_clock(clock.kind)
    plain = (
        "id", "kind", "level", "span", "extended", "started_at", "due_at", "warn_at", "state", "calendar_missing",
        "missing_year", "stopped_at", "warned_at", "overdue_at", "excused_at", "excuse_reason",
    )  # fmt: skip
    return {
        **{name: getattr(clock, name) for name in plain},
        "name": label.zh if label else clock.kind,
        "name_en": label.en if label else clock.kind,
        "legal_basis": legal_basis(law.law).to_data() if law else None,
        "excused_by": _person(clock.excused_by, row.excuser_name),
        "suspensions": [
            {"started_at": pause.started_at, "until": pause.until, "ended_at": pause.ended_at}
            for pause in found.suspensions[clock.id]
        ],
    }


def shown_request(row: Line) -> dict[str, Any]:
    """A request in the shape of ClockRequestSchema."""
    request = row.ClockRequest
    plain = (
        "id", "referral_id", "clock_id", "kind", "level", "span", "until", "reason", "requested_at", "state", "decided_at",
        "note",
    )  # fmt: skip
    return {
        **{name: getattr(request, name) for name in plain},
        "clock": row.clock,
        "requested_by": _person(request.requested_by, row.requester_name),
        "decided_by": _person(request.decided_by, row.decider_name),
    }


def _person(person_id: UUID | None, name: str | None) -> dict[str, Any] | None:
    return None if person_id is None else {"id": person_id, "name": name}
