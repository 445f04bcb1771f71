"""Killing the server in the middle of a sync and repeating loses nothing and doubles nothing."""

import os
import random
import signal
import socket
import struct
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


def test_a_connection_reset_in_the_middle_of_a_body_is_no_fault_of_the_server(
    field: Field, server: Server, tmp_path: Path
) -> None:
    """A phone that loses its network must not fill the log with traces that hide real faults."""
    token = server.token(field.session, field.worker)
    head = (
        f"POST /api/v1/sync HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    )
    broken_chunk = f"{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(broken_chunk.encode())
        assert b" 400 " in line.recv(100)
    for _ in range(3):
        line = socket.create_connection(("127.0.0.1", server.port))
        line.sendall(f"{head}Content-Length: 90000\r\n\r\n{{".encode())
        time.sleep(0.2)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close with a reset
        line.close()
    server.process.terminate()
    server.process.wait(20)
    told = server.log.read_text()
    assert "body_broken_off" in told
    assert "unhandled_error" not in told and "Traceback" not in told
