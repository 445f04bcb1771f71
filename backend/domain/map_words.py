"""Word lists of the map review; given out from vocabulary.py like every other."""

from enum import StrEnum

__all__ = ["MapLayer"]


class MapLayer(StrEnum):
    """What the map can show."""

    GRIDS = "grids"
    SITES = "sites"
    TASKS = "tasks"
    REPORTS = "reports"
    REFERRALS = "referrals"
