"""Who answers for which grid, through HTTP: given, ended, listed, and seen by whom."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend.domain.vocabulary import GridRole, GridVersionStatus, Role
from backend.persistence.models import Grid, GridVersion, User
from tests.conftest import NOW
from tests.factories import (
    OTHER_STREET,
    STREET,
    make_grids,
    make_responsible,
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


def test_a_responsibility_from_beginning_to_end(
    client: FlaskClient, session: Session, grids: Sequence[Grid], sign_in: Callable[[User], Headers]
) -> None:
    coordinator = sign_in(make_user(session, Role.STREET_COORDINATOR))
    worker, other = make_user(session), make_user(session)
    worker.name = "张伟"
    session.commit()
    body = {"user_id": str(worker.id), "grid_code": grids[0].code, "role": "lead", "valid_from": "2026-11-20"}
    made = client.post(f"{GRIDS}/responsibilities", json=body, headers=coordinator)
    assert made.status_code == 201
    assert made.json["user_name"] == "张伟" and made.json["valid_to"] is None and made.json["street_code"] == STREET

    taken = client.post(f"{GRIDS}/responsibilities", json={**body, "user_id": str(other.id)}, headers=coordinator)
    assert (taken.status_code, taken.json["code"]) == (409, "lead_taken") and "张伟" in taken.json["detail"]
    foreign = client.post(f"{GRIDS}/responsibilities", json={**body, "grid_code": grids[4].code}, headers=coordinator)
    assert (foreign.status_code, foreign.json["code"]) == (404, "not_found")
    end = f"{GRIDS}/responsibilities/{made.json['id']}/actions/end"
    ended = client.post(end, json={"valid_to": "2026-12-01"}, headers=coordinator)
    assert (ended.status_code, ended.json["valid_to"]) == (200, "2026-12-01")
    again = client.post(end, json={"valid_to": "2026-12-01"}, headers=coordinator)
    assert (again.status_code, again.json["code"]) == (409, "already_ended")
    assert client.post(end, json={"valid_to": "2026-11-20"}, headers=coordinator).status_code == 204
    assert client.get(f"{GRIDS}/responsibilities", headers=coordinator).json["items"] == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"valid_from": "2026-02-30"}, "valid_from"),
        ({"valid_from": "0001-01-01"}, "valid_from"),
        ({"valid_from": 20261120}, "valid_from"),
        ({"role": "boss"}, "role"),
        ({"user_id": "1"}, "user_id"),
        ({"grid_code": "３１０１０７００５００１００１"}, "grid_code"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_responsibility_of_the_wrong_shape(
    client: FlaskClient, bureau: Headers, change: dict[str, object], path: str
) -> None:
    body = {
        "user_id": "0197a5a0-0000-7000-8000-000000000000",
        "grid_code": f"{STREET}001001",
        "role": "lead",
        "valid_from": "2026-11-20",
    }
    sent = client.post(f"{GRIDS}/responsibilities", json={**body, **change}, headers=bureau)
    assert (sent.status_code, sent.json["code"]) == (422, "invalid_input")
    assert [one["path"] for one in sent.json["errors"]] == [path]


def test_who_sees_and_gives_responsibilities(
    client: FlaskClient, session: Session, grids: Sequence[Grid], sign_in: Callable[[User], Headers]
) -> None:
    worker, colleague, far = make_user(session), make_user(session), make_user(session)
    make_responsible(session, worker, grids[:1])
    make_responsible(session, colleague, grids[:1], GridRole.BACKUP)
    make_responsible(session, colleague, grids[1:2])
    make_responsible(session, far, grids[4:5])
    counts = {
        worker: 2,
        make_user(session, Role.STREET_COORDINATOR): 3,
        make_user(session, Role.AUDITOR): 4,
        make_user(session): 0,
    }
    for person, count in counts.items():
        headers = sign_in(person)
        assert len(client.get(f"{GRIDS}/responsibilities", headers=headers).json["items"]) == count
    for role in (Role.GRID_WORKER, Role.CITY_OPERATIONS, Role.AUDITOR):
        headers = sign_in(make_user(session, role))
        assert client.post(f"{GRIDS}/responsibilities", json={}, headers=headers).status_code in (403, 422)
        body = {"user_id": str(far.id), "grid_code": grids[0].code, "role": "helper", "valid_from": "2026-11-20"}
        assert client.post(f"{GRIDS}/responsibilities", json=body, headers=headers).status_code == 403


def test_responsibilities_page_and_filter(
    client: FlaskClient, session: Session, grids: Sequence[Grid], bureau: Headers, count_queries: Watch
) -> None:
    worker = make_user(session)
    make_responsible(session, worker, grids)
    make_responsible(session, make_user(session), grids[:2], GridRole.BACKUP, until=TODAY)
    session.commit()

    def count(query: str) -> int:
        return len(client.get(f"{GRIDS}/responsibilities?{query}", headers=bureau).json["items"])

    assert count("") == 8
    assert count("on=2026-11-20") == 6
    assert count("role=backup") == 2
    assert count(f"user_id={worker.id}") == 6
    assert count(f"grid_code={grids[0].code}") == 2
    assert count(f"street={OTHER_STREET}") == 2
    seen, cursor = [], ""
    while cursor is not None:
        with count_queries() as statements:
            page = client.get(f"{GRIDS}/responsibilities?limit=3&cursor={cursor}", headers=bureau).json
        assert len(statements) <= 4  # who asks (three at most), the page
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert len(set(seen)) == len(seen) == 8 and seen == sorted(seen, reverse=True)


def test_responsibilities_without_a_grid(
    client: FlaskClient, session: Session, grids: Sequence[Grid], bureau: Headers
) -> None:
    worker = make_user(session)
    make_responsible(session, worker, grids[3:4])
    make_responsible(session, worker, grids[:1])
    old = session.get_one(GridVersion, grids[0].version_id)
    old.valid_to, old.status = NOW - timedelta(days=1), GridVersionStatus.REPLACED
    session.flush()
    make_grids(session, 2, valid_from=NOW - timedelta(days=1))
    session.commit()
    items = client.get(f"{GRIDS}/responsibilities/without-grid", headers=bureau).json["items"]
    assert [(one["grid_code"], one["user_id"]) for one in items] == [(grids[3].code, str(worker.id))]
    before = client.get(f"{GRIDS}/responsibilities/without-grid?on=2026-11-10", headers=bureau).json["items"]
    assert before == []
