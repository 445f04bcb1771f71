"""/history: what happened to a subject, for auditors and for whoever may see the subject."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from sqlalchemy import Row

from backend.api.endpoint import Call, endpoint
from backend.api.json import json_answer
from backend.api.schemas.audit import EventsQuerySchema
from backend.api.schemas.history import EventPageSchema, HistoryQuerySchema
from backend.domain.permissions import can
from backend.persistence.queries.history import EventFilter, find_events, list_events
from backend.persistence.queries.subjects import require_visible

blueprint = Blueprint("history", __name__, url_prefix="/api/v1", description="The append-only history (全过程留痕)")

EXAMPLE = {
    "seq": 4711,
    "at": "2026-11-20T02:00:00+00:00",
    "subject_type": "referral",
    "subject_id": "0198c0de-0000-7000-8000-000000000011",
    "action": "return",
    "from_status": "routed",
    "to_status": "returned",
    "actor": {"id": "0198c0de-0000-7000-8000-0000000000aa", "name": "王经办"},
    "reason_code": "not_our_function",
    "reason": "占道经营属街镇综合执法",
    "data": {"returns": 1, "arbitration_needed": False},
}


@endpoint(
    blueprint,
    "/history",
    permission="history.read",
    summary="What happened to a subject, newest first",
    query=HistoryQuerySchema,
    answer=EventPageSchema,
    problems=("not_found", "bad_cursor"),
    example={"items": [EXAMPLE], "next_cursor": None},
)
def show_history(call: Call) -> Response:
    """Reports, referrals, tasks and sites: whoever may see them; everything else: auditors and administrators."""
    query = call.query
    kind, subject_id = query["subject_type"], query["subject_id"]
    require_visible(call.session, call.actor, kind, subject_id, call.now)
    reads = can(call.actor.roles, "history.audit.read")
    page = list_events(call.session, kind, subject_id, query["limit"], query["cursor"], reads=reads)
    return json_answer({"items": [shown_event(row) for row in page.items], "next_cursor": page.next_cursor})


@endpoint(
    blueprint,
    "/history/events",
    permission="history.audit.read",
    summary="All that happened, by who, what and when, newest first",
    query=EventsQuerySchema,
    answer=EventPageSchema,
    problems=("bad_cursor",),
    example={"items": [EXAMPLE], "next_cursor": None},
)
def search_history(call: Call) -> Response:
    """For auditors and administrators. `action=read` is who opened what is sealed away: files of transfers to the police and
    penalties (a list of them is one event, of the subject `list`)."""
    query = dict(call.query)
    limit, cursor = query.pop("limit"), query.pop("cursor")
    page = find_events(call.session, EventFilter(**query), limit, cursor)
    return json_answer({"items": [shown_event(row) for row in page.items], "next_cursor": page.next_cursor})


def shown_event(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """An event in the shape of EventSchema."""
    event = row.Event
    return {
        "seq": event.seq,
        "at": event.at,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "action": event.action,
        "from_status": event.from_status,
        "to_status": event.to_status,
        "actor": {"id": event.actor_id, "name": row.actor_name} if event.actor_id else None,
        "reason_code": event.reason_code,
        "reason": event.reason,
        "data": event.data,
    }
