"""``gridpatrol db``: status, backup, restore into a new epoch, and refusals that change nothing."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from backend.cli.main import main
from backend.gateways.backup import note_path
from backend.gateways.cluster import PrivateCluster, libpq_url

pytestmark = pytest.mark.slow


@pytest.fixture
def cluster(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateCluster]:
    """A stopped private cluster that the commands find by VAR_DIR."""
    made = PrivateCluster(open_folder / "var" / "postgres", fast=True)
    made.initialise()
    monkeypatch.setenv("VAR_DIR", str(open_folder / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    yield made
    made.destroy()


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return result


def write(cluster: PrivateCluster, value: int) -> None:
    with psycopg.connect(libpq_url(cluster.url())) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS marks (value int)")
        connection.execute("INSERT INTO marks VALUES (%s)", (value,))


def happen(cluster: PrivateCluster) -> None:
    with psycopg.connect(libpq_url(cluster.url())) as connection:
        connection.execute(
            "INSERT INTO events (id, at, subject_type, subject_id, action, data) "
            "VALUES (gen_random_uuid(), now(), 'task', '1', 'create', '{}')"
        )


def rows(cluster: PrivateCluster, query: str, dbname: str = "gridpatrol") -> list[tuple[object, ...]]:
    with psycopg.connect(libpq_url(cluster.url(dbname))) as connection:
        return connection.execute(query).fetchall()


def test_a_restore_brings_back_the_backup_and_begins_a_new_epoch(cluster: PrivateCluster, tmp_path: Path) -> None:
    assert "stopped" in run("db", "status", code=3).output
    assert "started" in run("db", "start").output
    assert "without a schema" in run("db", "status").output
    run("db", "migrate")
    assert "running, schema 0" in run("db", "status").output
    write(cluster, 1)
    happen(cluster)
    assert run("audit", "seal").stdout == "events sealed: 1\n"
    happen(cluster)  # not sealed when the backup is made
    (old_epoch,) = rows(cluster, "SELECT id FROM epochs")
    file = tmp_path / "night.backup"
    before = datetime.now(UTC)
    run("db", "backup", str(file))
    note = json.loads(note_path(file).read_text())
    assert datetime.fromisoformat(note["taken_at"]) < before
    assert note["byte_count"] == file.stat().st_size
    write(cluster, 2)

    _refusals_change_nothing(cluster, file, tmp_path)

    said = run("db", "restore", str(file)).output
    assert note["taken_at"] in said
    assert rows(cluster, "SELECT value FROM marks") == [(1,)]
    epochs = rows(cluster, "SELECT id, reoffer_since FROM epochs ORDER BY ordinal")
    assert [epochs[0][:1], epochs[1][1]] == [old_epoch, datetime.fromisoformat(note["taken_at"])]
    (kept,) = rows(cluster, "SELECT datname FROM pg_database WHERE datname LIKE 'gridpatrol_before_%'")
    assert rows(cluster, "SELECT value FROM marks ORDER BY value", str(kept[0])) == [(1,), (2,)]
    happen(cluster)
    assert run("audit", "seal").stdout == "events sealed: 1\n"
    assert "3 events in 3 seals, 0 waiting" in run("audit", "verify").stdout
    assert run("db", "stop").output == "stopped\n"
    assert run("db", "stop").output == "was not running\n"


def _refusals_change_nothing(cluster: PrivateCluster, file: Path, folder: Path) -> None:
    assert "exists" in run("db", "backup", str(file), code=1).output

    damaged = folder / "damaged.backup"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    damaged.write_bytes(content)
    os.link(note_path(file), note_path(damaged))
    assert "damaged" in run("db", "restore", str(damaged), code=1).output
    note_path(damaged).unlink()
    assert "--taken-at" in run("db", "restore", str(damaged), code=1).output
    nonsense = folder / "nonsense.backup"
    nonsense.write_text("no backup at all")
    assert "pg_restore failed" in run("db", "restore", str(nonsense), "--taken-at", "2026-11-20", code=1).output

    with psycopg.connect(libpq_url(cluster.url())):
        assert "stop the service first" in run("db", "restore", str(file), code=1).output
    assert rows(cluster, "SELECT value FROM marks ORDER BY value") == [(1,), (2,)]
    assert rows(cluster, "SELECT count(*) FROM epochs") == [(1,)]


def test_an_outside_database_is_restored_only_when_empty(
    cluster: PrivateCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("db", "start")
    run("db", "migrate")
    write(cluster, 1)
    file = tmp_path / "night.backup"
    run("db", "backup", str(file))
    cluster.create_database("elsewhere")
    monkeypatch.setenv("DATABASE_URL", cluster.url("elsewhere"))
    assert "its own tools" in run("db", "stop", code=1).output
    run("db", "restore", str(file))
    assert rows(cluster, "SELECT value FROM marks", "elsewhere") == [(1,)]
    assert "not empty" in run("db", "restore", str(file), code=1).output


def test_a_database_that_does_not_answer_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://nobody@/nothing?host={tmp_path}")
    said = run("db", "status", code=1).output
    assert said.startswith("Error: the database does not answer")
