"""/quarantine: a report whose id another item has taken is read there, dismissed, or entered under an id of its own."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Role
from backend.gateways.clock import FixedClock
from backend.persistence.models import Event, QuarantineEntry, Report, User
from tests.api.desk import As, deliver, only
from tests.conftest import NOW
from tests.factories import OTHER_STREET, make_grids, make_task, make_user, token_for
from tests.phone import Phone, item, report_payload


@pytest.fixture
def colleague(session: Session) -> User:
    return make_user(session, street_code=OTHER_STREET)


@pytest.fixture
def colleagues_phone(app: Flask, session: Session, client: FlaskClient, colleague: User) -> Phone:
    return Phone(client, token_for(app, session, colleague), NOW)


@pytest.fixture
def taken(field_phone: Phone, colleagues_phone: Phone, session: Session) -> dict[str, Any]:
    """A report that came second: its id was made by the worker's phone before."""
    make_grids(session, 1)
    session.commit()
    first = item("report.submit", report_payload())
    second = item("report.submit", {**first["payload"], "description": "另一家"})
    deliver(field_phone, first)
    [answer] = deliver(colleagues_phone, second)
    assert (answer["result"], answer["code"]) == ("conflict", "report_exists")
    return second


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_it_lies_on_the_desk_of_both_streets(acting: As, taken: dict[str, Any], colleague: User) -> None:
    for street in ({}, {"street_code": OTHER_STREET}):
        entry = only(acting(**street))
        assert (entry["result"], entry["code"], entry["path"]) == ("conflict", "report_exists", "report_id")
        assert entry["sent"]["item"] == taken and entry["stands"] is None
        assert entry["worker"]["id"] == str(colleague.id) and entry["report_id"] == taken["payload"]["report_id"]
        assert entry["allowed_actions"] == ["repair", "dismiss"]
        assert [(e["action"], e["reason_code"]) for e in entry["history"]] == [("conflict", "report_exists")]
    done = acting().post(f"/{entry['id']}/actions/dismiss", {"reason": "与原上报相同"})
    assert (done.status_code, done.json["state"], done.json["suggestion"]) == (200, "dismissed", None)


def test_it_is_entered_as_a_report_of_its_worker(
    acting: As, taken: dict[str, Any], colleague: User, colleagues_phone: Phone, session: Session, clock: FixedClock
) -> None:
    clock.at = NOW + timedelta(days=40)
    ask = acting(Role.BUREAU_TRIAGER)
    entry = only(ask)
    payload = entry["suggestion"]["payload"]
    assert payload == {**taken["payload"], "report_id": entry["id"]} and entry["suggestion"]["complete"]
    [change] = entry["suggestion"]["changes"]
    assert (change["path"], change["before"], change["after"]) == (
        "report_id", taken["payload"]["report_id"], entry["id"],
    )  # fmt: skip
    for _ in range(2):
        done = ask.post(f"/{entry['id']}/actions/repair", {"payload": payload, "note": "编号重复，已另编"})
        assert (done.status_code, done.json["state"]) == (200, "repaired"), done.text
    assert count(session, Report) == 2
    report = session.get_one(Report, entry["id"])
    assert (report.author_id, report.description, report.status) == (colleague.id, "另一家", "referred")
    assert report.captured_at.isoformat() == "2026-11-20T01:29:00+00:00"
    doubts = {"repaired", "possible_duplicate", "missing_photo_demand"}
    assert set(report.flags) == doubts, "forty days on the desk make it no older"
    actions = session.execute(select(Event.action, Event.actor_id).where(Event.subject_id == str(report.id)))
    assert {("submit", colleague.id), ("repair", ask.user.id)} <= {(action, who) for action, who in actions}
    clock.at = NOW
    [again] = deliver(colleagues_phone, taken)
    assert (again["result"], again["code"], again["replayed"]) == ("conflict", "report_exists", True)


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({}, "report_id", "report_exists"),
        ({"report_id": "x"}, "report_id", "bad_uuid"),
        ({"description": "说得更好"}, "description", "only_its_id"),
        ({"answers": {"A-01": 1}}, "answers", "only_its_id"),
        ({"made_up": 1}, "made_up", "only_its_id"),
        ({"captured_at": "2026-11-19T09:29:00+08:00"}, "captured_at", "kept_as_sent"),
    ],
)
def test_nothing_but_its_id_may_be_another(
    acting: As, taken: dict[str, Any], session: Session, change: dict[str, Any], path: str, code: str
) -> None:
    ask = acting(Role.BUREAU_TRIAGER)
    entry = only(ask)
    reply = ask.post(f"/{entry['id']}/actions/repair", {"payload": {**taken["payload"], **change}})
    assert (reply.status_code, reply.json["code"]) == (422, "repair_refused")
    assert [(fault["path"], fault["code"]) for fault in reply.json["errors"]] == [(path, code)]
    assert only(ask) == entry and count(session, Report) == 1


def test_two_of_one_call_and_a_step_that_came_too_late(
    field_phone: Phone, acting: As, session: Session, worker: User
) -> None:
    """Of two in one call the second lies on the desk; a step that the state forbids any more does not."""
    task = make_task(session, make_grids(session, 1)[0], worker)
    session.commit()
    step = {"task_id": str(task.id)}
    draft = report_payload()
    answers = deliver(
        field_phone, item("report.submit", draft), item("report.submit", draft), item("task.submit", step)
    )
    assert [answer["code"] for answer in answers] == [None, "report_exists", "illegal_transition"]
    assert acting().items("code") == ["report_exists"] and count(session, QuarantineEntry) == 1
