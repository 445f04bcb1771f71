"""/session as a phone uses it: the contract's shapes, and refusals that stay although the request was refused."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.domain.vocabulary import Role
from backend.persistence.models import LoginSession, RoleAssignment, User
from backend.services.accounts import hash_password
from tests.conftest import NOW
from tests.factories import STREET, make_user

PASSWORD = "Patrol-2026-x"
DEVICE = {"id": str(uuid.uuid4()), "name": "Redmi", "platform": "android", "app_version": "1.0"}
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def person(app, session):
    user = make_user(session, username="worker01")
    user.password_hash = hash_password(PASSWORD, app.extensions["gridpatrol"].settings)
    session.commit()
    return user


@pytest.fixture
def enter(client):
    def enter(password=PASSWORD, username="worker01", **device):
        body = {"username": username, "password": password, "device": {**DEVICE, **device}}
        return client.post("/api/v1/session", json=body)

    return enter


def bearer(signed_in):
    return {"Authorization": f"Bearer {signed_in.json['access_token']}"}


def test_the_answer_has_the_shape_of_the_contract(person, enter):
    answer = enter()
    assert answer.status_code == 200
    assert set(answer.json) == {"access_token", "refresh_token", "expires_in", "user"}
    assert answer.json["user"] == {
        "id": str(person.id), "username": "worker01", "name": "测试员", "roles": ["grid_worker"], "street": STREET,
    }  # fmt: skip


def test_me(person, client, enter):
    me = client.get("/api/v1/session/me", headers=bearer(enter())).json
    assert me["roles"][0]["role"] == "grid_worker"
    assert "sync.use" in me["permissions"]
    assert "user.read" not in me["permissions"]
    assert me["password_due_at"].startswith("2027-05-19")
    assert len(me["skills"]) == 3


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "worker01", "password": PASSWORD},
        {"username": "worker01", "password": PASSWORD, "device": {}},
        {"username": "worker01", "password": PASSWORD, "device": {"id": "7"}},
        {"username": 1, "password": [], "device": DEVICE},
        {"username": "a\u0000", "password": PASSWORD, "device": DEVICE},
        {"username": "worker01", "password": "a\u0007", "device": DEVICE},
        {"username": "worker01", "password": "x" * 2000, "device": DEVICE},
        {"username": "worker01", "password": "", "device": DEVICE},
        [],
        7,
    ],
)
def test_bodies_that_are_none(client, body):
    answer = client.post("/api/v1/session", json=body)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")


def test_half_a_character_is_no_json(client):
    answer = client.post("/api/v1/session", data=rb'{"username": "\ud800"}', content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (400, "bad_json")
    assert client.post("/api/v1/session").json["code"] == "unsupported_media_type"


def test_failures_are_counted_although_the_request_is_refused(session, person, enter):
    answers = [enter("Wrong-pass-1") for _ in range(5)]
    assert [a.json["code"] for a in answers] == ["bad_credentials"] * 4 + ["account_locked"]
    assert [a.status_code for a in answers] == [401] * 4 + [429]
    assert answers[4].headers["Retry-After"] == "900"
    assert enter().json["code"] == "account_locked"
    session.expire_all()
    assert session.get_one(User, person.id).locked_until is not None


def test_a_password_keeps_its_spaces(app, session, person, enter):
    person.password_hash = hash_password(" Patrol-2026 ", app.extensions["gridpatrol"].settings)
    session.commit()
    assert enter("Patrol-2026").status_code == 401
    assert enter(" Patrol-2026 ").status_code == 200


def test_refresh_and_reuse(session, client, person, enter):
    first = enter()
    second = client.post("/api/v1/session/refresh", json={"refresh_token": first.json["refresh_token"]})
    assert set(second.json) == {"access_token", "refresh_token", "expires_in", "user"}
    assert client.get("/api/v1/session/me", headers=bearer(second)).status_code == 200
    third = client.post("/api/v1/session/refresh", json={"refresh_token": first.json["refresh_token"]})
    assert (third.status_code, third.json["code"]) == (401, "refresh_reused")
    assert third.headers["WWW-Authenticate"].startswith("Bearer")
    ended = client.get("/api/v1/session/me", headers=bearer(second))
    assert (ended.status_code, ended.json["code"]) == (401, "session_ended")
    session.expire_all()
    assert session.scalars(select(LoginSession.end_reason)).all() == ["refresh_reused"]
    assert enter().status_code == 200


def test_unknown_refresh_token(client, person):
    answer = client.post("/api/v1/session/refresh", json={"refresh_token": "x"}, headers=ENGLISH)
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")
    assert answer.json["detail"] == "Please sign in."


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("DELETE", "/api/v1/session", {}),
        ("POST", "/api/v1/session/end", {}),
        ("POST", "/api/v1/session", {"X-HTTP-Method-Override": "DELETE"}),
    ],
)
def test_signing_out_in_every_spelling(client, person, enter, method, path, headers):
    inside = enter()
    assert client.open(path, method=method, headers={**bearer(inside), **headers}).status_code == 204
    answer = client.open(path, method=method, headers={**bearer(inside), **headers})
    assert (answer.status_code, answer.json["code"]) == (401, "session_ended")
    token = {"refresh_token": inside.json["refresh_token"]}
    assert client.post("/api/v1/session/refresh", json=token).json["code"] == "session_ended"


def test_an_expired_token_says_so(client, clock, person, enter):
    inside = enter()
    clock.at = NOW + timedelta(seconds=901)
    answer = client.get("/api/v1/session/me", headers=bearer(inside))
    assert (answer.status_code, answer.json["code"]) == (401, "token_expired")
    fresh = client.post("/api/v1/session/refresh", json={"refresh_token": inside.json["refresh_token"]})
    assert client.get("/api/v1/session/me", headers=bearer(fresh)).status_code == 200


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer a.b.c", "Bearer ÿ", "bearer " + "x" * 5000]
)
def test_headers_that_are_no_token(client, app, header):
    answer = client.get("/api/v1/session/me", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")


def test_whose_roles_have_ended_can_still_leave_but_not_look_around(session, client, clock, person, enter):
    inside = enter()
    session.scalars(select(RoleAssignment).where(RoleAssignment.user_id == person.id)).one().valid_to = NOW.date()
    session.commit()
    assert client.get("/api/v1/workflow", headers=bearer(inside)).json["code"] == "forbidden"
    me = client.get("/api/v1/session/me", headers=bearer(inside))
    assert (me.status_code, me.json["roles"], "sync.use" in me.json["permissions"]) == (200, [], True)
    assert client.delete("/api/v1/session", headers=bearer(inside)).status_code == 204


def test_changing_ones_own_password(client, person, enter):
    here, elsewhere = enter(), enter(id=str(uuid.uuid4()))

    def change(current, new):
        return client.post("/api/v1/session/password", json={"current": current, "new": new}, headers=bearer(here))

    weak = change(PASSWORD, "weak")
    assert (weak.status_code, weak.json["code"]) == (422, "weak_password")
    assert {fault["code"] for fault in weak.json["errors"]} == {"too_short", "too_simple"}
    assert change("Wrong-pass-1", "New-pass-2026").json["code"] == "bad_credentials"
    assert change(PASSWORD, "New-pass-2026").status_code == 204
    assert client.get("/api/v1/session/me", headers=bearer(here)).status_code == 200
    assert client.get("/api/v1/session/me", headers=bearer(elsewhere)).json["code"] == "session_ended"
    assert enter("New-pass-2026").status_code == 200


def test_an_unknown_user_is_told_like_a_wrong_password(client, person, enter):
    unknown, wrong = enter(username="nobody99"), enter("Wrong-pass-1")
    assert unknown.status_code == wrong.status_code == 401
    assert {**unknown.json, "request_id": ""} == {**wrong.json, "request_id": ""}


def test_a_user_without_a_street(app, session, enter):
    user = make_user(session, Role.ADMINISTRATOR, username="admin")
    user.password_hash = hash_password(PASSWORD, app.extensions["gridpatrol"].settings)
    session.commit()
    assert enter(username="admin").json["user"]["street"] is None
