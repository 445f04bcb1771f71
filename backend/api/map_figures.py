"""/map/figures and /map/summary: numbers beside the map, of exactly what its filters mean. Not here: tiles."""

from typing import Any

import orjson
from flask import Response
from flask_smorest import Blueprint

from backend.api.cases.views import divided
from backend.api.endpoint import Call, endpoint
from backend.api.reports.views import filter_of
from backend.api.schemas.map_figures import (
    CaseSummaryQuerySchema,
    CaseSummarySchema,
    FigureQuerySchema,
    FigureSchema,
    SummaryQuerySchema,
    SummarySchema,
)
from backend.api.tiles.serving import answer_by_state
from backend.domain.errors import DomainError
from backend.domain.labels import label_of
from backend.domain.permissions import check
from backend.domain.vocabulary import FigureUnit, MapFigure, MapLayer
from backend.persistence.queries.cases import CaseFilter
from backend.persistence.queries.figures import OF_CASES, OF_REPORTS, RATIOS, figures
from backend.persistence.queries.summaries import Summary, summarise_referrals, summarise_reports
from backend.persistence.queries.tiles import EVERYTHING, SOURCES

blueprint = Blueprint(
    "map_figures", __name__, url_prefix="/api/v1/map", description="Numbers of the map, by grid, street and time"
)
JSON = "application/json"
NOT_MODIFIED = {"responses": {"304": {"description": "You have it already (If-None-Match)."}}}
PERIOD = {"captured_from", "captured_to"}
OF_SITES = {"category", "street", "grid_code"}
OF_A_CASE = {"severity", "department", "site_id", "area", "located", *OF_SITES, *PERIOD}
# What a figure that is not of reports can be narrowed by.
NARROWED_BY = {
    **dict.fromkeys(OF_CASES, OF_A_CASE),
    MapFigure.OPEN_TASKS: {"site_id", *OF_SITES},
    MapFigure.SITE_COVERAGE: {"area", *OF_SITES, *PERIOD},
}
PERMISSIONS = {
    **dict.fromkeys(OF_REPORTS, "report.read"),
    **dict.fromkeys(OF_CASES, "referral.read"),
    MapFigure.OPEN_TASKS: "task.read",
    MapFigure.SITE_COVERAGE: "site.read",
}


@endpoint(
    blueprint,
    "/figures",
    permission="grid.read",
    summary="One number for each grid or street you see",
    query=FigureQuerySchema,
    answer=FigureSchema,
    problems=("filter_not_for_figure",),
    document=NOT_MODIFIED,
    example=FigureSchema.EXAMPLE,
)
def show_figures(call: Call) -> Response:
    """Reports and problems: those of the list; problem_rate: problems of all reports; open_cases, overdue_cases: by the period
    in which they were seen; site_coverage: of active sites those a report was made at in the period (ever, without one)."""
    query = dict(call.query)
    figure, by = query.pop("figure"), query.pop("by")
    check(call.actor.roles, PERMISSIONS[figure])
    _check_filters(figure, query)

    def make() -> bytes:
        found = figures(call.session, call.actor, figure, by == "street", filter_of(query), call.now)
        label = label_of(figure)
        unit = FigureUnit.RATIO if figure in RATIOS else FigureUnit.COUNT
        items = [
            {
                "code": item.code,
                "name": item.name,
                "value": item.value,
                "numerator": item.numerator,
                "denominator": item.denominator,
            }
            for item in found
        ]
        return orjson.dumps({"figure": figure, "zh": label.zh, "en": label.en, "unit": unit, "by": by, "items": items})

    return answer_by_state(call, EVERYTHING, "figures", mimetype=JSON, make=make)


@endpoint(
    blueprint,
    "/summary",
    permission="report.read",
    summary="How many reports match, how they divide, and when they were",
    query=SummaryQuerySchema,
    answer=SummarySchema,
    document=NOT_MODIFIED,
    example=SummarySchema.EXAMPLE,
)
def summarise(call: Call) -> Response:
    """For the panel beside the map and its time slider; the total is that of the list."""
    query = dict(call.query)
    step = query.pop("step")

    def make() -> bytes:
        found = summarise_reports(call.session, call.actor, filter_of(query), step)
        return _told(found, step, "problems")

    return answer_by_state(call, SOURCES[MapLayer.REPORTS], "summary", mimetype=JSON, make=make)


@endpoint(
    blueprint,
    "/summary/referrals",
    permission="referral.read",
    summary="How many cases match, how they divide, and when they were referred",
    query=CaseSummaryQuerySchema,
    answer=CaseSummarySchema,
    document=NOT_MODIFIED,
    example=CaseSummarySchema.EXAMPLE,
)
def summarise_cases(call: Call) -> Response:
    """The same of cases; the total is that of the list and of /cases/count."""
    query = dict(call.query)
    step = query.pop("step")

    def make() -> bytes:
        found = summarise_referrals(call.session, call.actor, CaseFilter(**query), step)
        return _told(found, step, "emergencies")

    return answer_by_state(call, SOURCES[MapLayer.REFERRALS], "case_summary", mimetype=JSON, make=make)


def _told(found: Summary, step: str, marked_as: str) -> bytes:
    bars = [{"since": bar.since, "count": bar.number, marked_as: bar.marked} for bar in found.bars]
    return orjson.dumps(
        {"total": found.total, "located": found.located, "step": step, **divided(found.by), "bars": bars}
    )


def _check_filters(figure: MapFigure, query: dict[str, Any]) -> None:
    allowed = NARROWED_BY.get(figure)
    wrong = [name for name, value in query.items() if value is not None and allowed is not None and name not in allowed]
    if wrong:
        raise DomainError("filter_not_for_figure", figure=figure.value, names=", ".join(sorted(wrong)))
