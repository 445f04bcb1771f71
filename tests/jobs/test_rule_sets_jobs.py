"""The daily look for rule sets that end with nothing to follow: the log, the event, the gauge."""

import structlog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.jobs.app import TASK_MODULES, job_app
from backend.jobs.rule_sets import WARN, warn_now


def gauge(client: FlaskClient) -> float:
    [line] = [
        line for line in client.get("/metrics").text.splitlines() if line.startswith("gridpatrol_rules_days_left ")
    ]
    return float(line.split()[1])


def test_an_end_is_warned_of_and_measured(app: Flask, session: Session, client: FlaskClient) -> None:
    assert warn_now() == 0
    assert gauge(client) == float("inf")
    session.execute(text("UPDATE rule_sets SET valid_to = '2026-12-10'"))
    session.commit()
    with structlog.testing.capture_logs() as logs:
        assert warn_now() == 1
    [line] = [entry for entry in logs if entry["event"] == "rule_set_ends_without_successor"]
    assert (line["log_level"], line["district"], line["first_day_without"]) == ("warning", "310107", "2026-12-10")
    assert gauge(client) == 20.0
    session.execute(text("UPDATE rule_sets SET valid_to = '2026-11-01'"))
    session.commit()
    assert gauge(client) == 0.0


def test_the_job_is_known_to_the_worker() -> None:
    assert "backend.jobs.rule_sets" in TASK_MODULES
    job_app.perform_import_paths()
    assert WARN in job_app.tasks
