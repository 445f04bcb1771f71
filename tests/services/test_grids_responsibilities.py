"""Who answers for which grid: the database holds one lead a day, the service says so in words, phones hear of it."""

from datetime import date, timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import GridRole, Role
from backend.persistence.database import db
from backend.persistence.models import Event, GridResponsibility, RoleAssignment, SyncScope, User
from backend.persistence.unit_of_work import unit_of_work
from backend.services.grids.responsibilities import assign_responsibility, end_responsibility
from tests.conftest import NOW
from tests.factories import OTHER_STREET, STREET, actor_of, make_grids, make_responsible, make_user

TODAY = date(2026, 11, 20)
CODE = f"{STREET}001001"


@pytest.fixture
def coordinator(session: Session) -> Actor:
    make_grids(session)
    return actor_of(make_user(session, Role.STREET_COORDINATOR), Role.STREET_COORDINATOR, street_codes=[STREET])


def _assign(session: Session, actor: Actor, user: User, **values: object) -> GridResponsibility:
    given = {"grid_code": CODE, "role": GridRole.LEAD, "valid_from": TODAY, "valid_to": None, **values}
    return assign_responsibility(session, actor, user_id=user.id, now=NOW, **given)


def test_the_new_lead_gets_the_grid_on_the_phone(session: Session, coordinator: Actor) -> None:
    worker = make_user(session)
    row = _assign(session, coordinator, worker)
    assert (row.period.lower, row.period.upper) == (TODAY, None)
    held = select(SyncScope.own).where(SyncScope.user_id == worker.id, SyncScope.object_id == CODE)
    assert session.scalar(held) == {"role": "lead"}
    event = session.scalars(select(Event).where(Event.subject_id == str(row.id))).one()
    assert (event.action, event.actor_id, event.data["grid_code"]) == ("assign", coordinator.user_id, CODE)


def test_a_second_lead_is_refused_and_named(session: Session, coordinator: Actor) -> None:
    first, second = make_user(session), make_user(session)
    first.name = "张伟"
    _assign(session, coordinator, first, valid_from=TODAY, valid_to=TODAY + timedelta(days=10))
    with pytest.raises(DomainError) as refused:
        _assign(session, coordinator, second, valid_from=TODAY + timedelta(days=9))
    assert refused.value.code == "lead_taken"
    assert "张伟" in refused.value.sentence("zh") and "2026-11-30" in refused.value.sentence("en")
    # the day it ends is free; a backup is no lead
    _assign(session, coordinator, second, valid_from=TODAY + timedelta(days=10))
    _assign(session, coordinator, make_user(session), role=GridRole.BACKUP)
    assert session.scalar(select(func.count()).select_from(GridResponsibility)) == 3


def test_one_role_for_one_person_in_one_grid(session: Session, coordinator: Actor) -> None:
    worker = make_user(session)
    _assign(session, coordinator, worker, role=GridRole.HELPER)
    with pytest.raises(DomainError, match="already_responsible"):
        _assign(session, coordinator, worker, role=GridRole.BACKUP)


def test_the_database_itself_refuses_two_leads(session: Session) -> None:
    grids = make_grids(session, 1)
    make_responsible(session, make_user(session), grids)
    with pytest.raises(IntegrityError, match="ex_grid_responsibilities_one_lead"):
        make_responsible(session, make_user(session), grids)


def test_what_is_checked_before(session: Session, coordinator: Actor) -> None:
    worker, officer = make_user(session), make_user(session, Role.AUDITOR)
    gone = make_user(session)
    gone.is_active = False
    past = make_user(session)
    session.flush()
    role = session.scalars(select(RoleAssignment).where(RoleAssignment.user_id == past.id)).one()
    role.valid_to = TODAY
    session.flush()
    refusals = [
        ("bad_period", worker, {"valid_to": TODAY}),
        ("unknown_grid", worker, {"grid_code": f"{STREET}001999"}),
        ("not_found", worker, {"grid_code": f"{OTHER_STREET}001001"}),
        ("not_grid_worker", officer, {}),
        ("not_grid_worker", gone, {}),
        ("not_grid_worker", past, {}),
    ]
    for code, user, values in refusals:
        with pytest.raises(DomainError) as refused:
            _assign(session, coordinator, user, **values)
        assert refused.value.code == code
    assert session.scalar(select(func.count()).select_from(GridResponsibility)) == 0


def test_ending_takes_the_grid_from_the_phone(session: Session, coordinator: Actor) -> None:
    worker = make_user(session)
    row = _assign(session, coordinator, worker, valid_from=TODAY - timedelta(days=5))
    held = select(SyncScope.object_id).where(SyncScope.user_id == worker.id, SyncScope.type == "grid")
    assert session.scalars(held).all() == [CODE]
    later = end_responsibility(session, coordinator, row.id, valid_to=TODAY + timedelta(days=3), now=NOW)
    assert later is not None and session.scalars(held).all() == [CODE]
    with pytest.raises(DomainError, match="already_ended"):
        end_responsibility(session, coordinator, row.id, valid_to=TODAY + timedelta(days=4), now=NOW)
    assert end_responsibility(session, coordinator, row.id, valid_to=TODAY, now=NOW) is row
    assert session.scalars(held).all() == []
    assert end_responsibility(session, coordinator, row.id, valid_to=TODAY - timedelta(days=5), now=NOW) is None
    assert session.scalar(select(func.count()).select_from(GridResponsibility)) == 0


def test_a_foreign_coordinator_finds_nothing_to_end(session: Session, coordinator: Actor) -> None:
    row = _assign(session, coordinator, make_user(session))
    stranger = actor_of(make_user(session), Role.STREET_COORDINATOR, street_codes=[OTHER_STREET])
    with pytest.raises(DomainError, match="not_found"):
        end_responsibility(session, stranger, row.id, valid_to=TODAY, now=NOW)


def test_two_leads_at_once_end_as_one(live_app: Flask, live_session: Session) -> None:
    make_grids(live_session)
    actor = actor_of(make_user(live_session, Role.ADMINISTRATOR), Role.ADMINISTRATOR)
    workers = [make_user(live_session) for _ in range(4)]
    ids = [worker.id for worker in workers]
    live_session.commit()
    start, outcomes = Barrier(len(ids)), []

    def claim(user_id: UUID) -> None:
        with live_app.app_context():
            try:
                start.wait()
                with unit_of_work() as session:
                    assign_responsibility(
                        session, actor, user_id=user_id, grid_code=CODE, role=GridRole.LEAD,
                        valid_from=TODAY, valid_to=None, now=NOW,
                    )  # fmt: skip
                outcomes.append("won")
            except DomainError as error:
                outcomes.append(error.code)
            finally:
                db.session.remove()

    threads = [Thread(target=claim, args=(user_id,)) for user_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lead_taken"] * 3 + ["won"]
    rows = live_session.scalars(select(GridResponsibility)).all()
    assert [row.period for row in rows] == [Range(TODAY, None)]
