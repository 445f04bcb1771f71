"""/map/tiles: what is in all tiles of a zoom is what the list has, for every role and filter; and nothing else."""

import itertools
import random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend.domain.map_area import write_area
from backend.domain.tiles import Tile, map_key, tile_of
from backend.domain.vocabulary import GridVersionStatus, Role
from backend.persistence.models import GridVersion
from tests.api.mapping import MapReader
from tests.conftest import NOW
from tests.factories import STREET, MapWorld, make_grids, make_map_world, make_report, make_user

AREA = write_area([(121.4008, 31.2408), (121.408, 31.2405), (121.4078, 31.2436), (121.401, 31.2434)])
FAR, NEAR = (0, 11, 14), (15, 16, 19, 22)
PEOPLE = [*Role]


@pytest.fixture
def map_world(session: Session) -> MapWorld:
    return make_map_world(session)


def reader(app: Flask, session: Session, world: MapWorld, role: Role) -> MapReader:
    return MapReader(app, session, world.people[role])


REPORT_FILTERS: list[dict[str, Any]] = [
    {}, {"category": "water_vending"}, {"status": "referred,closed"}, {"outcome": "problem", "severity": "high"},
    {"street": STREET}, {"department": "putuo.market"}, {"department": "nobody"}, {"flag": "borderline"},
    {"verdict": "borderline", "has_referral": "true"}, {"area": AREA}, {"grid_code": f"{STREET}001001"},
    {"captured_from": "2026-08-10T03:00:00Z", "captured_to": "2026-10-03T00:00:00+08:00"},
    {"captured_from": "2026-09-01T00:00:00+08:00", "category": "illegal_practice", "area": AREA},
]  # fmt: skip
CASE_FILTERS: list[dict[str, Any]] = [
    {}, {"category": "water_vending,illegal_practice"}, {"status": "closed"}, {"department": "putuo.health"},
    {"severity": "high,emergency"}, {"finding": "A-02"}, {"area": AREA}, {"q": "示例"}, {"street": STREET},
    {"captured_from": "2026-08-10", "captured_to": "2026-10-03"}, {"emergency": "true"}, {"grid": f"{STREET}001001"},
]  # fmt: skip


@pytest.mark.parametrize("role", PEOPLE)
def test_reports_on_the_map_are_those_of_the_list(
    app: Flask, session: Session, map_world: MapWorld, role: Role
) -> None:
    person, chance = reader(app, session, map_world, role), random.Random(role.value)
    for filters in chance.sample(REPORT_FILTERS, 4):
        listed = person.everything("/reports", located="true", **filters)
        for z in (chance.choice(FAR), chance.choice(NEAR)):
            shown = person.tiles("reports", z, map_world.places, **filters)
            assert sum(feature["count"] for feature in shown) == len(listed), (filters, z)
            singles = [feature["id"] for feature in shown if "id" in feature]
            assert len(set(singles)) == len(singles)
            assert set(singles) <= {item["report_id"] for item in listed}, (filters, z)


@pytest.mark.parametrize("role", PEOPLE)
def test_referrals_on_the_map_are_those_of_the_list(
    app: Flask, session: Session, map_world: MapWorld, role: Role
) -> None:
    person, chance = reader(app, session, map_world, role), random.Random(role.value)
    for filters in chance.sample(CASE_FILTERS, 4):
        listed = {item["id"] for item in person.everything("/cases", located="true", **filters)}
        counted = person.ask("/cases/count", located="true", **filters).json["total"]
        shown = person.tiles("referrals", chance.choice(FAR + NEAR), map_world.places, **filters)
        assert sum(feature["count"] for feature in shown) == len(listed) == counted, filters
        assert {feature["id"] for feature in shown if "id" in feature} <= listed


@pytest.mark.parametrize("role", PEOPLE)
def test_sites_and_tasks_on_the_map_are_those_of_the_list(
    app: Flask, session: Session, map_world: MapWorld, role: Role
) -> None:
    person = reader(app, session, map_world, role)
    for filters in ({}, {"status": "active"}, {"category": "water_vending"}, {"area": AREA}):
        listed = [item for item in person.everything("/sites", **filters) if item["position"]]
        for z in (12, 16):
            shown = person.tiles("sites", z, map_world.places, **filters)
            assert sum(feature["count"] for feature in shown) == len(listed), filters
    if role == Role.DEPARTMENT_OFFICER:
        assert person.ask("/map/tiles/tasks/0/0/0.mvt").status_code == 403
        return
    in_grids = [(121.402 + n * 0.004, 31.242) for n in range(6)]
    for filters in ({}, {"status": "planned"}, {"overdue": "true"}, {"street": STREET}):
        shown = person.tiles("tasks", 12, [*map_world.places, *in_grids], **filters)
        assert sum(feature["count"] for feature in shown) == len(person.everything("/tasks", **filters)), filters


