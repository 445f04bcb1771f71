"""Reports that need a coordinator's eyes: the queue, and marking them as looked at. Not here: quarantine (api/quarantine)."""

from typing import Any
from uuid import UUID

from flask import Response

from backend.api.endpoint import Call, endpoint
from backend.api.json import json_answer
from backend.api.reports.examples import SUMMARY_EXAMPLE
from backend.api.reports.views import blueprint
from backend.api.schemas.review import ReviewedSchema, ReviewPageSchema, ReviewQuerySchema, ReviewSchema
from backend.persistence.queries.review import ReviewFilter, review_page
from backend.services.reports import review_reports, unreview_report


@endpoint(
    blueprint,
    "/reports/review",
    permission="report.review",
    summary="Reports that need your eyes, in working order, with counts",
    query=ReviewQuerySchema,
    answer=ReviewPageSchema,
    problems=("bad_cursor",),
    example={
        "items": [{**SUMMARY_EXAMPLE, "needs": ["doubt"]}],
        "total": 1,
        "counts": [
            {"need": "doubt", "count": 1},
            {"need": "photos_missing", "count": 0},
            {"need": "position", "count": 0},
        ],
        "next_cursor": None,
    },
)
def list_queue(call: Call) -> Response:
    """Doubts about words, time, photos or form; photos that did not come; doubtful or inexact places. What nobody looked at
    within some weeks is no longer asked for (data/review.yaml)."""
    query = dict(call.query)
    limit, cursor = query.pop("limit"), query.pop("cursor")
    page = review_page(call.session, call.actor, ReviewFilter(**query), limit, cursor, call.now)
    counts = [{"need": need, "count": count} for need, count in page.counts.items()]
    return json_answer({"items": page.items, "total": page.total, "counts": counts, "next_cursor": page.next_cursor})


@endpoint(
    blueprint,
    "/reports/review",
    method="POST",
    permission="report.review",
    summary="Say that you have looked at reports; they leave the queue",
    body=ReviewSchema,
    answer=ReviewedSchema,
    problems=("not_found",),
    example={"report_ids": ["0198c0de-0000-7000-8000-000000000001"]},
)
def mark(call: Call) -> dict[str, Any]:
    """All or none. To ask for more, request the photos or send the task back with a reason: the phone shows it."""
    body = call.body
    return {"report_ids": review_reports(call.session, call.actor, body["report_ids"], body["note"], now=call.now)}


@endpoint(
    blueprint,
    "/reports/<uuid:report_id>/actions/unreview",
    method="POST",
    permission="report.review",
    summary="Put a report back into the queue that you took out",
    status=204,
    problems=("not_found",),
)
def unmark(call: Call, report_id: UUID) -> None:
    """Only whoever looked at it can say that he did not."""
    unreview_report(call.session, call.actor, report_id, now=call.now)
