"""/tasks over HTTP: what each role sees and may do, filters, pages, counts, problems in both languages."""

from datetime import timedelta

import pytest

from backend.domain.ids import new_id
from backend.domain.vocabulary import Category, Role, TaskKind, TaskStatus
from backend.persistence.models import TaskAssignment
from tests.api.caller import Caller
from tests.conftest import NOW
from tests.factories import (
    OTHER_STREET,
    STREET,
    department_named,
    make_grids,
    make_report,
    make_responsible,
    make_site,
    make_task,
    make_user,
)

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


@pytest.fixture
def bureau(sign_in):
    return sign_in(Role.BUREAU_TRIAGER)


def test_plan_give_out_work_and_finish(session, grids, coordinator, sign_in):
    worker = sign_in()
    make_responsible(session, worker.user, grids)
    body = {"category": "water_vending", "grid_code": grids[0].code, "by_responsibility": True,
            "due_at": "2026-11-22T18:00:00+08:00"}  # fmt: skip
    made = coordinator.post(body=body)
    assert made.status_code == 201, made.text
    task = made.json
    assert (task["status"], task["assignee_id"]) == ("assigned", str(worker.user.id))
    assert task["form"] == {"code": "C", "version": 1} and task["version"] == 2
    for action, status in (("accept", "accepted"), ("start", "in_progress"), ("submit", "submitted")):
        step = worker.post(f"/{task['id']}/actions/{action}")
        assert (step.status_code, step.json["status"]) == (200, status)
    done = coordinator.post(f"/{task['id']}/actions/complete", {"version": 5})
    assert (done.json["status"], done.json["actions"]) == ("done", [])
    history = coordinator.get(f"/{task['id']}").json["history"]
    assert [line["action"] for line in history] == ["create", "assign", "accept", "start", "submit", "complete"]
    assert history[2]["actor_id"] == str(worker.user.id) and history[1]["data"]["chosen_as"] == "lead"


def test_nobody_responsible_leaves_it_planned_and_says_so(grids, coordinator):
    body = {"category": "water_vending", "grid_code": grids[0].code, "by_responsibility": True}
    made = coordinator.post(body=body)
    assert (made.status_code, made.json["status"]) == (201, "planned")
    assert made.json["unassigned_because"] == "no_responsible_worker"
    reply = coordinator.post(f"/{made.json['id']}/actions/assign", {"by_responsibility": True})
    assert (reply.status_code, reply.json["code"]) == (409, "no_worker_found")


def test_a_declined_task_answers_even_though_it_is_out_of_sight(session, grids, sign_in):
    worker = sign_in()
    task = make_task(session, grids[0], worker.user)
    reply = worker.post(f"/{task.id}/actions/decline", {"reason": "请假"})
    assert (reply.status_code, reply.json["status"]) == (200, "declined")
    assert worker.get(f"/{task.id}").status_code == 404


def test_who_sees_what(session, grids, sign_in, coordinator, bureau):
    mine, helping, in_my_grid, foreign = (make_task(session, grids[n]) for n in (0, 1, 2, 1))
    worker = sign_in()
    make_responsible(session, worker.user, [grids[2]])
    mine.assignee_id, mine.status = worker.user.id, TaskStatus.ASSIGNED
    session.add(TaskAssignment(id=new_id(), task_id=helping.id, user_id=worker.user.id, is_helper=True, started_at=NOW))
    session.flush()
    everything = [task.code for task in (foreign, in_my_grid, helping, mine)]
    assert worker.items("code") == [task.code for task in (in_my_grid, helping, mine)]
    assert worker.get(f"/{foreign.id}").status_code == 404
    assert coordinator.items("code") == everything
    stranger = sign_in(Role.STREET_COORDINATOR, street_code=OTHER_STREET)
    assert stranger.items("code") == []
    assert stranger.get(f"/{mine.id}").status_code == 404
    assert stranger.post(f"/{mine.id}/actions/cancel", {"reason": "x"}).status_code == 404
    assert stranger.get("/counts").json["total"] == 0
    for caller in (bureau, *(sign_in(r) for r in (Role.ADMINISTRATOR, Role.AUDITOR, Role.CITY_OPERATIONS))):
        assert caller.items("code") == everything
    assert (
        sign_in(Role.DEPARTMENT_OFFICER, department_id=department_named(session, "putuo.health").id).get().status_code
        == 403
    )
    assert sign_in(None).get().status_code == 403