def test_cells_say_what_they_hold(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.persistence.queries.tiles.points.FEW_POINTS", 0)
    monkeypatch.setattr("backend.persistence.queries.tiles.points.MOST_POINTS", 1)
    world = make_map_world(session, 0)
    worker, here = world.people[Role.GRID_WORKER], "SRID=4490;POINT(121.4010 31.2410)"
    for values in ({"category": "water_vending"}, {"category": "water_vending", "outcome": "problem", "severity": "low"},
                   {"outcome": "problem", "severity": "emergency"}):  # fmt: skip
        make_report(session, worker, position=here, **values)
    lone = make_report(session, worker, position="SRID=4490;POINT(121.4310 31.2410)", severity="low", outcome="problem")
    person = reader(app, session, world, Role.AUDITOR)
    for z in (12, 16, 20):
        many, *_ = person.tile("reports", tile_of(map_key(121.4010, 31.2410), z))
        assert many["properties"] == {
            "count": 3, "category": "water_vending", "severity": "emergency", "problems": 2,
            "water_vending": 2, "illegal_practice": 1,
        }  # fmt: skip
    found = person.tiles("reports", 12, [(121.4310, 31.2410)])
    assert [feature["id"] for feature in found if feature["count"] == 1] == [str(lone.id)]


def test_a_point_stands_where_it_is_at_every_zoom(app: Flask, session: Session) -> None:
    world = make_map_world(session, 0)
    place = (121.40123, 31.24321)
    make_report(session, world.people[Role.GRID_WORKER], position=f"SRID=4490;POINT({place[0]} {place[1]})")
    person = reader(app, session, world, Role.AUDITOR)
    for z in (13, 14, 18):
        tile = tile_of(map_key(*place), z)
        west, south, east, north = tile.shape()
        (feature,) = person.tile("reports", tile)
        x, y = feature["geometry"]["coordinates"]  # the decoder counts upwards from the south
        assert west + (east - west) * x / 4096 == pytest.approx(place[0], abs=(east - west) / 4096)
        assert south + (north - south) * y / 4096 == pytest.approx(place[1], abs=(north - south) / 1024)


def test_outlines_are_those_of_todays_grids_and_leave_no_gap(app: Flask, session: Session) -> None:
    world = make_map_world(session, 0)
    person = reader(app, session, world, Role.STREET_COORDINATOR)
    tile = tile_of(map_key(121.402, 31.242), 14)
    shown = person.tile("grids", tile)
    assert {feature["properties"]["code"] for feature in shown} == {
        g.code for g in world.grids if g.street_code == STREET
    }
    first = shown[0]["properties"]
    assert (first["street_code"], first["community"], first["name"]) == (STREET, f"{STREET}001", "测试网格1")
    # east side of each is the west side of the next
    sides = [[x for x, _ in feature["geometry"]["coordinates"][0]] for feature in shown]
    assert all(max(left) == min(right) for left, right in itertools.pairwise(sides))
    assert reader(app, session, world, Role.BUREAU_TRIAGER).tile("grids", tile, street=STREET)[0]["properties"] == first


def ask_twice(person: MapReader, layer: str, tile: Tile, etag: str | None) -> tuple[int, str]:
    headers = {"If-None-Match": etag} if etag else {}
    answer = person.ask(f"/map/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt", headers)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    return answer.status_code, answer.headers["ETag"]


def test_a_tile_one_has_is_not_sent_again_until_something_changes(
    app: Flask, session: Session, count_queries: Any
) -> None:
    world = make_map_world(session, 8)
    person = reader(app, session, world, Role.BUREAU_TRIAGER)
    tile = tile_of(map_key(121.401, 31.241), 12)
    status, etag = ask_twice(person, "reports", tile, None)
    assert (status, ask_twice(person, "reports", tile, etag)) == (200, (304, etag))
    with count_queries() as seen:
        assert ask_twice(person, "reports", tile, etag)[0] == 304
    assert len(seen) <= 3  # who asks, the state of the rows
    with count_queries() as seen:
        assert ask_twice(person, "reports", tile, None)[0] == 200
    assert len(seen) <= 3, "a tile that is kept is not made again"

    make_report(session, world.people[Role.GRID_WORKER], position="SRID=4490;POINT(121.401 31.241)")
    session.commit()
    status, newer = ask_twice(person, "reports", tile, etag)
    assert (status, newer != etag) == (200, True)
    world.reports[0].status = "withdrawn"
    session.commit()
    assert ask_twice(person, "reports", tile, newer)[0] == 200


def test_what_somebody_else_sees_is_another_tile(app: Flask, session: Session) -> None:
    world = make_map_world(session, 8)
    tile = tile_of(map_key(121.401, 31.241), 12)
    roles = (Role.BUREAU_TRIAGER, Role.GRID_WORKER, Role.STREET_COORDINATOR, Role.DEPARTMENT_OFFICER)
    etags = {role: ask_twice(reader(app, session, world, role), "reports", tile, None)[1] for role in roles}
    assert len(set(etags.values())) == len(roles)
    same = ask_twice(reader(app, session, world, Role.AUDITOR), "reports", tile, etags[Role.BUREAU_TRIAGER])
    assert same[0] == 304


def test_a_version_of_grids_that_begins_to_hold_makes_new_tiles(app: Flask, session: Session, clock: Any) -> None:
    world = make_map_world(session, 0)
    clock.at = NOW.replace(hour=1)
    coming = GridVersion(
        id=make_user(session).id, district_code="310107", label="next", status=GridVersionStatus.PUBLISHED,
        valid_from=NOW, source_name="x", source_sha256="0" * 64, options={}, problems=[], grid_count=1, created_at=NOW,
    )  # fmt: skip
    holding = session.get_one(GridVersion, world.grids[0].version_id)
    holding.valid_to = NOW
    session.flush()
    session.add(coming)
    session.flush()
    make_grids(session, 1, version=coming, size=0.016)
    person, tile = reader(app, session, world, Role.BUREAU_TRIAGER), tile_of(map_key(121.402, 31.242), 14)
    _, etag = ask_twice(person, "grids", tile, None)
    assert ask_twice(person, "grids", tile, etag)[0] == 304
    clock.at = NOW
    assert ask_twice(person, "grids", tile, etag)[0] == 200
    assert len(person.tile("grids", tile)) == 1


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("reports/23/0/0", {}, 422, "tile_out_of_range"),
        ("reports/3/8/0", {}, 422, "tile_out_of_range"),
        ("nothing/3/1/1", {}, 404, "not_found"),
        ("reports/3/1/1", {"colour": "red"}, 422, "invalid_input"),
        ("reports/3/1/1", {"area": "x"}, 422, "invalid_input"),
        ("grids/3/-1/1", {}, 404, "not_found"),
        ("grids/3/1/x", {}, 404, "not_found"),
    ],
)
def test_a_tile_that_is_none_is_named(
    app: Flask, session: Session, path: str, query: dict[str, str], status: int, code: str
) -> None:
    person = MapReader(app, session, make_user(session, Role.AUDITOR))
    answer = person.ask(f"/map/tiles/{path}.mvt", **query)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    if query:
        assert answer.json["errors"][0]["code"] == ("bad_area" if "area" in query else "unknown_field")


def test_layers_and_their_tilejson(app: Flask, session: Session) -> None:
    world = make_map_world(session, 0)
    officer = reader(app, session, world, Role.DEPARTMENT_OFFICER)
    assert [layer["id"] for layer in officer.ask("/map/tiles").json["items"]] == [
        "grids",
        "sites",
        "reports",
        "referrals",
    ]
    assert officer.ask("/map/tiles/tasks.json").status_code == 403
    assert officer.ask("/map/tiles/nothing.json").json["code"] == "unknown_map_layer"
    told = officer.ask("/map/tiles/reports.json").json
    assert told["tilejson"] == "3.0.0"
    assert told["tiles"] == ["http://localhost/api/v1/map/tiles/reports/{z}/{x}/{y}.mvt"]
    assert told["bounds"] == pytest.approx([121.4, 31.24, 121.424, 31.244])
    assert {"count", "severity", "captured_at"} <= set(told["vector_layers"][0]["fields"])
    assert officer.client.get("/api/v1/map/tiles").status_code == 401
