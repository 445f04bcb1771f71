"""Views of single grids: the map, placing a position, grids without a lead. Not here: versions (versions.py)."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

import orjson
from flask import Response
from sqlalchemy import Row

from backend.api.endpoint import Call, endpoint
from backend.api.grids.blueprint import blueprint
from backend.api.grids.examples import FEATURES_EXAMPLE, PLACE_EXAMPLE
from backend.api.schemas.grid_shapes import GridCollectionSchema
from backend.api.schemas.grids import (
    GridDayQuerySchema,
    GridLeaderlessPageSchema,
    GridLocateQuerySchema,
    GridPlaceSchema,
    GridQuerySchema,
)
from backend.domain.calendar import LOCAL_ZONE, local_day
from backend.persistence.queries.grids import features as reads
from backend.persistence.queries.grids.features import GridFilter
from backend.persistence.queries.grids.versions import find_version
from backend.services.grids.placing import PlacePoint, locate

GEOJSON = "application/geo+json"


@endpoint(
    blueprint,
    "",
    permission="grid.read",
    summary="Grids as GeoJSON, by box, street, version or moment, with the lead worker of the day",
    resumes=True,
    query=GridQuerySchema,
    problems=("bad_cursor", "not_found"),
    document={
        "responses": {
            "200": {
                "description": "A FeatureCollection with `next_cursor`, ordered by code.",
                "content": {GEOJSON: {"schema": GridCollectionSchema, "example": FEATURES_EXAMPLE}},
            }
        }
    },
)
def list_grids(call: Call) -> Response:
    query = call.query
    if query["version"] is not None:
        find_version(call.session, call.actor, query["version"])
    wanted = grid_filter(query, call.now)
    page = reads.grid_page(call.session, call.actor, wanted, limit=query["limit"], cursor=query["cursor"])
    body = {
        "type": "FeatureCollection",
        "features": [_feature(row) for row in page.items],
        "next_cursor": page.next_cursor,
    }
    return Response(orjson.dumps(body), mimetype=GEOJSON)


def grid_filter(query: dict[str, Any], now: datetime) -> GridFilter:
    """The filter that a query of GridQuerySchema means."""
    at = query["at"] or now
    return GridFilter(
        at=at,
        day=local_day(at),
        version_id=query["version"],
        bbox=tuple(query["bbox"]) if query["bbox"] else None,
        street_code=query["street"],
        code=query["code"],
        q=query["q"],
        with_geometry=query["geometry"],
    )


@endpoint(
    blueprint,
    "/locate",
    permission="grid.read",
    summary="In which grid a position lies, or which grids share its accuracy circle",
    query=GridLocateQuerySchema,
    answer=GridPlaceSchema,
    example=PLACE_EXAMPLE,
)
def locate_position(call: Call) -> Mapping[str, Any]:
    """Answers for the whole district whoever asks: that a spot is a colleague's is what a worker wants to learn."""
    query = call.query
    point = PlacePoint(
        lon=query["lon"],
        lat=query["lat"],
        datum=query["datum"],
        accuracy_m=query["accuracy_m"],
        at=query["at"] or call.now,
        prefer_code=query["prefer"],
    )
    placed, names = locate(call.session, point)
    return {
        "verdict": placed.verdict,
        "lon": placed.lon,
        "lat": placed.lat,
        "grid_code": placed.grid_code,
        "grid_name": names.get(placed.grid_code or ""),
        "street_code": placed.street_code,
        "version_id": placed.version_id,
        "candidates": [
            {"code": one.grid_code, "name": names[one.grid_code], "share": round(one.share, 6)}
            for one in placed.candidates
        ],
        "distance_m": placed.distance_m,
        "note": placed.note,
    }


@endpoint(
    blueprint,
    "/without-lead",
    permission="grid.read",
    summary="Grids that nobody leads on a day, by code",
    query=GridDayQuerySchema,
    answer=GridLeaderlessPageSchema,
    problems=("bad_cursor",),
    example={
        "items": [
            {
                "code": "310107005601001",
                "name": "曹杨新村街道第一网格",
                "street_code": "310107005",
                "street_name": "曹杨新村街道",
                "others": 1,
            }
        ],
        "next_cursor": None,
    },
)
def list_without_lead(call: Call) -> Any:
    wanted = _on_day(call)
    return reads.without_lead_page(
        call.session, call.actor, wanted, limit=call.query["limit"], cursor=call.query["cursor"]
    )


def _on_day(call: Call) -> GridFilter:
    """The day asked for, with the version that holds at its noon, or right now when it is today."""
    day = call.query["on"] or local_day(call.now)
    noon = datetime.combine(day, time(12), LOCAL_ZONE)
    return GridFilter(at=call.now if day == local_day(call.now) else noon, day=day, street_code=call.query["street"])


def _feature(row: Row[Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": row.code,
        "geometry": orjson.Fragment(row.geometry) if row.geometry else None,
        "properties": {
            "code": row.code,
            "name": row.name,
            "street_code": row.street_code,
            "street_name": row.street_name,
            "external_code": row.external_code,
            "area_m2": round(row.area_m2, 1),
            "version_id": row.version_id,
            "valid_from": row.valid_from,
            "lead": {"id": row.lead_id, "name": row.lead_name} if row.lead_id else None,
        },
    }
