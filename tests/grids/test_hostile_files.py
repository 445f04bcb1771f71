"""Files that are broken or mean harm. Only GridFileError may come out, and it must say something true."""

import io
import sqlite3
import struct
import zipfile

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from grids.errors import FILE_ERRORS, GridFileError
from grids.model import ReadLimits
from grids.readers import read_grids
from grids.validate import validate
from tests.grids.files import (
    as_bytes,
    collection,
    dbf,
    gpkg,
    refused,
    shapefile,
    table,
    zipped,
)


@pytest.fixture
def parts(tmp_path, grids):
    made = shapefile(tmp_path, [g.geometry for g in grids]) | {".dbf": table(grids, encoding="gbk")}
    return {f"g{suffix}": data for suffix, data in made.items()}


def test_every_error_has_two_sentences():
    for code, (zh, en) in FILE_ERRORS.items():
        assert zh.endswith("。"), code
        assert en.endswith("."), code


# ------------------------------------------------------------------ archives


@pytest.mark.parametrize(
    "name",
    ["../g.shp", "/etc/g.shp", "a/../../g.shp", "C:\\g.shp", "..\\g.shp", "\\\\server\\g.shp", "inner.zip", "g.tar.gz"],
)
def test_unsafe_members(parts, name):
    assert refused(zipped({**parts, name: b"x"}), "a.zip") == "archive_unsafe"


def test_links_and_repeated_names(parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("g.shp")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert refused(buffer.getvalue(), "a.zip") == "archive_unsafe"
    assert refused(zipped({**parts, "G.SHP": b"x"}), "a.zip") == "archive_unsafe"


def test_member_names_never_reach_gdal(tmp_path, grids):
    made = shapefile(tmp_path, [g.geometry for g in grids]) | {".dbf": table(grids, encoding="gbk")}
    data = zipped({f"vsicurl/http:__localhost/g{suffix}": part for suffix, part in made.items()})
    assert len(read_grids(data, "/vsizip//vsicurl/http://localhost/a.zip").features) == 45


def test_bombs(parts):
    blanks = zipped({**parts, "big.dbf": b" " * (40 << 20)})
    assert len(blanks) < 1 << 20
    assert refused(blanks, "a.zip") == "archive_bomb"
    assert refused(zipped({f"{i}.txt": b"" for i in range(300)}), "a.zip") == "archive_bomb"
    small = ReadLimits(max_unpacked_bytes=1000)
    assert refused(zipped(parts), "a.zip", limits=small) == "archive_bomb"


def test_a_size_that_lies_is_counted_while_unpacking(parts):
    data = bytearray(zipped({"g.shp": b"\0" * 100_000}))
    directory = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, directory + 24, 10)  # claims ten bytes
    assert refused(bytes(data), "a.zip", limits=ReadLimits(max_unpacked_bytes=50_000)) in (
        "archive_bomb",
        "archive_invalid",
    )


def test_damaged_and_locked_archives(parts):
    whole = zipped(parts)
    assert refused(whole[: len(whole) // 2], "a.zip") == "archive_invalid"
    broken = bytearray(whole)
    broken[60:400] = b"\xff" * 340
    assert refused(bytes(broken), "a.zip") in ("archive_invalid", "file_damaged")
    locked = bytearray(zipped({"g.shp": b"x"}))
    locked[6] |= 1
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    assert refused(bytes(locked), "a.zip") == "archive_encrypted"


def test_an_archive_without_data():
    assert refused(zipped({"readme.txt": b"hello"}), "a.zip") == "layer_missing"
    assert refused(b"PK\x05\x06" + b"\0" * 18, "a.zip") == "layer_missing"
    assert refused(b"not a zip", "a.zip") == "archive_invalid"


def test_litter_of_other_systems_is_ignored(parts):
    litter = {"__MACOSX/._g.shp": b"x", ".DS_Store": b"x", "._g.shp": b"x", "说明.txt": "你好".encode("gbk")}
    assert len(read_grids(zipped({**parts, **litter}), "a.zip").features) == 45


def test_an_archived_geojson_or_geopackage_reads_too(tmp_path, grids):
    assert len(read_grids(zipped({"a.geojson": as_bytes(collection(grids))}), "a.zip").features) == 45
    columns = {"code": [g.code for g in grids]}
    data = gpkg(tmp_path, {"g": ([g.geometry for g in grids], columns)})
    assert len(read_grids(zipped({"a.gpkg": data}), "a.zip").features) == 45


# ------------------------------------------------------------------ shapefiles


def test_missing_parts(parts):
    without = {name: data for name, data in parts.items() if not name.endswith(".dbf")}
    assert refused(zipped(without), "a.zip") == "shapefile_part_missing"
    assert refused(zipped({"g.dbf": parts["g.dbf"]}), "a.zip") == "shapefile_part_missing"
    assert refused(parts["g.shp"], "g.shp") == "shapefile_not_zipped"
    assert refused(parts["g.shp"], "g.dat") == "shapefile_not_zipped"


def test_a_missing_index_is_rebuilt(parts, grids):
    for shx in (None, b"", b"junk", parts["g.shx"][:-8]):
        members = {name: data for name, data in parts.items() if not name.endswith(".shx")}
        if shx is not None:
            members["g.shx"] = shx
        result = read_grids(zipped(members), "a.zip")
        assert [(p.code, p.severity) for p in result.problems] == [("shx_rebuilt", "warning")]
        assert shapely.equals(result.features[44].geometry, grids[44].geometry)


@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.99])
@pytest.mark.parametrize("part", ["g.shp", "g.dbf"])
def test_truncated_parts(parts, part, keep):
    cut = parts[part][: int(len(parts[part]) * keep)]
    assert refused(zipped({**parts, part: cut}), "a.zip") == "file_damaged"


