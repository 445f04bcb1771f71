"""How to connect: one page for people, and a project file for QGIS that is made for the host it was called at.

Both are open to anybody: they hold addresses, words and colours, and no row of the district.
"""

from typing import Any

from flask import Response, request

from backend.api.endpoint import PUBLIC, Call, endpoint
from backend.api.ogc.answers import page_of
from backend.api.ogc.asking import Asked, asked
from backend.api.ogc.blueprint import blueprint
from backend.api.ogc.entrance import TITLE
from backend.api.ogc.html import fill
from backend.domain.app_passwords import app_password_policy_at
from backend.domain.calendar import local_day
from backend.domain.labels import enum_labels
from backend.domain.ogc.collections import Collection, collections
from backend.domain.vocabulary import Category
from backend.persistence.queries.ogc.extents import district_extent
from grids.systems import Box, systems

PROBLEMS = ("ogc_unknown_parameter", "ogc_bad_parameter")
PROJECT_KIND = "application/x-qgis-project"
# QGIS keeps user names and passwords under ids of seven characters; the page tells to make one of this id, so that the
# project opens without a question and holds no secret.
AUTH_ID = "gridpat"
TILES = "/api/v1/map/tiles"
FINEST_TILE = 15
# Where there is no grid yet: China, so that the map shows something to begin from.
CHINA: Box = (73.6, 16.7, 134.8, 53.6)
GRID_COLOUR = "90,98,110,255"
COLOURS = {
    Category.ILLEGAL_PRACTICE: "192,57,43,255",
    Category.UNLICENSED_BUSINESS: "211,134,11,255",
    Category.WATER_VENDING: "31,119,180,255",
}
LOOKS = {"grids": ("0", ""), "sites": ("2.2", "square"), "reports": ("2", "circle"), "referrals": ("2.8", "triangle")}
LANGUAGE = {"name": "lang", "in": "query", "schema": {"type": "string", "enum": ["zh", "en"]}}


@endpoint(
    blueprint,
    "/connect",
    permission=PUBLIC,
    summary="How to connect QGIS, ArcGIS Pro, GDAL, OWSLib and curl",
    problems=PROBLEMS,
    document={
        "parameters": [LANGUAGE],
        "responses": {"200": {"description": "A page.", "content": {"text/html": {"schema": {"type": "string"}}}}},
    },
)
def show_connect(call: Call) -> Response:
    policy = app_password_policy_at(local_day(call.now))
    return page_of(
        asked(),
        "connect",
        host=request.host_url.rstrip("/"),
        auth_id=AUTH_ID,
        policy=policy,
        listed=list(collections().values()),
        systems=list(systems().values()),
        tiles=TILES,
    )


@endpoint(
    blueprint,
    "/qgis-project.qgs",
    permission=PUBLIC,
    summary="A project file for QGIS 3.22 and newer, made for this host",
    problems=PROBLEMS,
    document={
        "parameters": [LANGUAGE],
        "responses": {
            "200": {"description": "A project.", "content": {PROJECT_KIND: {"schema": {"type": "string"}}}},
        },
    },
)
def show_project(call: Call) -> Response:
    ask = asked()
    box = district_extent(call.session, call.now) or CHINA
    text = fill("qgis_project.xml", **_project(ask, box))
    headers = {"Content-Disposition": 'attachment; filename="gridpatrol.qgs"', "Cache-Control": "no-cache"}
    return Response(text, mimetype=PROJECT_KIND, headers=headers)


def _project(ask: Asked, box: Box) -> dict[str, Any]:
    labels = enum_labels(Category)
    return {
        "title": TITLE[ask.language],
        "tiles_title": "矢量切片（大量数据时用）" if ask.language == "zh" else "Vector tiles (for very many)",
        "language": ask.language,
        "box": box,
        "grid_colour": GRID_COLOUR,
        "layers": [_layer(ask, one) for one in _drawn()],
        "tiles": [_tile_layer(ask, one) for one in _drawn()],
        "categories": [
            {"value": value, "label": labels[value].zh if ask.language == "zh" else labels[value].en, "colour": colour}
            for value, colour in COLOURS.items()
        ],
    }


def _drawn() -> list[Collection]:
    """The collections from the top of the map to its bottom."""
    return list(reversed(collections().values()))


def _layer(ask: Asked, one: Collection) -> dict[str, Any]:
    # only what is in view is asked for, a thousand at a time
    source = (
        f"authcfg={AUTH_ID} pageSize='1000' pagingEnabled='true' restrictToRequestBBOX='1' "
        f"typename='{one.id}' url='{_quoted(ask.root)}'"
    )
    size, shape = LOOKS[one.id]
    return {
        "id": f"gridpatrol_{one.id}",
        "title": one.title(ask.language),
        "about": one.about(ask.language),
        "collection": one,
        "source": source,
        "size": size,
        "shape": shape,
    }


def _tile_layer(ask: Asked, one: Collection) -> dict[str, Any]:
    place = f"{request.host_url.rstrip('/')}{TILES}/{one.id}/{{z}}/{{x}}/{{y}}.mvt"
    source = f"type=xyz&url={place}&zmin=0&zmax={FINEST_TILE}&authcfg={AUTH_ID}"
    layer = _layer(ask, one)
    return {**layer, "id": f"gridpatrol_tiles_{one.id}", "source": source}


def _quoted(text: str) -> str:
    """As QGIS writes a value of a source between quotes."""
    return text.replace("\\", "\\\\").replace("'", "\\'")
