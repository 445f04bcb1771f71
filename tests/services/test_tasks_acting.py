"""Every action by every role, and what each leaves behind."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.domain.errors import DomainError
from backend.domain.tasks import REASON_NEEDED, TRANSITIONS, held_by
from backend.domain.vocabulary import Category, GridRole, Role, TaskAction, TaskStatus
from backend.persistence.models import Event, GridVersion, SyncScope, TaskAssignment
from backend.services.tasks import Act, act, apply_step
from tests.conftest import NOW
from tests.factories import (
    OTHER_STREET,
    STREET,
    actor_of,
    make_grids,
    make_responsible,
    make_task,
    make_user,
)

PLANNERS = {"coordinator", "bureau", "administrator"}
ACTORS = ("assignee", "helper", "colleague", "coordinator", "foreign_coordinator", "bureau", "administrator",
          "city_operations", "auditor", "officer")  # fmt: skip
STEPS = {TaskAction.ACCEPT, TaskAction.START, TaskAction.SUBMIT, TaskAction.DECLINE}


@pytest.fixture
def cast(session):
    """The people around one grid."""
    (grid,) = make_grids(session, 1)
    workers = {name: make_user(session) for name in ("assignee", "helper", "colleague", "next")}
    make_responsible(session, workers["colleague"], [grid])
    actors = {name: actor_of(user, Role.GRID_WORKER) for name, user in workers.items()}
    roles = {
        "coordinator": (Role.STREET_COORDINATOR, [STREET]),
        "foreign_coordinator": (Role.STREET_COORDINATOR, [OTHER_STREET]),
        "bureau": (Role.BUREAU_TRIAGER, []),
        "administrator": (Role.ADMINISTRATOR, []),
        "city_operations": (Role.CITY_OPERATIONS, []),
        "auditor": (Role.AUDITOR, []),
        "officer": (None, []),
    }
    for name, (role, streets) in roles.items():
        user = make_user(session, role, street_code=streets[0] if streets else None)
        actors[name] = actor_of(user, role or Role.DEPARTMENT_OFFICER, street_codes=streets)
    return {"grid": grid, "workers": workers, "actors": actors}


def task_in(session, cast, status, **values):
    holder = None if status in (TaskStatus.PLANNED, TaskStatus.DECLINED) else cast["workers"]["assignee"]
    task = make_task(session, cast["grid"], holder, status=status, **values)
    helper = TaskAssignment(
        id=task.id, task_id=task.id, user_id=cast["workers"]["helper"].id, is_helper=True, started_at=NOW
    )
    session.add(helper)
    session.flush()
    return task


def expected_code(who, action):
    if who in ("foreign_coordinator", "officer"):
        return "not_found"
    if who in ("city_operations", "auditor"):
        return "forbidden"
    if action in STEPS:
        if who == "assignee" or (who == "helper" and action != TaskAction.DECLINE):
            return None
        if who in ("helper", "colleague", "coordinator"):
            return "not_assignee"
        return "forbidden"
    return None if who in PLANNERS else "forbidden"


@pytest.mark.parametrize("who", ACTORS)
def test_every_transition_by_every_role(session, cast, who):
    for (status, action), after in TRANSITIONS.items():
        task = task_in(session, cast, status)
        wanted = Act(
            assignee_id=cast["workers"]["next"].id if action in (TaskAction.ASSIGN, TaskAction.REASSIGN) else None,
            reason="原因" if action in REASON_NEEDED else None,
        )
        code = expected_code(who, action)
        if who == "assignee" and status in (TaskStatus.PLANNED, TaskStatus.DECLINED):
            code = "not_found"  # nobody holds it, and it is not his grid
        if code is not None:
            with pytest.raises(DomainError) as refusal:
                act(session, cast["actors"][who], task.id, action, wanted, now=NOW)
            assert (refusal.value.code, task.status) == (code, status), (status, action)
            continue
        act(session, cast["actors"][who], task.id, action, wanted, now=NOW)
        assert (task.status, task.version) == (after, 2), (status, action)


@pytest.mark.parametrize("status", TaskStatus)
def test_what_the_table_does_not_name_is_refused(session, cast, status):
    for action in TaskAction:
        if (status, action) in TRANSITIONS:
            continue
        task = task_in(session, cast, status)
        who = "assignee" if action in STEPS else "bureau"
        if who == "assignee" and task.assignee_id is None:
            who = "helper" if action != TaskAction.DECLINE else None
        if who is None:
            continue
        with pytest.raises(DomainError) as refusal:
            wanted = Act(assignee_id=cast["workers"]["next"].id, reason="原因")
            act(session, cast["actors"][who], task.id, action, wanted, now=NOW)
        assert refusal.value.code == "illegal_transition", (status, action)


def test_an_event_is_written_beside_every_change(session, cast):
    task = task_in(session, cast, TaskStatus.SUBMITTED)
    act(session, cast["actors"]["coordinator"], task.id, TaskAction.SEND_BACK, Act(reason="照片不清"), now=NOW)
    event = session.scalars(select(Event).where(Event.subject_id == str(task.id))).one()
    assert (event.action, event.from_status, event.to_status, event.reason) == (
        "send_back", "submitted", "in_progress", "照片不清",
    )  # fmt: skip
    assert event.actor_id == cast["actors"]["coordinator"].user_id


@pytest.mark.parametrize("action", sorted(REASON_NEEDED))
def test_a_reason_is_needed_and_blanks_are_none(session, cast, action):
    status = next(status for status, name in TRANSITIONS if name == action)
    task = task_in(session, cast, status)
    who = "assignee" if action == TaskAction.DECLINE else "bureau"
    with pytest.raises(DomainError) as refusal:
        act(session, cast["actors"][who], task.id, action, Act(reason="  "), now=NOW)
    assert refusal.value.code == "reason_required"


def test_reassigning_keeps_who_held_it_when(session, cast):
    task = task_in(session, cast, TaskStatus.IN_PROGRESS)
    later = NOW + timedelta(hours=3)
    successor = cast["workers"]["next"]
    act(session, cast["actors"]["bureau"], task.id, TaskAction.REASSIGN, Act(assignee_id=successor.id), now=later)
    rows = session.scalars(select(TaskAssignment).where(TaskAssignment.task_id == task.id)).all()
    first = cast["workers"]["assignee"].id
    assert held_by(rows, first, NOW + timedelta(hours=1)) and not held_by(rows, first, later)
    assert held_by(rows, successor.id, later) and not held_by(rows, successor.id, NOW)
    assert held_by(rows, cast["workers"]["helper"].id, later), "the helper stays"
    assert task.assignee_id == successor.id and task.assigned_at == later


def test_phones_learn_of_it(session, cast):
    def holders(task):
        rows = select(SyncScope.user_id).where(SyncScope.type == "task", SyncScope.object_id == str(task.id))
        return set(session.scalars(rows))

    task = task_in(session, cast, TaskStatus.ASSIGNED)
    people = cast["workers"]
    act(session, cast["actors"]["assignee"], task.id, TaskAction.ACCEPT, now=NOW)
    assert holders(task) == {people["assignee"].id, people["helper"].id}
    wanted = Act(assignee_id=people["next"].id, helper_ids=())
    act(session, cast["actors"]["bureau"], task.id, TaskAction.REASSIGN, wanted, now=NOW)
    assert holders(task) == {people["next"].id}
    act(session, cast["actors"]["bureau"], task.id, TaskAction.CANCEL, Act(reason="重复"), now=NOW)
    assert holders(task) == set()
    open_rows = select(TaskAssignment).where(TaskAssignment.task_id == task.id, TaskAssignment.ended_at.is_(None))
    assert session.scalars(open_rows).all() == []


def test_helpers_are_replaced_as_named(session, cast):
    task = task_in(session, cast, TaskStatus.ASSIGNED)
    people = cast["workers"]
    wanted = Act(assignee_id=people["helper"].id, helper_ids=(people["colleague"].id,))
    act(session, cast["actors"]["bureau"], task.id, TaskAction.REASSIGN, wanted, now=NOW)
    rows = select(TaskAssignment.user_id, TaskAssignment.is_helper).where(
        TaskAssignment.task_id == task.id, TaskAssignment.ended_at.is_(None)
    )
    assert {tuple(row) for row in session.execute(rows)} == {
        (people["helper"].id, False),
        (people["colleague"].id, True),
    }


def test_a_decline_frees_the_task(session, cast):
    task = task_in(session, cast, TaskStatus.ACCEPTED)
    act(session, cast["actors"]["assignee"], task.id, TaskAction.DECLINE, Act(reason="请假"), now=NOW)
    assert (task.status, task.assignee_id) == (TaskStatus.DECLINED, None)
    mine = session.scalars(
        select(TaskAssignment).where(
            TaskAssignment.task_id == task.id, TaskAssignment.user_id == cast["workers"]["assignee"].id
        )
    ).one()
    assert mine.ended_at == NOW


@pytest.mark.parametrize("given", [True, False])
def test_a_phones_step_reads_nothing(session, cast, count_queries, given):
    task = task_in(session, cast, TaskStatus.ACCEPTED)
    rows = session.scalars(select(TaskAssignment).where(TaskAssignment.task_id == task.id)).all()
    earlier = NOW - timedelta(hours=5)
    with count_queries() as seen:
        apply_step(
            task, TaskAction.START, cast["actors"]["assignee"], NOW, earlier, None, session=session, assignments=rows
        )
    assert seen == []
    session.flush()
    event = session.scalars(select(Event).where(Event.subject_id == str(task.id))).one()
    assert event.data == {"recorded_at": earlier.isoformat()} and event.at == NOW
    task.status = TaskStatus.ACCEPTED
    with count_queries() as seen:
        apply_step(
            task, TaskAction.DECLINE, cast["actors"]["assignee"], NOW, NOW, "请假", session=session,
            assignments=rows if given else None,
        )  # fmt: skip
    assert len(seen) == (0 if given else 1)
    session.flush()
    session.expire_all()
    ended = {row.user_id: row.ended_at for row in rows}
    assert ended == {cast["workers"]["assignee"].id: NOW, cast["workers"]["helper"].id: None}


def test_a_phones_step_obeys_the_table(session, cast):
    task = task_in(session, cast, TaskStatus.ASSIGNED)
    with pytest.raises(DomainError) as refusal:
        apply_step(task, TaskAction.SUBMIT, cast["actors"]["assignee"], NOW, NOW, None, session=session)
    assert refusal.value.code == "illegal_transition"
    with pytest.raises(DomainError):
        apply_step(task, TaskAction.CANCEL, cast["actors"]["assignee"], NOW, NOW, "x", session=session)
    with pytest.raises(DomainError) as refusal:
        apply_step(task, TaskAction.DECLINE, cast["actors"]["helper"], NOW, NOW, "x", session=session)
    assert refusal.value.code == "not_assignee"
    assert task.status == TaskStatus.ASSIGNED


def test_by_responsibility_takes_lead_then_backup_then_helper(session, cast):
    (grid,) = make_grids(session, 1, street_code=OTHER_STREET, origin=(121.45, 31.24), version=_version(session))
    lead = make_user(session, skills=[Category.WATER_VENDING])
    backups = [make_user(session) for _ in range(2)]
    helper = make_user(session)
    make_responsible(session, lead, [grid])
    for backup in backups:
        make_responsible(session, backup, [grid], GridRole.BACKUP)
    make_responsible(session, helper, [grid], GridRole.HELPER)
    make_task(session, grid, backups[0])  # he has one already
    bureau = cast["actors"]["bureau"]

    def chosen(category):
        task = make_task(session, grid, category=category)
        act(session, bureau, task.id, TaskAction.ASSIGN, Act(by_responsibility=True), now=NOW)
        return task.assignee_id

    assert chosen(Category.WATER_VENDING) == lead.id, "trained for it, whatever his load"
    assert chosen(Category.WATER_VENDING) == lead.id
    assert chosen(Category.ILLEGAL_PRACTICE) == backups[1].id, "the lead is not trained, the first backup is busier"


def test_why_nobody_is_told(session, cast):
    grid = cast["grid"]
    task = make_task(session, grid)
    cast["workers"]["colleague"].is_active = False
    session.flush()
    with pytest.raises(DomainError) as refusal:
        act(session, cast["actors"]["bureau"], task.id, TaskAction.ASSIGN, Act(by_responsibility=True), now=NOW)
    assert (refusal.value.code, refusal.value.params["why"]) == ("no_worker_found", "no_responsible_worker")
    unskilled = make_user(session, skills=[])
    make_responsible(session, unskilled, [grid], GridRole.BACKUP)
    with pytest.raises(DomainError) as refusal:
        act(session, cast["actors"]["bureau"], task.id, TaskAction.ASSIGN, Act(by_responsibility=True), now=NOW)
    assert refusal.value.params["why"] == "no_skilled_worker"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Act(), "invalid_input"),
        (Act(by_responsibility=True, due_at=NOW - timedelta(seconds=1)), "invalid_input"),
        (Act(by_responsibility=True, version=7), "stale_version"),
    ],
)
def test_what_an_assignment_needs(session, cast, wanted, code):
    task = make_task(session, cast["grid"])
    with pytest.raises(DomainError) as refusal:
        act(session, cast["actors"]["bureau"], task.id, TaskAction.ASSIGN, wanted, now=NOW)
    assert refusal.value.code == code


def test_only_active_workers_get_tasks(session, cast):
    task = make_task(session, cast["grid"])
    for user in (make_user(session, Role.STREET_COORDINATOR), make_user(session, None)):
        with pytest.raises(DomainError) as refusal:
            act(session, cast["actors"]["bureau"], task.id, TaskAction.ASSIGN, Act(assignee_id=user.id), now=NOW)
        assert refusal.value.errors[0]["code"] == "unknown_worker"
    worker = cast["workers"]["next"]
    with pytest.raises(DomainError) as refusal:
        wanted = Act(assignee_id=worker.id, helper_ids=(worker.id,))
        act(session, cast["actors"]["bureau"], task.id, TaskAction.ASSIGN, wanted, now=NOW)
    assert refusal.value.errors[0]["code"] == "helper_is_assignee"
    act(session, cast["actors"]["bureau"], task.id, TaskAction.ASSIGN, Act(assignee_id=worker.id), now=NOW)
    with pytest.raises(DomainError) as refusal:
        act(session, cast["actors"]["bureau"], task.id, TaskAction.REASSIGN, Act(assignee_id=worker.id), now=NOW)
    assert refusal.value.code == "already_assigned"


def _version(session):
    return session.scalars(select(GridVersion)).one()
