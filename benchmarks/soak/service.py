"""The product as an operator runs it, ``gridpatrol serve`` with its own cluster; and everything that may befall it."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from backend.gateways.cluster import PrivateCluster
from backend.gateways.cluster.processes import postmaster_id

START_SECONDS = 120
STOP_SECONDS = 90
COMMAND_SECONDS = 300


@dataclass
class Service:
    """One ``gridpatrol serve`` on a data folder of its own."""

    var_dir: Path
    port: int
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def cluster(self) -> PrivateCluster:
        """Its database."""
        return PrivateCluster(self.var_dir / "postgres")

    def start(self) -> None:
        """Start it and wait until it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "backend.cli", "serve", "--no-demo"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until_ready()

    def stop(self) -> None:
        """Ask it to end, as a service manager does, and wait."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill_everything()
        self.process = None

    def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        """Until it answers that it is ready; TimeoutError."""
        deadline = time.monotonic() + seconds
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise TimeoutError(f"the service is not ready after {seconds} s, see {self.log}")
            time.sleep(0.05)

    def is_ready(self) -> bool:
        """Whether it answers that it is ready."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2):
                return True
        except (OSError, urllib.error.HTTPError):
            return False

    def command(self, *arguments: str) -> str:
        """Run another command of the product on the same data; what it said."""
        run = subprocess.run(
            [sys.executable, "-m", "backend.cli", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if run.returncode != 0:
            raise RuntimeError(f"gridpatrol {' '.join(arguments)}: {run.stderr.strip()[-1000:]}")
        return run.stdout

    def kill_web_worker(self, chance: random.Random) -> bool:
        """kill -9 of one of gunicorn's workers."""
        workers = _children(self._registered(0))
        return bool(workers) and _kill(chance.choice(workers))

    def kill_web(self) -> bool:
        """kill -9 of gunicorn, master first, so that nobody tidies up."""
        master = self._registered(0)
        workers = _children(master)
        killed = master is not None and _kill(master)
        for worker in workers:
            _kill(worker)
        return killed

    def kill_job_worker(self) -> bool:
        """kill -9 of the process that examines photos and delivers."""
        worker = self._registered(1)
        return worker is not None and _kill(worker)

    def kill_backend(self, chance: random.Random) -> bool:
        """kill -9 of one server process that serves the product: PostgreSQL then recovers as after a crash."""
        backends = [pid for pid in _children(self.postmaster()) if b"gridpatrol gridpatrol [local]" in _title(pid)]
        # in the middle of something rather than idle, if there is one
        busy = [pid for pid in backends if not _title(pid).rstrip(b"\0 ").endswith(b" idle")]
        return bool(backends) and _kill(chance.choice(busy or backends))

    def kill_postmaster(self) -> bool:
        """kill -9 of the database server's first process."""
        postmaster = self.postmaster()
        return postmaster is not None and _kill(postmaster)

    def kill_everything(self) -> bool:
        """kill -9 of the supervisor, gunicorn, the job worker and the database, as when the power goes."""
        doomed = [self.process.pid if self.process else None, self._registered(0), self._registered(1)]
        doomed += [*_children(self._registered(0)), self.postmaster(), *_children(self.postmaster())]
        for pid in doomed:
            if pid is not None:
                _kill(pid)
        if self.process is not None:
            self.process.wait()
        return True

    def postmaster(self) -> int | None:
        """The process id of the database server."""
        return postmaster_id(self.cluster.place.data)

    def _registered(self, number: int) -> int | None:
        try:
            return int(json.loads((self.var_dir / "serve.json").read_text("utf-8"))[number]["pid"])
        except (OSError, ValueError, KeyError, IndexError):
            return None


@contextmanager
def product(folder: Path, **environment: str) -> Iterator[Service]:
    """A service below ``folder``, not started yet; stopped, and its database deleted, at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    var_dir = folder / "var"
    var_dir.mkdir(mode=0o755)
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    env |= {"VAR_DIR": str(var_dir), "HOST": "127.0.0.1", "PORT": str(port), "ENVIRONMENT": "test", **environment}
    service = Service(var_dir, port, env, folder / "serve.log")
    try:
        yield service
    finally:
        service.stop()
        with suppress(Exception):
            service.cluster.destroy()
        shutil.rmtree(var_dir, ignore_errors=True)


def _children(parent: int | None) -> list[int]:
    if parent is None:
        return []
    try:
        text = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii")
        return [int(pid) for pid in text.split()]
    except OSError:
        pass
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in listed.stdout.split()]


def _title(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
