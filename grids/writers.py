"""Grids to files: GeoJSON (RFC 7946), GeoPackage (EPSG:4490), zipped Shapefile (GBK). What is written can be read back."""

import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import shapely
from pyogrio import raw
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry as Geometry

from grids.model import FileFormat, GridFeature
from grids.plane import GeometryArray, as_array

# ASCII and at most ten letters, so that a Shapefile keeps them whole.
FIELDS = ("code", "name", "street", "ext_code")
# Equal grids give equal bytes, so that a download which broke off can go on.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_DBF_DAY, _GPKG_TIME = "1980-01-01", "1980-01-01T00:00:00.000Z"
_CRS = "EPSG:4490"


def write_grids(features: Sequence[GridFeature], path: Path | str, format: FileFormat) -> Path:
    """Write features (lon/lat CGCS2000) to `path`, replacing it in one step; returns the path.

    geojson: lon/lat, counter-clockwise shells, all attributes. gpkg: one layer `grids`, EPSG:4490. shp: a zip of
    .shp .shx .dbf .prj .cpg, text in GBK, or in UTF-8 where a name has characters GBK lacks. Raises OSError.
    """
    target = Path(path)
    with tempfile.TemporaryDirectory(prefix="grids-", dir=target.parent) as folder:
        made = {"geojson": _write_geojson, "gpkg": _write_gpkg, "shp": _write_shapefile}[format](features, Path(folder))
        made.replace(target)
    return target


def _columns(features: Sequence[GridFeature]) -> list[list[str]]:
    rows = [(f.code, f.name, f.street_code, f.external_code or "") for f in features]
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in FIELDS]


def _shapes(features: Sequence[GridFeature]) -> GeometryArray:
    shapes: GeometryArray = shapely.orient_polygons(as_array([f.geometry for f in features]), exterior_cw=False)
    return shapes


def _write_geojson(features: Sequence[GridFeature], folder: Path) -> Path:
    document = {
        "type": "FeatureCollection",
        "features": [_geojson_feature(*pair) for pair in zip(features, _shapes(features), strict=True)],
    }
    made = folder / "grids.geojson"
    made.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False), encoding="utf-8")
    return made


def _geojson_feature(feature: GridFeature, shape: Geometry) -> dict[str, object]:
    own = dict(zip(FIELDS, (feature.code, feature.name, feature.street_code, feature.external_code), strict=True))
    return {
        "type": "Feature",
        "properties": {**{key: value for key, value in feature.attributes.items() if key not in own}, **own},
        "geometry": None if shape.is_empty else shapely.geometry.mapping(shape),
    }


def _write_layer(features: Sequence[GridFeature], made: Path, driver: str, encoding: str) -> None:
    shapes = _shapes(features)
    # One type for the layer: a Shapefile makes no difference, a GeoPackage insists.
    if driver == "GPKG":
        shapes = as_array([MultiPolygon(shapely.get_parts(shape).tolist()) for shape in shapes])
    wkb = np.array(shapely.to_wkb(shapes), dtype=object)
    columns = [np.array(column, dtype=object) for column in _columns(features)]
    raw.write(
        made, wkb, columns, np.array(FIELDS, dtype=object), layer="grids", driver=driver, crs=_CRS, encoding=encoding,
        geometry_type="MultiPolygon" if driver == "GPKG" else "Polygon",
        layer_options={} if driver == "GPKG" else {"DBF_DATE_LAST_UPDATE": _DBF_DAY},
    )  # fmt: skip


def _write_gpkg(features: Sequence[GridFeature], folder: Path) -> Path:
    made = folder / "grids.gpkg"
    _write_layer(features, made, "GPKG", "UTF-8")
    with closing(sqlite3.connect(made)) as database, database:
        database.execute("UPDATE gpkg_contents SET last_change = ?", [_GPKG_TIME])
    return made


def _write_shapefile(features: Sequence[GridFeature], folder: Path) -> Path:
    try:
        "".join(text for column in _columns(features) for text in column).encode("gbk")
        encoding = "GBK"
    except UnicodeEncodeError:
        encoding = "UTF-8"
    _write_layer(features, folder / "grids.shp", "ESRI Shapefile", encoding)
    (folder / "grids.cpg").write_text(encoding, encoding="ascii")
    made = folder / "grids.zip"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
            info = zipfile.ZipInfo("grids" + suffix, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, (folder / f"grids{suffix}").read_bytes())
    return made
