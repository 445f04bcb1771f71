"""Everything a measurement runs on: a durable throw-away database, people and grids, the service and the reference."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from backend.gateways.cluster import PrivateCluster, libpq_url
from backend.persistence import schema
from backend.services.reference import load_reference


@contextmanager
def durable_cluster() -> Iterator[PrivateCluster]:
    """A cluster with the settings of the product itself (fsync on), gone afterwards."""
    root = Path(tempfile.mkdtemp(prefix="gridpatrol-bench-"))
    root.chmod(0o755)
    cluster = PrivateCluster(root)
    try:
        cluster.initialise()
        cluster.start()
        yield cluster
    finally:
        cluster.destroy()
        shutil.rmtree(root, ignore_errors=True)


def prepared_database(cluster: PrivateCluster, name: str) -> str:
    """The URL of a new migrated database with reference data."""
    cluster.create_database(name)
    url = cluster.url(name)
    schema.upgrade(url)
    engine = create_engine(url)
    with Session(engine) as session:
        load_reference(session, datetime.now(UTC) - timedelta(days=30))
        session.commit()
    engine.dispose()
    return url


@dataclass(frozen=True, slots=True)
class Service:
    """A service that is up: where, and the process that minds its workers."""

    port: int
    process_id: int

    def workers(self) -> list[int]:
        """Process ids of its workers."""
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process_id)], capture_output=True, text=True, check=True
        )
        return [int(pid) for pid in listed.stdout.split()]


@contextmanager
def served(wsgi: str, environment: dict[str, str]) -> Iterator[Service]:
    """``wsgi`` under the product's gunicorn configuration on a free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    env = {**os.environ, "HOST": "127.0.0.1", "PORT": str(port), "ENVIRONMENT": "test", **environment}
    command = [sys.executable, "-m", "gunicorn", "--config", "python:backend.gunicorn_config", wsgi]
    process = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield Service(port, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def make_reference_table(url: str) -> str:
    """The table of R in its own database address (libpq form)."""
    address = libpq_url(url)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE reference_rows (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text)"
        )
    return address


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
