"""Good files of every format, encoding and coordinate system."""

import json

import numpy as np
import pytest
import shapely

from grids.datums import from_cgcs2000
from grids.errors import GridFileError
from grids.readers import read_grids
from tests.grids.files import (
    FIELDS,
    as_bytes,
    collection,
    dbf,
    gpkg,
    near,
    packed,
    project,
    shapefile,
    table,
    zipped,
)


@pytest.mark.parametrize(
    ("encoding", "cpg", "driver", "expected"),
    [
        ("gbk", None, 0, "gb18030"),
        ("gbk", None, 0x4D, "gb18030"),
        ("gbk", "GBK", 0, "gb18030"),
        ("gbk", "936", 0, "gb18030"),
        ("gbk", "ISO-8859-1", 0x57, "gb18030"),  # what many exporters declare
        ("gbk", "UTF-8", 0, "gb18030"),  # declared wrongly
        ("gb18030", "GB18030", 0, "gb18030"),
        ("utf-8", "UTF-8", 0, "utf-8"),
        ("utf-8", "65001", 0, "utf-8"),
        ("utf-8", None, 0, "utf-8"),
        ("utf-8", "GBK", 0x4D, "utf-8"),  # declared wrongly
    ],
)
def test_shapefiles_in_every_encoding(tmp_path, grids, encoding, cpg, driver, expected):
    data = packed(tmp_path, grids, table(grids, encoding=encoding, driver=driver), cpg=cpg)
    result = read_grids(data, "网格.zip")
    assert result.encoding == expected
    assert result.format == "shp"
    assert [f.name for f in result.features] == [g.name for g in grids]
    assert [f.code for f in result.features] == [g.code for g in grids]
    assert all(near(f.geometry, g.geometry) for f, g in zip(result.features, grids, strict=True))
    assert not result.problems
    assert result.features[0].attributes == {"备注": "商居混合"}
    assert set(result.guessed) == {"code", "name"}


def test_rare_characters_need_gb18030(tmp_path, grids):
    rows = dbf([("WGBM", "C", 15, 0), ("WGMC", "C", 30, 0)], [(grids[0].code, "㛃𠮷祥网格")], encoding="gb18030")
    result = read_grids(packed(tmp_path, grids[:1], rows), "a.zip")
    assert result.features[0].name == "㛃𠮷祥网格"
    assert (result.mapping.code, result.mapping.name) == ("WGBM", "WGMC")


def test_text_cut_in_the_middle_of_a_character(tmp_path, grids):
    rows = dbf([("code", "C", 15, 0), ("name", "C", 5, 0)], [(g.code, "曹杨新村") for g in grids[:4]], encoding="utf-8")
    result = read_grids(packed(tmp_path, grids[:4], rows), "a.zip")
    assert result.features[0].name == "曹"


def test_deleted_records_are_left_out(tmp_path, grids):
    rows = dbf(FIELDS, [(grids[0].code, "一", ""), None, (grids[2].code, "三", "")], encoding="gbk")
    result = read_grids(packed(tmp_path, grids[:3], rows), "a.zip")
    assert [f.name for f in result.features] == ["一", "三"]
    assert near(result.features[1].geometry, grids[2].geometry)


CRS = [
    "EPSG:4490",
    "EPSG:4326",
    "EPSG:3857",
    "EPSG:4549",  # CGCS2000 / 3-degree Gauss-Kruger CM 120E
    "EPSG:4528",  # the same with its zone number before the eastings
    "EPSG:4550",
    "EPSG:32651",
]


@pytest.mark.parametrize("crs", CRS)
def test_shapefiles_in_every_coordinate_system(tmp_path, grids, crs):
    result = read_grids(packed(tmp_path, grids[:6], table(grids[:6], encoding="gbk"), crs=crs), "a.zip")
    assert all(near(f.geometry, g.geometry) for f, g in zip(result.features, grids, strict=False))
    assert not result.problems


@pytest.mark.parametrize("crs", CRS)
def test_geopackages_in_every_coordinate_system(tmp_path, grids, crs):
    columns = {"grid_code": [g.code for g in grids[:6]], "grid_name": [g.name for g in grids[:6]]}
    data = gpkg(tmp_path, {"网格": ([g.geometry for g in grids[:6]], columns)}, crs)
    result = read_grids(data, "a.gpkg")
    assert (result.format, result.layer) == ("gpkg", "网格")
    assert [f.code for f in result.features] == columns["grid_code"]
    assert [f.name for f in result.features] == columns["grid_name"]
    assert all(near(f.geometry, g.geometry) for f, g in zip(result.features, grids, strict=False))
    assert not result.problems


