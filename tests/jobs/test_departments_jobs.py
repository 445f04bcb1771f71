"""What was decided for a day takes effect on that day, also after an outage."""

from datetime import timedelta

from flask import Flask
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Role
from backend.gateways.clock import FixedClock
from backend.jobs.app import TASK_MODULES
from backend.jobs.departments import take_effect
from backend.services import departments, referrals
from backend.services.departments import Dissolution
from tests.conftest import NOW
from tests.factories import actor_of, department_named, make_referral, make_report, make_user


def test_a_name_and_an_end_on_their_day(app: Flask, session: Session, clock: FixedClock) -> None:
    admin = actor_of(make_user(session, Role.ADMINISTRATOR), Role.ADMINISTRATOR)
    day = (NOW + timedelta(days=10)).date()
    departments.rename_department(session, admin, "putuo.health", "普陀区卫生健康局", "Health", on=day, now=NOW)
    referrals.dissolve(session, admin, "putuo.cdc", Dissolution(day, "putuo.health"), now=NOW)
    report = make_report(session, make_user(session))
    referral = make_referral(session, report, "putuo.cdc", function_code="drinking_water_supervision")
    session.commit()
    assert take_effect() == 0
    clock.at = NOW + timedelta(days=12)  # the worker was down on the day
    assert take_effect() == 1
    assert take_effect() == 0
    session.expire_all()
    health = department_named(session, "putuo.health")
    assert (health.name, referral.department_id) == ("普陀区卫生健康局", health.id)


def test_the_worker_knows_the_job() -> None:
    assert "backend.jobs.departments" in TASK_MODULES
