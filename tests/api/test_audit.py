"""For auditors: the history by who, what and when; who read what is sealed away; the chain checked a part at a time."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.api.schemas.audit import CheckedChainSchema
from backend.api.schemas.history import EventPageSchema
from backend.domain.vocabulary import Role
from backend.persistence.models import Event
from backend.services.history import record
from backend.services.seals import seal_restored
from tests.api.asking import Person
from tests.conftest import NOW
from tests.factories import actor_of, make_penalty, make_referral, make_report, make_transfer, make_user


@pytest.fixture
def auditor(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.AUDITOR))


def happened(session: Session, actor: Any, kind: str, subject: str, action: str, hours: int = 0) -> None:
    record(
        session, at=NOW - timedelta(hours=hours), actor=actor, subject_type=kind, subject_id=subject, action=action
    )  # fmt: skip
    session.flush()


def found(person: Person, **query: Any) -> list[tuple[str, str, str]]:
    page = person.get("/history/events", **query)
    assert not EventPageSchema().validate(page)
    return [(item["subject_type"], item["subject_id"], item["action"]) for item in page["items"]]


def test_every_filter_narrows(session: Session, auditor: Person) -> None:
    user = make_user(session, Role.ADMINISTRATOR)
    somebody = actor_of(user, Role.ADMINISTRATOR)
    happened(session, somebody, "user", "u1", "disable", hours=50)
    happened(session, None, "task", "t1", "create", hours=2)
    happened(session, somebody, "grid_responsibility", "g1", "assign")
    user_event, task, grid = (
        ("user", "u1", "disable"),
        ("task", "t1", "create"),
        ("grid_responsibility", "g1", "assign"),
    )
    assert found(auditor) == [grid, task, user_event]
    day = timedelta(days=1)
    for query, expected in (
        ({"actor": str(user.id)}, [grid, user_event]),
        ({"by_product": "true"}, [task]),
        ({"subject_type": "task"}, [task]),
        ({"subject_id": "u1"}, [user_event]),
        ({"action": "assign"}, [grid]),
        ({"from": (NOW - day).isoformat()}, [grid, task]),
        ({"to": (NOW - day).isoformat()}, [user_event]),
        ({"actor": str(user.id), "action": "disable", "limit": 1}, [user_event]),
    ):
        assert found(auditor, **query) == expected, query
    first = auditor.get("/history/events", limit=2)
    assert auditor.get("/history/events", limit=2, cursor=first["next_cursor"])["items"][0]["subject_id"] == "u1"


def test_only_auditors_and_administrators_search_the_history(app: Flask, session: Session) -> None:
    for role in Role:
        if role in (Role.DEPARTMENT_OFFICER,):
            continue
        reads = role in (Role.AUDITOR, Role.ADMINISTRATOR)
        Person(app, session, make_user(session, role)).get("/history/events", 200 if reads else 403)


def test_reading_what_is_sealed_away_is_itself_history(app: Flask, session: Session, auditor: Person) -> None:
    bureau = make_user(session, Role.BUREAU_TRIAGER)
    person = Person(app, session, bureau)
    referral = make_referral(session, make_report(session, make_user(session)))
    transfer = make_transfer(session, referral, bureau)
    penalty, other = make_penalty(session, bureau), make_penalty(session, bureau, document_no="普卫医罚〔2026〕9号")
    person.get(f"/crime-transfers/{transfer.id}")
    person.get("/crime-transfers")
    person.get(f"/penalties/{penalty.id}")
    person.get("/penalties")
    person.get("/penalties", uscc="91310107MA1G000000")  # nothing found, nothing read
    seen = auditor.get("/history/events", action="read", actor=str(bureau.id))["items"]
    assert [(one["subject_type"], one["subject_id"]) for one in seen] == [
        ("penalty", "list"), ("penalty", str(penalty.id)), *[("crime_transfer", str(transfer.id))] * 2,
    ]  # fmt: skip
    assert sorted(seen[0]["data"]["ids"]) == sorted([str(penalty.id), str(other.id)])
    # a street learns that a transfer exists, never its file
    street = Person(app, session, make_user(session, Role.STREET_COORDINATOR))
    assert street.get(f"/crime-transfers/{transfer.id}")["file"] is None
    assert len(session.scalars(select(Event).where(Event.action == "read")).all()) == 4


@pytest.fixture
def sealed(app: Flask, session: Session) -> None:
    """Three seals over one event each."""
    for number in range(3):
        happened(session, None, "task", str(number), "create")
        keys = app.extensions["gridpatrol"].gateways.keys
        seal_restored(session, keys, now=NOW, algorithm="sha-256")
    session.flush()


@pytest.mark.usefixtures("sealed")
def test_the_chain_is_checked(session: Session, auditor: Person) -> None:
    answer = auditor.post("/history/seals/check")
    assert not CheckedChainSchema().validate(answer)
    assert (answer["whole"], answer["seals"], answer["events"], answer["next"]) == (True, 3, 3, None)
    assert (answer["first"], answer["last"], answer["end_checked"]) == (1, 3, True)
    part = auditor.post("/history/seals/check", first=2, last=2)
    assert (part["whole"], part["seals"], part["last"], part["end_checked"]) == (True, 1, 2, False)
    session.execute(text("ALTER TABLE events DISABLE TRIGGER events_append_only"))
    session.execute(text("UPDATE events SET action = 'close' WHERE subject_id = '1'"))
    session.execute(text("ALTER TABLE events ENABLE TRIGGER events_append_only"))
    broken = auditor.post("/history/seals/check")
    assert (broken["whole"], broken["first_break"]["seal"], broken["first_break"]["kind"]) == (False, 2, "changed")
    assert auditor.post("/history/seals/check", first=3)["whole"] is True
    noted = {"number": 9, "hash": "0" * 64}
    assert auditor.post("/history/seals/check", first=3, known=noted)["first_break"]["kind"] == "known"


@pytest.mark.usefixtures("sealed")
def test_bad_ranges_and_who_may_not(app: Flask, session: Session, auditor: Person) -> None:
    for body in ({"first": 0}, {"first": 3, "last": 2}, {"known": {"number": 1, "hash": "x"}}):
        auditor.post("/history/seals/check", 422, **body)
    assert auditor.post("/history/seals/check", first=7)["seals"] == 0
    Person(app, session, make_user(session, Role.BUREAU_TRIAGER)).post("/history/seals/check", 403)
