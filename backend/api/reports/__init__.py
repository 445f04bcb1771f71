"""/reports: lists and one whole. Not here: sending them (sync), their points on a map (map)."""

from backend.api.reports import review
from backend.api.reports.views import blueprint

__all__ = ["blueprint", "review"]
