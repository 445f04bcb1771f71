"""/map: points within a box as GeoJSON. Not here: grids (their polygons are at /grids)."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema
from sqlalchemy import Row

from backend.api import tasks
from backend.api.endpoint import Call, endpoint
from backend.api.json import json_answer
from backend.api.reports.views import filter_of
from backend.api.schemas.map import (
    ReportMapQuerySchema,
    SiteMapQuerySchema,
    SiteMapSchema,
    TaskMapQuerySchema,
    TaskMapSchema,
)
from backend.persistence.queries.map import MAX_FEATURES, map_reports, map_sites, map_tasks

blueprint = Blueprint("map", __name__, url_prefix="/api/v1", description="Points within a box, as GeoJSON")
GEOJSON = "application/geo+json"


def _document(properties: dict[str, Any], answer: type[Schema] | None = None) -> dict[str, Any]:
    example = {
        "type": "FeatureCollection",
        "truncated": False,
        "features": [
            {
                "type": "Feature",
                "id": "0198c0de-0000-7000-8000-000000000001",
                "geometry": {"type": "Point", "coordinates": [121.4012, 31.2412]},
                "properties": properties,
            }
        ],
    }
    text = (
        f"A FeatureCollection, newest first; at most {MAX_FEATURES:,} features, `truncated` says when there are more."
    )
    content = {GEOJSON: {"schema": answer or {"type": "object"}, "example": example}}
    return {"responses": {"200": {"description": text, "content": content}}}


@endpoint(
    blueprint,
    "/map/reports",
    permission="report.read",
    summary="Reports you may see within a box",
    query=ReportMapQuerySchema,
    document=_document(
        {
            "category": "illegal_practice",
            "outcome": "problem",
            "status": "referred",
            "severity": "high",
            "captured_at": "2026-11-20T01:12:00+00:00",
            "verdict": "inside",
        }
    ),
)
def show_reports(call: Call) -> Response:
    """Takes the filters of the list of reports."""
    query = dict(call.query)
    query["box"] = query.pop("bbox")
    return _collection(*map_reports(call.session, call.actor, filter_of(query)))


@endpoint(
    blueprint,
    "/map/sites",
    permission="site.read",
    summary="Sites you may see within a box",
    query=SiteMapQuerySchema,
    document=_document({"name": "示例诊所", "category": "illegal_practice", "kind": None, "status": "active",
                        "grid_code": "310107005001001"}, SiteMapSchema),
)  # fmt: skip
def show_sites(call: Call) -> Response:
    """Sites without a position are on no map; the list of sites has them."""
    query = call.query
    return _collection(*map_sites(call.session, call.actor, query["bbox"], query["category"], call.now))


@endpoint(
    blueprint,
    "/map/tasks",
    permission="task.read",
    summary="Tasks you may see within a box, at their site or within their grid",
    query=TaskMapQuerySchema,
    document=_document({"code": "T20261120-0001", "title": "日常巡查", "category": "illegal_practice",
                        "kind": "daily_patrol", "status": "assigned", "due_at": "2026-11-22T02:00:00+00:00",
                        "grid_code": "310107005001001", "street_code": "310107005", "site_id": None, "site_name": None,
                        "assignee_id": None, "assignee_name": None, "version": 1, "overdue": False}, TaskMapSchema),
)  # fmt: skip
def show_tasks(call: Call) -> Response:
    """A task without a site stands at some point of its grid's present polygon."""
    query = dict(call.query)
    box = query.pop("bbox")
    return _collection(*map_tasks(call.session, call.actor, box, tasks.filter_of(query), call.now))


def _collection(rows: Sequence[Row[*tuple[Any, ...]]], truncated: bool) -> Response:
    features = [_feature(row._asdict()) for row in rows]
    return json_answer({"type": "FeatureCollection", "truncated": truncated, "features": features}, GEOJSON)


def _feature(values: dict[str, Any]) -> dict[str, Any]:
    point = [values.pop("lon"), values.pop("lat")]
    return {
        "type": "Feature",
        "id": values.pop("id"),
        "geometry": {"type": "Point", "coordinates": point},
        "properties": values,
    }
