"""Chooses the writer of a format. Not here: any format."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from backend.gateways.layers.fields import LayerField, LayerWriter
from backend.gateways.layers.geojson import geojson_layer
from backend.gateways.layers.geopackage import geopackage_layer
from backend.gateways.layers.shapefile import shapefile_layer

LayerFormat = Literal["gpkg", "shp", "geojson"]


def layer_writer(
    path: Path,
    format: LayerFormat,
    fields: Sequence[LayerField],
    *,
    name: str,
    title: str,
    zone: ZoneInfo,
    made_at: datetime,
    has_polygons: bool,
) -> AbstractContextManager[LayerWriter]:
    """A writer of one layer into ``path`` (not there yet), which is whole when its block ends without an error.

    ``name`` in ASCII, ``title`` for people; ``zone``: of the naive times in rows and of ``made_at``.
    """
    if format == "gpkg":
        return geopackage_layer(path, fields, name=name, title=title, zone=zone, has_polygons=has_polygons)
    if format == "shp":
        made_on = made_at.date()
        return shapefile_layer(path, fields, name=name, title=title, has_polygons=has_polygons, made_on=made_on)
    return geojson_layer(path, fields, title=title, zone=zone)
