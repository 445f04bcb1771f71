"""Whose role as a worker ends loses what he held because of it, in the stream; what he reported stays his evidence."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from backend.domain.calendar import local_day
from backend.domain.ids import new_id
from backend.domain.vocabulary import Role
from backend.persistence.database import db
from backend.persistence.models import RoleAssignment, TaskAssignment
from backend.persistence.unit_of_work import unit_of_work
from backend.services.accounts import RoleGrant, disable_user, enable_user, set_roles
from backend.services.scope import publish_tasks, refresh_all, welcome_user
from tests.conftest import NOW, watched_statements
from tests.factories import STREET, make_site, make_task, make_user
from tests.phone import Phone, item, report_payload
from tests.scenarios.conftest import Field

WORKER = [RoleGrant(Role.GRID_WORKER, STREET)]
LEFT = {"report", "item"}  # evidence, and what became of it


@pytest.fixture
def at_work(field: Field) -> Field:
    """A worker who holds everything there is to hold: by responsibility, as assignee, as helper, by what he found."""
    session = field.session
    make_site(session, field.grids[0])
    alone = make_site(session, grid_code=None, street_code=STREET)  # in no grid: only the task leads there
    make_task(session, field.grids[1], field.worker, site_id=alone.id)
    helped = make_task(session, field.grids[3], field.other)
    session.add(TaskAssignment(id=new_id(), task_id=helped.id, user_id=field.worker.id, is_helper=True, started_at=NOW))
    session.flush()
    for user in (field.worker, field.other):
        welcome_user(session, user.id, NOW)
    session.commit()
    found = {"site_id": str(new_id()), "name": "路边", "category": "water_vending"}
    field.phone.sync([item("report.submit", report_payload()), item("site.propose", found), item("report.vanish", {})])
    kinds = {kind: len(field.phone.of(kind)) for kind in ("grid", "task", "site", "report", "item")}
    assert kinds == {"grid": 3, "task": 3, "site": 3, "report": 1, "item": 1}
    assert field.phone.of("form") and field.phone.of("vocabulary")
    return field


def give(field: Field, grants: Sequence[RoleGrant]) -> None:
    with field.app.app_context(), unit_of_work() as session:
        set_roles(session, None, field.worker.id, grants, now=NOW)


def held(phone: Phone) -> set[Any]:
    phone.sync()
    phone.verify()
    return set(phone.objects)


def test_a_role_that_is_taken_away_takes_with_it_what_was_held_for_it(at_work: Field) -> None:
    other = at_work.new_phone(at_work.other)
    before, others = held(at_work.phone), held(other)
    give(at_work, [])
    after = held(at_work.phone)
    assert after == {key for key in before if key[0] in LEFT}
    assert held(other) == others, "nobody else loses anything"
    assert held(at_work.new_phone(at_work.worker)) == after, "nor does a new phone of his get it"
    give(at_work, WORKER)
    assert held(at_work.phone) == before, "with the role everything comes back"


def test_nothing_that_changes_meanwhile_reaches_him(at_work: Field) -> None:
    give(at_work, [])
    left = held(at_work.phone)
    with at_work.app.app_context(), unit_of_work() as session:
        publish_tasks(session, [at_work.task.id], NOW)
        refresh_all(session, NOW)
    answers = at_work.phone.sync([item("task.accept", {"task_id": str(at_work.task.id)})])
    assert answers[0]["result"] == "accepted", "what he did offline still counts"
    assert held(at_work.phone) == left


def test_a_role_ends_with_its_day_and_begins_with_it(at_work: Field) -> None:
    before, today = held(at_work.phone), local_day(NOW)
    role = at_work.session.scalars(select(RoleAssignment).where(RoleAssignment.user_id == at_work.worker.id)).one()
    role.valid_to = today + timedelta(days=2)
    values = {"role": Role.GRID_WORKER, "street_code": STREET, "valid_from": today + timedelta(days=4)}
    at_work.session.add(RoleAssignment(id=new_id(), user_id=at_work.worker.id, **values))
    at_work.session.commit()
    for days, all_of_it in ((0, True), (1, True), (2, False), (3, False), (4, True)):
        with at_work.app.app_context(), unit_of_work() as session:
            refresh_all(session, NOW + timedelta(days=days))
        left = {key for key in before if all_of_it or key[0] in LEFT}
        assert held(at_work.phone) == left, f"after {days} days"


def test_a_coordinator_keeps_the_forms_but_nothing_of_a_workers_work(at_work: Field) -> None:
    """His own proposal stays, too, as long as he is in the field at all."""
    before = held(at_work.phone)
    give(at_work, [RoleGrant(Role.STREET_COORDINATOR, STREET)])
    after = held(at_work.phone)
    assert {kind for kind, _ in after} == LEFT | {"form", "vocabulary", "site"}
    assert len([key for key in after if key[0] == "site"]) == 1 and after < before


def test_who_is_let_in_again_holds_what_he_held(at_work: Field) -> None:
    before = held(at_work.phone)
    for change in (disable_user, enable_user):
        with at_work.app.app_context(), unit_of_work() as session:
            change(session, None, at_work.worker.id, now=NOW)
    assert held(at_work.new_phone(at_work.worker)) == before


def test_the_number_of_statements_does_not_grow(field: Field) -> None:
    counts = []
    for count in (1, 30):
        workers = [make_user(field.session) for _ in range(count)]
        tasks = [make_task(field.session, field.grids[n % 4], worker) for n, worker in enumerate(workers)]
        field.session.commit()
        with field.app.app_context(), watched_statements(db.engine) as seen, unit_of_work() as session:
            publish_tasks(session, [task.id for task in tasks], NOW)
            refresh_all(session, NOW)
        counts.append(len(seen))
    assert 0 < counts[1] <= counts[0]
