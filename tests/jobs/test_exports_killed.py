"""A worker that is killed in the middle of an export: another begins it anew, and one file is there, whole."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.domain.vocabulary import ExportFormat, ExportKind, Role
from backend.gateways.cluster import PrivateCluster
from backend.gateways.export_store import LocalExportStore
from backend.jobs import app
from backend.persistence.models import Export, Report
from backend.services.exports import ExportDraft, ask_for_export
from tests.conftest import LIVE, NOW
from tests.factories import actor_of, make_report, make_user
from tests.jobs.exporting import read

ROWS = 5_000
pytestmark = pytest.mark.slow
# One row again and again: what counts is that making the file takes a while.
SAME = [
    f'"{column.name}"'
    for column in Report.__table__.columns
    if column.name not in ("id", "seq") and not column.computed
]
MORE = text(f"""
    INSERT INTO reports (id, seq, {", ".join(SAME)}) SELECT gen_random_uuid(), seq + n, {", ".join(SAME)}
    FROM reports, generate_series(1, :count) n WHERE id = :id
""")


@pytest.fixture
def worker(
    live_session: Session, cluster: PrivateCluster, tmp_path: Path
) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """``worker()`` starts a process that takes exports from the queue."""
    begun: list[subprocess.Popen[bytes]] = []
    environment = {**os.environ, "DATABASE_URL": cluster.url(LIVE), "VAR_DIR": str(tmp_path), "ENVIRONMENT": "test"}

    def begin() -> subprocess.Popen[bytes]:
        begun.append(
            subprocess.Popen(
                [sys.executable, "-m", "backend.cli", "jobs", "work", "--queue", "exports"], env=environment
            )
        )
        return begun[-1]

    yield begin
    for process in begun:
        process.kill()
        process.wait()


def test_killed_in_the_middle(
    live_session: Session, tmp_path: Path, worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    user = make_user(live_session, Role.BUREAU_TRIAGER)
    report = make_report(live_session, make_user(live_session))
    live_session.execute(MORE, {"count": ROWS - 1, "id": report.id})
    draft = ExportDraft(ExportKind.REPORTS, ExportFormat.CSV, "zh", {})
    export_id = ask_for_export(live_session, actor_of(user, Role.BUREAU_TRIAGER), draft, now=NOW).id
    live_session.commit()
    first = worker()
    half = _wait(live_session, export_id, lambda row: 0 < row.rows_done < ROWS)
    first.kill()
    first.wait()
    assert (half.status, half.rows_total) == ("running", ROWS)
    store = LocalExportStore(tmp_path / "exports")
    assert list(store.names()) == []
    # what housekeeping.retry_stalled does two minutes later
    live_session.execute(text("UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE status = 'doing'"))
    live_session.commit()
    second = worker()
    done = _wait(live_session, export_id, lambda row: row.status == "done")
    assert (done.attempt, done.rows_done) == (2, ROWS)
    assert list(store.names()) == [f"{export_id.hex}-2"]
    copy = tmp_path / "copy.csv"
    with store.open(f"{export_id.hex}-2") as file:
        copy.write_bytes(file.read())
    assert len({row["上报编号"] for row in read(copy)}) == ROWS
    second.terminate()
    assert second.wait(20) == 0


def _wait(session: Session, export_id: UUID, reached: Callable[[Export], bool]) -> Export:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        session.rollback()
        row = session.get_one(Export, export_id, populate_existing=True)
        if reached(row):
            return row
        time.sleep(0.02)
    raise AssertionError(f"it stands at {row.status}, {row.rows_done}")


def test_every_queue_but_one() -> None:
    assert app._queues(app.job_app, (), ()) is None
    assert app._queues(app.job_app, ("exports",), ()) == ["exports"]
    others = app._queues(app.job_app, (), ("exports",))
    assert others is not None
    assert {"photos", "webhooks", "housekeeping", "history"} <= set(others)
    assert "exports" not in others