@pytest.mark.parametrize(
    "name", ["urn:ogc:def:crs:EPSG::4549", "EPSG:4549", "urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4490"]
)
def test_the_legacy_crs_member_of_geojson(grids, name):
    crs = "EPSG:4549" if "4549" in name else "EPSG:4490"
    moved = project([g.geometry for g in grids[:3]], crs)
    document = collection(grids[:3], crs={"type": "name", "properties": {"name": name}})
    for feature, shape in zip(document["features"], moved, strict=True):
        feature["geometry"] = shapely.geometry.mapping(shape)
    result = read_grids(as_bytes(document), "a.geojson")
    assert all(near(f.geometry, g.geometry) for f, g in zip(result.features, grids, strict=False))
    assert not result.problems


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_geojson_in_every_encoding(grids, encoding):
    result = read_grids(as_bytes(collection(grids), encoding), "a.json")
    assert [f.name for f in result.features] == [g.name for g in grids]
    assert result.format == "geojson"
    assert not result.problems


def test_a_path_reads_like_its_bytes(tmp_path, grids):
    path = tmp_path / "网格.geojson"
    path.write_bytes(as_bytes(collection(grids)))
    assert read_grids(path, path.name).features == read_grids(path.read_bytes(), path.name).features
    parts = shapefile(tmp_path, [g.geometry for g in grids]) | {".DBF": table(grids, encoding="gbk")}
    (tmp_path / "made.dbf").unlink()
    for suffix, data in parts.items():
        (tmp_path / f"made{suffix}").write_bytes(data)
    assert [f.code for f in read_grids(tmp_path / "made.shp", "made.shp").features] == [g.code for g in grids]


# ------------------------------------------------------------------ coordinate systems that are missing or wrong


def test_a_missing_prj_with_lonlat_is_assumed_and_told(tmp_path, grids):
    result = read_grids(packed(tmp_path, grids, table(grids, encoding="gbk"), drop=[".prj"]), "a.zip")
    assert [(p.code, p.severity) for p in result.problems] == [("crs_assumed", "warning")]
    assert near(result.features[0].geometry, grids[0].geometry)


@pytest.mark.parametrize(("crs", "hint"), [("EPSG:4528", "EPSG:4528"), ("EPSG:4549", "EPSG:4549")])
def test_a_missing_prj_with_metres_is_a_problem_unless_overridden(tmp_path, grids, crs, hint):
    data = packed(tmp_path, grids, table(grids, encoding="gbk"), crs=crs, drop=[".prj"])
    result = read_grids(data, "a.zip")
    assert [(p.code, p.severity, p.feature) for p in result.problems] == [("crs_missing", "error", None)]
    assert hint in result.problems[0].what_zh
    assert not result.features
    overridden = read_grids(data, "a.zip", None, crs)
    assert not overridden.problems
    assert near(overridden.features[0].geometry, grids[0].geometry)


def test_metres_that_say_lonlat_are_a_problem(tmp_path, grids):
    shapes = project([g.geometry for g in grids], "EPSG:4549")
    parts = shapefile(tmp_path, shapes, "EPSG:4490")
    data = zipped({f"a{suffix}": part for suffix, part in (parts | {".dbf": table(grids, encoding="gbk")}).items()})
    result = read_grids(data, "a.zip")
    assert [p.code for p in result.problems] == ["crs_mismatch"]
    assert near(read_grids(data, "a.zip", crs_override="EPSG:4549").features[3].geometry, grids[3].geometry)


def test_an_old_datum_is_read_with_a_warning(grids):
    document = collection(grids[:2], crs={"type": "name", "properties": {"name": "EPSG:4610"}})  # Xian 1980
    result = read_grids(as_bytes(document), "a.geojson")
    assert [(p.code, p.severity) for p in result.problems] == [("datum_inexact", "warning")]
    assert len(result.features) == 2


def test_gcj02_can_be_named_as_override(grids):
    document = collection(grids[:3])
    for feature, grid in zip(document["features"], grids, strict=False):
        shifted = shapely.transform(grid.geometry, lambda p: np.column_stack(from_cgcs2000(p[:, 0], p[:, 1], "GCJ-02")))
        feature["geometry"] = shapely.geometry.mapping(shifted)
    plain = read_grids(as_bytes(document), "a.geojson")
    assert not near(plain.features[0].geometry, grids[0].geometry, 100.0)
    decoded = read_grids(as_bytes(document), "a.geojson", crs_override="GCJ-02")
    assert all(near(f.geometry, g.geometry) for f, g in zip(decoded.features, grids, strict=False))


