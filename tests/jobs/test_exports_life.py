"""The life of an export: asked for, made by the queue, cancelled, fetched in parts, expired; who may, what is written down."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Role
from backend.gateways.clock import FixedClock
from backend.gateways.export_store import LocalExportStore
from backend.jobs import exports as jobs
from backend.jobs.app import job_app, work
from backend.persistence.models import Event, Export, Notice, RoleAssignment, User
from backend.services.exports import making
from tests.api.asking import told
from tests.conftest import NOW
from tests.factories import make_report, make_user
from tests.jobs.exporting import Taker

Make = Callable[..., Taker]


@pytest.fixture
def taker(live_app: Flask, live_session: Session, tmp_path: Path) -> Iterator[Make]:
    """``taker()``: somebody of the bureau, or of another role, with reports to be exported."""
    author = make_user(live_session)
    for _ in range(3):
        make_report(live_session, author)

    def made(role: Role = Role.BUREAU_TRIAGER, user: User | None = None) -> Taker:
        return Taker(live_app, live_session, user or make_user(live_session, role), tmp_path)

    yield made
    for name in names(live_app):
        store_of(live_app).remove(name)


def store_of(app: Flask) -> LocalExportStore:
    found: LocalExportStore = app.extensions["gridpatrol"].gateways.exports
    return found


def names(app: Flask) -> list[str]:
    return sorted(store_of(app).names())


def events(session: Session, export_id: str) -> list[tuple[str, dict[str, Any]]]:
    session.rollback()
    found = session.scalars(select(Event).where(Event.subject_id == export_id).order_by(Event.seq))
    return [(event.action, event.data) for event in found]


def test_from_the_queue_to_the_file(live_app: Flask, live_session: Session, taker: Make) -> None:
    bureau = taker()
    filters = {"status": ["recorded", "referred"], "has_referral": False}
    reply = bureau.post("", {"kind": "reports", "format": "csv", "filters": filters})
    assert reply.status_code == 202
    asked = reply.json
    assert (asked["status"], asked["rows_total"], asked["allowed_actions"]) == ("waiting", None, ["cancel"])
    assert asked["filters"] == {"status": "recorded,referred", "has_referral": "false"}
    assert told(bureau.get(f"/{asked['id']}/file")) == (409, "export_not_ready")
    work(live_app, until_empty=True)
    done = bureau.state(asked["id"])
    assert (done["status"], done["rows_done"], done["rows_total"], done["problem"]) == ("done", 3, 3, None)
    assert (done["file_name"], done["expires_at"]) == ("上报_20261120_1000.csv", (NOW + timedelta(days=7)).isoformat())
    got = bureau.get(f"/{asked['id']}/file")
    assert (got.status_code, len(got.data), got.headers["X-Content-Type-Options"]) == (200, done["bytes"], "nosniff")
    assert "filename*=UTF-8''%E4%B8%8A%E6%8A%A5_20261120_1000.csv" in got.headers["Content-Disposition"]
    assert got.headers["Cache-Control"] == "private, no-store"
    told_of = {"kind": "reports", "format": "csv", "filter": asked["filters"]}
    assert events(live_session, asked["id"]) == [
        ("request", told_of),
        ("begin", {"attempt": 1}),
        ("export", {**told_of, "count": 3, "bytes": done["bytes"]}),
        ("download", {**told_of, "count": 3}),
    ]
    [notice] = live_session.scalars(select(Notice).where(Notice.user_id == bureau.user.id))
    assert (notice.kind, notice.data["name"], notice.data["export_id"]) == (
        "export_done",
        done["file_name"],
        asked["id"],
    )
    inbox = bureau.client.get("/api/v1/inbox", headers=bureau.headers).json["items"]
    assert inbox[0]["title"] == f"导出已完成：{done['file_name']}"


def test_parts_of_a_file(live_session: Session, taker: Make) -> None:
    bureau = taker()
    export_id = bureau.ask("reports", "xlsx")
    size = bureau.make(export_id)["bytes"]
    whole = bureau.get(f"/{export_id}/file")
    part = bureau.get(f"/{export_id}/file", Range="bytes=100-199", **{"If-Range": whole.headers["ETag"]})
    assert (part.status_code, part.headers["Content-Range"]) == (206, f"bytes 100-199/{size}")
    assert part.data == whole.data[100:200]
    rest = bureau.get(f"/{export_id}/file", Range=f"bytes={size - 5}-")
    assert (rest.status_code, rest.data) == (206, whole.data[-5:])
    assert told(bureau.get(f"/{export_id}/file", Range=f"bytes={size}-")) == (416, "range_not_satisfiable")
    assert [action for action, _ in events(live_session, export_id)].count("download") == 1


def test_anothers_is_not_there(taker: Make) -> None:
    mine, other = taker(), taker(Role.ADMINISTRATOR)
    export_id = mine.ask("reports", "csv")
    mine.make(export_id)
    for reply in (
        other.get(f"/{export_id}"),
        other.get(f"/{export_id}/file"),
        other.post(f"/{export_id}/actions/cancel"),
    ):
        assert told(reply) == (404, "not_found")
    assert other.get().json["items"] == []
    assert [one["id"] for one in mine.get().json["items"]] == [export_id]
    assert told(mine.post(f"/{export_id}/actions/burn")) == (404, "not_found")
    assert told(taker(Role.GRID_WORKER).get()) == (403, "forbidden")


def test_who_lost_the_role_does_not_get_the_file(live_session: Session, live_clock: FixedClock, taker: Make) -> None:
    bureau = taker()
    made, later = bureau.ask("reports", "csv"), bureau.ask("reports", "csv")
    bureau.make(made)
    roles = update(RoleAssignment).where(RoleAssignment.user_id == bureau.user.id)
    live_session.execute(roles.values(role=Role.STREET_COORDINATOR, street_code="310107005"))
    live_session.commit()
    assert told(bureau.get(f"/{made}/file")) == (404, "not_found")  # it holds more than his street
    assert bureau.make(later)["status"] == "done"  # what he may see when it begins
    assert bureau.get(f"/{later}/file").status_code == 200
    waiting = bureau.ask("reports", "csv")
    live_session.execute(roles.values(valid_to=date(2026, 11, 20)))
    live_session.commit()
    assert told(bureau.get(f"/{later}/file")) == (403, "forbidden")
    with bureau.app.app_context():
        jobs.make(UUID(waiting))
    live_session.rollback()
    row = live_session.get_one(Export, UUID(waiting), populate_existing=True)
    assert (row.status, row.problem) == ("failed", "export_no_longer_allowed")


def test_cancelled_while_waiting_and_while_running(
    live_app: Flask, live_session: Session, taker: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau = taker()
    waiting = bureau.ask("reports", "csv")
    assert bureau.post(f"/{waiting}/actions/cancel").json["status"] == "cancelled"
    assert told(bureau.post(f"/{waiting}/actions/cancel")) == (409, "illegal_transition")
    assert bureau.make(waiting)["status"] == "cancelled"

    running = bureau.ask("reports", "csv")
    monkeypatch.setattr(making, "LOOK_EVERY", 1)
    monkeypatch.setattr(jobs, "PULSE_SECONDS", 0)
    seen: list[dict[str, Any]] = []
    tell = jobs.exports.tell_progress

    def cancel_after_the_first_row(*given: Any) -> bool:
        if given[2] == 1:
            seen.append(bureau.state(running))  # told of by another request while the snapshot is being read
            assert bureau.post(f"/{running}/actions/cancel").status_code == 200
        return tell(*given)

    monkeypatch.setattr(jobs.exports, "tell_progress", cancel_after_the_first_row)
    assert bureau.make(running)["status"] == "cancelled"
    assert [(one["status"], one["rows_total"]) for one in seen] == [("running", 3)]
    assert names(live_app) == []
    monkeypatch.undo()
    again = bureau.post(f"/{running}/actions/retry").json
    assert (again["status"], again["rows_done"], again["finished_at"]) == ("waiting", 0, None)
    work(live_app, until_empty=True)
    assert bureau.state(running)["status"] == "done"
    assert names(live_app) == [f"{UUID(running).hex}-2"]


def test_there_is_room_for_so_many(live_app: Flask, taker: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    bureau = taker()
    ids = [bureau.ask("sites", "csv") for _ in range(3)]
    fourth = bureau.post("", {"kind": "sites", "format": "csv"})
    assert told(fourth) == (409, "too_many_exports_running")
    assert "3" in fourth.json["detail"]
    work(live_app, until_empty=True)
    monkeypatch.setattr("backend.domain.exports.KEPT_AT_ONCE", 4)
    ids.append(bureau.ask("sites", "csv"))
    assert told(bureau.post("", {"kind": "sites", "format": "csv"})) == (409, "too_many_exports_kept")
    page = bureau.get("?limit=3").json
    more = bureau.get(f"?limit=3&cursor={page['next_cursor']}").json
    assert [one["id"] for one in page["items"] + more["items"]] == ids[::-1]
    assert bureau.post(f"/{ids[0]}/actions/discard").json["status"] == "expired"
    assert f"{UUID(ids[0]).hex}-1" not in names(live_app)
    assert told(bureau.get(f"/{ids[0]}/file")) == (410, "export_gone")
    bureau.ask("sites", "csv")


def test_files_are_deleted_when_their_days_are_over(live_app: Flask, live_clock: FixedClock, taker: Make) -> None:
    bureau = taker()
    export_id = bureau.ask("reports", "csv")
    bureau.make(export_id)
    live_clock.at = NOW + timedelta(days=7, seconds=-1)
    _expire(live_app)
    assert bureau.get(f"/{export_id}/file").status_code == 200
    live_clock.at = NOW + timedelta(days=7)
    assert told(bureau.get(f"/{export_id}/file")) == (410, "export_gone")
    stray = store_of(live_app).root / f"{UUID(export_id).hex}-9"
    stray.write_bytes(b"left by a killed worker")
    _expire(live_app)
    assert (names(live_app), bureau.state(export_id)["status"]) == ([], "expired")
    assert bureau.state(export_id)["allowed_actions"] == ["retry"]


def test_a_worker_that_is_told_to_stop_leaves_it_to_another(
    live_app: Flask, live_session: Session, taker: Make
) -> None:
    bureau = taker()
    export_id = bureau.ask("reports", "csv")
    with live_app.app_context():
        jobs.make(UUID(export_id), lambda: True)
    assert bureau.state(export_id)["status"] == "waiting"
    work(live_app, until_empty=True)
    assert bureau.state(export_id)["status"] == "done"


def test_one_that_lost_its_job_is_taken_up_and_given_up_after_three(
    live_app: Flask, live_session: Session, taker: Make
) -> None:
    bureau = taker()
    export_id = bureau.ask("reports", "csv")
    for _ in range(3):
        with live_app.app_context(), jobs.unit_of_work() as session:
            assert jobs.exports.begin(session, UUID(export_id), now=NOW) is not None
            assert jobs.exports.revive_lost(session, now=NOW) == []  # its job is there
        live_session.execute(text("DELETE FROM procrastinate_jobs"))  # and then the power went
        live_session.commit()
        with live_app.app_context(), jobs.unit_of_work() as session:
            assert jobs.exports.revive_lost(session, now=NOW) == [UUID(export_id)]
    work(live_app, until_empty=True)
    state = bureau.state(export_id)
    assert state["status"] == "failed"
    assert state["problem"]["code"] == "export_interrupted"
    assert "重试" in state["problem"]["message"]
    kinds = live_session.scalars(select(Notice.kind).where(Notice.user_id == bureau.user.id)).all()
    assert kinds == ["export_failed"]
    assert bureau.post(f"/{export_id}/actions/retry").json["status"] == "waiting"
    work(live_app, until_empty=True)
    assert bureau.state(export_id)["status"] == "done"


def test_what_goes_wrong_is_said(live_app: Flask, taker: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    bureau = taker()
    export_id = bureau.ask("reports", "shp")
    monkeypatch.setattr("backend.gateways.layers.dbf.LARGEST", 10)
    assert bureau.make(export_id)["problem"]["code"] == "shapefile_too_large"
    assert list((live_app.extensions["gridpatrol"].settings.exports_dir / "making").iterdir()) == []


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "kind"),
        ({"kind": "people", "format": "csv"}, "kind"),
        ({"kind": "reports", "format": "pdf"}, "format"),
        ({"kind": "reports", "format": "csv", "language": "fr"}, "language"),
        ({"kind": "reports", "format": "csv", "filters": []}, "filters"),
        ({"kind": "reports", "format": "csv", "filters": {"limit": 5}}, "filters.limit"),
        ({"kind": "cases", "format": "csv", "filters": {"status": "lost"}}, "filters.status"),
        ({"kind": "cases", "format": "csv", "filters": {"status": {"a": 1}}}, "filters"),
        ({"kind": "grids", "format": "shp", "filters": {"bbox": "1,2,3"}}, "filters.bbox"),
        ({"kind": "tasks", "format": "csv", "filters": {"q": "\x00"}}, "filters.q"),
    ],
)
def test_bad_requests(live_session: Session, taker: Make, body: dict[str, Any], path: str) -> None:
    reply = taker().post("", body)
    assert told(reply) == (422, "invalid_input")
    assert path in {fault["path"] for fault in reply.json["errors"]}
    assert live_session.scalar(select(func.count()).select_from(Export)) == 0


def test_the_jobs_are_planned() -> None:
    planned = {task.task.name: task.cron for task in job_app.periodic_registry.periodic_tasks.values()}
    assert (planned[jobs.EXPIRE], planned[jobs.REVIVE]) == ("11 * * * *", "* * * * *")


def _expire(app: Flask) -> None:
    with app.app_context():
        jobs.expire_files()
        jobs.clear_leftovers()
