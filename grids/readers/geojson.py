"""GeoJSON by hand: RFC 7946 and the older `crs` member. GDAL would drop a whole file for one broken feature."""

import json
from collections.abc import Mapping

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry as Geometry

from grids.errors import GridFileError
from grids.model import Problem, ReadLimits
from grids.readers.table import RawTable
from grids.readers.text import detect_encoding


def read_geojson(data: bytes, limits: ReadLimits) -> RawTable:
    """A FeatureCollection (or a single Feature). A feature that cannot be read becomes a problem, not an exception.

    Raises GridFileError: html_not_data, text_undecodable, json_invalid, geojson_invalid, layer_empty,
    too_many_features, crs_unusable (a linked crs).
    """
    text, encoding = _decode(data)
    document = _parse(text)
    features = document.get("features") if document.get("type") == "FeatureCollection" else [document]
    if not isinstance(features, list) or document.get("type") not in ("FeatureCollection", "Feature"):
        raise GridFileError("geojson_invalid")
    if not features:
        raise GridFileError("layer_empty")
    if len(features) > limits.max_features:
        raise GridFileError("too_many_features", limit=limits.max_features)
    problems: list[Problem] = []
    geometries = np.empty(len(features), dtype=object)
    rows: list[Mapping[str, object]] = []
    for index, feature in enumerate(features):
        geometries[index], problem = _geometry(feature, index + 1)
        rows.append(_properties(feature))
        if problem is not None:
            problems.append(problem)
    fields = list(dict.fromkeys(name for row in rows for name in row))
    return RawTable("geojson", fields, rows, geometries, _crs(document), encoding, problems=problems)


def _decode(data: bytes) -> tuple[str, str]:
    start = data[:200].lstrip(b"\xef\xbb\xbf \r\n\t")
    if start.startswith(b"<"):
        raise GridFileError("html_not_data")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding: str | None = "utf-16"
    else:
        encoding = detect_encoding([data])
    if encoding is None:
        raise GridFileError("text_undecodable")
    try:
        return data.decode("utf-8-sig" if encoding == "utf-8" else encoding), encoding
    except UnicodeDecodeError as error:
        raise GridFileError("text_undecodable") from error


def _parse(text: str) -> dict[str, object]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise GridFileError("json_invalid", line=error.lineno) from error
    except (RecursionError, ValueError) as error:  # nested thousands deep; a number of thousands of digits
        raise GridFileError("json_invalid", line=1) from error
    if not isinstance(document, dict):
        raise GridFileError("geojson_invalid")
    return document


def _crs(document: Mapping[str, object]) -> str:
    """The legacy member's name, else "": RFC 7946 means WGS-84, yet files with metres and no word about it are common."""
    member = document.get("crs")
    if member is None:
        return ""
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):  # a link would have to be fetched
        raise GridFileError("crs_unusable", crs="crs")
    return name


def _properties(feature: object) -> dict[str, object]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return {}
    return {str(name): _scalar(value) for name, value in properties.items()}


def _scalar(value: object) -> object:
    return value if value is None or isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False)


def _geometry(feature: object, number: int) -> tuple[Geometry | None, Problem | None]:
    if isinstance(feature, dict) and feature.get("geometry") is None:
        return None, None
    try:
        with np.errstate(invalid="ignore"):  # NaN is told as bad_coordinates later
            read = shape(feature["geometry"])  # type: ignore[index]  # whatever it is: a TypeError is part of the answer
        return shapely.force_2d(read), None
    except (ShapelyError, ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, OverflowError):
        problem = Problem(
            number,
            "bad_geometry",
            "几何无法读取（结构不符合 GeoJSON），请重新导出该要素。",
            "The geometry cannot be read (its structure is not GeoJSON); export this feature again.",
        )
        return None, problem
