"""GeoJSON that is broken or means harm: refused with a reason, or told feature by feature."""

import json

import pytest

from grids.model import ReadLimits
from grids.readers import read_grids
from grids.validate import validate
from tests.grids.files import as_bytes, collection, refused


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"  \n", "file_empty"),
        (b"<!DOCTYPE html><html><body>login</body></html>", "html_not_data"),
        (b"\xef\xbb\xbf\n<html>", "html_not_data"),
        (b"{", "json_invalid"),
        (b'{"type": "FeatureCollection", "features": [', "json_invalid"),
        (b"[" * 100_000, "json_invalid"),
        (b'{"type":"FeatureCollection","features":' + b"[" * 50_000 + b"]" * 50_000 + b"}", "json_invalid"),
        (b'{"a": ' + b"9" * 5000 + b"}", "json_invalid"),
        (b"[]", "geojson_invalid"),
        (b'"text"', "geojson_invalid"),
        (b"null", "geojson_invalid"),
        (b'{"type": "Topology"}', "geojson_invalid"),
        (b'{"type": "FeatureCollection", "features": 3}', "geojson_invalid"),
        (b'{"type": "FeatureCollection"}', "geojson_invalid"),
        (b'{"type": "FeatureCollection", "features": []}', "layer_empty"),
        (b"\xff\xfe\x00", "text_undecodable"),
        (b"\x80\xff\x80\xff", "text_undecodable"),
    ],
)
def test_broken_geojson(data, code):
    assert refused(data, "a.geojson") == code


def test_a_crs_to_be_fetched_is_refused(grids):
    linked = collection(grids, crs={"type": "link", "properties": {"href": "http://localhost/crs"}})
    assert refused(as_bytes(linked), "a.geojson") == "crs_unusable"


BROKEN_GEOMETRIES = [
    3,
    "POLYGON",
    [],
    {},
    {"type": "Polygon"},
    {"type": "Polygon", "coordinates": None},
    {"type": "Polygon", "coordinates": [[[121.4, 31.2], [121.5, 31.2]]]},
    {"type": "Polygon", "coordinates": [[["a", "b"], [1, 2], [3, 4], ["a", "b"]]]},
    {"type": "Polygon", "coordinates": [[[121.4], [121.5], [121.6], [121.4]]]},
    {"type": "Polygon", "coordinates": [[[121.4, 31.2, 1, 2, 3]] * 4]},
    {"type": "Sphere", "coordinates": [1, 2]},
    {"type": "GeometryCollection", "geometries": [{"type": "Sphere"}]},
    {"type": "GeometryCollection"},
]


@pytest.mark.parametrize("geometry", BROKEN_GEOMETRIES)
def test_one_broken_geometry_does_not_hide_the_rest(grids, geometry):
    document = collection(grids[:3])
    document["features"][1]["geometry"] = geometry
    result = read_grids(as_bytes(document), "a.geojson")
    assert len(result.features) == 3
    told = [p for p in result.problems if p.feature == 2] + validate(result.features)
    assert {"bad_geometry", "empty_geometry", "not_polygon", "self_crossing"} & {p.code for p in told if p.feature == 2}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300, 5e6])
def test_impossible_coordinates_are_told_by_feature(grids, value):
    document = collection(grids[:3])
    ring = [list(point) for point in document["features"][1]["geometry"]["coordinates"][0]]
    ring[2][0] = value
    document["features"][1]["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    result = read_grids(json.dumps(document).encode(), "a.geojson")
    assert [(p.feature, p.code) for p in result.problems] == [(2, "bad_coordinates")]
    assert result.features[1].geometry.is_empty


def test_a_grid_half_a_world_away_is_judged_like_any_other(grids):
    document = collection(grids[:3])
    far = [[-58.6, -31.3], [-58.5, -31.3], [-58.5, -31.2], [-58.6, -31.3]]
    beyond = [[121.4, 31.2], [121.4, 97.0], [121.5, 31.2], [121.4, 31.2]]
    for feature, ring in zip(document["features"][1:], (far, beyond), strict=True):
        feature["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    result = read_grids(as_bytes(document), "a.geojson")
    assert [(p.feature, p.code) for p in result.problems] == [(3, "bad_coordinates")]
    assert 3 in {p.feature for p in validate(result.features)}


def test_features_that_are_no_features(grids):
    document = collection(grids[:2])
    document["features"] += [None, 7, "x", [], {"type": "Feature", "properties": 3, "geometry": None}]
    result = read_grids(as_bytes(document), "a.geojson")
    assert len(result.features) == 7
    assert {p.feature for p in result.problems} == {3, 4, 5, 6}


def test_limits(grids):
    data = as_bytes(collection(grids))
    assert refused(data, "a.geojson", limits=ReadLimits(max_features=44)) == "too_many_features"
    assert refused(data, "a.geojson", limits=ReadLimits(max_file_bytes=1000)) == "file_too_large"


def test_what_is_nothing_known(tmp_path):
    assert refused(b"%PDF-1.7", "a.pdf") == "format_unknown"
    assert refused(b"SQLite", "a.gpkg") == "file_damaged"
    assert refused(tmp_path / "absent.gpkg", "absent.gpkg") == "file_missing"
    assert refused(tmp_path / "absent.shp", "absent.shp") == "file_missing"
    assert refused(tmp_path, "folder") == "file_missing"
