"""Files of layers, read back by GDAL: types, times, shapes, Chinese, and what a Shapefile cannot hold."""

import csv
import io
import sqlite3
import zipfile
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pyogrio
import pytest
import shapely
from pyogrio import raw

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.errors import DomainError
from backend.gateways.layers import LayerField, LayerFormat, Note, dbf, geopackage, layer_writer
from backend.gateways.layers.fields import point

FIELDS = [
    LayerField("id", "编号", "text"),
    LayerField("name", "名称", "text"),
    LayerField("number", "数量", "whole"),
    LayerField("accuracy_m", "精度（米）", "real"),
    LayerField("seen_at", "发现时间", "time"),
    LayerField("seen_on", "日期", "day"),
]
SEEN = datetime(2026, 11, 20, 10, 5)  # noqa: DTZ001 -- local and naive, as a spreadsheet has it
LONG_AGO = SEEN.replace(2001, 1, 2, 3, 4)
ROWS: list[Sequence[Any]] = [
    ["a1", "曹杨新村，“牙科”", 3, 12.5, SEEN, date(2026, 11, 20)],
    ["a2", None, None, None, None, None],
    ["a3", "=1+1", -7, -0.25, LONG_AGO, date(2001, 1, 2)],
]
SHAPES = [point(121.40123456, 31.2), None, point(121.5, 31.25)]
SUFFIX = {"gpkg": "gpkg", "shp": "zip", "geojson": "geojson"}


def written(folder: Path, format: LayerFormat, rows: Sequence[Sequence[Any]] = ROWS, shapes: Sequence[bytes | None] = SHAPES,
            has_polygons: bool = False) -> tuple[Path, list[Note]]:  # fmt: skip
    path = folder / f"made.{SUFFIX[format]}"
    with layer_writer(
        path, format, FIELDS, name="reports", title="上报", zone=LOCAL_ZONE, made_at=SEEN, has_polygons=has_polygons
    ) as layer:
        for row, shape in zip(rows, shapes, strict=True):
            layer.add(row, shape)
    return path, layer.notes()


def read(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]], list[Any]]:
    """What GDAL says of the layer, its rows, its shapes."""
    where = f"/vsizip/{path}" if path.suffix == ".zip" else path
    info, _, shapes, columns = raw.read(where, datetime_as_string=True)
    rows = [dict(zip(info["fields"], values, strict=True)) for values in zip(*columns, strict=True)]
    return info, rows, list(shapely.from_wkb(shapes))


@pytest.mark.parametrize("portion", [2, 5_000])
def test_a_geopackage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, portion: int) -> None:
    monkeypatch.setattr(geopackage, "PORTION", portion)
    path, notes = written(tmp_path, "gpkg")
    info, rows, shapes = read(path)
    assert (info["crs"], info["geometry_type"], notes) == ("EPSG:4490", "Point", [])
    assert [row["name"] for row in rows] == ["曹杨新村，“牙科”", None, "=1+1"]
    assert rows[0]["number"] == 3
    assert rows[0]["accuracy_m"] == 12.5
    assert datetime.fromisoformat(rows[0]["seen_at"]) == SEEN.replace(tzinfo=LOCAL_ZONE)
    assert str(rows[0]["seen_on"]).startswith("2026-11-20")
    assert shapes[1] is None
    assert shapes[0].equals(shapely.Point(121.40123456, 31.2))
    with closing(sqlite3.connect(path)) as database:
        labels = dict(database.execute("SELECT column_name, name FROM gpkg_data_columns"))
        nothing = "SELECT number, accuracy_m, seen_at, seen_on FROM reports WHERE id = 'a2'"
        assert database.execute(nothing).fetchone() == (None,) * 4
        assert database.execute("SELECT count(*) FROM rtree_reports_geom").fetchone() == (2,)
    assert labels == {field.name: field.label for field in FIELDS}


