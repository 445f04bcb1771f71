"""GeoPackage (OGC 12-128) in EPSG:4490, written in portions by GDAL. Field names are ASCII; labels stand beside them.

Times are in UTC, as the standard demands: it knows no other zone, and programs take an offset for a fault.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from pyogrio import raw

from backend.gateways.layers.fields import LayerField, Note
from backend.gateways.tables import Cell

PORTION = 5_000  # rows in memory at a time
CRS = "EPSG:4490"
GDAL_UTC = 100  # how GDAL says that a time is in UTC
TYPES = {"whole": "int64", "real": "float64", "time": "datetime64[ms]", "day": "datetime64[D]"}
# GeoPackage's own extension for names that people read (OGC 12-128r18, annex F.9).
LABELS = """
    CREATE TABLE gpkg_data_columns (
        table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
        constraint_name TEXT,
        CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name)
    );
    CREATE TABLE IF NOT EXISTS gpkg_extensions (
        table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
        CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
    );
    INSERT INTO gpkg_extensions VALUES
        ('gpkg_data_columns', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec/#extension_schema', 'read-write')
"""


@contextmanager
def geopackage_layer(
    path: Path, fields: Sequence[LayerField], *, name: str, title: str, zone: ZoneInfo, has_polygons: bool
) -> Iterator["GeoPackageLayer"]:
    """A writer into ``path``, which has one layer ``name`` when the block ends, also without any row."""
    layer = GeoPackageLayer(path, fields, name, zone, "MultiPolygon" if has_polygons else "Point")
    yield layer
    layer.write_portion(last=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(LABELS)
        labelled = [
            (name, field.name, field.label, f"{field.label} (UTC)" if field.kind == "time" else field.label)
            for field in fields
        ]
        database.executemany(
            "INSERT INTO gpkg_data_columns (table_name, column_name, name, title) VALUES (?, ?, ?, ?)", labelled
        )
        database.execute("UPDATE gpkg_contents SET description = ? WHERE table_name = ?", [title, name])


class GeoPackageLayer:
    """Rows gathered for the next portion; a LayerWriter."""

    def __init__(self, path: Path, fields: Sequence[LayerField], name: str, zone: ZoneInfo, shape: str) -> None:
        self._path, self._fields, self._name, self._zone, self._shape = path, fields, name, zone, shape
        self._rows: list[Sequence[Cell]] = []
        self._shapes: list[bytes | None] = []

    def add(self, row: Sequence[Cell], shape: bytes | None) -> None:
        """One row."""
        self._rows.append(row)
        self._shapes.append(shape)
        if len(self._rows) >= PORTION:
            self.write_portion()

    def notes(self) -> list[Note]:
        """Nothing: it holds everything."""
        return []

    def write_portion(self, *, last: bool = False) -> None:
        """Give what was gathered to GDAL; the first portion makes the file, the ``last`` may be empty."""
        is_new = not self._path.exists()
        if not self._rows and not (last and is_new):
            return
        columns = list(zip(*self._rows, strict=True)) or [() for _ in self._fields]
        arrays = [self._array(field, column) for field, column in zip(self._fields, columns, strict=True)]
        offsets = {field.name: np.full(len(self._rows), GDAL_UTC) for field in self._fields if field.kind == "time"}
        raw.write(
            self._path, np.array(self._shapes, dtype=object), [array for array, _ in arrays],
            np.array([field.name for field in self._fields], dtype=object), field_mask=[mask for _, mask in arrays],
            layer=self._name, driver="GPKG", crs=CRS, encoding="UTF-8", geometry_type=self._shape, append=not is_new,
            gdal_tz_offsets=offsets,
        )  # fmt: skip
        self._rows, self._shapes = [], []

    def _array(self, field: LayerField, column: Sequence[Cell]) -> tuple[np.ndarray, np.ndarray | None]:
        """The cells as GDAL wants them, and where numbers are missing (texts and times tell that by themselves)."""
        if field.kind == "text":
            return np.array(column, dtype=object), None
        if field.kind in ("time", "day"):
            return np.array([self._moment(value) for value in column], dtype=TYPES[field.kind]), None
        mask = np.array([value is None for value in column], dtype=bool)
        return np.array([0 if value is None else value for value in column], dtype=TYPES[field.kind]), mask

    def _moment(self, value: Cell) -> Any:
        if isinstance(value, datetime):
            return value.replace(tzinfo=self._zone).astimezone(UTC).replace(tzinfo=None)
        return np.datetime64("NaT") if value is None else value
