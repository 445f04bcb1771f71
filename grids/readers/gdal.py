"""The two formats that GDAL reads: GeoPackage and Shapefile, from files whose names we chose ourselves."""

import math
import sqlite3
import struct
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyogrio import raw
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from grids.errors import GridFileError
from grids.model import Problem, ReadLimits
from grids.plane import GeometryArray
from grids.readers.dbf import read_dbf
from grids.readers.table import RawTable

_GDAL_ERRORS = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    FieldError,
    GeometryError,
    CRSError,
    RuntimeError,
    ValueError,
)
_SHP_HEADER, _SHX_RECORD = 100, 8
SHAPEFILE_PARTS = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg"})


def read_gpkg(data: bytes, layer: str | None, limits: ReadLimits) -> RawTable:
    """One layer of a GeoPackage; `layer` is needed where there are several.

    Raises GridFileError: file_damaged, layer_missing, layer_ambiguous, layer_unknown, layer_empty, too_many_features.
    """
    with tempfile.TemporaryDirectory(prefix="grids-") as folder:
        path = Path(folder) / "grids.gpkg"
        path.write_bytes(data)
        chosen = choose_layer(_gpkg_layers(path), layer)
        meta, _, wkb, columns = _read(path, chosen, None, ".gpkg")
    if not len(wkb):
        raise GridFileError("layer_empty")
    if len(wkb) > limits.max_features:
        raise GridFileError("too_many_features", limit=limits.max_features)
    geometries, problems = _from_wkb(wkb)
    fields = [str(name) for name in meta["fields"]]
    rows = [dict(zip(fields, values, strict=True)) for values in zip(*(_plain(c) for c in columns), strict=True)]
    crs = str(meta["crs"] or "")
    if crs.startswith(('LOCAL_CS["Undefined', 'GEOGCS["Undefined', 'ENGCRS["Undefined')):
        crs = ""
    return RawTable("gpkg", fields, rows or [{} for _ in wkb], geometries, crs, "utf-8", chosen, problems)


def _gpkg_layers(path: Path) -> list[str]:
    """Names of the layers with geometry. Only plain tables: a view can run for ever, a virtual table can reach out."""
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            named = [row[0] for row in connection.execute("SELECT table_name FROM gpkg_geometry_columns")]
            kinds = connection.execute(
                "SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view')"
            ).fetchall()
        finally:
            connection.close()
    except (sqlite3.Error, UnicodeDecodeError) as error:  # a damaged name breaks even the error message
        raise GridFileError("file_damaged", part=".gpkg") from error
    for _, _, sql in kinds:
        words = str(sql or "").lower().split()
        if words[:3] == ["create", "virtual", "table"] and "using rtree" not in " ".join(words):
            raise GridFileError("file_damaged", part="virtual table")
    tables = {name for name, kind, _ in kinds if kind == "table"}
    return [name for name in named if name in tables]


def choose_layer(layers: Sequence[str], wanted: str | None) -> str:
    """The wanted layer, or the only one. Raises GridFileError layer_missing, layer_unknown, layer_ambiguous."""
    listed = "、".join(layers)
    if not layers:
        raise GridFileError("layer_missing")
    if wanted is not None:
        if wanted not in layers:
            raise GridFileError("layer_unknown", layer=wanted, layers=listed)
        return wanted
    if len(layers) > 1:
        raise GridFileError("layer_ambiguous", layers=listed)
    return layers[0]