def test_geojson_is_of_rfc_7946(tmp_path: Path) -> None:
    path, _ = written(tmp_path, "geojson")
    document = orjson.loads(path.read_bytes())
    assert "crs" not in document
    assert document["fields"]["seen_at"] == "发现时间"
    first, nowhere, _ = document["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [121.40123456, 31.2]}
    assert first["properties"]["seen_at"] == "2026-11-20T10:05:00+08:00"
    assert nowhere["geometry"] is None
    assert datetime.fromisoformat(first["properties"]["seen_at"]).astimezone(UTC).hour == 2
    info, rows, _ = read(path)
    assert (info["geometry_type"], len(rows)) == ("Point", 3)


def test_a_shapefile_in_gbk(tmp_path: Path) -> None:
    path, notes = written(tmp_path, "shp")
    _, rows, shapes = read(path)
    assert notes == []
    assert pyogrio.read_info(f"/vsizip/{path}")["crs"] == "EPSG:4490"
    assert [row["name"] for row in rows] == ["曹杨新村，“牙科”", None, "=1+1"]
    assert [row["seen_at"] for row in rows] == ["2026-11-20 10:05", None, "2001-01-02 03:04"]
    assert (rows[0]["number"], rows[0]["accuracy_m"], rows[2]["accuracy_m"]) == (3, 12.5, -0.25)
    assert shapes[0].equals(shapely.Point(121.40123456, 31.2))
    assert shapes[1] is None
    archive = zipfile.ZipFile(path)
    assert sorted(archive.namelist()) == [
        "fields.txt", "reports.cpg", "reports.dbf", "reports.prj", "reports.shp", "reports.shx",
    ]  # fmt: skip
    assert archive.read("reports.cpg") == b"GBK"
    assert "accuracy_m\t精度（米）" in archive.read("fields.txt").decode("utf-8-sig")


def test_what_gbk_lacks_or_is_too_long_is_told_and_kept_beside(tmp_path: Path) -> None:
    long = "长" * 200 + "尾"
    rows = [
        ["a1", "𠮷野家😀", 1, None, None, None],
        ["a2", long, 1, None, None, None],
        ["a3", "好", 1, None, None, None],
    ]
    path, notes = written(tmp_path, "shp", rows)
    assert notes == [Note("characters_replaced", 1), Note("texts_cut", 1)]
    _, found, _ = read(path)
    assert [row["name"] for row in found] == ["〓野家〓", "长" * 127, "好"]
    archive = zipfile.ZipFile(path)
    lines = list(csv.reader(io.StringIO(archive.read("original_texts.csv").decode("utf-8-sig"), newline="")))
    assert lines == [["row", "id", "field", "text"], ["1", "a1", "name", "𠮷野家😀"], ["2", "a2", "name", long]]
    assert "original_texts.csv" in archive.read("fields.txt").decode("utf-8-sig")


@pytest.mark.parametrize("format", ["gpkg", "shp", "geojson"])
def test_polygons_with_holes_and_parts(tmp_path: Path, format: LayerFormat) -> None:
    ring = shapely.Polygon(shapely.box(0, 0, 4, 4).exterior, [shapely.box(1, 1, 2, 2).exterior])
    shape = shapely.MultiPolygon([ring, shapely.box(5, 5, 6, 6)])
    path, _ = written(tmp_path, format, ROWS[:1], [shapely.to_wkb(shape)], has_polygons=True)
    _, _, [found] = read(path)
    assert found.is_valid
    assert found.equals(shape)
    assert found.area == 16


@pytest.mark.parametrize("format", ["gpkg", "shp", "geojson"])
def test_nothing_matches(tmp_path: Path, format: LayerFormat) -> None:
    path, notes = written(tmp_path, format, [], [])
    info, rows, _ = read(path)
    assert (rows, notes) == ([], [])
    assert format == "geojson" or list(info["fields"]) == [field.name for field in FIELDS]


def test_a_shapefile_says_so_when_it_would_be_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dbf, "LARGEST", 300)
    with pytest.raises(DomainError) as refusal:
        written(tmp_path, "shp")
    assert refusal.value.code == "shapefile_too_large"
