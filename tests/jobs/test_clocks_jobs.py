"""Clocks turned by the worker: each notice exactly once, with two workers at once and after an outage of days."""

import threading
from collections import Counter
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.vocabulary import ClockDecision, Role
from backend.gateways.clock import FixedClock
from backend.jobs.app import work
from backend.jobs.clocks import NOTICE, turn_clocks
from backend.persistence.database import db
from backend.persistence.models import Clock, Event
from backend.persistence.unit_of_work import unit_of_work
from backend.services.clocks import decide_request, notice_due, request_suspension
from tests.conftest import NOW
from tests.factories import actor_of, department_named, make_referral, make_report, make_user
from tests.factories.clocks import start_clocks


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE)


def notices(session: Session) -> list[tuple[str, str]]:
    """(clock, action) of every notice, in the order of the history."""
    found = session.execute(
        select(Event.data, Event.action).where(Event.action.in_(["clock_warning", "clock_overdue"])).order_by(Event.seq)
    )
    return [(data["clock_id"], action) for data, action in found]


def make_clocks(session: Session, count: int) -> list[Clock]:
    """``count`` acceptance clocks, with the others of their referrals; committed."""
    author = make_user(session)
    made = [start_clocks(session, make_referral(session, make_report(session, author)))["accept"] for _ in range(count)]
    session.commit()
    return made


def test_after_an_outage_of_days_both_notices_come_once_and_in_order(
    live_app: Flask, live_session: Session, live_clock: FixedClock
) -> None:
    (clock,) = make_clocks(live_session, 1)
    live_clock.at = at("2026-11-23T12:00")
    assert turn_clocks() == (0, 0)
    live_clock.at = at("2026-12-03T12:00")
    assert turn_clocks() == (0, 2)
    assert notices(live_session) == [(str(clock.id), "clock_warning"), (str(clock.id), "clock_overdue")]
    assert turn_clocks() == (0, 0)
    live_session.refresh(clock)
    assert (clock.warned_at, clock.overdue_at) == (at("2026-12-03T12:00"), at("2026-11-24T23:59:59"))


def test_before_and_at_the_deadline(live_app: Flask, live_session: Session, live_clock: FixedClock) -> None:
    make_clocks(live_session, 1)
    for moment, count in (("24T08:29", 0), ("24T08:30", 1), ("24T23:59:59", 0), ("25T00:00", 1), ("25T00:01", 0)):
        live_clock.at = at(f"2026-11-{moment}")
        assert turn_clocks() == (0, count), moment


def test_two_workers_at_once_give_each_notice_once(live_app: Flask, live_session: Session) -> None:
    made = make_clocks(live_session, 60)
    late, barrier = at("2026-12-03T12:00"), threading.Barrier(4)
    counts: list[int] = []

    def turn() -> None:
        with live_app.app_context():
            barrier.wait()
            while True:
                count = notice_due_in_one_unit(late)
                counts.append(count)
                if not count:
                    return

    threads = [threading.Thread(target=turn) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    told = notices(live_session)
    assert sum(counts) == len(told) == 120
    assert set(Counter(told).values()) == {1}
    for clock in made:
        mine = [action for clock_id, action in told if clock_id == str(clock.id)]
        assert mine == ["clock_warning", "clock_overdue"]


def notice_due_in_one_unit(now: datetime) -> int:
    with unit_of_work() as session:
        return notice_due(session, now, batch=7)


def test_a_row_that_somebody_holds_is_left_for_the_next_minute(live_app: Flask, live_session: Session) -> None:
    held, free = make_clocks(live_session, 2)
    with Session(db.engine) as other:
        other.execute(text("SELECT 1 FROM clocks WHERE id = :id FOR UPDATE"), {"id": held.id})
        assert notice_due_in_one_unit(at("2026-11-24T12:00")) == 1
        other.rollback()
    assert notice_due_in_one_unit(at("2026-11-24T12:00")) == 1
    assert sorted(notices(live_session)) == sorted([(str(held.id), "clock_warning"), (str(free.id), "clock_warning")])


def test_a_clock_made_while_its_year_was_being_loaded_does_not_wait_for_ever(
    live_app: Flask, live_session: Session, live_clock: FixedClock
) -> None:
    (clock,) = make_clocks(live_session, 1)
    due = clock.due_at
    clock.calendar_missing, clock.missing_year, clock.due_at, clock.warn_at = True, 2026, None, None
    live_session.commit()
    assert turn_clocks() == (0, 0)
    live_session.refresh(clock)
    assert (clock.calendar_missing, clock.due_at) == (False, due)


@pytest.mark.slow
def test_the_worker_turns_clocks(live_app: Flask, live_session: Session, live_clock: FixedClock) -> None:
    health = department_named(live_session, "putuo.health").id
    officer = actor_of(make_user(live_session, Role.DEPARTMENT_OFFICER, department_id=health), Role.DEPARTMENT_OFFICER,
                       department_ids=[health])  # fmt: skip
    bureau = actor_of(make_user(live_session, Role.BUREAU_TRIAGER), Role.BUREAU_TRIAGER)
    (clock,) = make_clocks(live_session, 1)
    asked = request_suspension(
        live_session, officer, clock.referral_id, clock.id, NOW + timedelta(days=3), "停业", now=NOW
    )
    decide_request(live_session, bureau, clock.referral_id, asked.id, ClockDecision.APPROVE, now=NOW)
    live_session.execute(
        text(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status) "
            "VALUES ('clocks', :name, '{\"timestamp\": 0}', 'todo')"
        ),
        {"name": NOTICE},
    )
    live_session.commit()
    live_clock.at = at("2026-11-25T12:00")
    work(live_app, until_empty=True)
    live_session.refresh(clock)
    # rested from Friday to Monday: one working day
    assert (clock.state, clock.due_at) == ("running", at("2026-11-25T23:59:59"))
    assert notices(live_session) == [(str(clock.id), "clock_warning")]