def test_a_table_that_does_not_fit_its_shapes(parts, grids):
    assert refused(zipped({**parts, "g.dbf": table(grids[:5], encoding="gbk")}), "a.zip") == "file_damaged"


def test_no_records(parts, tmp_path):
    empty = dbf([("code", "C", 15, 0)], [], encoding="gbk")
    header = bytearray(parts["g.shp"][:100])
    struct.pack_into(">i", header, 24, 50)
    assert refused(zipped({"g.shp": bytes(header), "g.dbf": empty}), "a.zip") == "layer_empty"


def test_text_in_no_known_encoding(parts):
    rows = dbf([("code", "C", 15, 0)], [(b"\xff\xff\x80\xff",)] * 45, encoding="latin-1")
    assert refused(zipped({**parts, "g.dbf": rows}), "a.zip") == "text_undecodable"


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), part=st.sampled_from(["g.shp", "g.shx", "g.dbf", "g.prj"]))
def test_random_damage_never_raises_anything_else(shapefile_parts, seed, part):
    rng = np.random.default_rng(seed)
    data = bytearray(shapefile_parts[part])
    for _ in range(rng.integers(1, 8)):
        data[int(rng.integers(0, min(len(data), 400)))] = int(rng.integers(0, 256))
    try:
        result = read_grids(zipped({**shapefile_parts, part: bytes(data)}), "a.zip")
    except GridFileError:
        return
    validate(result.features)


@pytest.fixture(scope="module")
def shapefile_parts(tmp_path_factory, district):
    grids = district[2][:6]
    made = shapefile(tmp_path_factory.mktemp("shp"), [g.geometry for g in grids])
    return {f"g{suffix}": data for suffix, data in (made | {".dbf": table(grids, encoding="gbk")}).items()}


# ------------------------------------------------------------------ GeoPackage


@pytest.fixture
def package(tmp_path, grids):
    columns = {"code": [g.code for g in grids], "name": [g.name for g in grids]}
    gpkg(tmp_path, {"g": ([g.geometry for g in grids], columns)})
    return tmp_path / "made.gpkg"


def altered(path, *statements):
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path.read_bytes()


def test_truncated_and_empty_packages(package):
    data = package.read_bytes()
    assert refused(data[:5000], "a.gpkg") == "file_damaged"
    assert refused(data[:100], "a.gpkg") == "file_damaged"
    assert refused(b"SQLite format 3\0" + b"\0" * 5000, "a.gpkg") == "file_damaged"
    triggers = ("DROP TRIGGER IF EXISTS rtree_g_geom_delete", "DROP TRIGGER IF EXISTS trigger_delete_feature_count_g")
    assert refused(altered(package, *triggers, "DELETE FROM g"), "a.gpkg") == "layer_empty"


def test_a_schema_that_is_no_text(package):
    data = package.read_bytes()
    at = data.index(b"CREATE TABLE gpkg_geometry_columns")
    assert refused(data[: at + 14] + b"\xd8" + data[at + 15 :], "a.gpkg") == "file_damaged"


def test_a_plain_database_is_no_package(tmp_path):
    data = altered(tmp_path / "a.sqlite", "CREATE TABLE t (x)")
    assert refused(data, "a.gpkg") == "file_damaged"


def test_views_and_virtual_tables_are_not_run(package):
    endless = (
        "CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x, x AS geom FROM c"
    )
    data = altered(
        package,
        endless,
        "UPDATE gpkg_geometry_columns SET table_name = 'v'",
    )
    assert refused(data, "a.gpkg") == "layer_missing"


def test_a_virtual_table_is_refused(package):
    data = altered(package, "CREATE VIRTUAL TABLE f USING fts4(x)")
    assert refused(data, "a.gpkg") == "file_damaged"


def test_curves_are_told_or_straightened(package, grids):
    """A circle as CURVEPOLYGON(CIRCULARSTRING): it must come out as a polygon or be told, never raise or vanish."""
    lon, lat, r = 121.4, 31.25, 0.01
    points = [(lon - r, lat), (lon, lat + r), (lon + r, lat), (lon, lat - r), (lon - r, lat)]
    wkb = (
        struct.pack("<BII", 1, 10, 1) + struct.pack("<BII", 1, 8, 5) + b"".join(struct.pack("<dd", *p) for p in points)
    )
    header = b"GP\0\x01" + struct.pack("<i", 4490)
    connection = sqlite3.connect(package)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.execute("UPDATE g SET geom = ? WHERE fid = 2", (header + wkb,))
    connection.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'GEOMETRY'")
    connection.commit()
    connection.close()
    result = read_grids(package, "a.gpkg")
    assert len(result.features) == 45
    told = [p for p in result.problems if p.feature == 2]
    shape = result.features[1].geometry
    assert told or (
        shape.geom_type in ("Polygon", "MultiPolygon") and shape.area == pytest.approx(np.pi * r * r, rel=0.01)
    )
