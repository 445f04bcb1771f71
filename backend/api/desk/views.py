"""The triage inbox and the desk of one referral. Not here: acting (api/referrals.py, api/cases/bulk.py)."""

from uuid import UUID

from flask import Response

from backend.api.cases.views import shown_case
from backend.api.desk.blueprint import blueprint
from backend.api.desk.examples import DESK_EXAMPLE, TRIAGE_EXAMPLE
from backend.api.desk.shown import shown_desk
from backend.api.endpoint import Call, endpoint
from backend.api.json import json_answer
from backend.api.language import current_language
from backend.api.schemas.desk import DeskSchema
from backend.api.schemas.triage import TriagePageSchema, TriageQuerySchema
from backend.domain.desks import waiting_for
from backend.persistence.queries.cases import CaseFilter
from backend.persistence.queries.triage import triage_page
from backend.services.review import open_desk


@endpoint(
    blueprint,
    "/cases/triage",
    permission="referral.file",
    summary="What waits for you in working order: emergencies, the deadline that ends first, the oldest",
    query=TriageQuerySchema,
    answer=TriagePageSchema,
    problems=("bad_cursor",),
    example=TRIAGE_EXAMPLE,
)
def triage(call: Call) -> Response:
    """Without ``status`` the statuses that lie on the caller's own desk. Each row's desk can be fetched ahead."""
    query = call.query
    wanted = CaseFilter(
        status=tuple(query["status"] or waiting_for(call.actor.roles)),
        category=(query["category"],) if query["category"] else None,
        street=(query["street"],) if query["street"] else None,
        function=query["function"],
        overdue=query["overdue"],
    )
    page = triage_page(call.session, call.actor, wanted, query["limit"], query["cursor"])
    items = [
        {**shown_case(row.case, call.actor), "lon": row.lon, "lat": row.lat, "photo": row.photo} for row in page.rows
    ]
    counts = [{"status": status, "count": n, "overdue": late} for status, (n, late) in sorted(page.counts.items())]
    total = sum(number for number, _ in page.counts.values())
    return json_answer({"items": items, "total": total, "counts": counts, "next_cursor": page.next_cursor})


@endpoint(
    blueprint,
    "/referrals/<uuid:referral_id>/desk",
    permission="referral.file",
    summary="One referral with everything needed to decide it, in one answer",
    resumes=True,
    answer=DeskSchema,
    problems=("not_found",),
    example=DESK_EXAMPLE,
)
def desk(call: Call, referral_id: UUID) -> Response:
    """Case, report, photos, place, checklist, reasons, duplicates, site history, deadlines, file, acts allowed now and what
    each needs, departments to route to. It may be kept and asked for again with If-None-Match."""
    found = open_desk(call.session, call.actor, referral_id, now=call.now)
    return json_answer(shown_desk(found, call.actor, current_language()))