def _read(
    path: Path, layer: str | None, columns: list[str] | None, part: str
) -> tuple[Mapping[str, Any], object, npt.NDArray[np.object_], Sequence[npt.NDArray[np.generic]]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL grumbles about what is reported here as problems
            meta, fids, wkb, data = raw.read(path, layer=layer, columns=columns, force_2d=True, datetime_as_string=True)
    except _GDAL_ERRORS as error:
        raise GridFileError("file_damaged", part=part) from error
    return meta, fids, wkb, data


def _from_wkb(wkb: npt.NDArray[np.object_]) -> tuple[GeometryArray, list[Problem]]:
    geometries: GeometryArray = shapely.from_wkb(wkb, on_invalid="ignore")
    lost = [i for i in np.flatnonzero(shapely.is_missing(geometries)) if wkb[i] is not None]
    problems = [
        Problem(
            int(index) + 1,
            "bad_geometry",
            "几何无法读取（环不足四点或结构损坏），请修复该要素。",
            "The geometry cannot be read (a ring of fewer than four points, or damaged); repair this feature.",
        )
        for index in lost
    ]
    return geometries, problems


def _plain(column: npt.NDArray[np.generic]) -> list[object]:
    """NumPy values as Python ones, NaN as None."""
    return [None if isinstance(value, float) and math.isnan(value) else value for value in column.tolist()]


def read_shapefile(members: Mapping[str, bytes], layer: str | None, limits: ReadLimits) -> RawTable:
    """One Shapefile among the members of an archive (`layer` is its stem where there are several).

    A missing .shx is rebuilt. Raises GridFileError: layer_*, shapefile_part_missing, file_damaged, text_undecodable,
    too_many_features.
    """
    stems = {
        str(PurePosixPath(name).with_suffix("")): PurePosixPath(name).stem
        for name in members
        if _suffix(name) == ".shp"
    }
    chosen = choose_layer(sorted(stems.values()), layer)
    stem = next(stem for stem, short in stems.items() if short == chosen)
    parts = {_suffix(name): data for name, data in members.items() if str(PurePosixPath(name).with_suffix("")) == stem}
    if ".dbf" not in parts:
        raise GridFileError("shapefile_part_missing", part=".dbf")
    table = read_dbf(parts[".dbf"], parts.get(".cpg", b"").decode("ascii", "ignore"))
    if len(table.rows) > limits.max_features:
        raise GridFileError("too_many_features", limit=limits.max_features)
    geometries, problems = _shapes(parts, len(table.rows))
    kept = [index for index, row in enumerate(table.rows) if row is not None]
    if not kept:
        raise GridFileError("layer_empty")
    rows = [row for row in table.rows if row is not None]
    prj = parts.get(".prj", b"").decode("utf-8", "replace").strip()
    return RawTable("shp", table.fields, rows, geometries[kept], prj, table.encoding, chosen, problems)


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _shapes(parts: Mapping[str, bytes], count: int) -> tuple[GeometryArray, list[Problem]]:
    shp = parts[".shp"]
    if (
        len(shp) < _SHP_HEADER
        or struct.unpack_from(">i", shp)[0] != 9994
        or struct.unpack_from(">i", shp, 24)[0] * 2 > len(shp)
    ):
        raise GridFileError("file_damaged", part=".shp")
    shx = parts.get(".shx", b"")
    problems = []
    if len(shx) != _SHP_HEADER + count * _SHX_RECORD:
        shx = _rebuild_shx(shp)
        problems.append(
            Problem(
                None,
                "shx_rebuilt",
                "缺少 .shx 索引或与属性表不符，已按 .shp 重建。",
                "The .shx index is missing or does not fit; it was rebuilt from the .shp.",
                severity="warning",
            )
        )
    if len(shx) != _SHP_HEADER + count * _SHX_RECORD:
        raise GridFileError("file_damaged", part=".shp/.dbf")
    if not count:
        raise GridFileError("layer_empty")
    with tempfile.TemporaryDirectory(prefix="grids-") as folder:
        path = Path(folder) / "grids.shp"
        path.write_bytes(shp)
        path.with_suffix(".shx").write_bytes(shx)
        _, _, wkb, _ = _read(path, None, [], ".shp")
    if len(wkb) != count:
        raise GridFileError("file_damaged", part=".shp/.dbf")
    geometries, lost = _from_wkb(wkb)
    return geometries, problems + lost


def _rebuild_shx(shp: bytes) -> bytes:
    """An index made by walking the records; a record that claims to reach beyond the file is damage."""
    records, at = bytearray(), _SHP_HEADER
    while at + 8 <= len(shp):
        length = struct.unpack_from(">i", shp, at + 4)[0]
        if length < 2 or at + 8 + length * 2 > len(shp):
            raise GridFileError("file_damaged", part=".shp")
        records += struct.pack(">ii", at // 2, length)
        at += 8 + length * 2
    header = bytearray(shp[:_SHP_HEADER])
    struct.pack_into(">i", header, 24, (_SHP_HEADER + len(records)) // 2)
    return bytes(header + records)
