"""GeoJSON (RFC 7946): longitude and latitude, counter-clockwise shells, one feature a line."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import orjson
import shapely

from backend.gateways.layers.fields import LayerField, Note, as_point
from backend.gateways.tables import Cell

DIGITS = 8  # decimals of a degree: about 1 mm


@contextmanager
def geojson_layer(path: Path, fields: Sequence[LayerField], *, title: str, zone: ZoneInfo) -> Iterator["GeoJsonLayer"]:
    """A writer into ``path``. Beside the features stand the layer's ``name`` and what the fields are called (``fields``)."""
    head = {"name": title, "fields": {field.name: field.label for field in fields}}
    with path.open("wb") as file:
        file.write(b'{"type":"FeatureCollection",' + orjson.dumps(head)[1:-1] + b',"features":[')
        yield GeoJsonLayer(file, [field.name for field in fields], zone)
        file.write(b"\n]}\n")


class GeoJsonLayer:
    """The features under way; a LayerWriter."""

    def __init__(self, file: IO[bytes], names: Sequence[str], zone: ZoneInfo) -> None:
        self._file, self._names, self._zone = file, names, zone
        self._between = b"\n"

    def add(self, row: Sequence[Cell], shape: bytes | None) -> None:
        """One feature; times carry the offset of the zone."""
        feature = {
            "type": "Feature",
            "geometry": None if shape is None else _geometry(shape),
            "properties": dict(zip(self._names, map(self._plain, row), strict=True)),
        }
        self._file.write(self._between + orjson.dumps(feature))
        self._between = b",\n"

    def notes(self) -> list[Note]:
        """Nothing: it holds everything."""
        return []

    def _plain(self, value: Cell) -> Cell:
        if isinstance(value, datetime):
            return value.replace(tzinfo=self._zone).isoformat()
        return value.isoformat() if isinstance(value, date) else value


def _geometry(shape: bytes) -> dict[str, Any]:
    place = as_point(shape)
    if place is not None:
        return {"type": "Point", "coordinates": [round(value, DIGITS) for value in place]}
    turned = shapely.orient_polygons(shapely.from_wkb(shape), exterior_cw=False)
    found: dict[str, Any] = shapely.geometry.mapping(turned)
    return found