@pytest.mark.parametrize(
    "crs",
    ["EPSG:999999", "/etc/passwd", "+proj=longlat +nadgrids=/etc/passwd", "nonsense", 'LOCAL_CS["x"]', "EPSG:5773"],
)
def test_an_unusable_crs_is_refused(grids, crs):
    with pytest.raises(GridFileError) as caught:
        read_grids(as_bytes(collection(grids)), "a.geojson", crs_override=crs)
    assert caught.value.code == "crs_unusable"


# ------------------------------------------------------------------ geometry


def test_heights_and_measures_are_dropped(tmp_path, grids):
    raised = [shapely.force_3d(g.geometry, 12.5) for g in grids[:2]]
    columns = {"code": [g.code for g in grids[:2]]}
    for geometry_type in ("MultiPolygon Z", "Polygon Z"):
        shapes = [shapely.multipolygons([g]) if "Multi" in geometry_type else g for g in raised]
        result = read_grids(gpkg(tmp_path, {"g": (shapes, columns)}, geometry_type=geometry_type), "a.gpkg")
        (tmp_path / "made.gpkg").unlink()
        assert not any(shapely.has_z(f.geometry) for f in result.features)
        assert near(result.features[0].geometry, grids[0].geometry)
    document = collection(grids[:1])
    document["features"][0]["geometry"] = shapely.geometry.mapping(raised[0])
    assert not shapely.has_z(read_grids(as_bytes(document), "a.geojson").features[0].geometry)


def test_a_collection_of_polygons_is_a_multi_polygon(grids):
    document = collection(grids[:1])
    parts = [shapely.geometry.mapping(g.geometry) for g in (grids[0], grids[40])]
    document["features"][0]["geometry"] = {"type": "GeometryCollection", "geometries": parts}
    read = read_grids(as_bytes(document), "a.geojson").features[0].geometry
    assert read.geom_type == "MultiPolygon"
    assert near(read, shapely.union(grids[0].geometry, grids[40].geometry))


def test_missing_geometry_is_an_empty_polygon(grids):
    document = collection(grids[:2])
    document["features"][0]["geometry"] = None
    result = read_grids(as_bytes(document), "a.geojson")
    assert result.features[0].geometry.is_empty
    assert result.features[0].code == grids[0].code
    assert not result.problems


def test_a_single_feature_is_a_collection_of_one(grids):
    document = collection(grids[:1])["features"][0]
    assert read_grids(as_bytes(document), "a.geojson").features[0].code == grids[0].code


def test_text_is_made_harmless(grids):
    document = collection(
        grids[:1], properties=lambda g: {"code": g.code, "name": "一\u0000格\n<b>\ud800", "n": float("nan")}
    )
    data = json.dumps(document).encode()
    feature = read_grids(data, "a.geojson").features[0]
    assert feature.name == "一 格 <b>"
    assert feature.attributes == {"n": None}
    feature.name.encode()


def test_one_of_several_layers_is_named(tmp_path, grids):
    layers = {name: ([g.geometry], {"code": [g.code]}) for name, g in (("新", grids[0]), ("旧", grids[1]))}
    data = gpkg(tmp_path, layers)
    with pytest.raises(GridFileError) as caught:
        read_grids(data, "a.gpkg")
    assert caught.value.code == "layer_ambiguous"
    assert "新" in caught.value.what_zh
    assert read_grids(data, "a.gpkg", layer="旧").features[0].code == grids[1].code
    with pytest.raises(GridFileError) as caught:
        read_grids(data, "a.gpkg", layer="中")
    assert caught.value.code == "layer_unknown"


def test_one_of_several_shapefiles_is_named(tmp_path, grids):
    parts = shapefile(tmp_path, [grids[0].geometry]) | {".dbf": table(grids[:1], encoding="gbk")}
    other = shapefile(tmp_path, [grids[1].geometry]) | {".dbf": table(grids[1:2], encoding="gbk")}
    data = zipped({f"one{s}": d for s, d in parts.items()} | {f"dir/two{s}": d for s, d in other.items()})
    with pytest.raises(GridFileError) as caught:
        read_grids(data, "a.zip")
    assert caught.value.code == "layer_ambiguous"
    assert read_grids(data, "a.zip", layer="two").features[0].code == grids[1].code
