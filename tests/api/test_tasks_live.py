"""Two people acting on one task at once, with real commits: one wins, the other is told, nothing is done twice."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from backend.domain.vocabulary import Role, TaskStatus
from backend.persistence.models import Event, Task, TaskAssignment
from tests.factories import make_grids, make_task, make_user, token_for


@pytest.fixture
def scene(live_app, live_session):
    """A task, two planners and two workers, committed."""
    (grid,) = make_grids(live_session, 1)
    planners = [make_user(live_session, Role.BUREAU_TRIAGER) for _ in range(2)]
    workers = [make_user(live_session) for _ in range(3)]
    task = make_task(live_session, grid, workers[2])
    planned = make_task(live_session, grid)
    tokens = [token_for(live_app, live_session, user) for user in planners]
    holder = token_for(live_app, live_session, workers[2])
    live_session.commit()
    return {
        "task": task.id,
        "planned": planned.id,
        "workers": [w.id for w in workers],
        "tokens": tokens,
        "holder": holder,
    }


def at_once(live_app, calls):
    """Send all calls (token, path, body) from threads that start together; the replies in the same order."""
    barrier = threading.Barrier(len(calls))

    def send(call):
        token, path, body = call
        client = live_app.test_client()
        barrier.wait(timeout=10)
        return client.post(f"/api/v1/tasks/{path}", json=body, headers={"Authorization": f"Bearer {token}"})

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(send, calls))


def outcome(replies):
    return sorted((reply.status_code, reply.json.get("code") if reply.status_code != 200 else "") for reply in replies)


@pytest.mark.parametrize("round_", range(3))
def test_two_assign_with_the_version_they_saw(live_app, live_session, scene, round_):
    path = f"{scene['planned']}/actions/assign"
    calls = [
        (token, path, {"assignee_id": str(worker), "version": 1})
        for token, worker in zip(scene["tokens"], scene["workers"], strict=False)
    ]
    replies = at_once(live_app, calls)
    assert outcome(replies) == [(200, ""), (409, "stale_version")]
    winner = next(reply for reply in replies if reply.status_code == 200).json["assignee_id"]
    task = live_session.get(Task, scene["planned"], populate_existing=True)
    assert (str(task.assignee_id), task.status, task.version) == (winner, TaskStatus.ASSIGNED, 2)
    held = live_session.scalars(select(TaskAssignment.user_id).where(TaskAssignment.task_id == task.id)).all()
    assert list(map(str, held)) == [winner]
    events = select(func.count()).select_from(Event).where(Event.subject_id == str(task.id))
    assert live_session.scalar(events) == 1


def test_without_a_version_the_life_cycle_decides(live_app, scene):
    path = f"{scene['planned']}/actions/assign"
    calls = [(token, path, {"assignee_id": str(scene["workers"][0])}) for token in scene["tokens"]]
    assert outcome(at_once(live_app, calls)) == [(200, ""), (409, "illegal_transition")]


def test_a_worker_accepts_while_the_office_cancels(live_app, live_session, scene):
    replies = at_once(
        live_app,
        [
            (scene["holder"], f"{scene['task']}/actions/accept", {"version": 1}),
            (scene["tokens"][0], f"{scene['task']}/actions/cancel", {"version": 1, "reason": "重复"}),
        ],
    )
    codes = [reply.status_code for reply in replies]
    assert sorted(codes) == [200, 409]
    task = live_session.get(Task, scene["task"], populate_existing=True)
    assert task.status == (TaskStatus.ACCEPTED if codes[0] == 200 else TaskStatus.CANCELLED)
    assert task.version == 2


def test_numbers_never_meet(live_app, live_session, scene):
    grid_code = live_session.get(Task, scene["task"]).grid_code
    body = {"category": "water_vending", "grid_codes": [grid_code]}
    live_session.rollback()
    calls = [(token, "bulk", {**body, "title": f"第{n}次"}) for n in range(3) for token in scene["tokens"]]
    replies = at_once(live_app, calls[:4])
    assert [reply.status_code for reply in replies] == [201] * 4
    assert len({reply.json["items"][0]["code"] for reply in replies}) == 4


def test_a_refused_bulk_leaves_nothing(live_app, live_session, scene):
    before = live_session.scalar(select(func.count()).select_from(Task))
    live_session.rollback()
    grid_code = live_session.get(Task, scene["task"]).grid_code
    body = {"category": "water_vending", "grid_codes": [grid_code, "310107005999999"]}
    (reply,) = at_once(live_app, [(scene["tokens"][0], "bulk", body)])
    assert reply.status_code == 422
    live_session.rollback()
    assert live_session.scalar(select(func.count()).select_from(Task)) == before
