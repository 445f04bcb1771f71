"""/quarantine: who sees which entry, filters and pages, odd content, the history beside it."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.ids import new_id
from backend.domain.vocabulary import Role
from backend.gateways.clock import FixedClock
from backend.persistence.models import (
    QuarantineEntry,
    User,
)
from tests.api.caller import Caller
from tests.api.desk import As, deliver, only
from tests.conftest import NOW
from tests.factories import OTHER_STREET, make_grids, make_task, make_user
from tests.phone import Phone, item, report_payload

Watch = Callable[[], AbstractContextManager[list[str]]]
LATER = NOW + timedelta(days=40)


def test_who_sees_what(field_phone: Phone, acting: As, session: Session, worker: User) -> None:
    elsewhere = make_grids(session, 1, street_code=OTHER_STREET, origin=(121.5, 31.3))[0]
    task = make_task(session, elsewhere)
    deliver(field_phone, item("task.start", {"task_id": str(task.id)}), item("report.vanish", {}))
    assert len(acting().get().json["items"]) == 2
    theirs = acting(street_code=OTHER_STREET)
    assert theirs.items("code") == ["unknown_task"], "the task is of that street"
    hidden = next(e["id"] for e in acting().get().json["items"] if e["code"] == "unknown_kind")
    for call in (lambda: theirs.get(f"/{hidden}"), lambda: theirs.post(f"/{hidden}/actions/dismiss", {"reason": "x"})):
        assert (call().status_code, call().json["code"]) == (404, "not_found")
    for role in (Role.BUREAU_TRIAGER, Role.ADMINISTRATOR, Role.AUDITOR):
        assert len(acting(role).get().json["items"]) == 2
    auditor = acting(Role.AUDITOR)
    assert auditor.get(f"/{hidden}").json["allowed_actions"] == []
    for call in ("repair", "dismiss"):
        assert auditor.post(f"/{hidden}/actions/{call}", {}).status_code == 403
    for role in (Role.GRID_WORKER, Role.CITY_OPERATIONS):
        assert acting(role).get().status_code == 403


def test_filters_and_pages(
    field_phone: Phone, acting: As, worker: User, clock: FixedClock, count_queries: Watch
) -> None:
    deliver(field_phone, *(item("report.vanish", {"n": n}) for n in range(5)))
    clock.at = NOW + timedelta(hours=1)
    deliver(field_phone, item("task.start", {"task_id": str(uuid4())}))
    ask = acting(Role.BUREAU_TRIAGER)
    assert ask.items("code", code="unknown_task") == ask.items("code", since="2026-11-20T02:30:00Z") == ["unknown_task"]
    assert len(ask.items("id", user=str(worker.id))) == 6 and ask.items("id", user=str(new_id())) == []
    assert len(ask.items("id", kind="report.vanish")) == 5
    seen, cursor = [], ""
    while cursor is not None:
        page = ask.get(limit=2, cursor=cursor).json
        seen += [entry["id"] for entry in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 6
    ask._session.commit()
    with count_queries() as many:
        ask.get(limit=6)
    with count_queries() as one:
        ask.get(limit=1)
    assert len(many) == len(one) <= 3


def test_odd_content_is_shown_as_far_as_json_can_say_it(
    client: FlaskClient, field_phone: Phone, acting: As, session: Session
) -> None:
    bad = item("report.submit", report_payload(description="@@"))
    body = {"protocol": 1, "epoch": None, "cursor": None, "device_time": NOW.isoformat(), "items": [bad]}
    text = json.dumps(body).replace("@@", "\\ud800").replace("121.402", "NaN")
    headers = {"Authorization": f"Bearer {field_phone.token}"}
    client.post("/api/v1/sync", data=text, content_type="application/json", headers=headers)
    entry = only(acting())
    assert entry["sent"]["item"] is None and "NaN" in entry["sent"]["text"] and "\\ud800" in entry["sent"]["text"]
    repaired = acting().post(f"/{entry['id']}/actions/repair", {"payload": bad["payload"]})
    assert repaired.json["state"] == "repaired", repaired.text
    assert session.scalars(select(QuarantineEntry.state)).all() == ["repaired"]


def test_its_history_is_for_whoever_may_see_it(
    app: Flask, session: Session, client: FlaskClient, field_phone: Phone, acting: As
) -> None:
    bad = item("report.vanish", {})
    deliver(field_phone, bad)
    for user, status in ((make_user(session, Role.STREET_COORDINATOR), 200),
                         (make_user(session, Role.STREET_COORDINATOR, street_code=OTHER_STREET), 404)):  # fmt: skip
        caller = Caller(app, session, client, user, "/api/v1/history")
        assert caller.get(subject_type="sync_item", subject_id=bad["id"]).status_code == status
