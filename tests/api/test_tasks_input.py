"""/tasks over HTTP: many at once, files, and input that is wrong."""

import io
from uuid import uuid4

import pytest

from backend.domain.vocabulary import Role
from tests.api.caller import Caller
from tests.factories import make_grids, make_site, make_task, make_user

TASKS = "/api/v1/tasks"


@pytest.fixture
def grids(session):
    return make_grids(session, 3)


@pytest.fixture
def sign_in(app, session, client):
    return lambda role=Role.GRID_WORKER, **values: Caller(
        app, session, client, make_user(session, role, **values), TASKS
    )


@pytest.fixture
def coordinator(sign_in):
    return sign_in(Role.STREET_COORDINATOR)


def test_bulk_is_all_or_none(session, grids, coordinator):
    site = make_site(session, grids[2])
    plan = {"category": "water_vending", "kind": "campaign", "due_at": "2026-11-30T18:00:00+08:00"}
    good = {**plan, "grid_codes": [grid.code for grid in grids[:2]], "site_ids": [str(site.id)]}
    bad = {**good, "grid_codes": [*good["grid_codes"], "310107005999999"], "site_ids": [str(uuid4())]}
    refused = coordinator.post("/bulk", bad, **{"Accept-Language": "en"})
    assert (refused.status_code, refused.json["code"]) == (422, "rows_rejected")
    assert [(e["row"], e["column"], e["code"]) for e in refused.json["errors"]] == [
        (3, "grid_code", "unknown_grid"),
        (4, "site_id", "unknown_site"),
    ]
    assert refused.json["errors"][0]["message"].startswith("There is no grid '310107005999999'")
    assert coordinator.get("/counts").json["total"] == 0
    made = coordinator.post("/bulk", good)
    assert (made.status_code, made.json["count"]) == (201, 3)
    assert made.json["items"][2]["site_id"] == str(site.id)


def test_import_a_gbk_file_raw_and_as_a_form(grids, coordinator, client):
    table = f"网格编码,巡查类别\n{grids[0].code},现制现售水\n".encode("gbk")
    dry = coordinator.send(table, dry_run="true")
    assert (dry.status_code, dry.json["row_count"], dry.json["count"]) == (200, 1, 0)
    assert coordinator.get("/counts").json["total"] == 0
    made = coordinator.send(table)
    assert (made.status_code, made.json["count"]) == (201, 1)
    form = {"file": (io.BytesIO(table), "tasks.csv")}
    made = coordinator.send(form, "multipart/form-data")
    assert (made.status_code, made.json["count"]) == (201, 1)
    wrong = coordinator.send(table.replace(grids[0].code.encode(), b"310107005999999"))
    assert (wrong.status_code, wrong.json["code"]) == (422, "rows_rejected")
    assert wrong.json["errors"][0]["message"].startswith("没有现行网格")


@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        (b"", "text/csv", 422, "unreadable_table"),
        (b"\xd0\xcf\x11\xe0old", "application/octet-stream", 422, "unreadable_table"),
        (b"PK\x03\x04broken", "application/octet-stream", 422, "unreadable_table"),
        (b"{}", "application/json", 415, "unsupported_media_type"),
        ({"other": "x"}, "multipart/form-data", 422, "unreadable_table"),
    ],
)
def test_files_that_are_none(coordinator, content, content_type, status, code):
    reply = coordinator.send(content, content_type)
    assert (reply.status_code, reply.json["code"]) == (status, code)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"category": "smoking", "grid_code": "310107005001001"},
        {"category": "water_vending", "grid_code": "1"},
        {"category": "water_vending", "grid_code": "310107005001001", "due_at": "2026-11-22"},
        {"category": "water_vending", "grid_code": "310107005001001", "due_at": "2026-11-22T10:00:00"},
        {"category": "water_vending", "grid_code": "310107005001001", "title": "a\x00"},
        {"category": "water_vending", "site_id": "x"},
        {"category": "water_vending", "assignee_id": 5},
        {"category": "water_vending", "grid_code": "310107005001001", "extra": 1},
        {"category": "water_vending"},
    ],
)
def test_bad_bodies(coordinator, body):
    assert coordinator.post(body=body).status_code in (400, 422)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/0197a5a0-0000-7000-8000-00000000dead/actions/cancel", 404),
        ("/x/actions/cancel", 404),
        ("TASK/actions/fly", 404),
        ("TASK/actions/complete", 409),
    ],
)
def test_bad_actions(session, grids, coordinator, path, status):
    task = make_task(session, grids[0])
    assert coordinator.post(path.replace("TASK", f"/{task.id}"), {"reason": "x"}).status_code == status


@pytest.mark.parametrize(
    "query", [{"status": "flying"}, {"limit": 0}, {"limit": 501}, {"cursor": "?"}, {"assignee": "x"}, {"nope": 1}]
)
def test_bad_queries(coordinator, query):
    assert coordinator.get(**query).status_code == 422


def test_a_lone_surrogate_is_refused(coordinator, grids, session):
    body = b'{"category": "water_vending", "grid_code": "%s", "title": "\\ud800"}' % grids[0].code.encode()
    reply = coordinator.post(body=body)
    assert reply.status_code in (400, 422)


def test_markup_stays_text(grids, coordinator):
    body = {"category": "water_vending", "grid_code": grids[0].code, "title": "<script>alert(1)</script>"}
    assert coordinator.post(body=body).json["title"] == body["title"]
