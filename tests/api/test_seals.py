"""/history/seals: for auditors; a seal is checked when it is asked for."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Role
from backend.services.history import record
from backend.services.seals import seal_restored
from tests.api.caller import Caller
from tests.conftest import NOW
from tests.factories import make_user


@pytest.fixture
def asks(app: Flask, session: Session, client: FlaskClient):
    return lambda role: Caller(app, session, client, make_user(session, role), "/api/v1/history/seals")


@pytest.fixture
def sealed(app: Flask, session: Session) -> None:
    """Two seals. Nobody else is at work here, so the horizon need not be waited for."""
    for number in range(2):
        record(session, at=NOW, actor=None, subject_type="task", subject_id=str(number), action="create")
        session.flush()
        keys = app.extensions["gridpatrol"].gateways.keys
        seal_restored(session, keys, now=NOW, algorithm="sha-256")
    session.flush()


def test_seals_are_listed_newest_first_and_chained(asks, sealed: None) -> None:
    auditor = asks(Role.AUDITOR)
    newest = auditor.get(limit=1).json
    oldest = auditor.get(limit=1, cursor=newest["next_cursor"]).json
    assert oldest["next_cursor"] is None
    (second,), (first,) = newest["items"], oldest["items"]
    assert (first["number"], second["number"]) == (1, 2)
    assert (first["previous_hash"], second["previous_hash"]) == (None, first["hash"])
    assert first["event_count"] == 1 and first["algorithm"] == "sha-256"


def test_a_seal_is_checked(asks, sealed: None, session: Session) -> None:
    auditor = asks(Role.AUDITOR)
    answer = auditor.get("/2").json
    assert (answer["seal"]["number"], answer["whole"], answer["discrepancies"]) == (2, True, [])
    session.execute(text("ALTER TABLE events DISABLE TRIGGER events_append_only"))
    session.execute(text("UPDATE events SET action = 'close' WHERE subject_id = '1'"))
    session.execute(text("ALTER TABLE events ENABLE TRIGGER events_append_only"))
    answer = auditor.get("/2").json
    assert answer["whole"] is False
    assert [(f["kind"], f["seal"], f["position"]) for f in answer["discrepancies"]] == [("changed", 2, 1)]
    assert auditor.get("/1").json["whole"] is True


@pytest.mark.parametrize("number", ["/3", "/0", "/9223372036854775808", "/x", "/-1"])
def test_no_such_seal(asks, sealed: None, number: str) -> None:
    assert asks(Role.AUDITOR).get(number).status_code == 404


@pytest.mark.parametrize("role", [Role.GRID_WORKER, Role.STREET_COORDINATOR, Role.BUREAU_TRIAGER])
def test_only_auditors_and_administrators_read_seals(asks, role: Role) -> None:
    assert asks(role).get().json["code"] == "forbidden"
    assert asks(role).get("/1").json["code"] == "forbidden"
