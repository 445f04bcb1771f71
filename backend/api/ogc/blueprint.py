"""The blueprint of /ogc and where it stands. Not here: what it serves."""

from flask_smorest import Blueprint

PREFIX = "/ogc"
blueprint = Blueprint("ogc", __name__, url_prefix=PREFIX, description="OGC API – Features, for GIS of others")
