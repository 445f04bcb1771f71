"""/calendar: which years' holidays are known, and loading one as it is published. Not here: counting with it (domain/clocks)."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from backend.api.endpoint import Call, endpoint
from backend.api.json import json_answer
from backend.api.schemas.clocks import (
    CALENDAR_EXAMPLE,
    CSV_EXAMPLE,
    CalendarLoadQuerySchema,
    CalendarLoadSchema,
    CalendarQuerySchema,
    CalendarSchema,
)
from backend.api.table_file import TABLE_PROBLEMS, read_table_file, table_document
from backend.domain.vocabulary import CalendarDayKind
from backend.persistence.queries.clocks import calendar_days, calendar_years
from backend.services import clocks

blueprint = Blueprint("calendar", __name__, url_prefix="/api/v1", description="Statutory holidays and working weekends")
MAX_BYTES = 1024 * 1024  # a year has some forty rows
LOAD_EXAMPLE = {"years": [2027], "amended": [], "computed": 12}


@endpoint(
    blueprint,
    "/calendar",
    permission="calendar.read",
    summary="Years whose holidays are known, and years that deadlines wait for",
    query=CalendarQuerySchema,
    answer=CalendarSchema,
    example=CALENDAR_EXAMPLE,
)
def show(call: Call) -> Response:
    """With ``year``, its holidays and working weekends as well; all other days are as the week says."""
    year = call.query["year"]
    days = calendar_days(call.session, year) if year else []
    answer = {
        "years": [shown_year(row) for row in calendar_years(call.session)],
        "missing": [{"year": year, "clocks": count} for year, count in clocks.waiting_clocks(call.session).items()],
        "days": [
            {
                "day": day.day,
                "kind": CalendarDayKind.WORKDAY if day.is_working else CalendarDayKind.HOLIDAY,
                "name": day.name,
            }
            for day in days
        ],
    }
    return json_answer(answer)


@endpoint(
    blueprint,
    "/calendar",
    method="POST",
    permission="calendar.load",
    summary="Load the published holidays of one or more years; all rows or none",
    query=CalendarLoadQuerySchema,
    answer=CalendarLoadSchema,
    status=201,
    problems=TABLE_PROBLEMS,
    document={
        "requestBody": table_document(CSV_EXAMPLE, CalendarLoadSchema, LOAD_EXAMPLE)["requestBody"],
    },
    example=LOAD_EXAMPLE,
)
def load(call: Call) -> Any:
    """Columns day, kind (holiday, workday), name. A year named whole is replaced; weekends are implied."""
    content = read_table_file(MAX_BYTES)
    source = call.query["source"] or f"file, {call.actor.username}"
    result = clocks.load_calendar(call.session, call.actor, content, source, now=call.now)
    return {"years": list(result.years), "amended": list(result.amended), "computed": result.computed}


def shown_year(row: Any) -> dict[str, Any]:
    """A year in the shape of CalendarYearSchema."""
    year = row.CalendarYear
    return {
        "year": year.year,
        "source": year.source,
        "by_hand": year.by_hand,
        "loaded_at": year.loaded_at,
        "holidays": row.holidays,
        "workdays": row.workdays,
    }
