"""Views of who answers for which grid (定格定员定责). Not here: skills and roles (accounts)."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from backend.api.endpoint import Call, endpoint
from backend.api.grids.blueprint import blueprint
from backend.api.grids.examples import RESPONSIBILITY_EXAMPLE
from backend.api.schemas.grids import (
    GridDayQuerySchema,
    ResponsibilityCreateSchema,
    ResponsibilityEndSchema,
    ResponsibilityPageSchema,
    ResponsibilityQuerySchema,
    ResponsibilitySchema,
)
from backend.domain.calendar import LOCAL_ZONE, local_day
from backend.persistence.queries.grids import responsibilities as reads
from backend.persistence.queries.grids.responsibilities import ResponsibilityFilter
from backend.services.grids import responsibilities

PAGE_EXAMPLE = {"items": [RESPONSIBILITY_EXAMPLE], "next_cursor": None}


@endpoint(
    blueprint,
    "/responsibilities",
    permission="grid.read",
    summary="Who answers for which grid, newest first",
    query=ResponsibilityQuerySchema,
    answer=ResponsibilityPageSchema,
    problems=("bad_cursor",),
    example=PAGE_EXAMPLE,
)
def list_responsibilities(call: Call) -> Any:
    query, wanted = call.query, filter_of(call.query)
    return reads.responsibility_page(
        call.session, call.actor, wanted, local_day(call.now), limit=query["limit"], cursor=query["cursor"]
    )


@endpoint(
    blueprint,
    "/responsibilities",
    method="POST",
    permission="grid.responsibility",
    summary="Make a worker answer for a grid; one grid has one lead on any day",
    body=ResponsibilityCreateSchema,
    answer=ResponsibilitySchema,
    status=201,
    problems=("not_found", "bad_period", "unknown_grid", "not_grid_worker", "lead_taken", "already_responsible"),
    example=RESPONSIBILITY_EXAMPLE,
)
def assign_responsibility(call: Call) -> Any:
    row = responsibilities.assign_responsibility(call.session, call.actor, **call.body, now=call.now)
    return reads.find_responsibility(call.session, call.actor, row.id, local_day(call.now))


@endpoint(
    blueprint,
    "/responsibilities/<uuid:responsibility_id>/actions/end",
    method="POST",
    permission="grid.responsibility",
    summary="End a responsibility; one that would then never have held is removed (204)",
    body=ResponsibilityEndSchema,
    answer=ResponsibilitySchema,
    problems=("not_found", "already_ended"),
    document={"responses": {"204": {"description": "It would never have held and is gone."}}},
    example={**RESPONSIBILITY_EXAMPLE, "valid_to": "2026-12-01"},
)
def end_responsibility(call: Call, responsibility_id: UUID) -> Any:
    row = responsibilities.end_responsibility(
        call.session, call.actor, responsibility_id, valid_to=call.body["valid_to"], now=call.now
    )
    if row is None:
        return None
    return reads.find_responsibility(call.session, call.actor, row.id, local_day(call.now))


@endpoint(
    blueprint,
    "/responsibilities/without-grid",
    permission="grid.read",
    summary="Responsibilities for grids that are no more, to be given to their successors or ended",
    query=GridDayQuerySchema,
    answer=ResponsibilityPageSchema,
    problems=("bad_cursor",),
    example=PAGE_EXAMPLE,
)
def list_without_grid(call: Call) -> Any:
    day = call.query["on"] or local_day(call.now)
    at = call.now if day == local_day(call.now) else datetime.combine(day, time(12), LOCAL_ZONE)
    wanted = ResponsibilityFilter(street_code=call.query["street"])
    return reads.without_grid_page(
        call.session, call.actor, wanted, at, day, limit=call.query["limit"], cursor=call.query["cursor"]
    )


def filter_of(query: dict[str, Any]) -> ResponsibilityFilter:
    """The filter that a query of ResponsibilityQuerySchema means."""
    return ResponsibilityFilter(
        user_id=query["user_id"],
        grid_code=query["grid_code"],
        street_code=query["street"],
        role=query["role"],
        on=query["on"],
        ends_before=query["ends_before"],
    )
