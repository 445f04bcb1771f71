"""Sealing and trimming as the worker runs them: by name, from the queue."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.jobs.app import work
from backend.jobs.history import SEAL
from backend.jobs.sync import TRIM
from backend.persistence.models import HistorySeal
from backend.services.history import record
from tests.conftest import NOW


@pytest.mark.slow
def test_the_worker_seals_and_trims(live_app: Flask, live_session: Session) -> None:
    record(live_session, at=NOW, actor=None, subject_type="task", subject_id="1", action="create")
    for name, queue in ((SEAL, "history"), (TRIM, "housekeeping")):
        live_session.execute(
            text(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status) "
                "VALUES (:queue, :name, '{\"timestamp\": 0}', 'todo')"
            ),
            {"queue": queue, "name": name},
        )
    live_session.commit()
    work(live_app, until_empty=True)
    done = text("SELECT task_name, CAST(status AS text) FROM procrastinate_jobs WHERE task_name = ANY(:names)")
    states = dict(tuple(row) for row in live_session.execute(done, {"names": [SEAL, TRIM]}))
    assert states == {SEAL: "succeeded", TRIM: "succeeded"}
    seal = live_session.get(HistorySeal, 1)
    assert seal is not None and seal.event_count == 1
