"""The number of statements of a sync does not grow with the batch."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Role
from backend.persistence.database import db
from backend.services.epochs import ensure_epoch
from backend.services.sync import SyncContext, apply_items
from tests.conftest import NOW, watched_statements
from tests.factories import actor_of, make_grids, make_task, make_user
from tests.phone import item, report_payload


def _statements(session: Session, count: int) -> int:
    worker = make_user(session)
    grids = make_grids(session, 3, valid_from=NOW.replace(year=2025)) if count == 1 else []
    task = make_task(session, grids[0], worker) if grids else None
    actor = actor_of(worker, Role.GRID_WORKER)
    context = SyncContext(actor, NOW, ensure_epoch(session, NOW), 0)
    values = {"task_id": str(task.id)} if task else {}
    photo = {
        "sha256": "a" * 64,
        "bytes": 1000,
        "mime": "image/jpeg",
        "role": "detail",
        "taken_at": None,
        "source": "camera",
    }
    items = [item("report.submit", report_payload(photos=[photo], **values)) for _ in range(count)]
    with watched_statements(db.engine) as seen:
        answers = apply_items(session, context, items)
    assert [a.result for a in answers] == ["accepted"] * count
    return len(seen)


@pytest.mark.usefixtures("app")
def test_statements_do_not_grow_with_the_batch(app: Flask, session: Session) -> None:
    one = _statements(session, 1)
    many = _statements(session, 60)
    assert many <= one
    assert one < 40
