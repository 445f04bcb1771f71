"""Tiles of each layer; their filters are those of the lists. Not here: how a tile is answered (serving.py)."""

from typing import Any

from flask import Response

from backend.api.endpoint import Call, endpoint
from backend.api.reports.views import filter_of as report_filter_of
from backend.api.schemas.cases import CaseFilterSchema
from backend.api.schemas.map_tiles import GridTileQuerySchema, ReportTileQuerySchema
from backend.api.schemas.sites import SiteFilterSchema
from backend.api.schemas.tasks import TaskFilterSchema
from backend.api.sites import filter_of as site_filter_of
from backend.api.tasks import filter_of as task_filter_of
from backend.api.tiles.blueprint import blueprint
from backend.api.tiles.serving import DOCUMENT, tile_answer
from backend.domain.tiles import tile_at
from backend.domain.vocabulary import MapLayer
from backend.persistence.queries.cases import CaseFilter
from backend.persistence.queries.tiles import (
    grid_tile,
    point_tile,
    referral_layer,
    report_layer,
    site_layer,
    task_layer,
)

WHERE = "<int:z>/<int:x>/<int:y>.mvt"
SHARED: dict[str, Any] = {"problems": ("tile_out_of_range", "not_found"), "document": DOCUMENT}


@endpoint(
    blueprint,
    f"/reports/{WHERE}",
    permission="report.read",
    summary="A tile of the reports you may see, narrowed like the list of reports",
    query=ReportTileQuerySchema,
    **SHARED,
)
def show_reports(call: Call, z: int, x: int, y: int) -> Response:
    """From zoom 15 on, or where there are few, one point each; else one for each of 16 × 16 cells, with their number."""
    tile = tile_at(z, x, y)
    wanted = report_filter_of(call.query)
    return tile_answer(
        call,
        MapLayer.REPORTS,
        tile,
        make=lambda: point_tile(call.session, report_layer(call.session, call.actor, wanted, tile), tile),
    )


@endpoint(
    blueprint,
    f"/referrals/{WHERE}",
    permission="referral.read",
    summary="A tile of the referrals you may see, at the place of their report, narrowed like the list of cases",
    query=CaseFilterSchema,
    **SHARED,
)
def show_referrals(call: Call, z: int, x: int, y: int) -> Response:
    """Points and cells as for reports."""
    tile = tile_at(z, x, y)
    wanted = CaseFilter(**call.query)
    return tile_answer(
        call,
        MapLayer.REFERRALS,
        tile,
        make=lambda: point_tile(call.session, referral_layer(call.actor, wanted, tile), tile),
    )


@endpoint(
    blueprint,
    f"/sites/{WHERE}",
    permission="site.read",
    summary="A tile of the sites you may see, narrowed like the list of sites",
    query=SiteFilterSchema,
    **SHARED,
)
def show_sites(call: Call, z: int, x: int, y: int) -> Response:
    """Points and cells as for reports."""
    tile = tile_at(z, x, y)
    wanted = site_filter_of(call.query)
    return tile_answer(
        call,
        MapLayer.SITES,
        tile,
        make=lambda: point_tile(call.session, site_layer(call.actor, wanted, tile, call.now), tile),
    )


@endpoint(
    blueprint,
    f"/tasks/{WHERE}",
    permission="task.read",
    summary="A tile of the tasks you may see, narrowed like the list of tasks",
    query=TaskFilterSchema,
    **SHARED,
)
def show_tasks(call: Call, z: int, x: int, y: int) -> Response:
    """At their site, or somewhere within their grid of today; points and cells as for reports."""
    tile = tile_at(z, x, y)
    wanted = task_filter_of(call.query)
    # which are late changes with the minute, and no row does
    hour = call.now.replace(second=0, microsecond=0) if wanted.overdue is not None else None
    return tile_answer(
        call,
        MapLayer.TASKS,
        tile,
        hour,
        make=lambda: point_tile(call.session, task_layer(call.actor, wanted, tile, call.now), tile),
    )


@endpoint(
    blueprint,
    f"/grids/{WHERE}",
    permission="grid.read",
    summary="A tile of the outlines of today's grids that you may see",
    query=GridTileQuerySchema,
    **SHARED,
)
def show_grids(call: Call, z: int, x: int, y: int) -> Response:
    """Polygons, as fine as the tile can show; neighbours keep their common line."""
    tile = tile_at(z, x, y)
    street = call.query["street"]
    return tile_answer(
        call, MapLayer.GRIDS, tile, make=lambda: grid_tile(call.session, call.actor, street, tile, call.now)
    )
