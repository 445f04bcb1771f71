"""/tasks/workers, /tasks/bulk/{action}, the template of the import, and tasks on the map by the filters of their list."""

import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend.domain.ids import new_id
from backend.domain.vocabulary import Category, Role, TaskStatus
from backend.gateways.tables import read_table
from tests.api.caller import Caller
from tests.conftest import NOW
from tests.factories import OTHER_STREET, make_grids, make_responsible, make_task, make_user

TASKS = "/api/v1/tasks"


@pytest.fixture
def grids(session: Session) -> Any:
    return make_grids(session, 2)


@pytest.fixture
def coordinator(app: Flask, session: Session, client: Any) -> Caller:
    return Caller(app, session, client, make_user(session, Role.STREET_COORDINATOR), TASKS)


def test_workers_come_with_their_load_and_the_fitting_first(session: Session, grids: Any, coordinator: Caller) -> None:
    idle, lead, stranger = make_user(session), make_user(session), make_user(session, street_code=OTHER_STREET)
    make_responsible(session, lead, grids)
    for due_at in (NOW - timedelta(hours=1), NOW + timedelta(minutes=1), NOW + timedelta(days=3)):
        make_task(session, grids[0], lead, due_at=due_at)
    make_task(session, grids[0], lead, status=TaskStatus.SUBMITTED)
    make_task(session, grids[0], lead, status=TaskStatus.DONE)
    items = coordinator.get("/workers", grid_code=grids[0].code, category=Category.WATER_VENDING).json["items"]
    assert [item["id"] for item in items] == [str(lead.id), str(idle.id)]  # busier, but the grid is his
    assert str(stranger.id) not in {item["id"] for item in items}
    assert {key: items[0][key] for key in ("grid_role", "open", "due_today", "overdue", "submitted")} == {
        "grid_role": "lead", "open": 3, "due_today": 2, "overdue": 1, "submitted": 1,
    }  # fmt: skip
    assert (items[1]["grid_role"], items[1]["open"]) == (None, 0)
    plain = coordinator.get("/workers", text=idle.username).json["items"]
    assert [(item["id"], item["has_skill"]) for item in plain] == [(str(idle.id), None)]


def test_many_tasks_are_given_out_and_refused_one_by_one(session: Session, grids: Any, coordinator: Caller) -> None:
    first, second = make_user(session), make_user(session)
    planned = make_task(session, grids[0])
    done = make_task(session, grids[0], first, status=TaskStatus.DONE)
    rows = [
        {"id": str(planned.id), "version": planned.version},
        {"id": str(done.id)},
        {"id": str(make_task(session, grids[1]).id), "assignee_id": str(second.id)},
        {"id": str(new_id())},
    ]
    answer = coordinator.post("/bulk/assign", {"items": rows, "assignee_id": str(first.id)})
    assert answer.status_code == 200, answer.text
    assert (answer.json["done"], answer.json["refused"]) == (2, 2)
    told = [(row["id"], row["result"], row["code"], row["status"]) for row in answer.json["items"]]
    assert told == [
        (rows[0]["id"], "done", None, "assigned"),
        (rows[1]["id"], "refused", "illegal_transition", "done"),
        (rows[2]["id"], "done", None, "assigned"),
        (rows[3]["id"], "refused", "not_found", None),
    ]
    assert coordinator.get(f"/{rows[2]['id']}").json["assignee_id"] == str(second.id)
    again = coordinator.post("/bulk/cancel", {"items": [{"id": rows[0]["id"]}], "reason": " "})
    assert [row["code"] for row in again.json["items"]] == ["reason_required"]
    old = coordinator.post("/bulk/reassign", {"items": rows[:1], "assignee_id": str(second.id)})
    assert [row["code"] for row in old.json["items"]] == ["stale_version"]
    assert coordinator.post("/bulk/accept", {"items": rows[:1]}).status_code == 404


def test_the_template_is_what_the_import_reads(grids: Any, coordinator: Caller) -> None:
    content = coordinator.get("/import/template").data
    headings = read_table(content).rows[0].values
    assert headings[:3] == ("网格编码", "场所编号", "巡查类别")
    dry = coordinator.send({"file": (io.BytesIO(content), "tasks.xlsx")}, "multipart/form-data", dry_run="true").json
    assert (dry["row_count"], dry["faults"], dry["ignored_columns"]) == (0, [], [])


def test_a_dry_run_gives_back_what_stood_there(grids: Any, coordinator: Caller) -> None:
    table = f"备用,网格编码,巡查类别,截止时间\nx,{grids[0].code},现制现售水,2026-12-01\ny,1,现制现售水,某日\n".encode()
    dry = coordinator.send(table, dry_run="true").json
    assert dry["headings"] == ["网格编码", "巡查类别", "截止时间"]
    assert dry["rows"] == [
        {"row": 2, "cells": [grids[0].code, "现制现售水", "2026-12-01"]},
        {"row": 3, "cells": ["1", "现制现售水", "某日"]},
    ]
    assert [(fault["row"], fault["column"]) for fault in dry["faults"]] == [(3, "截止时间")]


def test_the_map_takes_the_filters_of_the_list(
    app: Flask, session: Session, client: Any, grids: Any, coordinator: Caller
) -> None:
    worker = make_user(session)
    held = make_task(session, grids[0], worker, due_at=NOW - timedelta(hours=1))
    free = make_task(session, grids[0])
    on_map = Caller(app, session, client, coordinator.user, "/api/v1/map")
    box = "121.3,31.1,121.6,31.4"
    shown = {one["id"]: one["properties"] for one in on_map.get("/tasks", bbox=box).json["features"]}
    assert set(shown) == {str(held.id), str(free.id)}
    assert (shown[str(held.id)]["assignee_name"], shown[str(held.id)]["overdue"]) == (worker.name, True)
    assert (shown[str(free.id)]["assignee_id"], shown[str(free.id)]["overdue"]) == (None, False)
    late = on_map.get("/tasks", bbox=box, overdue="true", assignee=str(worker.id)).json["features"]
    assert [one["id"] for one in late] == [str(held.id)]
    assert on_map.get("/tasks", bbox=box, street=OTHER_STREET).json["features"] == []


def test_places_may_have_a_day_and_a_worker_of_their_own(session: Session, grids: Any, coordinator: Caller) -> None:
    worker, soon, late = make_user(session), "2027-01-04T15:59:59+00:00", "2027-01-05T15:59:59+00:00"
    places = [
        {"grid_code": grids[0].code, "due_at": soon, "assignee_id": str(worker.id)},
        {"grid_code": grids[1].code},
    ]
    made = coordinator.post("/bulk", {"category": "water_vending", "due_at": late, "places": places}).json
    assert [(one["status"], one["assignee_id"]) for one in made["items"]] == [
        ("assigned", str(worker.id)),
        ("planned", None),
    ]
    assert [coordinator.get(f"/{one['id']}").json["due_at"] for one in made["items"]] == [soon, late]
    wrong = coordinator.post("/bulk", {"category": "water_vending", "places": [*places, {"grid_code": "1" * 15}]})
    assert [(fault["row"], fault["code"]) for fault in wrong.json["errors"]] == [(3, "unknown_grid")]
    assert coordinator.get("/counts").json["total"] == 2
