"""The two servers: ours, and the reference one of npm; and where the difference between them is told."""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend.domain.images import photo_rules
from backend.gateways.clock import FixedClock
from tests import photos
from tests.clients.network import served
from tests.documents import CHECKOUT
from tests.factories import make_user, token_for
from tests.tus_clients.hand import PATH, Hand, wait_until

HERE = CHECKOUT / "tests/tus_clients"
LIFE_SECONDS = photo_rules().upload_life_seconds


@dataclass
class Server:
    """Where it is, what must be sent along, and how its uploads grow old."""

    url: str
    headers: dict[str, str]
    expire: Callable[[str], None]
    wait_for_bytes: Callable[[str, int], None]
    is_ours: bool = True

    def hand(self, number: int) -> Hand:
        """Somebody with photo ``number``."""
        return Hand(self.url, self.headers, photos.jpeg(5000 + number), self.expire, self.wait_for_bytes)


@pytest.fixture(scope="session")
def node_packages() -> None:
    """What package.json names is installed; the script says what is missing on the machine."""
    done = subprocess.run([CHECKOUT / ".ci/tus-clients.sh"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="session")
def reference(node_packages: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """@tus/server with @tus/file-store."""
    folder = tmp_path_factory.mktemp("reference")
    arguments = [str(folder), PATH, str(photo_rules().max_bytes), str(LIFE_SECONDS * 1000)]
    with subprocess.Popen(
        ["node", HERE / "server.mjs", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        url = f"http://127.0.0.1:{process.stdout.readline().strip()}"
        yield Server(
            url, {}, lambda place: _age(folder, place), lambda place, size: _wait_for(folder, place, size), False
        )
        process.stdin.close()
        process.wait(20)


def _age(folder: Path, place: str) -> None:
    """The store notes when an upload was made in a file beside it."""
    note = folder / f"{place.rsplit('/', 1)[1]}.json"
    told = json.loads(note.read_text("utf-8"))
    note.write_text(json.dumps({**told, "creation_date": "2020-01-01T00:00:00.000Z"}), "utf-8")


def _wait_for(folder: Path, place: str, size: int) -> None:
    """What it has only read when the connection dies, it throws away."""
    wait_until(lambda: (folder / place.rsplit("/", 1)[1]).stat().st_size == size)


@pytest.fixture
def ours(live_app: Flask, live_session: Session) -> Iterator[Server]:
    """This product, for a worker whose token lasts longer than an upload."""
    clock: FixedClock = live_app.extensions["gridpatrol"].gateways.clock
    token = token_for(live_app, live_session, make_user(live_session))
    live_session.commit()

    def expire(_place: str) -> None:
        clock.at += timedelta(seconds=LIFE_SECONDS + 1)

    with served(live_app) as url:
        yield Server(url, {"Authorization": f"Bearer {token}"}, expire, lambda _place, _size: None)
