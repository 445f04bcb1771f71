"""The blueprint of case work; views.py, bulk.py and saved_filters.py register at it."""

from flask_smorest import Blueprint

blueprint = Blueprint(
    "cases",
    __name__,
    url_prefix="/api/v1",
    description="Cases (案件): referrals with what their reports say, many at once",
)
