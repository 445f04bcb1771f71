"""/devices: what is still on phones, since when, by phone, worker and open task; and photos asked for."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.domain.images import PhotoKind
from backend.domain.vocabulary import GridRole, Role, TaskStatus
from backend.persistence.models import Device, Event, User
from backend.services.media import record_arrival
from tests.api.caller import Caller
from tests.conftest import NOW
from tests.factories import (
    OTHER_STREET,
    STREET,
    make_device,
    make_grids,
    make_photo,
    make_report,
    make_responsible,
    make_task,
    make_user,
)

Ask = Callable[..., Caller]
Watch = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def ask(app: Flask, session: Session, client: FlaskClient) -> Ask:
    def ask(base: str = "/devices", role: Role = Role.STREET_COORDINATOR, **options: Any) -> Caller:
        return Caller(app, session, client, make_user(session, role, **options), "/api/v1" + base)

    return ask


def phone_of(session: Session, user: User, photos: int = 0, oldest: datetime | None = None, **values: Any) -> Device:
    device = make_device(session, user)
    device.outbox_photos, device.outbox_oldest_at = photos, oldest
    device.last_contact_at = NOW
    for name, value in values.items():
        setattr(device, name, value)
    session.flush()
    return device


def hours(count: float) -> datetime:
    return NOW - timedelta(hours=count)


def test_what_waits_longest_comes_first_page_by_page(session: Session, ask: Ask) -> None:
    worker = make_user(session)
    same = hours(5)
    wanted = [
        phone_of(session, worker, 1, hours(9)),
        phone_of(session, worker, 1, same),
        phone_of(session, worker, 1, same),
    ]
    wanted.append(phone_of(session, worker, 2, None))
    wanted.append(phone_of(session, worker, 0, hours(99)))  # a time without anything is no time
    coordinator = ask()
    seen, cursor = [], ""
    while cursor is not None:
        reply = coordinator.get(sort="oldest_unsent", limit=2, cursor=cursor, user_id=str(worker.id)).json
        seen += [device["id"] for device in reply["items"]]
        cursor = reply["next_cursor"]
    assert seen == [str(device.id) for device in wanted]
    assert coordinator.items("id", user_id=str(worker.id)) == seen[::-1], "newest first unless asked otherwise"
    for bad in ("x", "MTI", "MS4yLjM", "LTEuMg", "OS4tMQ"):
        assert coordinator.get(sort="oldest_unsent", cursor=bad).json["code"] == "bad_cursor"


def test_phones_by_street_and_silence(session: Session, ask: Ask) -> None:
    here, there = make_user(session), make_user(session, street_code=OTHER_STREET)
    make_responsible(session, there, make_grids(session, 1), GridRole.BACKUP)
    quiet = phone_of(session, here, last_contact_at=hours(30))
    never = phone_of(session, here, last_contact_at=None, created_at=hours(72))
    fresh = phone_of(session, there)
    bureau = ask(role=Role.BUREAU_TRIAGER)
    assert set(bureau.items("id", street=STREET)) == {str(d.id) for d in (quiet, never, fresh)}
    assert bureau.items("id", street=OTHER_STREET) == [str(fresh.id)]
    assert set(bureau.items("id", silent_hours=24)) == {str(quiet.id), str(never.id)}
    assert bureau.items("id", silent_hours=48) == [str(never.id)]
    assert bureau.get(silent_hours=0).status_code == 422
    theirs = ask(street_code=OTHER_STREET)
    assert theirs.items("id", user_id=str(there.id)) == [str(fresh.id)]
    assert theirs.items("id", user_id=str(here.id)) == []


def test_a_worker_and_all_his_phones(session: Session, ask: Ask, count_queries: Watch) -> None:
    worker, clean = make_user(session), make_user(session)
    phone_of(session, worker, 2, hours(3), outbox_items=1, clock_offset_ms=-90_000)
    phone_of(session, worker, 4, hours(50), revoked_at=NOW, last_contact_at=hours(49), app_version="0.9")
    phone_of(session, clean)
    bureau = ask("/devices/summary", role=Role.AUDITOR)
    by_user = {line["user"]["id"]: line for line in bureau.get().json["items"]}
    line = by_user[str(worker.id)]
    assert (line["devices"], line["revoked"], line["clock_offset_ms"]) == (2, 1, 90_000)
    assert line["outbox"] == {"items": 1, "photos": 6, "oldest_at": hours(50).isoformat()}
    assert line["last_contact_at"] == NOW.isoformat() and line["app_versions"] == ["1.0", "0.9"]
    assert by_user[str(clean.id)]["outbox"] == {"items": 0, "photos": 0, "oldest_at": None}
    [unsent] = bureau.get(unsent="true", revoked="false").json["items"]
    assert (unsent["user"]["id"], unsent["outbox"]["photos"]) == (str(worker.id), 2)
    with count_queries() as seen:
        bureau.get()
    assert len(seen) <= 3
    assert len(bureau.get(limit=1).json["items"]) == 1 and bureau.get(limit=1).json["next_cursor"]
    assert ask("/devices/summary", role=Role.GRID_WORKER).get().status_code == 403


def test_open_tasks_and_what_may_be_on_the_way(session: Session, ask: Ask, count_queries: Watch) -> None:
    worker, without = make_user(session), make_user(session)
    grids = make_grids(session, 2)
    phone_of(session, worker, 2, hours(3))
    task, other = make_task(session, grids[0], worker), make_task(session, grids[1], without)
    make_task(session, grids[0])
    make_task(session, grids[0], worker, status=TaskStatus.DONE)
    make_report(session, worker, grids[0], task_id=task.id, photos_expected=3, photos_here=1)
    coordinator = ask("/devices/summary/tasks")
    lines = {line["id"]: line for line in coordinator.get().json["items"]}
    assert set(lines) == {str(task.id), str(other.id)}
    line = lines[str(task.id)]
    assert (line["assignee"]["id"], line["photos_missing"], line["overdue"]) == (str(worker.id), 2, False)
    assert line["phones"]["outbox"] == {"items": 0, "photos": 2, "oldest_at": hours(3).isoformat()}
    assert lines[str(other.id)]["phones"] is None
    assert ask("/devices/summary/tasks", street_code=OTHER_STREET).get().json["items"] == []
    assert ask("/devices/summary/tasks", role=Role.BUREAU_TRIAGER).get(street=OTHER_STREET).json["items"] == []
    with count_queries() as many:
        coordinator.get()
    with count_queries() as one:
        coordinator.get(limit=1)
    assert len(many) == len(one) <= 5


def told(session: Session, report_id: object) -> list[Any]:
    """``photos_wanted_at`` of every version the author's phone was told of, oldest first."""
    said = text("SELECT data FROM sync_objects WHERE type = 'report' AND object_id = :id ORDER BY version")
    return [data["photos_wanted_at"] for data in session.scalars(said, {"id": str(report_id)})]


