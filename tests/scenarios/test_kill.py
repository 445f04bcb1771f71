"""Killing the server in the middle of a sync and repeating loses nothing and doubles nothing."""

import os
import random
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import func, select

from backend.gateways.cluster import PrivateCluster
from backend.persistence.models import Event, Referral, Report, SyncItem
from tests.conftest import LIVE
from tests.phone import item, report_payload
from tests.scenarios.conftest import Field
from tests.server import Server, running_server

BATCH = 40


@pytest.fixture
def server(field: Field, cluster: PrivateCluster, tmp_path: Path) -> Any:
    """A real gunicorn on the database of ``field``."""
    with running_server(cluster.url(LIVE), tmp_path, WEB_WORKERS="2") as running:
        yield running


def _deliver(server: Server, token: str, items: list[Any]) -> dict[str, Any] | None:
    try:
        response = server.sync(token, items)
    except requests.RequestException:
        return None
    return response.json() if response.status_code == 200 else None


def _deliver_until_answered(server: Server, token: str, items: list[Any]) -> dict[str, Any]:
    for _ in range(60):
        answer = _deliver(server, token, items)
        if answer is not None:
            return answer
        time.sleep(0.2)
    raise AssertionError("the service never came back")


@pytest.mark.parametrize("what", ["one worker", "everything"])
def test_killed_in_the_middle_of_a_sync(field: Field, server: Server, what: str) -> None:
    token = server.token(field.session, field.worker)
    chance = random.Random(7)
    batches = [[item("report.submit", report_payload()) for _ in range(BATCH)] for _ in range(6)]
    lost_replies = 0
    for batch in batches:
        first: list[dict[str, Any] | None] = []
        caller = threading.Thread(target=lambda b=batch, f=first: f.append(_deliver(server, token, b)))
        caller.start()
        time.sleep(chance.uniform(0.0, 0.25))
        if what == "everything":
            server.kill_everything()
            caller.join()
            server.start_again()
        else:
            for pid in server.workers():
                os.kill(pid, signal.SIGKILL)
            caller.join()
        lost_replies += first == [None]
        answer = _deliver_until_answered(server, token, batch)
        assert [receipt["result"] for receipt in answer["receipts"]] == ["accepted"] * BATCH
    assert lost_replies, "no reply was lost: the test killed too late to mean anything"
    sent = BATCH * len(batches)
    assert field.count(SyncItem) == field.count(Report) == sent
    submits = field.session.scalar(
        select(func.count()).select_from(Event).where(Event.subject_type == "report", Event.action == "submit")
    )
    assert submits == sent
    doubled = select(Referral.report_id).group_by(Referral.report_id, Referral.function_code).having(func.count() > 1)
    assert field.session.scalars(doubled).all() == []


def test_the_same_batch_from_many_connections_at_once(field: Field, server: Server) -> None:
    """An impatient phone sends again before the first answer came; another user's phone holds the same items."""
    mine, others = server.token(field.session, field.worker), server.token(field.session, field.other)
    batch = [item("report.submit", report_payload()) for _ in range(20)]
    answers: list[dict[str, Any]] = []
    callers = [
        threading.Thread(target=lambda t=token: answers.append(_deliver_until_answered(server, t, batch)))
        for token in (mine, mine, others, mine, others, mine)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    first_times = sum(not receipt["replayed"] for answer in answers for receipt in answer["receipts"])
    assert first_times == 20
    assert len({receipt["receipt"] for answer in answers for receipt in answer["receipts"]}) == 20
    assert field.count(Report) == 20
