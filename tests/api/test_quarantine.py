"""/quarantine: what lies there is repaired or dismissed, and evidence never changes. Not here: who sees what (reading)."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.domain.vocabulary import TaskStatus
from backend.gateways.clock import FixedClock
from backend.persistence.models import (
    Event,
    Grid,
    Report,
    ReportAmendment,
    SyncItem,
    Task,
    TaskAssignment,
    User,
)
from tests.api.desk import As, deliver, only
from tests.conftest import NOW
from tests.factories import make_grids, make_task, make_user
from tests.phone import Phone, item, report_payload

Watch = Callable[[], AbstractContextManager[list[str]]]
LATER = NOW + timedelta(days=40)


@pytest.fixture
def grid(session: Session) -> Grid:
    return make_grids(session, 1)[0]


def test_what_cannot_be_read_lies_on_the_desk_whole(
    field_phone: Phone, acting: As, worker: User, session: Session
) -> None:
    bad = item("report.submit", report_payload(category="Illegal-Practice", captured_at="2026-11-20 09:29:00"))
    assert deliver(field_phone, bad)[0]["code"] == "unknown_value"
    ask = acting()
    entry = only(ask)
    assert entry["sent"]["item"] == bad == json.loads(entry["sent"]["text"])
    assert (entry["state"], entry["code"], entry["path"]) == ("open", "unknown_value", "category")
    assert entry["why"] == "category：不在代码表中"
    assert entry["worker"]["id"] == str(worker.id) and entry["device"]["name"] == "测试手机"
    assert entry["report_id"] == bad["payload"]["report_id"]
    assert [e["action"] for e in entry["history"]] == ["quarantine"] and entry["history"][0]["to_status"] == "open"
    suggestion = entry["suggestion"]
    assert suggestion["complete"] and [c["path"] for c in suggestion["changes"]] == ["category", "captured_at"]
    assert suggestion["payload"]["captured_at"] == "2026-11-20T09:29:00+08:00"
    assert entry["allowed_actions"] == ["repair", "dismiss"]
    headers = {"Accept-Language": "en", **ask._headers}
    english = ask._client.get(f"/api/v1/quarantine/{entry['id']}", headers=headers).json
    assert english["why"] == "category: the value is not in the list"


def test_a_repaired_report_is_the_workers_own_and_marked(
    field_phone: Phone, acting: As, worker: User, session: Session, grid: Grid, clock: FixedClock
) -> None:
    task = make_task(session, grid, worker)
    bad = item("report.submit", report_payload(task_id=str(task.id), outcome="Problem"))
    [first] = deliver(field_phone, bad)
    session.execute(TaskAssignment.__table__.update().values(ended_at=NOW + timedelta(hours=1)))  # type: ignore[attr-defined]  # a table
    task.assignee_id = make_user(session).id
    clock.at = LATER
    ask = acting()
    entry = only(ask)
    body = {"payload": {**bad["payload"], "outcome": "problem"}, "note": "已更正"}
    reply = ask.post(f"/{entry['id']}/actions/repair", body)
    assert reply.status_code == 200, reply.text
    assert reply.json["state"] == "repaired" and reply.json["allowed_actions"] == []
    assert reply.json["settled_by"]["id"] == str(ask.user.id)
    report = session.get_one(Report, bad["payload"]["report_id"])
    assert (report.author_id, report.device_id) == (worker.id, session.scalars(select(SyncItem.device_id)).one())
    assert report.recorded_at.isoformat() == "2026-11-20T01:30:00+00:00"
    assert report.captured_at.isoformat() == "2026-11-20T01:29:00+00:00"
    assert set(report.flags) == {"repaired", "late_after_reassignment", "missing_photo_demand"}, (
        "late work counts; forty days on the desk do not"
    )
    assert report.status == "referred" and report.street_code is not None
    assert reply.json["correction"]["flags"] == report.flags
    assert reply.json["correction"]["item"]["payload"] == body["payload"]
    assert reply.json["sent"]["item"] == bad, "evidence is never altered"
    actions = session.execute(select(Event.action, Event.actor_id).where(Event.subject_id == str(report.id)))
    assert {("submit", worker.id), ("repair", ask.user.id)} <= {(a, w) for a, w in actions}
    clock.at = NOW
    [again] = deliver(field_phone, bad)
    assert again["replayed"] and {**again, "replayed": False} == first, "the phone hears the very first result"
    assert field_phone.post([]).status_code == 200


def test_repairing_twice_changes_nothing_and_otherwise_is_refused(
    field_phone: Phone, acting: As, session: Session
) -> None:
    bad = item("report.submit", report_payload(outcome="Problem"))
    deliver(field_phone, bad)
    ask = acting()
    path = f"/{only(ask)['id']}/actions/repair"
    right = {"payload": {**bad["payload"], "outcome": "problem"}}
    first, second = ask.post(path, right), ask.post(path, right)
    assert first.status_code == second.status_code == 200 and first.json == second.json
    assert session.scalar(select(func.count()).select_from(Report)) == 1
    other = ask.post(path, {"payload": {**right["payload"], "description": "他说"}})
    assert (other.status_code, other.json["code"]) == (409, "illegal_transition")
    assert ask.post(path.replace("repair", "dismiss"), {"reason": "x"}).json["code"] == "illegal_transition"


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"payload": {"report_id": 7}}, "report_id", "wrong_type"),
        ({"photos": [{"sha256": "x"}]}, "photos.0.mime", "missing"),
        ({"captured_at": "2026-11-19T09:29:00+08:00"}, "captured_at", "kept_as_sent"),
        ({"kind": "report.amend"}, "kind", "kept_as_sent"),
        ({"recorded_at": "2026-11-20T10:30:00+08:00"}, "recorded_at", "kept_as_sent"),
    ],
)
def test_a_correction_that_still_cannot_be_applied(
    field_phone: Phone, acting: As, session: Session, change: dict[str, Any], path: str, code: str
) -> None:
    bad = item("report.submit", report_payload(outcome="Problem"))
    deliver(field_phone, bad)
    ask = acting()
    entry = only(ask)
    envelope = {name: change.pop(name) for name in ("kind", "recorded_at") if name in change}
    payload = {**bad["payload"], "outcome": "problem", **change.pop("payload", {}), **change}
    reply = ask.post(f"/{entry['id']}/actions/repair", {"payload": payload, **envelope})
    assert (reply.status_code, reply.json["code"]) == (422, "repair_refused")
    assert [(e["path"], e["code"]) for e in reply.json["errors"]] == [(path, code)] and reply.json["errors"][0][
        "message"
    ]
    assert only(ask) == entry and session.scalar(select(func.count()).select_from(Report)) == 0


def test_what_was_reported_again_meanwhile_is_not_doubled(field_phone: Phone, acting: As, session: Session) -> None:
    bad = item("report.submit", report_payload(outcome="Problem"))
    right = {**bad["payload"], "outcome": "problem"}
    deliver(field_phone, bad, item("report.submit", right))
    ask = acting()
    refused = ask.post(f"/{only(ask)['id']}/actions/repair", {"payload": right})
    assert [(e["path"], e["code"]) for e in refused.json["errors"]] == [("report_id", "report_exists")]
    assert session.scalar(select(func.count()).select_from(Report)) == 1 and only(ask)["state"] == "open"


def test_what_came_too_early_is_applied_as_it_was_sent(field_phone: Phone, acting: As, session: Session) -> None:
    report = report_payload()
    amend = item("report.amend", {"report_id": report["report_id"], "note": "补充", "photos": []})
    odd = {**amend, "id": "NOT-A-UUID"}
    assert [a["code"] for a in deliver(field_phone, amend, odd)] == ["unknown_report", "bad_uuid"]
    ask = acting()
    entries = {e["item_id"]: e["id"] for e in ask.get().json["items"]}
    refused = ask.post(f"/{entries[amend['id']]}/actions/repair")
    assert [(e["path"], e["code"]) for e in refused.json["errors"]] == [("report_id", "unknown_report")]
    assert ask.get(f"/{entries[amend['id']]}").json["suggestion"] is None
    deliver(field_phone, item("report.submit", report))
    assert ask.get(f"/{entries[amend['id']]}").json["suggestion"]["changes"] == []
    for entry_id in entries.values():
        assert ask.post(f"/{entry_id}/actions/repair").json["state"] == "repaired"
    assert set(session.scalars(select(ReportAmendment.id))) == {amend["id"], entries["NOT-A-UUID"]}


def test_a_repaired_step_moves_the_workers_task(
    field_phone: Phone, acting: As, worker: User, session: Session, grid: Grid
) -> None:
    task = make_task(session, grid, worker)
    deliver(field_phone, item("task.accept", {"task_id": str(task.id).upper()}))
    ask = acting()
    entry = only(ask)
    assert ask.post(f"/{entry['id']}/actions/repair", {"payload": entry["suggestion"]["payload"]}).status_code == 200
    session.expire_all()
    assert session.get_one(Task, task.id).status == TaskStatus.ACCEPTED
    event = session.scalars(select(Event).where(Event.subject_id == str(task.id))).one()
    assert (event.actor_id, event.data["recorded_at"]) == (worker.id, "2026-11-20T01:30:00+00:00")


def test_a_conflict_is_read_with_both_contents_and_only_dismissed(field_phone: Phone, acting: As) -> None:
    first = item("report.submit", report_payload())
    other = {**first, "payload": {**first["payload"], "description": "另一说法"}}
    assert [a["result"] for a in deliver(field_phone, first, other)] == ["accepted", "conflict"]
    assert [a["result"] for a in deliver(field_phone, other)] == ["conflict"]
    ask = acting()
    entry = only(ask, result="conflict")
    assert (entry["sent"]["item"], entry["stands"]["item"]) == (other, first)
    assert entry["allowed_actions"] == ["dismiss"] and entry["suggestion"] is None
    assert ask.post(f"/{entry['id']}/actions/repair").json["code"] == "not_repairable"
    assert ask.post(f"/{entry['id']}/actions/dismiss", {"reason": " "}).json["code"] == "reason_required"
    for _ in range(2):
        done = ask.post(f"/{entry['id']}/actions/dismiss", {"reason": "已核对"})
        assert (done.status_code, done.json["state"], done.json["note"]) == (200, "dismissed", "已核对")
    assert [e["action"] for e in done.json["history"]] == ["conflict", "dismiss"]
    assert only(ask, state="dismissed")["id"] == entry["id"] and ask.get(state="open").json["items"] == []


def test_what_was_dismissed_by_mistake_can_still_be_repaired(field_phone: Phone, acting: As, session: Session) -> None:
    bad = item("report.submit", report_payload(outcome="Problem"))
    deliver(field_phone, bad)
    ask = acting()
    entry = ask.post(f"/{only(ask)['id']}/actions/dismiss", {"reason": "看错"}).json
    assert entry["allowed_actions"] == ["repair"]
    right = {"payload": {**bad["payload"], "outcome": "problem"}}
    assert ask.post(f"/{entry['id']}/actions/repair", right).json["state"] == "repaired"
