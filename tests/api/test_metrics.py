"""/metrics and the warnings of /readyz: what they count, who is answered, and a transaction that holds the feed back."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.api.state import State
from backend.gateways.cluster import PrivateCluster
from backend.jobs.history import seal_waiting
from backend.persistence.database import db
from backend.persistence.queries.health import horizon_age
from backend.services.history import record
from backend.settings import Environment
from tests.conftest import LIVE, NOW
from tests.phone import item
from tests.scenarios.conftest import Field
from tests.server import running_server

SAMPLE = re.compile(r"^(?P<name>\w+(?:\{[^}]*\})?) (?P<value>\S+)$", re.MULTILINE)
Setting = Callable[..., None]


@pytest.fixture
def field(live_app: Flask, live_session: Session, live_client: FlaskClient) -> Field:
    return Field(live_app, live_session, live_client)


def numbers(text_format: str) -> dict[str, float]:
    return {match["name"]: float(match["value"]) for match in SAMPLE.finditer(text_format)}


def changed_settings(app: Flask) -> Iterator[Setting]:
    state: State = app.extensions["gridpatrol"]

    def change(**values: object) -> None:
        app.extensions["gridpatrol"] = replace(state, settings=replace(state.settings, **values))

    yield change
    app.extensions["gridpatrol"] = state


@pytest.fixture
def setting(app: Flask) -> Iterator[Setting]:
    yield from changed_settings(app)


@pytest.fixture
def live_setting(live_app: Flask) -> Iterator[Setting]:
    yield from changed_settings(live_app)


@contextmanager
def open_transaction() -> Iterator[Session]:
    """A transaction that has written and does not end."""
    with Session(db.engine) as held:
        record(held, at=NOW, actor=None, subject_type="task", subject_id="held", action="create")
        held.flush()
        yield held


def test_the_horizon_tells_the_age_of_what_holds_it_back(live_session: Session) -> None:
    assert horizon_age(live_session) == (0, 0.0)
    with open_transaction() as held:
        time.sleep(0.3)
        record(live_session, at=NOW, actor=None, subject_type="task", subject_id="1", action="create")
        live_session.commit()
        found = horizon_age(live_session)
        assert found.transactions >= 2
        assert found.seconds is not None and 0.3 <= found.seconds < 30
        held.commit()
    assert horizon_age(live_session).transactions == 0


def test_readyz_warns_and_stays_ready(live_client: FlaskClient, live_session: Session, live_setting: Setting) -> None:
    assert live_client.get("/readyz").json == {"status": "ready", "warnings": []}
    live_setting(horizon_warning_seconds=1)
    with open_transaction():
        assert live_client.get("/readyz").json["warnings"] == []
        time.sleep(1.1)
        answer = live_client.get("/readyz", headers={"Accept-Language": "en"})
        assert answer.status_code == 200
        (warning,) = answer.json["warnings"]
        assert warning["code"] == "horizon_held_back"
        assert "has been open for 1 seconds" in warning["detail"]
        assert "已打开" in live_client.get("/readyz").json["warnings"][0]["detail"]


def test_what_the_database_knows(field: Field, live_client: FlaskClient) -> None:
    odd = item("report.vanish", {})
    field.phone.sync([odd, {**odd, "payload": {"other": "content"}}])
    record(field.session, at=NOW, actor=None, subject_type="task", subject_id="1", action="create")
    field.session.execute(
        text(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('q', 't', 'todo'), ('q', 't', 'failed')"
        )
    )
    field.session.commit()
    told = numbers(live_client.get("/metrics").text)
    assert told["gridpatrol_items_quarantined"] == 2  # a conflict waits on the desk as well
    assert (told["gridpatrol_jobs_waiting"], told["gridpatrol_jobs_failed"]) == (1, 1)
    assert told["gridpatrol_horizon_age_seconds"] == told["gridpatrol_horizon_age_transactions"] == 0
    unsealed = told["gridpatrol_events_unsealed"]
    assert unsealed >= 1
    assert seal_waiting() == unsealed
    assert numbers(live_client.get("/metrics").text)["gridpatrol_events_unsealed"] == 0
    field.session.execute(
        text("UPDATE quarantine_entries SET state = 'dismissed', settled_at = now(), settled_by = :by, note = 'seen'"),
        {"by": field.worker.id},
    )
    field.session.commit()
    assert numbers(live_client.get("/metrics").text)["gridpatrol_items_quarantined"] == 0


def test_requests_are_counted_by_route_never_by_address(client: FlaskClient) -> None:
    named = 'gridpatrol_http_requests_total{{method="{}",route="{}",status="{}"}}'.format
    before = numbers(client.get("/metrics").text)
    client.get("/api/v1/reports/0198c0de-0000-7000-8000-000000000001")
    client.get("/api/no/such/0198c0de")
    client.open("/healthz", method="BREW")
    text_format = client.get("/metrics").text
    after = numbers(text_format)
    for name in (
        named("GET", "/api/v1/reports/<uuid:report_id>", "401"),
        named("GET", "unmatched", "404"),
        named("other", "unmatched", "405"),
    ):
        assert after[name] - before.get(name, 0) == 1, name
    assert "0198c0de" not in text_format and "BREW" not in text_format
    assert 'gridpatrol_http_request_duration_seconds_bucket{le="0.05",method="GET",route="/metrics"}' in after


@pytest.mark.parametrize(
    ("values", "headers", "address", "status"),
    [
        ({}, {}, "127.0.0.1", 200),
        ({}, {}, "::1", 200),
        ({}, {}, "10.0.0.5", 404),
        ({}, {"X-Forwarded-For": "10.0.0.5"}, "127.0.0.1", 404),
        ({}, {"Forwarded": "for=10.0.0.5"}, "127.0.0.1", 404),
        ({"environment": Environment.PRODUCTION}, {}, "127.0.0.1", 404),
        ({"metrics_token": "a-token-of-16-or-more"}, {}, "127.0.0.1", 404),
        ({"metrics_token": "a-token-of-16-or-more"}, {"Authorization": "Bearer wrong"}, "127.0.0.1", 404),
        (
            {"metrics_token": "a-token-of-16-or-more"},
            {"Authorization": "Bearer a-token-of-16-or-more"},
            "10.0.0.5",
            200,
        ),
    ],
)
def test_who_is_answered(
    client: FlaskClient, setting: Setting, values: dict[str, object], headers: dict[str, str], address: str, status: int
) -> None:
    setting(**values)
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status
    assert (answer.mimetype == "text/plain") is (status == 200)


def slots(workers: list[int]) -> list[Path]:
    """The slots that processes hold open; one that has ended holds none."""
    found = []
    for pid in workers:
        with suppress(FileNotFoundError):
            found += [handle.readlink() for handle in Path(f"/proc/{pid}/fd").iterdir()]
    return [path for path in found if path.suffix == ".slot"]


def count_folder(workers: list[int]) -> Path:
    """Where processes count."""
    return slots(workers)[0].parent


@pytest.mark.slow
def test_all_workers_count_together(live_app: Flask, cluster: PrivateCluster, tmp_path: Path) -> None:
    """Three processes, one of which is killed and replaced: nothing counted is lost, and no file is left over."""
    named = 'gridpatrol_http_requests_total{method="GET",route="/healthz",status="200"}'
    with running_server(cluster.url(LIVE), tmp_path, WEB_WORKERS="3") as server:
        for _ in range(30):
            requests.get(f"{server.url}/healthz", timeout=5)  # a connection each: any worker may take it
        assert numbers(requests.get(f"{server.url}/metrics", timeout=5).text)[named] == 30
        doomed = server.workers()[0]
        subprocess.run(["kill", "-9", str(doomed)], check=True)
        deadline = time.monotonic() + 10
        while doomed in server.workers() or len(server.workers()) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        for _ in range(30):
            requests.get(f"{server.url}/healthz", timeout=5)
        assert numbers(requests.get(f"{server.url}/metrics", timeout=5).text)[named] == 60
        folder = count_folder(server.workers())
        assert len(list(folder.glob("*.db"))) == 6  # a counter and a histogram for each slot, not for each process
    assert not folder.exists()


@pytest.mark.slow
def test_what_a_killed_service_counted_is_cleared_away(
    live_app: Flask, cluster: PrivateCluster, tmp_path: Path
) -> None:
    with running_server(cluster.url(LIVE), tmp_path) as server:
        requests.get(f"{server.url}/healthz", timeout=5)
        left = count_folder(server.workers())
        workers = server.kill_everything()
        while slots(workers):  # on a busy machine a killed process takes its time
            time.sleep(0.05)
        assert left.exists()
        server.start_again()
        assert not left.exists()
