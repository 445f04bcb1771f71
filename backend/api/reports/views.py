"""Views of reports. Not here: how one report is told (shown.py)."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from backend.api.endpoint import Call, endpoint
from backend.api.json import json_answer
from backend.api.language import current_language
from backend.api.referrals import shown as shown_referral
from backend.api.reports.examples import DETAIL_EXAMPLE, SUMMARY_EXAMPLE
from backend.api.reports.explained import explained
from backend.api.reports.shown import shown_report
from backend.api.schemas.explanation import EXAMPLE as EXPLANATION_EXAMPLE
from backend.api.schemas.explanation import ExplanationSchema
from backend.api.schemas.reports import ReportPageSchema, ReportQuerySchema, ReportSchema
from backend.api.schemas.withdrawal import WithdrawSchema
from backend.domain.vocabulary import ReportStatus
from backend.persistence.queries.referrals import referrals_of
from backend.persistence.queries.reports import ReportFilter, get_report, get_routing, list_reports
from backend.services.reports import request_photos, withdraw_own

blueprint = Blueprint(
    "reports", __name__, url_prefix="/api/v1", description="Reports (上报): what workers saw, and what became of it"
)
WITH_REFERRAL = (ReportStatus.REFERRED, ReportStatus.CLOSED)


@endpoint(
    blueprint,
    "/reports",
    permission="report.read",
    summary="Reports you may see, newest first",
    query=ReportQuerySchema,
    answer=ReportPageSchema,
    problems=("bad_cursor",),
    example={"items": [SUMMARY_EXAMPLE], "next_cursor": "MTAyNA"},
)
def list_all(call: Call) -> Response:
    """A worker sees his own, a street its own, a department what was referred to it, the bureau all."""
    query = dict(call.query)
    limit, cursor = query.pop("limit"), query.pop("cursor")
    page = list_reports(call.session, call.actor, filter_of(query), limit, cursor)
    return json_answer({"items": page.items, "next_cursor": page.next_cursor})


@endpoint(
    blueprint,
    "/reports/<uuid:report_id>",
    permission="report.read",
    summary="One report with photos, referrals, history and the reason of its routing",
    answer=ReportSchema,
    problems=("not_found",),
    example=DETAIL_EXAMPLE,
)
def show(call: Call, report_id: UUID) -> Response:
    """Everything that hangs on the report; sentences are in the language asked for."""
    return show_report(call, report_id)


@endpoint(
    blueprint,
    "/reports/<uuid:report_id>/actions/withdraw",
    method="POST",
    permission="report.withdraw",
    summary="Take your own report back, with a reason; it is kept and marked",
    body=WithdrawSchema,
    answer=ReportSchema,
    problems=("not_found", "reason_required", "illegal_transition"),
    example={**DETAIL_EXAMPLE, "status": "withdrawn"},
)
def withdraw(call: Call, report_id: UUID) -> Response:
    """What was referred stays where it is; the departments see the mark and decide."""
    withdraw_own(call.session, call.actor, report_id, call.body["reason"], now=call.now)
    return show_report(call, report_id)


def show_report(call: Call, report_id: UUID) -> Response:
    """One report as its address answers."""
    detail = get_report(call.session, call.actor, report_id)
    referrals = [shown_referral(row, call.actor) for row in referrals_of(call.session, [report_id])]
    return json_answer(shown_report(detail, referrals, current_language()))


@endpoint(
    blueprint,
    "/reports/<uuid:report_id>/routing",
    permission="report.read",
    summary="Why this report went where it went",
    answer=ExplanationSchema,
    problems=("not_found",),
    example=EXPLANATION_EXAMPLE,
)
def explain(call: Call, report_id: UUID) -> Response:
    """Rule set and version, facts used, clauses that held, rules rejected and why, laws with their marks, and every time a
    person routed it otherwise since."""
    return json_answer(explained(*get_routing(call.session, call.actor, report_id)))


@endpoint(
    blueprint,
    "/reports/<uuid:report_id>/actions/request_photos",
    method="POST",
    permission="report.request_photos",
    summary="Have the author's phone send the missing photos of this report before all others",
    answer=ReportSchema,
    problems=("not_found", "no_photos_missing"),
    example=DETAIL_EXAMPLE,
)
def ask_for_photos(call: Call, report_id: UUID) -> Response:
    """The phone hears of it at its next sync; the mark goes by itself when the last photo is here."""
    request_photos(call.session, call.actor, report_id, now=call.now)
    return show_report(call, report_id)


def filter_of(query: dict[str, Any]) -> ReportFilter:
    """The filter that a query of ReportFilterSchema means; ``has_referral`` is a matter of the status."""
    values = dict(query)
    statuses = set(values.pop("status") or ReportStatus)
    has_referral = values.pop("has_referral")
    if has_referral is not None:
        statuses &= set(WITH_REFERRAL if has_referral else (ReportStatus.RECORDED,))
    values["author_id"] = values.pop("author")
    everything = len(statuses) == len(ReportStatus)
    return ReportFilter(statuses=None if everything else tuple(sorted(statuses)), **values)
