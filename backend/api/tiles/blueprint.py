"""The blueprint of the map's tiles."""

from flask_smorest import Blueprint

blueprint = Blueprint("map_tiles", __name__, url_prefix="/api/v1/map/tiles", description="Vector tiles of the map")
