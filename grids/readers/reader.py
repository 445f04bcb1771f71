"""read_grids: from bytes of a known kind to features and problems. The order of the steps lives here, the steps do not."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry as Geometry

from grids.errors import GridFileError
from grids.model import FieldMapping, GridFeature, Problem, ReadLimits, ReadResult
from grids.plane import GeometryArray
from grids.readers.archive import read_archive
from grids.readers.crs import Source, guess_projected, looks_like_lonlat, read_crs
from grids.readers.fields import clean_text, code_text, resolve_mapping, street_text
from grids.readers.gdal import SHAPEFILE_PARTS, read_gpkg, read_shapefile
from grids.readers.geojson import read_geojson
from grids.readers.table import RawTable

_COLLECTION = 7
_LINEAR_TYPES = frozenset(range(8))  # GEOS numbers its curves from 8 on


def read_grids(
    source: Path | str | bytes,
    filename: str,
    mapping: FieldMapping | None = None,
    crs_override: str | None = None,
    *,
    layer: str | None = None,
    limits: ReadLimits | None = None,
) -> ReadResult:
    """Read a grid file: a path or its bytes, `filename` tells the format together with the content.

    `mapping` names fields (None = guess), `crs_override` ("EPSG:4549", "GCJ-02", …) wins over what the file says,
    `layer` picks one of several. Out: features in lon/lat CGCS2000, 2-D, and what was odd. Raises GridFileError and
    nothing else where the file cannot be read; a file without a usable coordinate system has a problem and no features.
    """
    bounds = limits or ReadLimits()
    table = _read_table(source, filename, layer, bounds)
    used, guessed = resolve_mapping(mapping or FieldMapping(), table.fields, table.rows)
    problems = list(table.problems)
    crs = _find_crs(table, crs_override, problems)
    features: list[GridFeature] = []
    if crs is not None:
        shapes, cleaned = _straighten(table.geometries)
        problems += cleaned
        shapes = crs.to_lonlat(shapes)
        problems += list(_drop_impossible(shapes))
        features = _features(table, shapes, used)
    if used.code is None:
        problems.append(_no_code_field(table))
    return ReadResult(
        features, problems, crs.name if crs else "", table.encoding, table.format, tuple(table.fields), used, guessed,
        table.layer,
    )  # fmt: skip


def _read_table(source: Path | str | bytes, filename: str, layer: str | None, limits: ReadLimits) -> RawTable:
    suffix = PurePosixPath(filename.replace("\\", "/")).suffix.lower()
    if isinstance(source, str | Path) and suffix == ".shp":
        return read_shapefile(_siblings(Path(source), limits), None, limits)
    data = source if isinstance(source, bytes) else _load(Path(source), limits)
    if len(data) > limits.max_file_bytes:
        raise GridFileError("file_too_large", limit=limits.max_file_bytes)
    if not data.strip(b"\0 \r\n\t"):
        raise GridFileError("file_empty")
    if data.startswith(b"SQLite format 3\0"):
        return read_gpkg(data, layer, limits)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _read_zip(data, layer, limits)
    if suffix == ".shp" or data[:4] == b"\x00\x00\x27\x0a":
        raise GridFileError("shapefile_not_zipped")
    if suffix in (".geojson", ".json") or data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"["):
        return read_geojson(data, limits)
    if suffix in (".gpkg", ".zip"):
        raise GridFileError("file_damaged" if suffix == ".gpkg" else "archive_invalid", part=suffix)
    raise GridFileError("html_not_data" if data.lstrip()[:1] == b"<" else "format_unknown")


def _load(path: Path, limits: ReadLimits) -> bytes:
    try:
        if path.stat().st_size > limits.max_file_bytes:
            raise GridFileError("file_too_large", limit=limits.max_file_bytes)
        return path.read_bytes()
    except OSError as error:
        raise GridFileError("file_missing", filename=path.name) from error


def _siblings(path: Path, limits: ReadLimits) -> dict[str, bytes]:
    """The parts of an unpacked Shapefile beside its .shp, whatever the case of their suffixes."""
    try:
        parts = [p for p in path.parent.iterdir() if p.stem == path.stem and p.suffix.lower() in SHAPEFILE_PARTS]
    except OSError as error:
        raise GridFileError("file_missing", filename=path.name) from error
    if path not in parts:
        raise GridFileError("file_missing", filename=path.name)
    return {part.name: _load(part, limits) for part in parts}


def _read_zip(data: bytes, layer: str | None, limits: ReadLimits) -> RawTable:
    members = read_archive(data, SHAPEFILE_PARTS | {".geojson", ".json", ".gpkg"}, limits)
    if any(PurePosixPath(name).suffix.lower() == ".shp" for name in members):
        return read_shapefile(members, layer, limits)
    single = [d for name, d in members.items() if PurePosixPath(name).suffix.lower() in (".geojson", ".json", ".gpkg")]
    if len(single) == 1:
        return read_gpkg(single[0], layer, limits) if single[0][:6] == b"SQLite" else read_geojson(single[0], limits)
    if any(PurePosixPath(name).suffix.lower() == ".dbf" for name in members):
        raise GridFileError("shapefile_part_missing", part=".shp")
    raise GridFileError("layer_missing")


def _find_crs(table: RawTable, override: str | None, problems: list[Problem]) -> Source | None:
    """The coordinate system to read by, or None (and a problem) where there is none to be had."""
    word = override or table.crs
    crs = read_crs(word) if word else None
    if (crs is None or crs.geographic) and not looks_like_lonlat(table.geometries):
        points = shapely.get_coordinates(table.geometries)
        metres = bool(len(points)) and float(np.nanmedian(np.abs(points[:, 0]))) > 180.0
        if crs is None or metres:
            problems.append(_crs_problem(table, "crs_mismatch" if crs else "crs_missing"))
            return None
    if crs is None:
        crs = read_crs("EPSG:4490")
        if table.format != "geojson":  # RFC 7946 needs no word about it
            problems.append(
                Problem(
                    None, "crs_assumed",
                    "文件没有坐标系说明（.prj），坐标像是经纬度，已按 CGCS2000（EPSG:4490）读取，请核对。",
                    "The file names no coordinate system; its numbers look like lon/lat and were read as EPSG:4490. Check.",
                    severity="warning",
                )
            )  # fmt: skip
    if not crs.exact:
        problems.append(
            Problem(
                None, "datum_inexact",
                f"坐标系 {crs.name} 与 CGCS2000 的转换参数不公开，结果可能有数米至百米偏差，请先在原系统中转换。",
                f"The shift from {crs.name} to CGCS2000 is only roughly known (metres to a hundred); convert at the source.",
                severity="warning",
            )
        )  # fmt: skip
    return crs


def _crs_problem(table: RawTable, code: str) -> Problem:
    hint = guess_projected(table.geometries)
    zh = f"可能是 {hint}。" if hint else "上海常见的是 EPSG:4549（中央经线 120°）或 EPSG:4550（123°）。"
    en = f"It may be {hint}." if hint else "Common in Shanghai: EPSG:4549 (central meridian 120°) or EPSG:4550 (123°)."
    if code == "crs_missing":
        return Problem(
            None, code,
            f"文件没有坐标系说明，坐标也不是经纬度；请补上 .prj 或在导入时指定坐标系。{zh}",
            f"The file names no coordinate system and is not in lon/lat; add a .prj or name the system on import. {en}",
        )  # fmt: skip
    return Problem(
        None, code,
        f"文件声明为经纬度，但坐标是米制平面坐标；请更正 .prj 或在导入时指定坐标系。{zh}",
        f"The file says lon/lat but its numbers are metres; correct it or name the system on import. {en}",
    )  # fmt: skip


def _straighten(geometries: GeometryArray) -> tuple[GeometryArray, list[Problem]]:
    """2-D, straight lines only; a collection that holds polygons alone becomes a multi-polygon."""
    shapes: GeometryArray = shapely.force_2d(geometries.copy())
    problems = []
    for index in np.flatnonzero(shapely.get_type_id(shapes) == _COLLECTION):
        parts = shapely.get_parts(shapes[index])
        if len(parts) and np.isin(shapely.get_type_id(parts), (3, 6)).all():
            shapes[index] = shapely.multipolygons(shapely.get_parts(parts))
    for index in np.flatnonzero(~np.isin(shapely.get_type_id(shapes), [-1, *_LINEAR_TYPES])):
        shapes[index] = None
        problems.append(
            Problem(
                int(index) + 1, "not_polygon", "要素含曲线，请先转换为折线多边形。",
                "The feature has curves; convert it to a polygon of straight lines first.",
            )
        )  # fmt: skip
    return shapes, problems


def _drop_impossible(shapes: GeometryArray) -> Iterator[Problem]:
    """Empty every geometry with coordinates that are no place on Earth, and say so."""
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    wrong = ~(np.isfinite(points).all(axis=1) & (np.abs(points[:, 0]) <= 180.0) & (np.abs(points[:, 1]) <= 180.0))
    # Beyond the poles only where X could be the latitude of exchanged axes, which validate() tells apart.
    wrong |= (np.abs(points[:, 1]) > 90.0) & (np.abs(points[:, 0]) > 90.0)
    for index in np.unique(owner[wrong]):
        shapes[index] = None
        yield Problem(
            int(index) + 1, "bad_coordinates", "坐标不是有限数值或超出地球范围。",
            "Coordinates are not finite numbers or lie off the Earth.",
        )  # fmt: skip


def _features(table: RawTable, shapes: GeometryArray, used: FieldMapping) -> list[GridFeature]:
    roles = {name for name in (used.code, used.name, used.street, used.external_code) if name}
    features = []
    for index, row in enumerate(table.rows):
        code = code_text(row.get(used.code)) if used.code else ""
        external = code_text(row.get(used.external_code)) if used.external_code else ""
        shape: Geometry | None = shapes[index]
        features.append(
            GridFeature(
                number=index + 1,
                code=code,
                name=clean_text(row.get(used.name)) if used.name else "",
                street_code=street_text(row.get(used.street) if used.street else None, code),
                external_code=external or None,
                geometry=Polygon() if shape is None else shape,
                attributes={key: _clean(value) for key, value in row.items() if key not in roles},
            )
        )
    return features


def _clean(value: object) -> object:
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if value is None or isinstance(value, int | float) else clean_text(value)


def _no_code_field(table: RawTable) -> Problem:
    listed = "、".join(table.fields[:30])
    return Problem(
        None, "code_field_missing", f"没有找到网格编码字段，请指定；现有字段：{listed}。",
        f"No field with grid codes was found; name one of: {listed}.",
    )  # fmt: skip
