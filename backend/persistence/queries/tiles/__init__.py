"""Reads for the map: vector tiles of each layer, and the state by which a tile kept elsewhere is known to be still right."""

from backend.persistence.queries.tiles.grids import grid_tile
from backend.persistence.queries.tiles.layers import referral_layer, report_layer, site_layer, task_layer
from backend.persistence.queries.tiles.points import point_tile
from backend.persistence.queries.tiles.states import EVERYTHING, SOURCES, state_of

__all__ = [
    "EVERYTHING",
    "SOURCES",
    "grid_tile",
    "point_tile",
    "referral_layer",
    "report_layer",
    "site_layer",
    "state_of",
    "task_layer",
]
