"""Queries of the map's tiles. Not here: points as GeoJSON (schemas/map.py)."""

from marshmallow import Schema

from backend.api.schemas.fields import Words
from backend.api.schemas.reports import ReportFilterSchema
from backend.api.schemas.tasks import STREET


class ReportTileQuerySchema(ReportFilterSchema):
    """Reports in a tile: the filters of their list but for the search, which looks through a part of them only."""


class GridTileQuerySchema(Schema):
    """Grids in a tile."""

    street = Words(max_length=9, validate=STREET, load_default=None)
