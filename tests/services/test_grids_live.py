"""Two people publishing at once, on real commits."""

from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.errors import DomainError
from backend.domain.vocabulary import GridVersionStatus
from backend.persistence.database import db
from backend.persistence.models import GridVersion
from backend.persistence.unit_of_work import unit_of_work
from backend.services.grids.importing import ImportOptions, import_grids
from backend.services.grids.versions import publish_version
from tests.conftest import NOW
from tests.factories import DISTRICT
from tests.gridfiles import geojson, sample

BEGIN = NOW - timedelta(days=1)


def test_two_drafts_published_at_once_are_one_version(live_app: Flask, live_session: Session) -> None:
    content = geojson(sample()[2][:5])
    drafts = []
    for name in ("a", "b"):
        made = import_grids(live_session, None, content, name, ImportOptions(DISTRICT), language="en", now=NOW).version
        assert made is not None
        drafts.append(made.id)
    live_session.commit()
    start, outcomes = Barrier(2), []

    def publish(version_id: UUID) -> None:
        with live_app.app_context():
            try:
                start.wait()
                with unit_of_work() as session:
                    publish_version(session, None, version_id, BEGIN, now=NOW)
                outcomes.append("published")
            except DomainError as error:
                outcomes.append(error.code)
            finally:
                db.session.remove()

    threads = [Thread(target=publish, args=(draft,)) for draft in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["grid_version_order", "published"]
    live_session.expire_all()
    statuses = live_session.scalars(select(GridVersion.status)).all()
    assert sorted(statuses) == [GridVersionStatus.DRAFT, GridVersionStatus.PUBLISHED]
