"""What a cluster must survive: kill -9, stale files, numbers used again, half-made folders, killed tests."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from backend.gateways.cluster import PrivateCluster, libpq_url, private, throwaway
from backend.gateways.cluster.processes import postmaster_id, start_time
from backend.settings import CHECKOUT

MakeCluster = Callable[..., PrivateCluster]


@pytest.fixture
def cluster(make_cluster: MakeCluster) -> PrivateCluster:
    make_cluster().initialise()
    made = PrivateCluster(
        make_cluster().root
    )  # runs with the durable settings: what is committed must be there after a kill
    made.start()
    with psycopg.connect(libpq_url(made.url("postgres"))) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    return made


def answer(cluster: PrivateCluster) -> int:
    with psycopg.connect(libpq_url(cluster.url("postgres"))) as connection:
        row = connection.execute("SELECT answer FROM kept").fetchone()
        return int(row[0]) if row else 0


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def kill(cluster: PrivateCluster) -> None:
    running = postmaster_id(cluster.place.data)
    assert running
    os.kill(running, signal.SIGKILL)
    wait_until(lambda: not cluster.is_running())


def test_killed_server_starts_again_with_its_data(cluster: PrivateCluster) -> None:
    kill(cluster)
    assert (cluster.place.data / "postmaster.pid").exists()
    assert (cluster.place.socket_dir / ".s.PGSQL.5432").exists()
    assert cluster.start() is True
    assert answer(cluster) == 42


def test_busy_orphans_of_a_killed_server_are_ended(cluster: PrivateCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private, "ORPHAN_SECONDS", 0.3)
    busy = psycopg.connect(libpq_url(cluster.url("postgres")))
    orphan = busy.info.backend_pid

    def work() -> None:
        with pytest.raises(psycopg.OperationalError):
            busy.execute(
                "SELECT count(*) FROM generate_series(1, 1000000000000)"
            )  # never looks whether its parent lives

    worker = threading.Thread(target=work)
    worker.start()
    time.sleep(0.3)
    kill(cluster)
    assert start_time(orphan), "the busy process must outlive the server for this test to mean anything"
    assert cluster.start() is True
    worker.join(10)
    busy.close()
    assert start_time(orphan) is None
    assert answer(cluster) == 42


def test_a_pid_file_whose_number_now_belongs_to_another_process(cluster: PrivateCluster) -> None:
    pid_file = cluster.place.data / "postmaster.pid"
    content = pid_file.read_text()
    cluster.stop()
    user = cluster.place.user
    with subprocess.Popen(["sleep", "60"], cwd="/", **user.as_options) as foreign:
        pid_file.write_text(content.replace(content.split("\n")[0], str(foreign.pid), 1))
        lock_file = cluster.place.socket_dir / ".s.PGSQL.5432.lock"
        lock_file.write_text(f"{foreign.pid}\n")
        for path in (pid_file, lock_file):
            os.chown(path, user.uid, user.gid)
        assert cluster.is_running() is False
        assert cluster.start() is True
        assert foreign.poll() is None, "the other process is none of our business"
        foreign.kill()
    assert answer(cluster) == 42


def test_a_killed_initdb_is_begun_anew(make_cluster: MakeCluster) -> None:
    made = make_cluster()
    half_made = made.place.home / "data.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("15\n")
    assert made.exists is False
    assert made.initialise() is True
    assert made.start() is True
    assert not half_made.exists()


def test_two_starts_at_once_make_one_server(cluster: PrivateCluster) -> None:
    cluster.stop()
    started: list[bool] = []
    threads = [
        threading.Thread(target=lambda: started.append(PrivateCluster(cluster.root, fast=True).start()))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(started) == [False, False, True]


def test_a_throwaway_cluster_vanishes_with_its_killed_process() -> None:
    script = (
        "import time\n"
        "from backend.gateways.cluster import throwaway_cluster\n"
        "with throwaway_cluster() as cluster:\n"
        "    print(cluster.root, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) as process:
        assert process.stdout is not None
        root = Path(process.stdout.readline().strip())
        running = postmaster_id(root / "data")
        assert running
        process.kill()
    wait_until(lambda: not root.exists())
    assert start_time(running) is None


def test_clusters_of_the_dead_are_removed_and_those_of_the_living_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throwaway, "FALLBACK", tmp_path)
    monkeypatch.setattr(throwaway.tempfile, "gettempdir", lambda: str(tmp_path))
    owners = {
        "dead": {"pid": os.getpid(), "started": "1"},  # the number is in use again, by a younger process
        "living": {"pid": os.getpid(), "started": start_time(os.getpid())},
    }
    for name, owner in owners.items():
        folder = tmp_path / f"{throwaway.PREFIX}{name}"
        folder.mkdir()
        (folder / throwaway.OWNER_FILE).write_text(json.dumps(owner))
    (tmp_path / f"{throwaway.PREFIX}being-made").mkdir()
    assert throwaway.remove_stale() == 1
    left = {folder.name.removeprefix(throwaway.PREFIX) for folder in tmp_path.iterdir()}
    assert left == {"living", "being-made"}
