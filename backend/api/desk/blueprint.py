"""The blueprint its views register with."""

from flask_smorest import Blueprint

blueprint = Blueprint(
    "desk", __name__, url_prefix="/api/v1", description="Desks (办案台): the triage inbox, one case with all around it"
)
