"""What layers there are, and the TileJSON of each. Not here: the tiles."""

from typing import Any

from flask import request

from backend.api.endpoint import Call, endpoint
from backend.api.schemas.tilejson import LayerListSchema, TileJsonSchema
from backend.api.tiles.blueprint import blueprint
from backend.domain.errors import DomainError
from backend.domain.labels import label_of
from backend.domain.permissions import can, check
from backend.domain.tiles import EXTENT, KEY_LEVEL
from backend.domain.vocabulary import Category, MapLayer
from backend.persistence.queries.grids.features import district_bounds

PERMISSIONS = {
    MapLayer.GRIDS: "grid.read",
    MapLayer.SITES: "site.read",
    MapLayer.TASKS: "task.read",
    MapLayer.REPORTS: "report.read",
    MapLayer.REFERRALS: "referral.read",
}
# Beyond, a point's place in a tile would be finer than its key: clients enlarge tiles of this zoom.
FINEST = KEY_LEVEL - (EXTENT.bit_length() - 1)
WORLD = (-180.0, -85.0511, 180.0, 85.0511)
CELL_FIELDS = {
    "count": "Number: how many the feature stands for; 1 for a single one",
    "id": "String: of a single one (UUID)",
    "category": "String: of a single one, or of most in the cell",
    **{kind.value: f"Number: how many of a cell are {kind.value}" for kind in Category},
}
SEVERITY = {"severity": "String: of a single one, or the gravest in the cell"}
FIELDS: dict[MapLayer, dict[str, str]] = {
    MapLayer.GRIDS: {
        "code": "String: 15-digit grid code",
        "name": "String",
        "street_code": "String: 9-digit street code",
        "community": "String: 12-digit code of the community",
    },
    MapLayer.SITES: {
        **CELL_FIELDS,
        "name": "String",
        "kind": "String: trade or type of machine",
        "status": "String",
        "grid_code": "String",
        "last_visited_at": "Number: seconds since 1970",
    },
    MapLayer.TASKS: {
        **CELL_FIELDS,
        "code": "String",
        "kind": "String",
        "status": "String",
        "grid_code": "String",
        "due_at": "Number: seconds since 1970",
    },
    MapLayer.REPORTS: {
        **CELL_FIELDS,
        **SEVERITY,
        "problems": "Number: how many of a cell found a problem",
        "status": "String",
        "outcome": "String",
        "captured_at": "Number: seconds since 1970",
    },
    MapLayer.REFERRALS: {
        **CELL_FIELDS,
        **SEVERITY,
        "emergencies": "Number: how many of a cell are emergencies",
        "emergency": "Boolean",
        "report_id": "String: UUID",
        "status": "String",
        "role": "String",
        "department": "String: code",
        "outcome_code": "String",
        "created_at": "Number: seconds since 1970",
        "captured_at": "Number: seconds since 1970",
    },
}
EXAMPLE = {
    "tilejson": "3.0.0",
    "name": "网格",
    "tiles": ["https://receiver.example.org/api/v1/map/tiles/grids/{z}/{x}/{y}.mvt"],
    "vector_layers": [{"id": "grids", "fields": FIELDS[MapLayer.GRIDS], "minzoom": 0, "maxzoom": FINEST}],
    "bounds": [121.36, 31.21, 121.46, 31.29],
    "minzoom": 0,
    "maxzoom": FINEST,
}
LAYER_EXAMPLE = {
    "id": "grids",
    "zh": "网格",
    "en": "Grids",
    "geometry": "polygon",
    "tilejson": "https://receiver.example.org/api/v1/map/tiles/grids.json",
}


@endpoint(
    blueprint,
    "",
    permission="grid.read",
    summary="The layers of the map that you may see",
    answer=LayerListSchema,
    example={"items": [LAYER_EXAMPLE]},
)
def list_layers(call: Call) -> dict[str, Any]:
    shown = [layer for layer in MapLayer if can(call.actor.roles, PERMISSIONS[layer])]
    return {"items": [_layer(layer) for layer in shown]}


@endpoint(
    blueprint,
    "/<string:layer>.json",
    permission="grid.read",
    summary="The TileJSON of one layer",
    answer=TileJsonSchema,
    problems=("unknown_map_layer",),
    example=EXAMPLE,
)
def show_layer(call: Call, layer: str) -> dict[str, Any]:
    """TileJSON 3.0; filters are added to the address of its tiles by whoever asks for them."""
    if layer not in set(MapLayer):
        raise DomainError("unknown_map_layer", layer=layer)
    kind = MapLayer(layer)
    check(call.actor.roles, PERMISSIONS[kind])
    zooms = {"minzoom": 0, "maxzoom": FINEST}
    return {
        "tilejson": "3.0.0",
        "name": label_of(kind).zh,
        "tiles": [f"{_here()}/{layer}/{{z}}/{{x}}/{{y}}.mvt"],
        "vector_layers": [{"id": layer, "fields": FIELDS[kind], **zooms}],
        "bounds": list(district_bounds(call.session, call.now) or WORLD),
        **zooms,
    }


def _layer(layer: MapLayer) -> dict[str, str]:
    label = label_of(layer)
    geometry = "polygon" if layer == MapLayer.GRIDS else "point"
    return {"id": layer, "zh": label.zh, "en": label.en, "geometry": geometry, "tilejson": f"{_here()}/{layer}.json"}


def _here() -> str:
    """Where the tiles are, as the client reached us."""
    return f"{request.url_root.rstrip('/')}{blueprint.url_prefix}"
