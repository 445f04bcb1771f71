"""The blueprint its sibling modules hang their views on."""

from flask_smorest import Blueprint

blueprint = Blueprint(
    "grids", __name__, url_prefix="/api/v1/grids", description="Patrol grids, their versions and who answers for them"
)
