"""A zipped Shapefile as offices expect it: GBK, EPSG:4490, names of at most ten letters with a legend that explains them.

Written by hand: GDAL widens a text field by writing the whole table anew, and cuts what is too long. Where the format
cannot hold a text as it is, the whole text stands in a table beside (ORIGINALS).
"""

import csv
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from struct import pack
from typing import IO

import numpy as np
import pyproj
import shapely

from backend.domain.errors import DomainError
from backend.gateways.layers.dbf import LARGEST, DbfTable
from backend.gateways.layers.fields import LayerField, Note, as_point
from backend.gateways.tables import Cell, plain

LEGEND, ORIGINALS = "fields.txt", "original_texts.csv"
NULL, POINT, POLYGON = 0, 1, 5
HEADER_BYTES = 100


@contextmanager
def shapefile_layer(
    path: Path, fields: Sequence[LayerField], *, name: str, title: str, has_polygons: bool, made_on: date
) -> Iterator["ShapefileLayer"]:
    """A writer whose zip ``path`` is whole when the block ends. Raises DomainError('shapefile_too_large')."""
    folder = path.with_suffix(".parts")
    folder.mkdir()
    with ExitStack() as open_files:
        shapes = open_files.enter_context((folder / f"{name}.shp").open("wb"))
        index = open_files.enter_context((folder / f"{name}.shx").open("wb"))
        table = open_files.enter_context(DbfTable(folder / f"{name}.dbf", fields))
        layer = ShapefileLayer(shapes, index, table, folder / ORIGINALS, fields, POLYGON if has_polygons else POINT)
        yield layer
        layer.finish()
        table.finish(made_on)
    (folder / f"{name}.prj").write_text(pyproj.CRS.from_epsg(4490).to_wkt("WKT1_ESRI"), encoding="ascii")
    (folder / f"{name}.cpg").write_text("GBK", encoding="ascii")
    (folder / LEGEND).write_text("\r\n".join(_legend(fields, title, layer.notes())) + "\r\n", encoding="utf-8-sig")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, part.name)
            part.unlink()
    folder.rmdir()


class ShapefileLayer:
    """Shapes and table under way; a LayerWriter."""

    def __init__(
        self, shapes: IO[bytes], index: IO[bytes], table: DbfTable, originals: Path, fields: Sequence[LayerField], kind: int
    ) -> None:  # fmt: skip
        self._shapes, self._index, self._table, self._kind = shapes, index, table, kind
        self._originals, self._fields = originals, fields
        self._box: list[float] | None = None
        for file in (shapes, index):
            file.write(bytes(HEADER_BYTES))

    def add(self, row: Sequence[Cell], shape: bytes | None) -> None:
        """One row with its shape."""
        self._table.add(row)
        content = pack("<i", NULL) if shape is None else self._content(shape)
        at = self._shapes.tell()
        self._index.write(pack(">ii", at // 2, len(content) // 2))
        self._shapes.write(pack(">ii", self._table.count, len(content) // 2) + content)
        if self._table.faulty:
            self._keep_originals(str(row[0]))

    def notes(self) -> list[Note]:
        """What the table could not hold."""
        return self._table.notes()

    def finish(self) -> None:
        """Write the headers, now that sizes and box are known."""
        for file in (self._shapes, self._index):
            size = file.tell()
            if size > LARGEST:
                raise DomainError("shapefile_too_large")
            file.seek(0)
            box = self._box or [0.0] * 4
            file.write(pack(">i20xi", 9994, size // 2) + pack("<ii8d", 1000, self._kind, *box, 0.0, 0.0, 0.0, 0.0))

    def _content(self, shape: bytes) -> bytes:
        place = as_point(shape)
        if place is not None:
            self._widen(*place, *place)
            return pack("<idd", POINT, *place)
        turned = shapely.orient_polygons(shapely.from_wkb(shape), exterior_cw=True)
        rings = [ring for part in shapely.get_parts(turned) for ring in shapely.get_rings(part)]
        points = [shapely.get_coordinates(ring) for ring in rings]
        starts = np.cumsum([0, *(len(one) for one in points)])
        box = [float(bound) for bound in shapely.bounds(turned)]
        self._widen(*box)
        return b"".join((
            pack("<i4dii", POLYGON, *box, len(rings), int(starts[-1])),
            starts[:-1].astype("<i4").tobytes(),
            np.concatenate(points).astype("<f8").tobytes(),
        ))  # fmt: skip

    def _widen(self, west: float, south: float, east: float, north: float) -> None:
        if self._box is None:
            self._box = [west, south, east, north]
        else:
            old = self._box
            self._box = [min(old[0], west), min(old[1], south), max(old[2], east), max(old[3], north)]

    def _keep_originals(self, key: str) -> None:
        is_new = not self._originals.exists()
        with self._originals.open("a", encoding="utf-8-sig" if is_new else "utf-8", newline="") as file:
            lines = csv.writer(file)
            if is_new:
                lines.writerow(["row", self._fields[0].name, "field", "text"])
            for row, number, text in self._table.faulty:
                lines.writerow([row, plain(key), self._fields[number].name, plain(text)])
        self._table.faulty.clear()


def _legend(fields: Sequence[LayerField], title: str, notes: Sequence[Note]) -> Iterator[str]:
    yield title
    yield "EPSG:4490 (CGCS2000) · GBK"
    yield ""
    for field in fields:
        yield f"{field.name}\t{field.label}"
    counts = {note.code: note.count for note in notes}
    if counts:
        yield ""
        replaced, cut = counts.get("characters_replaced", 0), counts.get("texts_cut", 0)
        yield f"GBK 以外的字符以“〓”代替：{replaced} 处；超过 254 字节而截短：{cut} 处。原文见 {ORIGINALS}。"
        yield f"Characters outside GBK shown as 〓: {replaced} cells; cut at 254 bytes: {cut}. Whole texts: {ORIGINALS}."
