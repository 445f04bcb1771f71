"""Writes a database to a file and reads it back, by PostgreSQL's own tools. Not here: epochs (services), photos."""

import hashlib
import json
import os
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from backend.gateways.cluster.binaries import find_binaries
from backend.gateways.cluster.errors import ClusterError

# Between taking a request's time and beginning its transaction; phones offering a little too much again does no harm.
CLOCK_MARGIN = timedelta(minutes=1)
LIBPQ_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "options": "PGOPTIONS",
}


@dataclass(frozen=True, slots=True)
class BackupNote:
    """What is kept beside a backup. ``taken_at``: everything delivered later may be missing in it."""

    taken_at: str
    revision: str
    byte_count: int
    sha256: str


def dump_database(url: str, target: Path) -> BackupNote:
    """Write the database at libpq ``url`` to ``target`` (pg_dump's custom format) and a note beside it.

    Both appear whole or not at all. Raises ClusterError when the tool fails or the file exists.
    """
    if target.exists():
        raise ClusterError(f"{target} exists: name another file")
    partial = target.with_name(target.name + ".partial")
    taken_at, revision = _moment_before(url)
    try:
        _tool("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={partial}")
        note = BackupNote(taken_at.isoformat(), revision, partial.stat().st_size, _sha256(partial))
        _write_durably(note_path(target), json.dumps(asdict(note), indent=2) + "\n")
        _sync(partial)
        partial.rename(target)
        _sync(target.parent)
    finally:
        partial.unlink(missing_ok=True)
    return note


def read_note(source: Path) -> BackupNote | None:
    """The note beside a backup, or None when it is lost. Raises ClusterError when it does not belong to the file."""
    if not source.is_file():
        raise ClusterError(f"{source} is no file")
    try:
        note = BackupNote(**json.loads(note_path(source).read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise ClusterError(f"{note_path(source)} is damaged: {error}") from error
    if note.sha256 != _sha256(source):
        raise ClusterError(f"{source} is damaged: its SHA-256 is not the one noted when it was made")
    return note


def restore_database(url: str, source: Path) -> None:
    """Fill the empty database at libpq ``url`` from ``source``, in one transaction. Raises ClusterError."""
    _tool(
        "pg_restore",
        url,
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        f"--dbname={_name(url)}",
        str(source),
    )


def table_count(url: str) -> int:
    """How many tables of ours the database holds; those that PostGIS brings do not count."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_tables t WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys'"
        ).fetchone()
    return int(row[0]) if row else 0


def note_path(backup: Path) -> Path:
    """Where the note of ``backup`` is."""
    return backup.with_name(backup.name + ".json")


def _moment_before(url: str) -> tuple[datetime, str]:
    """A time before which everything committed is surely in a dump begun now, and the schema's revision."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            # A transaction still open began earlier than now and will not be in the dump.
            """SELECT least(clock_timestamp(), (SELECT min(xact_start) FROM pg_stat_activity
                       WHERE datname = current_database() AND pid <> pg_backend_pid())),
                      (SELECT version_num FROM alembic_version)"""
        ).fetchone()
    if row is None or row[1] is None:
        raise ClusterError("this database holds no schema of ours: nothing to back up")
    return row[0].astimezone(UTC) - CLOCK_MARGIN, str(row[1])


def _tool(name: str, url: str, *options: str) -> None:
    settings = conninfo_to_dict(url)
    unknown = settings.keys() - LIBPQ_VARIABLES.keys()
    if unknown:
        raise ClusterError(f"DATABASE_URL holds {', '.join(sorted(unknown))}, which {name} cannot be given")
    # By environment, not by argument: the list of processes is readable by everybody, a password in it too.
    environment = {LIBPQ_VARIABLES[key]: str(value) for key, value in settings.items()}
    run = subprocess.run(  # noqa: S603 - a program of PostgreSQL, options made here
        [find_binaries().program(name), *options],
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        raise ClusterError(f"{name} failed: {run.stderr.strip()[-2000:]}")


def _name(url: str) -> str:
    return str(conninfo_to_dict(url)["dbname"])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_durably(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
