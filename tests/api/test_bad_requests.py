"""Addresses, methods, tokens and languages that are wrong or not one's own. Not here: bodies (test_bad_input.py)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from backend.domain.vocabulary import Role
from backend.persistence.models import Report, Site, SyncItem
from backend.services.accounts.tokens import AccessClaims, make_access_token
from tests.api.asking import Asker, told
from tests.factories import OTHER_STREET, make_grids, make_login, make_user, token_for
from tests.phone import Phone, item, report_payload

PLACE = {
    "name": "示例诊所",
    "category": "illegal_practice",
    "position": {"lon": 121.402, "lat": 31.242, "datum": "wgs84"},
}


@pytest.fixture
def coordinator(app, session, client):
    make_grids(session, 2)
    token = token_for(app, session, make_user(session, Role.STREET_COORDINATOR))
    session.commit()
    return Asker(client, token)


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize(
    "name",
    ["1", "x", "0", "null", "00000000-0000-0000-0000-00000000000",
     "{00000000-0000-7000-8000-000000000000}", "%00", "..",
     "0198c0de00007000800000000000000", "0198c0de-0000-7000-8000-00000000000g", "%F0%9F%98%80", "a" * 5_000,
     "%2e%2e%2f", "%ED%A0%80"],
    ids=lambda name: name[:20],
)  # fmt: skip
def test_ids_that_are_none(coordinator, name):
    for path in (
        "/tasks",
        "/sites",
        "/reports",
        "/referrals",
        "/users",
        "/grids/versions",
        "/media",
        "/uploads",
        "/rule-sets",
    ):
        reply = coordinator.get(f"{path}/{name}")
        assert told(reply) in ((404, "not_found"), (405, "method_not_allowed")), path


READ_BY_ID = {
    "/tasks": "task_id", "/sites": "site_id", "/reports": "report_id", "/referrals": "referral_id",
    "/grids/versions": "version_id", "/users": "user_id",
    "/rule-sets": "rule_set_id",
}  # fmt: skip


def test_ids_unknown_and_ids_of_another_kind(world, client):
    asker = Asker(client, world.tokens[Role.ADMINISTRATOR])
    for path, own in READ_BY_ID.items():
        assert asker.get(f"{path}/{world.one(own)}").status_code == 200, path
        assert told(asker.get(f"{path}/{uuid4()}")) == (404, "not_found")
        for other in set(READ_BY_ID.values()) - {own}:
            assert told(asker.get(f"{path}/{world.one(other)}")) == (404, "not_found"), (path, other)


def test_what_is_another_streets_is_not_there(app, session, world, client):
    token = token_for(app, session, make_user(session, Role.STREET_COORDINATOR, street_code=OTHER_STREET))
    session.commit()
    stranger = Asker(client, token)
    for path in ("/tasks", "/sites", "/reports", "/referrals", "/users"):
        one = f"{path}/{world.one(READ_BY_ID[path])}"
        assert told(stranger.get(one)) == (404, "not_found"), path
        assert stranger.get(path).json["items"] == [] or path == "/users"
    task, site = world.one("task_id"), world.one("site_id")
    assert told(stranger.post(f"/tasks/{task}/actions/cancel", {"reason": "x"})) == (404, "not_found")
    assert told(stranger.post(f"/sites/{site}/actions/close", {"reason": "x"})) == (404, "not_found")
    assert told(stranger.post(f"/sites/{site}", {"name": "x"})) == (404, "not_found")
    assert told(stranger.get(f"/history?subject_type=task&subject_id={task}")) == (404, "not_found")
    assert told(stranger.get(f"/media/{world.one('sha256')}")) == (404, "not_found")
    assert told(stranger.post(f"/devices/{world.one('device_id')}/actions/revoke", None)) == (404, "not_found")


def test_methods_an_address_does_not_take(coordinator):
    for method, path, allowed in (
        ("DELETE", "/tasks", {"GET", "HEAD", "POST", "OPTIONS"}),
        ("PUT", "/session/me", {"GET", "HEAD", "OPTIONS"}),
        ("GET", "/sync", {"POST", "OPTIONS"}),
        ("TRACE", "/reports", {"GET", "HEAD", "OPTIONS"}),
    ):
        reply = coordinator.send(method, path)
        assert told(reply) == (405, "method_not_allowed"), path
        assert {name.strip() for name in reply.headers["Allow"].split(",")} == allowed


def test_the_method_in_a_header_cannot_be_misused(coordinator, session):
    override = "X_HTTP_Method_Override"
    for wrong in ("TRACE", "CONNECT", "NONSENSE", "GET\tHEAD", "", "POST"):
        made = coordinator.post("/sites", PLACE, **{override: wrong})
        assert made.status_code == 201, wrong  # ignored: it is the POST that it is
    assert told(coordinator.post("/tasks", {}, **{override: "DELETE"})) == (405, "method_not_allowed")
    # only a POST may stand for something else: a GET must never write
    before = count(session, Site)
    assert coordinator.send("GET", "/sites", **{override: "POST"}).status_code == 200
    assert coordinator.get("/tasks", **{override: "DELETE"}).status_code == 200
    assert count(session, Site) == before
    # and it needs the same token as the method it stands for
    bare = coordinator.client.post("/api/v1/session", headers={"X-HTTP-Method-Override": "DELETE"})
    assert told(bare) == (401, "unauthenticated")


# who asks


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b.c", "Bearer " + "a" * 9_000, "bearer null", "Bearer \xff"],
)
def test_tokens_that_are_none(client, value):
    for path in ("/tasks", "/session/me", "/reports"):
        reply = client.get(f"/api/v1{path}", headers={"Authorization": value})
        assert told(reply) == (401, "unauthenticated")
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_that_ends_in_the_middle_of_a_sync(app, session, client, clock):
    user = make_user(session)
    make_grids(session, 2)
    login = make_login(session, user)
    keys = app.extensions["gridpatrol"].gateways.keys
    short = make_access_token(keys, AccessClaims(login.id, user.id), clock.now(), 900)
    session.commit()
    phone = Phone(client, short, clock.now())
    sent = [item("report.submit", report_payload()) for _ in range(3)]
    clock.at += timedelta(seconds=901)
    assert told(phone.post(sent)) == (401, "token_expired")
    assert (count(session, SyncItem), count(session, Report)) == (0, 0)
    phone.token = make_access_token(keys, AccessClaims(login.id, user.id), clock.now(), 900)
    assert [one["result"] for one in phone.post(sent).json["receipts"]] == ["accepted"] * 3
    assert [one["replayed"] for one in phone.post(sent).json["receipts"]] == [True] * 3
    assert count(session, Report) == 3


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (None, "找不到"), ("zh-CN", "找不到"), ("zh", "找不到"), ("fr", "找不到"), ("*", "找不到"), ("xx;q=nonsense", "找不到"),
        ("en", "Not found"), ("en-GB,en;q=0.9", "Not found"), ("fr, en;q=0.5", "Not found"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "找不到"), ("en;q=0.1, zh;q=0.9", "找不到"), ("a" * 4_000, "找不到"),
    ],
)  # fmt: skip
def test_the_code_is_the_same_in_every_language(session, coordinator, language, sentence):
    headers = {"Accept_Language": language} if language else {}
    reply = coordinator.get(f"/sites/{uuid4()}", **headers)
    assert told(reply) == (404, "not_found")
    assert reply.json["detail"].startswith(sentence)
    wrong = coordinator.post("/sites", {**PLACE, "name": ""}, **headers)
    assert [(fault["path"], fault["code"]) for fault in wrong.json["errors"]] == [("name", "bad_length")]
    english = sentence == "Not found"
    assert wrong.json["errors"][0]["message"].isascii() is english
