"""One task, many tasks: places, people, forms, numbers, all or none, and what it costs."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from backend.domain.errors import DomainError
from backend.domain.vocabulary import Category, GridRole, Role, SiteStatus, TaskKind, TaskStatus
from backend.persistence.models import Event, Form, SyncScope, Task, TaskAssignment
from backend.services.tasks import TaskDraft, create_task, create_tasks
from tests.conftest import NOW
from tests.factories import (
    OTHER_STREET,
    STREET,
    actor_of,
    make_grids,
    make_responsible,
    make_site,
    make_task,
    make_user,
)

WATER = Category.WATER_VENDING


@pytest.fixture
def grids(session):
    return make_grids(session, 6)


@pytest.fixture
def coordinator(session):
    return actor_of(make_user(session, Role.STREET_COORDINATOR), Role.STREET_COORDINATOR, street_codes=[STREET])


@pytest.fixture
def stranger(session):
    user = make_user(session, Role.STREET_COORDINATOR, street_code=OTHER_STREET)
    return actor_of(user, Role.STREET_COORDINATOR, street_codes=[OTHER_STREET])


def refused(function, *args, **kwargs):
    with pytest.raises(DomainError) as refusal:
        function(*args, **kwargs)
    return refusal.value


def test_a_task_gets_number_form_street_title_and_history(session, grids, coordinator):
    draft = TaskDraft(WATER, grid_code=grids[0].code, due_at=NOW + timedelta(days=1))
    (task,) = create_task(session, coordinator, draft, now=NOW).tasks
    assert task.code.startswith("T20261120-") and len(task.code) == 15
    assert (task.status, task.street_code, task.version) == (TaskStatus.PLANNED, STREET, 1)
    assert task.title == f"现制现售水日常巡查：{grids[0].code}"
    assert task.form_code == "C"
    event = session.scalars(select(Event).where(Event.subject_id == str(task.id))).one()
    assert (event.action, event.from_status, event.to_status) == ("create", None, "planned")


def test_the_form_is_the_newest_valid_on_the_day(session, grids, coordinator):
    old = session.scalars(select(Form).where(Form.category == WATER)).one()
    for version, since, until in ((98, date(2026, 11, 1), None), (99, date(2026, 12, 1), None)):
        session.add(Form(code="C", version=version, category=WATER, valid_from=since, valid_to=until,
                         content=dict(old.content), created_at=NOW))  # fmt: skip
    session.flush()
    (task,) = create_task(session, coordinator, TaskDraft(WATER, grid_code=grids[0].code), now=NOW).tasks
    assert (task.form_code, task.form_version) == ("C", 98)


def test_a_sites_grid_is_taken(session, grids, coordinator):
    site = make_site(session, grids[2], external_code="SSJ-7")
    for draft in (TaskDraft(WATER, site_id=site.id), TaskDraft(WATER, site_code="SSJ-7", kind=TaskKind.RECHECK)):
        (task,) = create_task(session, coordinator, draft, now=NOW).tasks
        assert (task.site_id, task.grid_code) == (site.id, grids[2].code)
        assert task.title.endswith("：示例诊所")


def test_naming_a_worker_gives_it_out_and_tells_his_phone(session, grids, coordinator):
    worker, helper = make_user(session), make_user(session)
    draft = TaskDraft(WATER, grid_code=grids[0].code, assignee_id=worker.id, helper_ids=(helper.id,))
    (task,) = create_task(session, coordinator, draft, now=NOW).tasks
    assert (task.status, task.assigned_at, task.version) == (TaskStatus.ASSIGNED, NOW, 2)
    held = session.execute(
        select(TaskAssignment.user_id, TaskAssignment.is_helper).where(TaskAssignment.task_id == task.id)
    )
    assert {tuple(row) for row in held} == {(worker.id, False), (helper.id, True)}
    scope = session.execute(select(SyncScope.user_id, SyncScope.type).where(SyncScope.user_id == worker.id))
    assert {kind.value for _, kind in scope} == {"task", "grid"}


@pytest.mark.parametrize(
    ("values", "code", "fault"),
    [
        ({"grid_code": "310107005999999"}, "not_found", "unknown_grid"),
        ({"site_id": UUID(int=1)}, "not_found", "unknown_site"),
        ({}, "invalid_input", "needs_grid_or_site"),
        ({"grid_code": "GRID", "due_at": NOW}, "invalid_input", "due_in_past"),
        (
            {"grid_code": "GRID", "due_at": NOW + timedelta(days=1), "starts_on": date(2026, 11, 23)},
            "invalid_input",
            "starts_after_due",
        ),
        ({"grid_code": "GRID", "assignee_id": UUID(int=5)}, "invalid_input", "unknown_worker"),
        ({"grid_code": "GRID", "helper_ids": (UUID(int=5),)}, "invalid_input", "unknown_worker"),
    ],
)
def test_what_is_wrong_with_one_task_is_named(session, grids, coordinator, values, code, fault):
    values = {**values, **({"grid_code": grids[0].code} if values.get("grid_code") == "GRID" else {})}
    error = refused(create_task, session, coordinator, TaskDraft(WATER, **values), now=NOW)
    assert (error.code, [entry["code"] for entry in error.errors]) == (code, [fault])


def test_a_coordinator_plans_in_his_streets_alone(session, grids, stranger):
    site = make_site(session, grids[0])
    for draft in (TaskDraft(WATER, grid_code=grids[0].code), TaskDraft(WATER, site_id=site.id)):
        assert refused(create_task, session, stranger, draft, now=NOW).code == "not_found"
    for role in (Role.BUREAU_TRIAGER, Role.ADMINISTRATOR):
        anywhere = actor_of(make_user(session, role), role)
        assert create_task(session, anywhere, TaskDraft(WATER, grid_code=grids[0].code), now=NOW).tasks


def test_sites_that_cannot_be_visited(session, grids, coordinator):
    closed = make_site(session, grids[0], status=SiteStatus.CLOSED)
    nowhere = make_site(session, None)
    error = refused(create_task, session, coordinator, TaskDraft(WATER, site_id=closed.id), now=NOW)
    assert error.errors[0]["code"] == "site_closed"
    error = refused(create_task, session, coordinator, TaskDraft(WATER, site_id=nowhere.id), now=NOW)
    assert error.errors[0]["code"] == "site_without_grid"
    draft = TaskDraft(WATER, site_id=nowhere.id, grid_code=grids[1].code)
    assert create_task(session, coordinator, draft, now=NOW).tasks[0].grid_code == grids[1].code
    site = make_site(session, grids[0])
    draft = TaskDraft(WATER, site_id=site.id, grid_code=grids[1].code)
    assert refused(create_task, session, coordinator, draft, now=NOW).errors[0]["code"] == "grid_site_mismatch"


def test_many_are_all_or_none_with_every_fault_named(session, grids, coordinator):
    codes = [grids[0].code, "310107005999999", grids[1].code, grids[0].code]
    drafts = [TaskDraft(WATER, grid_code=code, row=row) for row, code in enumerate(codes, 1)]
    error = refused(create_tasks, session, coordinator, drafts, now=NOW)
    assert error.code == "rows_rejected"
    assert [(e["row"], e["column"], e["code"], e["value"]) for e in error.errors] == [
        (2, "grid_code", "unknown_grid", "310107005999999"),
        (4, None, "duplicate_row", "1"),
    ]
    assert all(e["zh"] and e["en"] for e in error.errors)
    assert session.scalar(select(func.count()).select_from(Task)) == 0


def test_many_are_spread_evenly_and_the_leftover_is_told(session, grids, coordinator):
    backups = sorted((make_user(session) for _ in range(2)), key=lambda user: user.id)
    for backup in backups:
        make_responsible(session, backup, grids[:5], GridRole.BACKUP)
    make_task(session, grids[0], backups[0])
    drafts = [TaskDraft(WATER, grid_code=g.code, by_responsibility=True, row=n) for n, g in enumerate(grids, 1)]
    created = create_tasks(session, coordinator, drafts, now=NOW)
    held = [task.assignee_id for task in created.tasks]
    assert (held.count(backups[0].id), held.count(backups[1].id), held.count(None)) == (2, 3, 1)
    assert {str(why) for why in created.unassigned.values()} == {"no_responsible_worker"}
    assert created.tasks[5].status == TaskStatus.PLANNED


def test_codes_and_numbers_grow_in_the_order_asked_for(session, grids, coordinator):
    drafts = [TaskDraft(WATER, grid_code=grid.code) for grid in grids]
    tasks = create_tasks(session, coordinator, drafts, now=NOW).tasks
    assert [task.grid_code for task in tasks] == [grid.code for grid in grids]
    assert [task.seq for task in tasks] == sorted({task.seq for task in tasks})
    assert len({task.code for task in tasks}) == len(tasks)


def test_statements_do_not_grow_with_the_batch(session, coordinator, count_queries):
    grids = make_grids(session, 120, size=0.0005)
    worker = make_user(session)
    make_responsible(session, worker, grids)
    sites = [make_site(session, grid) for grid in grids]

    def cost(chosen, kind):
        drafts = [TaskDraft(WATER, kind, site_id=site.id, by_responsibility=True) for site in chosen]
        with count_queries() as seen:
            create_tasks(session, coordinator, drafts, now=NOW)
        return len(seen)

    cost(sites[:1], TaskKind.RECHECK)  # what is loaded once per process
    few, many = cost(sites[:2], TaskKind.CAMPAIGN), cost(sites, TaskKind.DAILY_PATROL)
    assert many == few <= 35


def test_nothing_asked_for_is_nothing_done(session, coordinator):
    assert create_tasks(session, coordinator, [], now=NOW).tasks == []


def test_too_many_are_refused_before_anything_is_read(session, coordinator, count_queries):
    draft = TaskDraft(WATER, grid_code="310107005001001")
    with count_queries() as seen:
        error = refused(create_tasks, session, coordinator, [draft] * 10_001, now=NOW)
    assert (error.code, seen) == ("too_many_rows", [])
