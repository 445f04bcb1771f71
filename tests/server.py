"""The product as it is really served, gunicorn with its workers, on a live test database; for tests that kill things."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from sqlalchemy.orm import Session

from backend.gateways.keys import Keys
from backend.persistence.models import User
from backend.services.accounts.tokens import AccessClaims, make_access_token
from tests.conftest import NOW
from tests.factories import make_login

START_SECONDS = 30


@dataclass
class Server:
    """One running service."""

    url: str
    var_dir: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> Path:
        """What it wrote."""
        return log_in(self.var_dir)

    @property
    def port(self) -> int:
        """Where it listens, for what stands in between."""
        return int(self.environment["PORT"])

    def token(self, session: Session, user: User) -> str:
        """An access token that this server takes; commits the session's rows."""
        login = make_login(session, user)
        session.commit()
        claims = AccessClaims(login.id, user.id)
        return make_access_token(Keys.load(self.var_dir / "keys"), claims, NOW.now(NOW.tzinfo), 3600)

    def sync(self, token: str, items: list[Any], **envelope: Any) -> requests.Response:
        """One call of the contract over a real connection."""
        body = {
            "protocol": 1,
            "epoch": None,
            "cursor": None,
            "device_time": NOW.now(NOW.tzinfo).isoformat(),
            "items": items,
        }
        return requests.post(
            f"{self.url}/api/v1/sync",
            json={**body, **envelope},
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        )

    def workers(self) -> list[int]:
        """Process ids of the web workers."""
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return [int(pid) for pid in listed.stdout.split()]

    def kill_everything(self) -> list[int]:
        """kill -9, master first, so that nobody tidies up; the process ids of the workers killed."""
        os.kill(self.process.pid, signal.SIGSTOP)  # or it makes a worker after the count, which then lives on
        workers = self.workers()
        os.kill(self.process.pid, signal.SIGKILL)
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        return workers

    def start_again(self) -> None:
        """What a service manager would do."""
        self.process = _launch(self.environment)
        _wait(self.url)


def log_in(folder: Path) -> Path:
    """Where a server with that ``VAR_DIR`` writes what it says."""
    return folder / "server.log"


@contextmanager
def running_server(database_url: str, folder: Path, **environment: str) -> Iterator[Server]:
    """A service on a free loopback port; stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {
        **os.environ,
        "DATABASE_URL": database_url,
        "VAR_DIR": str(folder),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "ENVIRONMENT": "test",
        **environment,
    }
    server = Server(f"http://127.0.0.1:{port}", folder, env, _launch(env))
    try:
        _wait(server.url)
        yield server
    finally:
        server.process.terminate()
        try:
            server.process.wait(20)
        except subprocess.TimeoutExpired:
            server.kill_everything()


def _launch(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    log_file = log_in(Path(environment["VAR_DIR"]))
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with log_file.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "python:backend.gunicorn_config"],
            env=environment,
            stdout=log,
            stderr=log,
        )


def _wait(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if requests.get(f"{url}/readyz", timeout=2).ok:
                return
        except requests.ConnectionError:
            pass
        if time.monotonic() > deadline:
            raise TimeoutError("the service did not start")
        time.sleep(0.05)
