"""Which field holds what, and codes that lose no digit on their way through a table."""

import pytest

from grids.errors import GridFileError
from grids.model import FieldMapping
from grids.readers import read_grids
from tests.grids.files import as_bytes, collection, dbf, gpkg, packed


def test_an_explicit_mapping_wins(tmp_path, grids):
    columns = {"a": [g.code for g in grids], "b": [g.name for g in grids], "c": [g.street_code for g in grids],
               "d": ["外-1"] * len(grids), "code": ["x"] * len(grids)}  # fmt: skip
    data = gpkg(tmp_path, {"g": ([g.geometry for g in grids], columns)})
    mapping = FieldMapping(code="a", name="B", street="c", external_code="d")
    result = read_grids(data, "a.gpkg", mapping)
    assert result.mapping == FieldMapping("a", "b", "c", "d")
    assert result.guessed == ()
    first = result.features[0]
    assert (first.code, first.name, first.street_code, first.external_code) == (
        grids[0].code, grids[0].name, grids[0].street_code, "外-1",
    )  # fmt: skip
    assert first.attributes == {"code": "x"}
    with pytest.raises(GridFileError) as caught:
        read_grids(data, "a.gpkg", FieldMapping(code="网格编码"))
    assert caught.value.code == "field_unknown"
    assert caught.value.params["field"] == "网格编码"


@pytest.mark.parametrize(
    "field", ["code", "CODE", "grid_code", "GridCode", "网格编码", "网格代码", "WGBM", "wgdm", "编码"]
)
def test_common_field_names_are_guessed(grids, field):
    document = collection(grids[:2], properties=lambda g: {"OBJECTID": 1, field: g.code, "WGMC": g.name})
    result = read_grids(as_bytes(document), "a.geojson")
    assert result.mapping.code == field
    assert result.features[0].code == grids[0].code
    assert result.features[0].name == grids[0].name


def test_a_field_name_cut_by_the_dbf_is_still_known(tmp_path, grids):
    fields = [("网格编码", "C", 15, 0), ("网格名称", "C", 60, 0)]
    rows = dbf(fields, [(g.code, g.name) for g in grids], encoding="utf-8")
    result = read_grids(packed(tmp_path, grids, rows), "a.zip")
    assert result.fields == ("网格编", "网格名")  # ten bytes hold three characters
    assert [f.name for f in result.features] == [g.name for g in grids]


def test_a_field_full_of_codes_is_found_without_its_name(grids):
    document = collection(grids, properties=lambda g: {"foo": "x", "bar": g.code})
    assert read_grids(as_bytes(document), "a.geojson").mapping.code == "bar"


def test_no_code_field_is_told(grids):
    result = read_grids(as_bytes(collection(grids, properties=lambda g: {"foo": "x"})), "a.geojson")
    assert [p.code for p in result.problems] == ["code_field_missing"]
    assert "foo" in result.problems[0].what_zh


@pytest.mark.parametrize(
    ("kind", "width", "decimals", "written"),
    [
        ("N", 19, 0, "310107005601001"),
        ("N", 19, 1, "310107005601001.0"),
        ("N", 24, 8, "310107005601001.00000000"),
        ("F", 24, 14, "3.10107005601001e+014"),
        ("C", 20, 0, "310107005601001.0"),
        ("C", 45, 0, "３１０１０７００５６０１００１"),
        ("C", 20, 0, "'310107005601001"),
    ],
)
def test_codes_never_lose_digits_in_a_dbf(tmp_path, grids, kind, width, decimals, written):
    rows = dbf(
        [("code", kind, width, decimals), ("name", "C", 40, 0)], [(written, g.name) for g in grids[:1]], encoding="gbk"
    )
    assert read_grids(packed(tmp_path, grids[:1], rows), "a.zip").features[0].code == "310107005601001"


@pytest.mark.parametrize("value", [310107005601001, 310107005601001.0, "310107005601001.0", " 310107005601001 "])
def test_codes_never_lose_digits_in_json_or_sqlite(tmp_path, grids, value):
    document = collection(grids[:1], properties=lambda g: {"code": value, "name": "一"})
    assert read_grids(as_bytes(document), "a.geojson").features[0].code == "310107005601001"
    data = gpkg(tmp_path, {"g": ([grids[0].geometry], {"code": [value], "name": ["一"]})})
    assert read_grids(data, "a.gpkg").features[0].code == "310107005601001"


def test_a_code_that_did_lose_digits_stays_visible(tmp_path, grids):
    rows = dbf([("code", "C", 20, 0)], [("3.10107E+14",)], encoding="gbk")
    assert read_grids(packed(tmp_path, grids[:1], rows), "a.zip").features[0].code == "3.10107E+14"


@pytest.mark.parametrize(
    ("value", "street"), [("310107103", "310107103"), ("310107103000", "310107103"), ("桃浦镇", "310107005")]
)
def test_the_street_field_or_the_codes_prefix(grids, value, street):
    document = collection(grids[:1], properties=lambda g: {"code": "310107005601001", "street": value})
    assert read_grids(as_bytes(document), "a.geojson").features[0].street_code == street
