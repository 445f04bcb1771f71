"""Application passwords: made, used by a program, ended; and everything that they do not open."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.domain.vocabulary import Role
from backend.persistence.models import AppPassword, AppPasswordFailure, Event, RoleAssignment, User
from backend.services import accounts
from tests.api.caller import Caller
from tests.conftest import NOW
from tests.factories import LONG_AGO, actor_of, make_report, make_user

BASE = "/api/v1/session/app-passwords"
ITEMS = "/ogc/collections/reports/items"


def basic(username: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()}


@pytest.fixture
def owner(session: Session) -> User:
    return make_user(session, Role.STREET_COORDINATOR, username="coordinator01")


@pytest.fixture
def desk(app: Flask, session: Session, client: FlaskClient, owner: User) -> Caller:
    return Caller(app, session, client, owner, BASE)


@pytest.fixture
def password(desk: Caller) -> str:
    made = desk.post(body={"name": "QGIS"})
    assert made.status_code == 201, made.text
    return made.json["password"]


class Program:
    """A GIS with a user name and a password."""

    def __init__(self, client: FlaskClient, session: Session, username: str, password: str) -> None:
        self.client, self.session, self.headers = client, session, basic(username, password)

    def get(self, path: str = ITEMS, method: str = "GET") -> TestResponse:
        self.session.commit()
        return self.client.open(path, method=method, headers=self.headers)

    def refused(self, path: str = ITEMS, method: str = "GET") -> tuple[int, str]:
        reply = self.get(path, method)
        return reply.status_code, reply.json["code"]


@pytest.fixture
def qgis(client: FlaskClient, session: Session, password: str) -> Program:
    return Program(client, session, "coordinator01", password)


def test_made_shown_once_listed_and_never_kept(session: Session, desk: Caller, owner: User) -> None:
    made = desk.post(body={"name": " QGIS 办公室 ", "days": 30}).json
    assert (made["username"], made["name"], made["last_used_at"]) == ("coordinator01", "QGIS 办公室", None)
    assert made["expires_at"] == (NOW + timedelta(days=30)).isoformat()
    assert desk.get().json == {"items": [{k: v for k, v in made.items() if k not in ("username", "password")}]}
    kept = session.scalars(select(AppPassword)).one()
    assert kept.token_sha256 and made["password"] not in str(vars(kept))
    told = session.scalars(select(Event).where(Event.action == "app_password_made")).one()
    assert made["password"] not in str(told.data)
    # half a year unless another time is asked for
    assert desk.post(body={"name": "x"}).json["expires_at"] == (NOW + timedelta(days=180)).isoformat()


def test_a_program_sees_what_its_owner_sees(session: Session, desk: Caller, qgis: Program, owner: User) -> None:
    report = make_report(session, make_user(session))
    make_report(session, make_user(session), street_code="310107014")
    reply = qgis.get()
    assert [feature["id"] for feature in reply.json["features"]] == [str(report.id)]
    assert qgis.get(method="HEAD").status_code == 200
    assert desk.get().json["items"][0]["last_used_at"] == NOW.isoformat()


def test_capitals_spaces_and_no_dashes(client: FlaskClient, session: Session, password: str) -> None:
    for spelled in (password.upper(), password.replace("-", ""), f" {password} "):
        assert Program(client, session, "Coordinator01", spelled).get().status_code == 200


def test_when_it_was_used_is_not_written_each_time(
    session: Session, clock: Any, desk: Caller, qgis: Program, count_queries: Any
) -> None:
    qgis.get()
    with count_queries() as seen:
        qgis.get()
    assert not [statement for statement in seen if statement.startswith("UPDATE")]
    clock.at = NOW + timedelta(minutes=11)
    qgis.get()
    assert session.scalars(select(AppPassword.last_used_at)).one() == clock.at


@pytest.mark.parametrize(
    ("path", "method"),
    [("/api/v1/session/me", "GET"), ("/api/v1/reports", "GET"), (BASE, "GET"), (BASE, "POST"),
     ("/api/v1/map/reports?bbox=1,1,2,2", "GET"),
     ("/ogcx", "GET"), ("/api/v1/map/tilesx", "GET"), ("/api/v1/ogc/collections", "GET")],
)  # fmt: skip
def test_it_opens_nothing_else(qgis: Program, path: str, method: str) -> None:
    reply = qgis.get(path, method)
    assert reply.status_code in (401, 404)
    assert "Basic" not in reply.headers.get("WWW-Authenticate", "")


def test_only_reading(qgis: Program) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert qgis.get(method=method).status_code == 405


def test_the_accounts_own_password_opens_nothing(
    app: Flask, client: FlaskClient, session: Session, owner: User, password: str
) -> None:
    owner.password_hash = accounts.hash_password("Patrol-2026-x", app.extensions["gridpatrol"].settings)
    assert Program(client, session, "coordinator01", "Patrol-2026-x").refused() == (401, "bad_app_password")
    # nor does it take the account a step towards being locked
    assert session.get_one(User, owner.id).failed_logins == 0


def test_somebody_elses_name_with_a_right_password(client: FlaskClient, session: Session, password: str) -> None:
    make_user(session, username="other")
    assert Program(client, session, "other", password).refused() == (401, "bad_app_password")
    for hostile in ("", "\x00", "x" * 5000, "密码", ":"):
        assert Program(client, session, "coordinator01", hostile).refused() == (401, "bad_app_password")
        assert Program(client, session, hostile, password).refused() == (401, "bad_app_password")
    for header in ("Basic", "Basic !!!", "Basic " + base64.b64encode(b"nocolon").decode()):
        assert client.get(ITEMS, headers={"Authorization": header}).status_code == 401


def test_the_challenge(client: FlaskClient) -> None:
    assert client.get(ITEMS).headers["WWW-Authenticate"] == 'Basic realm="gridpatrol", charset="UTF-8"'
    assert client.get("/api/v1/reports").headers["WWW-Authenticate"].startswith("Bearer")


def test_ended_by_its_owner(desk: Caller, qgis: Program, client: FlaskClient) -> None:
    listed = desk.get().json["items"][0]["id"]
    assert desk.post(f"/{listed}/end").status_code == 204
    assert qgis.refused() == (401, "session_ended")
    assert desk.get().json == {"items": []}
    assert client.delete(f"{BASE}/{listed}", headers=desk._headers).status_code == 204  # again does no harm


def test_nobody_ends_anothers(app: Flask, session: Session, client: FlaskClient, desk: Caller, qgis: Program) -> None:
    listed = desk.get().json["items"][0]["id"]
    other = Caller(app, session, client, make_user(session, Role.ADMINISTRATOR), BASE)
    assert other.post(f"/{listed}/end").json["code"] == "not_found"
    assert other.get().json == {"items": []} and qgis.get().status_code == 200


def test_it_ends_by_its_time(clock: Any, qgis: Program) -> None:
    clock.at = NOW + timedelta(days=180, seconds=-1)
    assert qgis.get().status_code == 200
    clock.at = NOW + timedelta(days=180)
    assert qgis.refused() == (401, "session_ended")


def test_it_ends_with_the_account_and_with_its_password(
    app: Flask, session: Session, desk: Caller, owner: User, qgis: Program
) -> None:
    administrator = actor_of(make_user(session, Role.ADMINISTRATOR), Role.ADMINISTRATOR)
    settings = app.extensions["gridpatrol"].settings
    accounts.disable_user(session, administrator, owner.id, now=NOW)
    assert qgis.refused() == (401, "session_ended")
    accounts.enable_user(session, administrator, owner.id, now=NOW)
    assert qgis.refused() == (401, "session_ended")  # what has ended stays ended
    _, text = accounts.create_app_password(session, actor_of(owner, Role.STREET_COORDINATOR), "x", None, now=NOW)
    again = Program(qgis.client, session, "coordinator01", text)
    assert again.get().status_code == 200
    accounts.reset_password(session, administrator, owner.id, "Better-pass-2027", now=NOW, settings=settings)
    assert again.refused() == (401, "session_ended")
    ended = session.scalars(select(AppPassword.end_reason).order_by(AppPassword.seq)).all()
    assert ended == ["user_disabled", "password_changed"]


def test_it_ends_with_the_role(session: Session, owner: User, qgis: Program) -> None:
    session.scalars(select(RoleAssignment).where(RoleAssignment.user_id == owner.id)).one().valid_to = NOW.date()
    assert qgis.refused() == (403, "forbidden")
    held = RoleAssignment(id=owner.id, user_id=owner.id, role=Role.AUDITOR, valid_from=LONG_AGO)
    session.add(held)
    assert qgis.get().status_code == 200


def test_wrong_ones_are_told_to_wait_but_a_right_one_opens(
    client: FlaskClient, session: Session, clock: Any, qgis: Program
) -> None:
    for name in ("coordinator01", "nobody-of-that-name"):
        wrong = Program(client, session, name, "wrong")
        assert [wrong.refused()[0] for _ in range(20)] == [401] * 20
        reply = wrong.get()
        assert (reply.status_code, reply.headers["Retry-After"]) == (429, "60")
    assert qgis.get().status_code == 200
    clock.at = NOW + timedelta(seconds=60)
    assert Program(client, session, "coordinator01", "wrong").refused() == (401, "bad_app_password")
    assert len(session.scalars(select(AppPasswordFailure)).all()) == 2


def test_how_many_and_how_long(desk: Caller) -> None:
    assert desk.post(body={"name": "x", "days": 366}).json["code"] == "app_password_too_long"
    for number in range(10):
        assert desk.post(body={"name": f"{number}"}).status_code == 201
    assert desk.post(body={"name": "one too many"}).json["code"] == "too_many_app_passwords"
    assert desk.post(f"/{desk.items('id')[0]}/end").status_code == 204
    assert desk.post(body={"name": "again"}).status_code == 201


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": " "}, {"name": "x" * 101}, {"name": "x", "days": 0}, {"name": "x", "days": 367}]
)
def test_what_is_no_name_or_time(desk: Caller, body: dict[str, Any]) -> None:
    assert desk.post(body=body).json["code"] in ("invalid_input",)


def test_who_has_no_role_makes_none(app: Flask, session: Session, client: FlaskClient) -> None:
    assert Caller(app, session, client, make_user(session, None), BASE).post(body={"name": "x"}).status_code == 403
