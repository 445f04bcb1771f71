"""An area drawn on the map as a condition of the database: one rule for lists, counts, files and tiles."""

from typing import Any

from sqlalchemy import ColumnElement, func

from backend.domain.map_area import Area
from backend.persistence.database import STORED_SRID


def within(area: Area, place: Any) -> ColumnElement[bool]:
    """True for places inside ``area`` or on its edge; without a position nothing is inside."""
    inside: ColumnElement[bool] = func.ST_Covers(func.ST_GeomFromText(area.wkt, STORED_SRID), place)
    return inside
