"""The map and places through HTTP: who sees what, paging, bad parameters, and the number of statements."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from shapely.geometry import shape
from sqlalchemy.orm import Session

from backend.domain.vocabulary import GridRole, GridVersionStatus, Role, TaskStatus
from backend.persistence.models import Grid, GridVersion, User
from tests.conftest import NOW
from tests.factories import (
    OTHER_STREET,
    STREET,
    make_grids,
    make_responsible,
    make_task,
    make_user,
    token_for,
)

Watch = Callable[[], AbstractContextManager[list[str]]]
Headers = dict[str, str]
ORIGIN, SIZE = (121.40, 31.24), 0.004
TODAY = date(2026, 11, 20)
GRIDS = "/api/v1/grids"


@pytest.fixture
def sign_in(app: Flask, session: Session) -> Callable[[User], Headers]:
    """Headers of a person."""

    def headers(user: User) -> Headers:
        token = token_for(app, session, user)
        session.commit()
        return {"Authorization": f"Bearer {token}", "Accept-Language": "en"}

    return headers


@pytest.fixture
def grids(session: Session) -> Sequence[Grid]:
    """Four grids in one street, two in another, one version."""
    first = make_grids(session)
    version = session.get_one(GridVersion, first[0].version_id)
    return [*first, *make_grids(session, 2, street_code=OTHER_STREET, origin=(121.45, 31.20), version=version)]


@pytest.fixture
def bureau(session: Session, sign_in: Callable[[User], Headers]) -> Headers:
    return sign_in(make_user(session, Role.BUREAU_TRIAGER))


def test_the_map_is_geojson(client: FlaskClient, session: Session, grids: Sequence[Grid], bureau: Headers) -> None:
    worker = make_user(session)
    worker.name = "张伟"
    make_responsible(session, worker, grids[:1])
    make_responsible(session, make_user(session), grids[1:2], GridRole.BACKUP)
    make_responsible(session, make_user(session), grids[2:3], until=TODAY)
    session.commit()
    sent = client.get(GRIDS, headers=bureau)
    assert sent.mimetype == "application/geo+json" and sent.json["type"] == "FeatureCollection"
    features = sent.json["features"]
    assert [one["id"] for one in features] == [grid.code for grid in grids]
    assert [one["properties"]["lead"] for one in features] == [{"id": str(worker.id), "name": "张伟"}] + [None] * 5
    assert features[0]["properties"]["street_name"] == "曹杨新村街道"
    assert shape(features[0]["geometry"]).bounds == pytest.approx((*ORIGIN, ORIGIN[0] + SIZE, ORIGIN[1] + SIZE))


def test_box_street_and_code_narrow(client: FlaskClient, grids: Sequence[Grid], bureau: Headers) -> None:
    def codes(query: str) -> list[str]:
        return [one["id"] for one in client.get(f"{GRIDS}?{query}", headers=bureau).json["features"]]

    assert codes(f"bbox=121.4041,31.2401,121.4079,31.2402&street={STREET}") == [grids[1].code]
    assert codes("bbox=121.44,31.19,121.46,31.21") == [grids[4].code, grids[5].code]
    assert codes("bbox=120,30,120.1,30.1") == []
    assert codes(f"street={OTHER_STREET}") == [grids[4].code, grids[5].code]
    assert codes(f"code={grids[2].code}") == [grids[2].code]


def test_pages_join_without_loss(
    client: FlaskClient, grids: Sequence[Grid], bureau: Headers, count_queries: Watch
) -> None:
    seen, cursor, counts = [], "", set()
    while cursor is not None:
        with count_queries() as statements:
            page = client.get(f"{GRIDS}?limit=2&cursor={cursor}", headers=bureau).json
        counts.add(len(statements))
        seen += [one["id"] for one in page["features"]]
        cursor = page["next_cursor"]
    assert seen == [grid.code for grid in grids]
    with count_queries() as statements:
        client.get(GRIDS, headers=bureau)
    assert counts == {len(statements)}


def test_everybody_sees_his_own(
    client: FlaskClient, session: Session, grids: Sequence[Grid], sign_in: Callable[[User], Headers]
) -> None:
    worker = make_user(session)
    make_responsible(session, worker, grids[:1])
    make_responsible(session, worker, grids[3:4], until=TODAY)
    make_task(session, grids[1], worker)
    make_task(session, grids[2], worker, status=TaskStatus.DONE)
    people = {
        worker: grids[:2],
        make_user(session): [],
        make_user(session, Role.STREET_COORDINATOR, street_code=OTHER_STREET): grids[4:],
        make_user(session, Role.CITY_OPERATIONS): grids,
        make_user(session, Role.ADMINISTRATOR): grids,
        make_user(session, Role.AUDITOR): grids,
    }
    for person, wanted in people.items():
        sent = client.get(GRIDS, headers=sign_in(person)).json
        assert [one["id"] for one in sent["features"]] == [grid.code for grid in wanted]
    assert client.get(GRIDS).status_code == 401


def test_as_it_was_and_in_one_version(
    client: FlaskClient, session: Session, grids: Sequence[Grid], bureau: Headers
) -> None:
    old = session.get_one(GridVersion, grids[0].version_id)
    old.valid_to, old.status = NOW - timedelta(days=1), GridVersionStatus.REPLACED
    session.flush()
    new = make_grids(session, 3, size=SIZE / 2, valid_from=NOW - timedelta(days=1))
    session.commit()
    past = (NOW - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert len(client.get(GRIDS, headers=bureau).json["features"]) == len(new)
    assert len(client.get(f"{GRIDS}?at={past}", headers=bureau).json["features"]) == len(grids)
    assert len(client.get(f"{GRIDS}?version={old.id}", headers=bureau).json["features"]) == len(grids)
    unknown = client.get(f"{GRIDS}?version=00000000-0000-7000-8000-000000000000", headers=bureau)
    assert (unknown.status_code, unknown.json["code"]) == (404, "not_found")
    spot = f"lon={ORIGIN[0] + SIZE * 0.75}&lat={ORIGIN[1] + SIZE / 4}"
    assert client.get(f"{GRIDS}/locate?{spot}&at={past}", headers=bureau).json["grid_code"] == grids[0].code
    assert client.get(f"{GRIDS}/locate?{spot}", headers=bureau).json["grid_code"] == new[1].code


def test_locate_tells_shares(client: FlaskClient, grids: Sequence[Grid], bureau: Headers) -> None:
    border = f"lon={ORIGIN[0] + SIZE}&lat={ORIGIN[1] + SIZE / 2}&accuracy_m=30"
    found = client.get(f"{GRIDS}/locate?{border}&prefer={grids[1].code}", headers=bureau).json
    assert (found["verdict"], found["grid_code"], found["grid_name"]) == ("borderline", grids[1].code, grids[1].name)
    assert [round(one["share"], 2) for one in found["candidates"]] == [0.5, 0.5]
    outside = client.get(f"{GRIDS}/locate?lon=121.399&lat=31.241", headers=bureau).json
    assert (outside["verdict"], outside["grid_code"]) == ("outside", None) and outside["distance_m"] > 50


@pytest.mark.parametrize(
    "query",
    [
        "lon=NaN&lat=31",
        "lon=121&lat=Infinity",
        "lon=181&lat=31",
        "lon=121&lat=1e308",
        "lon=121",
        "lon=121&lat=31&accuracy_m=-1",
        "lon=121&lat=31&accuracy_m=nan",
        "lon=121&lat=31&datum=mars",
        "lon=121&lat=31&at=yesterday",
        "lon=121&lat=31&at=2026-11-20T10:00:00",
        "lon=121&lat=31&prefer=1",
        "lon=121&lat=31&extra=1",
    ],
)
def test_locate_refuses_what_is_no_place(client: FlaskClient, bureau: Headers, query: str) -> None:
    sent = client.get(f"{GRIDS}/locate?{query}", headers=bureau)
    assert (sent.status_code, sent.json["code"]) == (422, "invalid_input")


@pytest.mark.parametrize(
    "query",
    [
        "bbox=1,2,3",
        "bbox=1,2,3,4,5",
        "bbox=NaN,31,122,32",
        "bbox=122,31,121,32",
        "bbox=121,95,122,96",
        "bbox=1e999,31,122,32",
        "bbox=",
        "limit=0",
        "limit=100000",
        "limit=1e3",
        "street=31010700",
        "version=1",
        "at=9999-12-31T23:59:59Z",
    ],
)
def test_the_map_refuses_bad_parameters(client: FlaskClient, bureau: Headers, query: str) -> None:
    sent = client.get(f"{GRIDS}?{query}", headers=bureau)
    assert (sent.status_code, sent.json["code"]) == (422, "invalid_input")


@pytest.mark.parametrize("cursor", ["x", "%F0%9F%90%BC", "MTIz", "=", "MzEwMTA3MDA1MDAxMDAx0", "../.."])
def test_a_wrong_cursor_is_told(client: FlaskClient, bureau: Headers, cursor: str) -> None:
    for path in ("", "/without-lead", "/responsibilities", "/responsibilities/without-grid"):
        sent = client.get(f"{GRIDS}{path}?cursor={cursor}", headers=bureau)
        assert (sent.status_code, sent.json["code"]) == (422, "bad_cursor"), path


def test_grids_without_a_lead(
    client: FlaskClient, session: Session, grids: Sequence[Grid], bureau: Headers, sign_in: Callable[[User], Headers]
) -> None:
    make_responsible(session, make_user(session), grids[:1])
    make_responsible(session, make_user(session), grids[1:2], GridRole.BACKUP)
    make_responsible(session, make_user(session), grids[2:3], since=TODAY + timedelta(days=1))
    session.commit()

    def lacking(query: str, headers: Headers = bureau) -> list[tuple[str, int]]:
        items = client.get(f"{GRIDS}/without-lead?{query}", headers=headers).json["items"]
        return [(one["code"], one["others"]) for one in items]

    assert lacking("") == [(grids[1].code, 1), (grids[2].code, 0), *((grid.code, 0) for grid in grids[3:])]
    assert (grids[2].code, 0) not in lacking("on=2026-11-21")
    assert lacking(f"street={OTHER_STREET}") == [(grid.code, 0) for grid in grids[4:]]
    coordinator = sign_in(make_user(session, Role.STREET_COORDINATOR, street_code=STREET))
    assert [code for code, _ in lacking("", coordinator)] == [grid.code for grid in grids[1:4]]


def test_choosing_a_grid_needs_words_and_no_polygons(
    client: FlaskClient, session: Session, grids: Sequence[Grid], bureau: Headers
) -> None:
    grids[1].name = "枫桥第%网格"
    session.commit()
    found = client.get(GRIDS, query_string={"q": "第%网", "geometry": "false"}, headers=bureau).json["features"]
    assert [(one["id"], one["geometry"]) for one in found] == [(grids[1].code, None)]
    by_code = client.get(GRIDS, query_string={"q": grids[2].code[-6:]}, headers=bureau).json["features"]
    assert [one["geometry"]["type"] for one in by_code if one["id"] == grids[2].code] == ["MultiPolygon"]
