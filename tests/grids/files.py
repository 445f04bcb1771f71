"""Makes real grid files of every kind for tests: zips, hand-made DBF tables, layers in any coordinate system."""

import io
import json
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyogrio import raw
from pyproj import CRS, Transformer

from grids.errors import GridFileError
from grids.readers import read_grids


def zipped(members, **options):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data, **options)
    return buffer.getvalue()


def dbf(fields, rows, *, encoding, driver=0, name_encoding=None):
    """`fields`: (name, kind, width, decimals). Values are written as given text, cut to their width in bytes."""
    header = bytearray()
    for name, kind, width, decimals in fields:
        raw_name = name.encode(name_encoding or encoding)[:10].ljust(11, b"\0")
        header += raw_name + kind.encode() + b"\0" * 4 + bytes([width, decimals]) + b"\0" * 14
    record_size = 1 + sum(field[2] for field in fields)
    start = struct.pack("<BBBBIHH", 3, 124, 1, 1, len(rows), 32 + len(header) + 1, record_size)
    body = bytearray()
    for row in rows:
        body += b"*" if row is None else b" "
        for (_, kind, width, _), value in zip(fields, row or [""] * len(fields), strict=True):
            data = value.encode(encoding)[:width] if isinstance(value, str) else value[:width]
            body += data.rjust(width) if kind in "NF" else data.ljust(width)
    return start.ljust(29, b"\0") + bytes([driver]) + b"\0\0" + bytes(header) + b"\r" + bytes(body) + b"\x1a"


def shapefile(folder, geometries, crs="EPSG:4490"):
    """(.shp, .shx, .prj) of lon/lat geometries written in `crs` by GDAL."""
    path = Path(folder) / "made.shp"
    moved = project(geometries, crs)
    names = [np.array([f"x{i}" for i in range(len(geometries))], dtype=object)]
    raw.write(path, shapely.to_wkb(moved), names, np.array(["x"], dtype=object), driver="ESRI Shapefile", crs=crs,
              geometry_type="Polygon")  # fmt: skip
    return {suffix: path.with_suffix(suffix).read_bytes() for suffix in (".shp", ".shx", ".prj")}


def project(geometries, crs):
    """Lon/lat CGCS2000 carried forward into `crs`, by the projection alone."""
    target = CRS.from_user_input(crs)
    if target.is_geographic:
        return np.array(geometries, dtype=object)
    transformer = Transformer.from_crs(target.geodetic_crs, target, always_xy=True)
    moved = [
        shapely.transform(g, lambda p: np.column_stack(transformer.transform(p[:, 0], p[:, 1]))) for g in geometries
    ]
    return np.array(moved, dtype=object)


def gpkg(folder, layers, crs="EPSG:4490", geometry_type="MultiPolygon"):
    """`layers`: name -> (geometries, {field: values}). Returns the file's bytes."""
    path = Path(folder) / "made.gpkg"
    for number, (name, (geometries, columns)) in enumerate(layers.items()):
        shapes = [
            shapely.multipolygons(shapely.get_parts(g)) if geometry_type == "MultiPolygon" else g
            for g in project(geometries, crs)
        ]
        wkb = np.empty(len(shapes), dtype=object)
        wkb[:] = [shapely.to_wkb(shape) for shape in shapes]
        data = [np.array(v, dtype=object if isinstance(v[0], str) else None) for v in columns.values()]
        raw.write(path, wkb, data, np.array(list(columns), dtype=object), layer=name, driver="GPKG", crs=crs,
                  geometry_type=geometry_type, append=number > 0)  # fmt: skip
    return path.read_bytes()


FIELDS = [("网格编码", "C", 15, 0), ("网格名称", "C", 40, 0), ("备注", "C", 20, 0)]


def near(one, two, metres=0.001):
    return shapely.hausdorff_distance(one, two) * 111_320 < metres


def table(grids, fields=FIELDS, **options):
    return dbf(fields, [(g.code, g.name, "商居混合") for g in grids], **options)


def packed(tmp_path, grids, dbf_bytes, *, crs="EPSG:4490", cpg=None, prefix="", drop=()):
    parts = shapefile(tmp_path, [g.geometry for g in grids], crs) | {".dbf": dbf_bytes}
    if cpg is not None:
        parts[".cpg"] = cpg.encode()
    return zipped({f"{prefix}网格{suffix}": data for suffix, data in parts.items() if suffix not in drop})


def collection(grids, *, properties=None, **members):
    features = [
        {
            "type": "Feature",
            "properties": properties(g) if properties else {"code": g.code, "name": g.name},
            "geometry": shapely.geometry.mapping(g.geometry),
        }
        for g in grids
    ]
    return {"type": "FeatureCollection", "features": features, **members}


def as_bytes(document, encoding="utf-8"):
    return json.dumps(document, ensure_ascii=False).encode(encoding)


def refused(data, filename, **options):
    with pytest.raises(GridFileError) as caught:
        read_grids(data, filename, **options)
    assert caught.value.what_zh
    assert caught.value.what_en
    return caught.value.code
