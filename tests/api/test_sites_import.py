"""/sites/import: the district's register as it really looks, twice, and wrong."""

import pytest

from backend.domain.vocabulary import Role
from tests.api.caller import Caller
from tests.factories import make_grids, make_user

SITES = "/api/v1/sites"


@pytest.fixture
def grids(session):
    return make_grids(session, 3)


@pytest.fixture
def sign_in(app, session, client):
    return lambda role=Role.GRID_WORKER, **values: Caller(
        app, session, client, make_user(session, role, **values), SITES
    )


@pytest.fixture
def coordinator(sign_in):
    return sign_in(Role.STREET_COORDINATOR)


REGISTER = """sbbh,name,state,address,lng,lant,type,X,Y,经营单位
SSJ-1,东门售水机,曹杨新村街道,一路1号,121.402,31.242,现制现售水机,1,2,甲公司
SSJ-2,西门售水机,曹杨新村,二路2号,121.406,31.242,现制现售水机,1,2,
SSJ-3,界外售水机,曹杨新村街道,三路3号,121.2,31.242,现制现售水机,,,
"""


def test_import_the_districts_register_twice(session, grids, coordinator):
    content = REGISTER.encode("gbk")
    query = {"category": "water_vending", "datum": "wgs84"}
    dry = coordinator.send(content, dry_run="true", **query)
    assert (dry.status_code, dry.json["faults"], dry.json["created"]) == (200, [], 0)
    first = coordinator.send(content, **query).json
    assert (first["created"], first["updated"], first["unchanged"]) == (3, 0, 0)
    assert first["ignored_columns"] == ["X", "Y"]
    assert [(note["row"], note["code"]) for note in first["notes"]] == [(4, "outside_grids")]
    (site,) = coordinator.get(external_code="SSJ-1").json["items"]
    assert (site["grid_code"], site["licence"], site["kind"]) == (grids[0].code, {"operator": "甲公司"}, "现制现售水机")
    again = coordinator.send(content, **query).json
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 3)
    less = "sbbh,name,lng,lat\nSSJ-1,东门售水机,121.406,31.242\n".encode()
    assert coordinator.send(less, **query).json["updated"] == 1
    (site,) = coordinator.get(external_code="SSJ-1").json["items"]
    assert (site["grid_code"], site["licence"], site["address"]) == (grids[1].code, {"operator": "甲公司"}, "一路1号")


def test_an_import_names_every_wrong_row(session, grids, coordinator):
    rows = [
        "编号,名称,街道,经度,纬度,坐标系,统一社会信用代码",
        "1,,曹杨新村街道,,,,",
        "2,乙,火星街道,,,,",
        "3,丙,长风新村街道,,,,",
        "4,丁,曹杨新村街道,121.402,,wgs84,",
        "5,戊,曹杨新村街道,121.402,31.242,,",
        "6,己,曹杨新村街道,31.242,121.402,高德,",
        "7,庚,曹杨新村街道,121.402,31.242,火星坐标,913100007109328221",
        "8,辛,曹杨新村街道,,,,",
        "8,壬,曹杨新村街道,,,,",
        "9,癸,,,,,",
    ]
    reply = coordinator.send("\n".join(rows).encode(), category="water_vending")
    assert (reply.status_code, reply.json["code"]) == (422, "rows_rejected")
    assert [(e["row"], e["column"], e["code"]) for e in reply.json["errors"]] == [
        (2, "名称", "required"),
        (3, "街道", "unknown_street"),
        (4, "街道", "foreign_street"),
        (5, "经度", "half_position"),
        (6, "坐标系", "required"),
        (7, "经度", "swapped_axes"),
        (8, "统一社会信用代码", "bad_uscc"),
        (10, "编号", "duplicate_row"),
        (11, "街道", "street_needed"),
    ]
    assert coordinator.items("name") == []


def test_an_import_costs_the_same_however_long(session, grids, coordinator, count_queries):
    def cost(first, count):
        rows = [f"{n},机{n},曹杨新村街道,121.402,31.242" for n in range(first, first + count)]
        table = "\n".join(["sbbh,name,state,lng,lat", *rows]).encode()
        with count_queries() as seen:
            assert coordinator.send(table, category="water_vending", datum="wgs84").json["created"] == count
        return len(seen)

    cost(0, 1)
    assert cost(10, 2) == cost(100, 300)
