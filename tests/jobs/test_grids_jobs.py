"""What the periodic jobs about grids do when their time comes; the queue that calls them is tested elsewhere."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.vocabulary import GridVersionStatus
from backend.gateways.clock import FixedClock
from backend.jobs.app import FLASK_APP
from backend.jobs.grids import begin_day, put_versions_into_effect
from backend.persistence.models import GridVersion, RoleAssignment, SyncScope
from backend.services.grids.importing import ImportOptions, import_grids
from backend.services.grids.versions import publish_version
from tests.conftest import NOW
from tests.factories import DISTRICT, make_grids, make_responsible, make_task, make_user
from tests.gridfiles import geojson, sample

DAY = NOW + timedelta(days=3)


@pytest.fixture
def context(app: Flask) -> SimpleNamespace:
    return SimpleNamespace(additional_context={FLASK_APP: app})


def test_a_coming_version_takes_effect_by_itself(session: Session, context: SimpleNamespace, clock: FixedClock) -> None:
    content, options = geojson(sample()[2]), ImportOptions(DISTRICT, publish_from=NOW - timedelta(days=1))
    first = import_grids(session, None, content, "a.geojson", options, language="en", now=NOW).version
    later = replace(options, publish_from=None)
    second = import_grids(session, None, content, "b.geojson", later, language="en", now=NOW).version
    assert first is not None and second is not None
    publish_version(session, None, second.id, DAY, now=NOW)
    session.commit()

    put_versions_into_effect.func(context, 0)
    session.expire_all()
    assert session.get_one(GridVersion, first.id).status is GridVersionStatus.PUBLISHED
    clock.at = DAY
    put_versions_into_effect.func(context, 0)
    session.expire_all()
    assert session.get_one(GridVersion, first.id).status is GridVersionStatus.REPLACED


def test_a_responsibility_begins_with_its_day(session: Session, context: SimpleNamespace, clock: FixedClock) -> None:
    grids, worker = make_grids(session, 1), make_user(session)
    make_responsible(session, worker, grids, since=date(2026, 11, 21))
    session.commit()
    held = select(SyncScope.object_id).where(SyncScope.user_id == worker.id, SyncScope.type == "grid")
    begin_day.func(context, 0)
    assert session.scalars(held).all() == []
    clock.at = NOW + timedelta(hours=14, minutes=1)  # 00:01 of the 21st in Shanghai
    begin_day.func(context, 0)
    assert session.scalars(held).all() == [grids[0].code]


def test_a_role_ends_with_its_day(session: Session, context: SimpleNamespace, clock: FixedClock) -> None:
    grids, worker = make_grids(session, 1), make_user(session)
    make_responsible(session, worker, grids)
    make_task(session, grids[0], worker)
    session.scalars(select(RoleAssignment).where(RoleAssignment.user_id == worker.id)).one().valid_to = date(
        2026, 11, 21
    )
    session.commit()
    held = select(SyncScope.type).where(SyncScope.user_id == worker.id, SyncScope.type.in_(["grid", "task"]))
    begin_day.func(context, 0)
    assert set(session.scalars(held)) == {"grid", "task"}
    clock.at = NOW + timedelta(hours=14, minutes=1)  # 00:01 of the 21st in Shanghai
    begin_day.func(context, 0)
    assert session.scalars(held).all() == []
