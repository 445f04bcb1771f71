"""The private cluster's ordinary life, and where it settles. Its accidents are in test_cluster_accidents.py."""

import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from backend.gateways.cluster import ClusterError, PrivateCluster, libpq_url, place
from backend.gateways.cluster.binaries import find_binaries
from backend.gateways.cluster.processes import postmaster_id

MakeCluster = Callable[..., PrivateCluster]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the database as somebody else")


def ask(cluster: PrivateCluster, query: str, dbname: str = "postgres") -> str:
    with psycopg.connect(libpq_url(cluster.url(dbname))) as connection:
        row = connection.execute(query).fetchone()
        return str(row[0]) if row else ""


def test_made_once_started_once_and_data_survives_a_stop(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    assert (cluster.exists, cluster.is_running(), cluster.stop()) == (False, False, False)
    assert cluster.initialise() is True
    assert cluster.initialise() is False
    assert cluster.start() is True
    assert cluster.start() is False
    assert cluster.create_database("kept") is True
    assert cluster.create_database("kept") is False
    assert cluster.stop() is True
    assert (cluster.is_running(), cluster.stop()) == (False, False)
    assert PrivateCluster(cluster.root, fast=True).start() is True
    assert ask(cluster, "SELECT count(*) FROM pg_database WHERE datname = 'kept'") == "1"


def test_only_the_unix_socket_of_a_closed_folder(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.initialise()
    cluster.start()
    assert ask(cluster, "SHOW listen_addresses") == ""
    assert stat.S_IMODE(cluster.place.socket_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(cluster.place.data.stat().st_mode) == 0o700
    assert (
        ask(cluster, "SELECT datcollate || ' ' || pg_encoding_to_char(encoding) FROM pg_database LIMIT 1")
        == "C.UTF-8 UTF8"
    )
    assert (
        ask(cluster, "SELECT '上海市普陀区真如镇' ~ '^\\w+$'") == "True"
    )  # Chinese counts as letters: trigrams need that
    assert (
        ask(cluster, "SELECT count(*) FROM pg_available_extensions WHERE name IN ('postgis', 'btree_gist', 'pg_trgm')")
        == "3"
    )


@as_root
def test_root_is_dropped_and_strangers_stay_out(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.initialise()
    cluster.start()
    running = postmaster_id(cluster.place.data)
    assert Path(f"/proc/{running}").stat().st_uid == cluster.place.user.uid != 0
    cluster.place.socket_dir.chmod(0o755)  # were the folder ever open, the server still asks the kernel who calls
    (cluster.place.socket_dir / ".s.PGSQL.5432").chmod(0o777)
    psql = find_binaries().program("psql")
    stranger = subprocess.run(
        [psql, "-U", "gridpatrol", "-h", str(cluster.place.socket_dir), "-c", "SELECT 1", "postgres"],
        user=65534,
        group=65534,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert stranger.returncode != 0
    assert "Peer authentication failed" in stranger.stderr


def test_two_copies_run_side_by_side(make_cluster: MakeCluster) -> None:
    one, two = make_cluster("one"), make_cluster("two")
    for cluster in (one, two):
        cluster.initialise()
        cluster.start()
    one.create_database("only_in_one")
    assert ask(two, "SELECT count(*) FROM pg_database WHERE datname = 'only_in_one'") == "0"
    one.stop()
    assert two.is_running()
    assert ask(two, "SELECT 1") == "1"


def test_a_path_too_long_for_a_socket_is_told_and_works(make_cluster: MakeCluster, open_folder: Path) -> None:
    cluster = make_cluster(root=open_folder / ("很长的文件夹名" * 5))
    assert len(os.fsencode(cluster.root / "socket" / ".s.PGSQL.5432")) > place.LONGEST_SOCKET_PATH
    assert any(str(cluster.place.socket_dir) in note for note in cluster.notes)
    cluster.initialise()
    cluster.start()
    assert ask(cluster, "SELECT 1") == "1"
    socket_dir = cluster.place.socket_dir
    cluster.destroy()
    assert not socket_dir.exists()


@as_root
def test_a_closed_folder_sends_the_data_elsewhere_and_it_stays_there(
    make_cluster: MakeCluster, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "SYSTEM_STATE", open_folder / "state")
    closed = open_folder / "home"
    closed.mkdir(mode=0o700)
    cluster = make_cluster(root=closed / "checkout" / "var" / "postgres")
    assert cluster.place.home.parent == open_folder / "state"
    assert any(str(cluster.place.home) in note for note in cluster.notes)
    cluster.initialise()
    cluster.start()
    closed.chmod(0o755)  # opened later: the data must not seem lost
    again = PrivateCluster(cluster.root, fast=True)
    assert again.place.home == cluster.place.home
    assert again.is_running()


def test_data_of_another_user_is_refused_with_a_way_out(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (open_folder / "postgres" / "data").mkdir(parents=True)
    monkeypatch.setattr(place.os, "geteuid", lambda: 54321)
    with pytest.raises(ClusterError, match=r"belongs to user .* VAR_DIR"):
        place.choose_place(open_folder / "postgres")


def test_a_missing_server_names_the_packages() -> None:
    with pytest.raises(ClusterError, match=r"PostgreSQL 99 .*postgresql-15-postgis-3"):
        find_binaries(99)


def test_starting_what_was_never_made_is_refused(make_cluster: MakeCluster) -> None:
    with pytest.raises(ClusterError, match="initialise it first"):
        make_cluster().start()


def test_databases_are_renamed_together_or_not_at_all(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.initialise()
    cluster.start()
    cluster.create_database("old")
    with pytest.raises(psycopg.errors.InvalidCatalogName):
        cluster.rename_databases({"old": "older", "missing": "old"})
    assert ask(cluster, "SELECT count(*) FROM pg_database WHERE datname = 'old'") == "1"
    cluster.create_database("new", template="old")
    cluster.rename_databases({"old": "older", "new": "old"})
    names = ask(cluster, "SELECT string_agg(datname, ',' ORDER BY datname) FROM pg_database WHERE datname ~ 'old|new'")
    assert names == "old,older"
