"""What is written reads back the same, in every format."""

import io
import json
import sqlite3
import zipfile
from dataclasses import replace

import pytest
import shapely
from pyproj import CRS

from grids.readers import read_grids
from grids.writers import write_grids

NAMES = {"geojson": "out.geojson", "gpkg": "out.gpkg", "shp": "out.zip"}


@pytest.mark.parametrize("format", ["geojson", "gpkg", "shp"])
def test_what_is_written_reads_back_the_same(tmp_path, grids, format):
    features = [replace(f, external_code=f"外-{f.number}" if f.number % 2 else None) for f in grids]
    path = write_grids(features, tmp_path / NAMES[format], format)
    result = read_grids(path, path.name)
    assert not result.problems
    assert result.format == format
    assert len(result.features) == len(features)
    for read, wrote in zip(result.features, features, strict=True):
        assert (read.number, read.code, read.name) == (wrote.number, wrote.code, wrote.name)
        assert (read.street_code, read.external_code) == (wrote.street_code, wrote.external_code)
        assert shapely.equals(read.geometry, wrote.geometry)
        assert set(map(tuple, shapely.get_coordinates(read.geometry))) == set(
            map(tuple, shapely.get_coordinates(wrote.geometry))
        )
    assert [p.name for p in tmp_path.iterdir()] == [NAMES[format]]  # nothing left beside it


def test_geojson_follows_the_rfc(tmp_path, grids):
    path = write_grids(grids, tmp_path / "out.geojson", "geojson")
    document = json.loads(path.read_text(encoding="utf-8"))
    assert "crs" not in document
    for feature in document["features"]:
        ring = shapely.LinearRing(feature["geometry"]["coordinates"][0])
        assert ring.is_ccw
        assert "SAMPLE" in feature["properties"]["notice"]
    lon, lat = document["features"][0]["geometry"]["coordinates"][0][0]
    assert 121 < lon < 122
    assert 31 < lat < 32


def test_the_shapefile_is_gbk_with_ascii_fields(tmp_path, grids):
    path = write_grids(grids, tmp_path / "out.zip", "shp")
    with zipfile.ZipFile(path) as archive:
        parts = {name.rsplit(".", 1)[1]: archive.read(name) for name in archive.namelist()}
    assert set(parts) == {"shp", "shx", "dbf", "prj", "cpg"}
    assert parts["cpg"] == b"GBK"
    assert "曹杨新村街道第一网格".encode("gbk") in parts["dbf"]
    assert all(name in parts["dbf"] for name in (b"code\0", b"name\0", b"street\0", b"ext_code\0"))
    assert CRS.from_wkt(parts["prj"].decode()).to_epsg() == 4490


def test_names_beyond_gbk_are_written_in_utf8(tmp_path, grids):
    odd = replace(grids[0], name="𠮷祥😀网格")
    path = write_grids([odd], tmp_path / "out.zip", "shp")
    result = read_grids(path.read_bytes(), "out.zip")
    assert result.encoding == "utf-8"
    assert result.features[0].name == "𠮷祥😀网格"


def test_the_geopackage_says_epsg_4490(tmp_path, grids):
    path = write_grids(grids, tmp_path / "out.gpkg", "gpkg")
    connection = sqlite3.connect(path)
    (srs,) = connection.execute("SELECT srs_id FROM gpkg_geometry_columns").fetchone()
    connection.close()
    assert srs == 4490


def test_several_parts_and_holes_survive(tmp_path, grids):
    holed = shapely.difference(grids[0].geometry, grids[0].geometry.centroid.buffer(1e-4))
    both = shapely.MultiPolygon([*shapely.get_parts(holed), grids[40].geometry])
    for format, name in NAMES.items():
        path = write_grids([replace(grids[0], geometry=both)], tmp_path / name, format)
        assert shapely.equals(read_grids(path, name).features[0].geometry, both)


def test_equal_shapefiles_have_equal_members(tmp_path, grids):
    first, second = (write_grids(grids, tmp_path / f"{i}.zip", "shp").read_bytes() for i in "ab")
    one, two = zipfile.ZipFile(io.BytesIO(first)), zipfile.ZipFile(io.BytesIO(second))
    assert [one.read(n) for n in one.namelist()] == [two.read(n) for n in two.namelist()]


def test_no_grids_make_an_empty_file(tmp_path):
    for format, name in NAMES.items():
        assert write_grids([], tmp_path / name, format).stat().st_size > 0
