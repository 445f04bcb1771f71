"""/map/tiles: vector tiles of each layer, their TileJSON, and the list of layers."""

from backend.api.tiles import describing, views
from backend.api.tiles.blueprint import blueprint

__all__ = ["blueprint", "describing", "views"]