def test_a_coordinators_foreign_grid_is_not_found(session, grids, sign_in):
    stranger = sign_in(Role.STREET_COORDINATOR, street_code=OTHER_STREET)
    reply = stranger.post(body={"category": "water_vending", "grid_code": grids[0].code})
    assert (reply.status_code, reply.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("role", [Role.GRID_WORKER, Role.CITY_OPERATIONS, Role.AUDITOR])
def test_who_may_not_plan(grids, sign_in, role):
    caller = sign_in(role)
    body = {"category": "water_vending", "grid_code": grids[0].code}
    assert caller.post(body=body).status_code == 403
    assert caller.post("/bulk", {"category": "water_vending", "grid_codes": [grids[0].code]}).status_code == 403
    assert caller.send(b"x").status_code == 403


def test_filters(session, grids, bureau):
    worker = make_user(session)
    site = make_site(session, grids[1], name="甘泉诊所")
    plain = make_task(session, grids[0])
    late = make_task(session, grids[0], worker, due_at=NOW - timedelta(hours=1), category=Category.WATER_VENDING)
    done = make_task(session, grids[1], worker, status=TaskStatus.DONE, due_at=NOW - timedelta(days=1))
    there = make_task(session, grids[1], site_id=site.id, kind=TaskKind.RECHECK, title="复查_50%", due_at=None)
    cases = [
        ({"status": "assigned,done"}, [done, late]),
        ({"category": "water_vending"}, [late]),
        ({"kind": "recheck,campaign"}, [there]),
        ({"street": STREET}, [there, done, late, plain]),
        ({"street": OTHER_STREET}, []),
        ({"grid_code": grids[0].code}, [late, plain]),
        ({"assignee": str(worker.id)}, [done, late]),
        ({"site_id": str(site.id)}, [there]),
        ({"overdue": "true"}, [late]),
        ({"overdue": "false"}, [there, done, plain]),
        ({"unassigned": "true"}, [there, plain]),
        ({"due_before": NOW.isoformat()}, [done, late]),
        ({"due_after": NOW.isoformat()}, [plain]),
        ({"q": "甘泉"}, [there]),
        ({"q": "_50%"}, [there]),
        ({"q": "%"}, [there]),
        ({"status": "assigned", "overdue": "true", "category": "water_vending"}, [late]),
    ]
    for query, expected in cases:
        assert bureau.items("code", **query) == [task.code for task in expected], query


def test_counts(session, grids, coordinator):
    worker = make_user(session)
    make_task(session, grids[0])
    make_task(session, grids[0], worker, due_at=NOW - timedelta(seconds=1))
    make_task(session, grids[0], worker, status=TaskStatus.DONE, due_at=NOW - timedelta(days=1))
    counts = coordinator.get("/counts").json
    assert (counts["total"], counts["overdue"], counts["unassigned"]) == (3, 1, 1)
    assert counts["by_status"] == {**dict.fromkeys(map(str, TaskStatus), 0), "planned": 1, "assigned": 1, "done": 1}
    assert counts["by_category"] == {"illegal_practice": 3, "unlicensed_business": 0, "water_vending": 0}
    assert coordinator.get("/counts", status="done").json["total"] == 1


@pytest.mark.parametrize("role", [Role.STREET_COORDINATOR, Role.BUREAU_TRIAGER, Role.GRID_WORKER])
def test_pages_hold_while_others_add(session, grids, sign_in, role):
    caller = sign_in(role)
    if role == Role.GRID_WORKER:
        make_responsible(session, caller.user, grids)
    wanted = [make_task(session, grids[n % 3]).code for n in range(7)][::-1]
    first = caller.get(limit=3).json
    for grid in grids:
        make_task(session, grid)
    second = caller.get(limit=3, cursor=first["next_cursor"]).json
    third = caller.get(limit=3, cursor=second["next_cursor"]).json
    seen = [item["code"] for page in (first, second, third) for item in page["items"]]
    assert seen == wanted and third["next_cursor"] is None


@pytest.mark.parametrize("role", [Role.STREET_COORDINATOR, Role.BUREAU_TRIAGER, Role.GRID_WORKER])
def test_a_page_costs_the_same_however_long(session, grids, sign_in, count_queries, role):
    caller = sign_in(role)
    worker = caller.user if role == Role.GRID_WORKER else make_user(session)
    site = make_site(session, grids[0])

    def cost():
        with count_queries() as seen:
            assert caller.get(limit=100).status_code == 200
        return len(seen)

    make_task(session, grids[0], worker, site_id=site.id)
    one = cost()
    for grid in grids * 10:
        make_task(session, grid, worker, site_id=site.id)
    assert cost() == one <= 6


def test_one_task_shows_helpers_and_reports(session, grids, bureau):
    worker, helper = make_user(session), make_user(session)
    task = make_task(session, grids[0], worker)
    session.add(TaskAssignment(id=new_id(), task_id=task.id, user_id=helper.id, is_helper=True, started_at=NOW))
    for _ in range(2):
        make_report(session, worker, grids[0], task_id=task.id)
    shown = bureau.get(f"/{task.id}").json
    assert shown["report_count"] == 2
    assert [person["user_id"] for person in shown["helpers"]] == [str(helper.id)]
