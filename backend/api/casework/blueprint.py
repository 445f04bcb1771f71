"""The blueprint its views register with."""

from flask_smorest import Blueprint

blueprint = Blueprint(
    "casework", __name__, url_prefix="/api/v1", description="Case files: materials, calls, joint handling, rulings"
)
