"""Photos under way while the real server is killed, and while its disk is full: the phone goes on at the byte."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from backend.gateways.cluster import PrivateCluster
from backend.persistence.models import Media, Upload
from tests import photos
from tests.conftest import LIVE
from tests.scenarios.conftest import Field
from tests.server import Server, running_server
from tests.tus import BYTES, TUS

pytestmark = pytest.mark.slow
CHECKPOINT = 4 * 1024 * 1024


class TusPhone:
    """A phone that sends one photo to a real server."""

    def __init__(self, server: Server, token: str, content: bytes) -> None:
        self.server, self.content = server, content
        self.headers = {"Authorization": f"Bearer {token}", **TUS}
        announced = {"Upload-Length": str(len(content)), "Upload-Metadata": photos.metadata(content)}
        made = requests.post(f"{server.url}/api/v1/uploads", headers={**self.headers, **announced}, timeout=20)
        assert made.status_code == 201
        self.where = server.url + made.headers["Location"]

    def send(self, start: int, end: int | None = None, seconds: float = 60) -> requests.Response:
        sent = {"Upload-Offset": str(start), "Content-Type": BYTES}
        piece = self.content[start:end]
        return requests.patch(self.where, data=piece, headers={**self.headers, **sent}, timeout=seconds)

    def head(self) -> requests.Response:
        return requests.head(self.where, headers=self.headers, timeout=20)

    def offset(self) -> int:
        return int(self.head().headers["Upload-Offset"])

    def stored(self) -> bytes:
        address = f"{self.server.url}/api/v1/media/{photos.sha256(self.content)}"
        return requests.get(address, headers=self.headers, timeout=20).content


@pytest.fixture
def large() -> bytes:
    """A photo of more than two checkpoints: noise that no codec makes small, with a JPEG's head."""
    return photos.jpeg(1) + os.urandom(3 * CHECKPOINT)


def test_a_partial_upload_survives_a_restart(field: Field, cluster: PrivateCluster, tmp_path: Path) -> None:
    content = photos.encode(photos.draw(2, (1600, 1200)), "PNG")
    with running_server(cluster.url(LIVE), tmp_path) as server:
        phone = TusPhone(server, server.token(field.session, field.worker), content)
        assert phone.send(0, 100_001).headers["Upload-Offset"] == "100001"
        server.kill_everything()
        server.start_again()
        standing = phone.head()
        assert standing.headers["Upload-Offset"] == "100001"
        left = parsedate_to_datetime(standing.headers["Upload-Expires"]).timestamp() - time.time()
        assert 6 * 24 * 3600 < left <= 7 * 24 * 3600
        assert phone.send(100_001).status_code == 204
        assert phone.stored() == content
    assert field.count(Media) == 1


def test_killed_while_bytes_come_in(field: Field, cluster: PrivateCluster, tmp_path: Path, large: bytes) -> None:
    with running_server(cluster.url(LIVE), tmp_path) as server:
        phone = TusPhone(server, server.token(field.session, field.worker), large)
        sender = threading.Thread(target=_stall_after, args=(phone, 2 * CHECKPOINT + 1000))
        sender.start()
        noted = select(Upload.byte_offset)
        deadline = time.monotonic() + 30
        while field.session.scalars(noted).one() < 2 * CHECKPOINT and time.monotonic() < deadline:
            field.session.rollback()
            time.sleep(0.05)
        field.session.rollback()
        server.kill_everything()
        sender.join()
        server.start_again()
        offset = phone.offset()
        assert offset == 2 * CHECKPOINT  # what was noted was on the disk
        assert phone.send(offset).status_code == 204
        assert phone.stored() == large
    assert field.count(Media) == 1


def _stall_after(phone: TusPhone, count: int) -> None:
    def body() -> Iterator[bytes]:
        yield phone.content[:count]
        time.sleep(3)
        yield phone.content[count:]

    sent = {**phone.headers, "Upload-Offset": "0", "Content-Type": BYTES}
    try:
        requests.patch(phone.where, data=body(), headers=sent, timeout=20)
    except requests.RequestException:
        return


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte for the photos of a server whose data folder is ``var``."""
    folder = tmp_path / "var" / "media"
    folder.mkdir(parents=True)
    mount = shutil.which("mount")
    tried = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=1m", "gp-small", str(folder)], capture_output=True, check=False
    )
    if not tried or tried.returncode != 0:
        pytest.skip("file systems may not be mounted here; test_photo_store_local.py holds the same by other means")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_told_and_the_phone_goes_on_at_the_byte(
    field: Field, cluster: PrivateCluster, small_disk: Path
) -> None:
    content = photos.jpeg(3) + os.urandom(800_000)
    ballast = small_disk / "ballast"
    with running_server(cluster.url(LIVE), small_disk.parent) as server:
        phone = TusPhone(server, server.token(field.session, field.worker), content)
        assert phone.send(0, 200_000).status_code == 204
        ballast.write_bytes(b"x" * 400_000)
        for _ in range(2):  # trying again makes it no worse
            refused = phone.send(200_000)
            assert (refused.status_code, refused.json()["code"]) == (503, "storage_full")
            assert int(refused.headers["Retry-After"]) > 0
            assert phone.offset() == 200_000
        ballast.unlink()
        assert phone.send(200_000).status_code == 204
        assert phone.stored() == content
    assert field.count(Media) == 1
