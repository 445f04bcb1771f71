"""A phone killed with -9 again and again, anywhere, against the product as it is served: nothing lost, nothing doubled."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from backend.gateways.cluster import PrivateCluster
from backend.persistence.models import Report, ReportPhoto, SyncConflict, SyncItem
from gridpatrol_client import Phone
from tests import photos
from tests.clients.conftest import DEVICE, PASSWORD
from tests.conftest import LIVE
from tests.documents import CHECKOUT
from tests.scenarios.conftest import Field
from tests.server import running_server

KILLS = 3
# A worker in a hurry: records a report with a photo, says so, syncs, and so on until he is killed. The photo is one
# JPEG with something of its own behind its end.
WORKER = """
import sys
from pathlib import Path
from gridpatrol_client import Phone
from gridpatrol_client.drafts import NamedPhoto, ReportDraft, submit_report
from gridpatrol_client.stamps import new_id, now
phone, jpeg = Phone(Path(sys.argv[1])), Path(sys.argv[2]).read_bytes()
phone.syncer.sender._piece_bytes = len(jpeg) // 2
while True:
    for _ in range(3):
        photo = NamedPhoto(phone.album.take_in(jpeg + new_id().encode()))
        report = ReportDraft("illegal_practice", "problem", now(), ("A", 1), photos=[photo])
        print(phone.record(submit_report(report)).id, flush=True)
    phone.sync()
"""


def work_until_killed(folder: Path, jpeg: Path, seconds: float) -> list[str]:
    """The ids of what the worker was told is recorded."""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "clients" / "python")}
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(folder), str(jpeg)], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    first = process.stdout.readline()  # importing takes its time, and is not what is tested
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    return [line for line in [first, *rest.splitlines(keepends=True)] if line.endswith("\n")]


@pytest.mark.slow
def test_a_phone_killed_anywhere_loses_and_doubles_nothing(
    field: Field, cluster: PrivateCluster, tmp_path: Path
) -> None:
    chance, folder, jpeg = random.Random(11), tmp_path / "phone", tmp_path / "door.jpg"
    jpeg.write_bytes(photos.jpeg(501))
    with running_server(cluster.url(LIVE), tmp_path / "var", WEB_WORKERS="1") as server:
        with Phone(folder, server.url) as phone:
            phone.sign_in(field.worker.username, PASSWORD, DEVICE)
        told = []
        for _ in range(KILLS):
            told += work_until_killed(folder, jpeg, chance.uniform(0.02, 0.3))
        with Phone(folder) as phone:
            assert phone.sync(verify=True).agreed and phone.everything_uploaded()
            items = phone.outbox.having("delivered")
            assert all(phone.proof(item.id).result == "accepted" for item in items)
    recorded = {item.id for item in items}
    assert {line.strip() for line in told} <= recorded and len(told) > KILLS
    assert field.count(Report) == field.count(SyncItem) == len(recorded)
    assert field.count(SyncConflict) == 0
    here = select(func.count()).where(ReportPhoto.arrived_at.is_not(None))
    assert field.session.scalar(here) == len(recorded)