def test_photos_are_asked_for_until_the_last_is_here(session: Session, ask: Ask) -> None:
    worker = make_user(session)
    report = make_report(session, worker, photos_expected=2)
    photos = [make_photo(session, report, number) for number in (1, 2)]
    coordinator = ask("/reports")
    path = f"/{report.id}/actions/request_photos"
    for _ in range(2):
        reply = coordinator.post(path)
        assert reply.status_code == 200 and reply.json["photo_state"]["wanted_at"] == NOW.isoformat()
    events = session.scalars(select(Event).where(Event.action == "request_photos")).all()
    assert [(e.actor_id, e.data) for e in events] == [(coordinator.user.id, {"missing": 2})]
    assert told(session, report.id) == [NOW.isoformat()]
    for photo, left in zip(photos, (NOW.isoformat(), None), strict=True):
        record_arrival(session, photo.sha256, 1000, PhotoKind.JPEG, worker.id, now=NOW)
        assert told(session, report.id)[-1] == left
        session.refresh(report)
        assert (report.photos_wanted_at is None) == (report.photos_wanted_by is None) == (left is None)
    again = coordinator.post(path)
    assert (again.status_code, again.json["code"]) == (409, "no_photos_missing")


def test_who_may_ask_for_photos(session: Session, ask: Ask) -> None:
    report = make_report(session, make_user(session), photos_expected=2)
    path = f"/{report.id}/actions/request_photos"
    assert ask("/reports", street_code=OTHER_STREET).post(path).status_code == 404
    for role in (Role.GRID_WORKER, Role.AUDITOR, Role.CITY_OPERATIONS):
        assert ask("/reports", role).post(path).status_code == 403
    own = make_user(session, Role.STREET_COORDINATOR, street_code=OTHER_STREET)
    mine = make_report(session, own, photos_expected=1)
    caller = ask("/reports", Role.ADMINISTRATOR)
    assert caller.post(f"/{mine.id}/actions/request_photos").status_code == 200
