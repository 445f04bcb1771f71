"""/map: GeoJSON points within a box, for whoever may see them, with a cap that is told."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Category, Role
from tests.api.asking import Person
from tests.factories import OTHER_STREET, make_grids, make_officer, make_report, make_site, make_task, make_user

BOX = "121.40,31.24,121.41,31.25"
HERE, THERE = "SRID=4490;POINT(121.405 31.245)", "SRID=4490;POINT(121.5 31.3)"


@pytest.fixture
def bureau(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.BUREAU_TRIAGER))


def found(answer: Any) -> list[str]:
    assert answer["type"] == "FeatureCollection"
    return [feature["id"] for feature in answer["features"]]


def test_reports_in_the_box_newest_first(session: Session, bureau: Person) -> None:
    worker = make_user(session)
    first = make_report(session, worker, position=HERE, category=Category.WATER_VENDING)
    second = make_report(session, worker, position=HERE)
    make_report(session, worker, position=THERE)
    make_report(session, worker)
    answer = bureau.get("/map/reports", bbox=BOX)
    assert found(answer) == [str(second.id), str(first.id)]
    assert answer["truncated"] is False
    assert answer["features"][0]["geometry"] == {"type": "Point", "coordinates": [121.405, 31.245]}
    assert answer["features"][0]["properties"]["status"] == "recorded"
    assert found(bureau.get("/map/reports", bbox=BOX, category="water_vending")) == [str(first.id)]


def test_the_map_shows_only_what_one_may_see(app: Flask, session: Session) -> None:
    worker = make_user(session)
    own = make_report(session, worker, position=HERE)
    make_report(session, make_user(session), position=HERE, street_code=OTHER_STREET)
    assert found(Person(app, session, worker).get("/map/reports", bbox=BOX)) == [str(own.id)]
    assert found(Person(app, session, make_officer(session)).get("/map/reports", bbox=BOX)) == []


def test_more_than_a_map_can_show_is_cut_and_said(
    session: Session, bureau: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.persistence.queries.map.MAX_FEATURES", 2)
    for _ in range(3):
        make_report(session, make_user(session), position=HERE)
        make_site(session, position=HERE)
    for kind in ("reports", "sites"):
        answer = bureau.get(f"/map/{kind}", bbox=BOX)
        assert (len(answer["features"]), answer["truncated"]) == (2, True)


def test_sites_and_tasks(app: Flask, session: Session, bureau: Person) -> None:
    grid = make_grids(session, 1)[0]
    here, there = make_site(session, grid, position=HERE), make_site(session, grid, position=THERE)
    make_site(session, grid)
    at_site = make_task(session, grid, site_id=here.id)
    make_task(session, grid, site_id=there.id)
    in_grid = make_task(session, grid)
    assert found(bureau.get("/map/sites", bbox=BOX)) == [str(here.id)]
    tasks = bureau.get("/map/tasks", bbox=BOX)
    assert found(tasks) == [str(in_grid.id), str(at_site.id)]
    lon, lat = tasks["features"][0]["geometry"]["coordinates"]
    assert 121.40 < lon < 121.404 and 31.24 < lat < 31.244
    assert found(bureau.get("/map/tasks", bbox=BOX, status="done,cancelled")) == []
    assert found(bureau.get("/map/tasks", bbox=BOX, category="water_vending")) == []
    stranger = Person(app, session, make_user(session, street_code=OTHER_STREET))
    assert found(stranger.get("/map/tasks", bbox=BOX)) == found(stranger.get("/map/sites", bbox=BOX)) == []
    Person(app, session, make_officer(session)).get("/map/tasks", expect=403, bbox=BOX)


@pytest.mark.parametrize("kind", ["reports", "sites", "tasks"])
@pytest.mark.parametrize(
    "bbox", ["", "1,2,3", "a,b,c,d", "nan,0,1,1", "inf,0,1,1", "5,5,1,1", "0,-91,1,1", "0,0,181,1"]
)
def test_a_box_that_is_none_is_named(bureau: Person, kind: str, bbox: str) -> None:
    assert bureau.get(f"/map/{kind}", expect=422, bbox=bbox)["code"] == "invalid_input"


def test_a_box_is_needed(bureau: Person) -> None:
    assert bureau.get("/map/reports", expect=422)["errors"][0]["path"] == "bbox"


def test_the_media_type_is_geojson(app: Flask, session: Session, bureau: Person) -> None:
    session.commit()
    answer = bureau._client.get("/api/v1/map/reports", query_string={"bbox": BOX}, headers=bureau._headers)
    assert answer.mimetype == "application/geo+json"
