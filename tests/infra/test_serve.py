"""``gridpatrol serve`` as a person meets it: starts, answers, stops with its database, survives having been killed."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from backend.gateways.cluster import PrivateCluster
from backend.gateways.cluster.processes import start_time
from backend.settings import CHECKOUT

pytestmark = pytest.mark.slow


@dataclass
class Service:
    """One ``gridpatrol serve`` and where it listens."""

    process: subprocess.Popen[str]
    port: int

    def status(self, path: str = "/readyz") -> int | None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()

    def wait_until_told(self) -> float:
        """Seconds until it printed that it is ready."""
        began = time.monotonic()
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "Ctrl-C stops it" in line:
                return time.monotonic() - began
        raise AssertionError(f"it ended with {self.process.wait()}: {self.errors()}")

    def errors(self) -> str:
        return self.process.stderr.read() if self.process.stderr else ""


@pytest.fixture(scope="module")
def made_cluster() -> Iterator[PrivateCluster]:
    """Made beforehand as a fast one, so that the tests add no system user to the machine; migrated by the first test."""
    folder = Path(tempfile.mkdtemp(prefix="gp-serve-", dir="/tmp")).resolve()
    folder.chmod(0o755)
    cluster = PrivateCluster(folder / "var" / "postgres", fast=True)
    cluster.initialise()
    yield cluster
    cluster.destroy()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def serve(made_cluster: PrivateCluster) -> Iterator[Callable[..., Service]]:
    begun: list[Service] = []

    def begin(port: int, *options: str) -> Service:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.cli", "serve", "--no-demo", *options],
            cwd=CHECKOUT,
            env=environment_of(made_cluster, port),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(Service(process, port))
        return begun[-1]

    yield begin
    for service in begun:
        if service.process.poll() is None:
            service.process.terminate()
        service.process.communicate(timeout=60)


def environment_of(cluster: PrivateCluster, port: int) -> dict[str, str]:
    return {**os.environ, "VAR_DIR": str(cluster.root.parent), "PORT": str(port)}


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_its_whole_life(serve: Callable[..., Service], made_cluster: PrivateCluster, free_port: int) -> None:
    first = serve(free_port)
    first.wait_until_told()
    assert first.status() == 200

    second = serve(free_port)  # on the same data folder
    assert second.process.wait(30) == 1
    assert f"process {first.process.pid} serves" in second.errors()
    assert first.status() == 200

    first.process.kill()  # no chance to clean up
    first.process.wait()
    assert made_cluster.is_running(), "the database goes on, as after a crash of the product alone"

    again = serve(free_port)
    again.wait_until_told()
    assert again.status() == 200

    again.process.send_signal(signal.SIGINT)
    assert again.process.wait(60) == 0
    assert again.errors().rstrip().endswith("stopped")
    assert again.status() is None
    assert not made_cluster.is_running()

    quick = serve(free_port)
    quick.wait_until_told()
    quick.process.terminate()
    assert quick.process.wait(60) == 0
    assert not made_cluster.is_running()


def test_a_taken_port_is_named_before_anything_starts(
    serve: Callable[..., Service], made_cluster: PrivateCluster, free_port: int
) -> None:
    with socket.create_server(("127.0.0.1", free_port)):
        service = serve(free_port)
        assert service.process.wait(30) == 1
    assert f"PORT='127.0.0.1:{free_port}'" in service.errors()
    assert not made_cluster.is_running()


def test_it_ends_with_its_caller(made_cluster: PrivateCluster, free_port: int) -> None:
    """As when ``make run`` is killed: nobody would ever stop the service otherwise."""
    script = f"{sys.executable} -m backend.cli serve --no-demo --follow-parent & echo $!; wait"
    with subprocess.Popen(
        ["sh", "-c", script],
        cwd=CHECKOUT,
        env=environment_of(made_cluster, free_port),
        stdout=subprocess.PIPE,
        text=True,
    ) as caller:
        service = Service(caller, free_port)
        assert caller.stdout is not None
        pid = int(caller.stdout.readline())
        service.wait_until_told()
        caller.kill()
    deadline = time.monotonic() + 40
    while start_time(pid) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert service.status() is None
    assert not made_cluster.is_running()
