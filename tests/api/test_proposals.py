"""/tasks/proposals: who should take tasks, spread over a batch, why nobody, who may ask; nothing is given out."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend.api.schemas.proposals import ProposalsSchema
from backend.domain.ids import new_id
from backend.domain.vocabulary import Category, GridRole, Role, TaskStatus
from tests.api.asking import Person
from tests.factories import OTHER_STREET, make_grids, make_responsible, make_task, make_user

Watch = Callable[[], AbstractContextManager[list[str]]]
A = Category.ILLEGAL_PRACTICE


@pytest.fixture
def coordinator(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.STREET_COORDINATOR))


def test_a_batch_is_spread_and_says_why(session: Session, coordinator: Person, count_queries: Watch) -> None:
    first, second, empty = make_grids(session, 3)
    lead, busy = make_user(session, skills=[A]), make_user(session, skills=[A])
    untrained = make_user(session, skills=[])
    make_responsible(session, lead, [first], GridRole.LEAD)
    make_responsible(session, lead, [second], GridRole.HELPER)
    make_responsible(session, busy, [second], GridRole.HELPER)
    make_responsible(session, untrained, [second], GridRole.BACKUP)
    planned = [make_task(session, grid) for grid in (second, second, first, empty)]
    water = make_task(session, first, category=Category.WATER_VENDING)
    done = make_task(session, first, busy, status=TaskStatus.DONE)
    asked = [*planned, water, done]
    with count_queries() as sent:
        answer = coordinator.post("/tasks/proposals", task_ids=[str(task.id) for task in asked])
    assert not ProposalsSchema().validate(answer)
    items = answer["items"]
    assert [item["task_id"] for item in items] == [str(task.id) for task in asked]
    # the second goes to the other: by then both hold one more
    assert {items[0]["assignee_id"], items[1]["assignee_id"]} == {str(lead.id), str(busy.id)}
    assert [item["assignee_id"] for item in items[2:]] == [str(lead.id), None, None, None]
    assert [item["why_nobody"] for item in items[3:]] == ["no_responsible_worker", "no_skilled_worker", None]
    assert [item["action"] for item in items] == ["assign"] * 5 + [None]
    assert items[2]["reason_zh"] == "主责，具备该类技能，现有未完任务 0 件。"
    assert [one["role"] for one in items[0]["candidates"]] == ["backup", "helper", "helper"]
    assert len(sent) <= 6
    assert coordinator.get(f"/tasks/{planned[0].id}")["status"] == "planned"


def test_who_may_ask_for_what(app: Flask, session: Session, coordinator: Person) -> None:
    grid = make_grids(session, 1)[0]
    task = make_task(session, grid)
    body = {"task_ids": [str(task.id)]}
    elsewhere = Person(app, session, make_user(session, Role.STREET_COORDINATOR, street_code=OTHER_STREET))
    elsewhere.post("/tasks/proposals", 404, **body)
    coordinator.post("/tasks/proposals", 404, task_ids=[str(new_id())])
    coordinator.post("/tasks/proposals", 422, task_ids=[])
    Person(app, session, make_user(session)).post("/tasks/proposals", 403, **body)
    assert coordinator.post("/tasks/proposals", **body)["items"][0]["why_nobody"] == "no_responsible_worker"
