"""Word lists of exports, given out by vocabulary.py like all others."""

from enum import StrEnum

__all__ = ["ExportAction", "ExportFormat", "ExportKind", "ExportStatus"]


class ExportKind(StrEnum):
    """What an export lists: each is the list of the same name, with its filters."""

    REPORTS = "reports"
    CASES = "cases"
    SITES = "sites"
    TASKS = "tasks"
    GRIDS = "grids"


class ExportFormat(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"
    GPKG = "gpkg"
    SHP = "shp"
    GEOJSON = "geojson"


class ExportStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class ExportAction(StrEnum):
    """What its owner may do with an export."""

    CANCEL = "cancel"
    RETRY = "retry"
    DISCARD = "discard"
