"""The life of one private PostgreSQL cluster: make, start, stop, survive. Not here: place, settings, schema."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from backend.gateways.cluster.binaries import Binaries, find_binaries
from backend.gateways.cluster.config import INCLUDED_FILE, PORT, ROLE, access_rules, identities, server_settings
from backend.gateways.cluster.errors import ClusterError
from backend.gateways.cluster.place import (
    Place,
    add_dedicated_user,
    can_enter,
    choose_place,
    make_private_folder,
    root_tag,
)
from backend.gateways.cluster.processes import end_orphans, postmaster_id
from backend.settings import EMBEDDED_DATABASE, SQLALCHEMY_PREFIX

START_SECONDS = 120  # crash recovery of a busy day's log on a slow disk
STOP_SECONDS = 60
ORPHAN_SECONDS = 5  # processes of a killed server end by themselves within this time, unless in the middle of a query


class PrivateCluster:
    """A database server of the product's own below ``root``: one Unix socket, no TCP port, no password.

    ``fast`` gives up every durability: for throw-away clusters only. Errors are ClusterError, in words.
    """

    def __init__(self, root: Path, *, fast: bool = False) -> None:
        self.root = root.resolve()
        self.fast = fast

    @cached_property
    def place(self) -> Place:
        """Where data and socket are and who runs the server; decided once."""
        return choose_place(self.root)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is not where one would look for it, for the person at the machine."""
        return self.place.notes

    @property
    def exists(self) -> bool:
        """Whether the cluster has been made."""
        return self.place.data.is_dir()

    def initialise(self) -> bool:
        """Make the cluster; True when made now, False when it exists. Half-made remains of a killed run go away."""
        if not self.fast and not self.exists:
            add_dedicated_user()
            del self.place  # decided anew, for that user
        with self._alone():
            if self.exists:
                return False
            fresh = self.place.home / "data.new"
            shutil.rmtree(fresh, ignore_errors=True)
            make_private_folder(fresh, self.place.user)
            options = ["--no-sync"] if self.fast else []
            self._run(
                [
                    *self._program("initdb"),
                    *("-D", str(fresh), "-U", ROLE, "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"),
                    *("--auth-local=peer", "--auth-host=reject", *options),
                ]
            )
            with (fresh / "postgresql.conf").open("a", encoding="utf-8") as main_file:
                main_file.write(f"\ninclude '{INCLUDED_FILE}'\n")
            fresh.rename(self.place.data)  # the folder's existence now means: complete
            return True

    def start(self) -> bool:
        """Start the server and wait until it answers; True when started now, False when it ran already."""
        if not self.exists:
            raise ClusterError(f"there is no database in {self.place.data}: initialise it first")
        with self._alone():
            if self.is_running():
                self._wait_until_ready()
                return False
            make_private_folder(self.place.socket_dir, self.place.user)
            self._write_settings()
            self._clear_remains()
            self._launch()
            return True

    def stop(self, *, at_once: bool = False) -> bool:
        """Stop the server and wait; True when it ran. ``at_once`` skips the checkpoint (throw-away clusters)."""
        if not self.exists:
            return False
        with self._alone():
            if not self.is_running():
                return False
            mode = "immediate" if at_once else "fast"
            self._pg_ctl("stop", "-m", mode, "-w", "-t", str(STOP_SECONDS))
            return True

    def destroy(self) -> None:
        """Stop the server and delete everything it stored."""
        self.stop(at_once=True)
        shutil.rmtree(self.place.socket_dir, ignore_errors=True)
        shutil.rmtree(self.place.home, ignore_errors=True)

    def is_running(self) -> bool:
        """Whether a server runs on this data folder (it may still be recovering)."""
        return self.exists and postmaster_id(self.place.data) is not None

    def url(self, dbname: str = EMBEDDED_DATABASE) -> str:
        """SQLAlchemy URL of a database of this cluster."""
        folder = quote(str(self.place.socket_dir), safe="")
        return f"{SQLALCHEMY_PREFIX}{ROLE}@/{quote(dbname, safe='')}?host={folder}&port={PORT}"

    def create_database(self, name: str = EMBEDDED_DATABASE, *, template: str | None = None) -> bool:
        """Create a database when missing, as a copy of ``template`` if given; True when created now."""
        with self._maintenance() as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            if known:
                return False
            source = sql.Identifier(template or "template0")
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), source))
            return True

    def drop_database(self, name: str) -> None:
        """Drop a database if it exists, ending the sessions on it."""
        with self._maintenance() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def rename_databases(self, names: dict[str, str]) -> None:
        """Rename databases (old name → new name), all or none. Nobody may be connected to them."""
        with self._maintenance() as connection, connection.transaction():
            for old, new in names.items():
                statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                connection.execute(statement.format(sql.Identifier(old), sql.Identifier(new)))

    def sessions_on(self, name: str) -> int:
        """How many sessions are connected to a database."""
        with self._maintenance() as connection:
            counted = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", (name,)).fetchone()
            return int(counted[0]) if counted else 0

    def _maintenance(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            host=str(self.place.socket_dir),
            port=PORT,
            user=ROLE,
            dbname="postgres",
            autocommit=True,
            connect_timeout=10,
        )

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """No two processes make, start or stop the same cluster at once."""
        home, user = self.place.home, self.place.user
        home.mkdir(mode=0o755, parents=True, exist_ok=True)
        if not can_enter(user, home):
            raise ClusterError(f"the database user {user.name!r} cannot enter {home}: chmod o+x it or set VAR_DIR")
        with (home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write_settings(self) -> None:
        data, user = self.place.data, self.place.user
        texts = {
            INCLUDED_FILE: server_settings(
                fast=self.fast,
                has_lz4=self._binaries.has_lz4,
                socket_dir=self.place.socket_dir,
                cluster_name=self._name,
            ),
            "pg_hba.conf": access_rules(),
            "pg_ident.conf": identities({os.geteuid(), user.uid}),
        }
        for name, text in texts.items():
            path = data / name
            path.write_text(text, encoding="utf-8")
            path.chmod(0o600)
            os.chown(path, user.uid, user.gid)

    def _clear_remains(self) -> None:
        """Files of a killed server whose number another process now has would make PostgreSQL refuse to start."""
        remains = [self.place.data / "postmaster.pid", *self.place.socket_dir.glob(".s.PGSQL.*")]
        for path in remains:
            path.unlink(missing_ok=True)

    def _launch(self) -> None:
        deadline = time.monotonic() + ORPHAN_SECONDS
        log = self.place.data / "startup.log"
        while True:
            log.unlink(missing_ok=True)
            try:
                self._pg_ctl("start", "-w", "-t", str(START_SECONDS), "-l", str(log))
                return
            except ClusterError as error:
                said = log.read_text("utf-8", errors="replace") if log.exists() else ""
                if "shared memory block" not in said:
                    raise ClusterError(f"the database did not start: {said.strip() or error}") from error
                if time.monotonic() > deadline:
                    end_orphans(self._name)
                    deadline = time.monotonic() + ORPHAN_SECONDS
                time.sleep(0.2)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._maintenance().close()
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline or not self.is_running():
                    raise ClusterError(f"the database runs but does not answer: {error}") from error
                time.sleep(0.1)

    @property
    def _name(self) -> str:
        return f"gridpatrol-{root_tag(self.root)}"

    @cached_property
    def _binaries(self) -> Binaries:
        version = self.place.data / "PG_VERSION"
        return find_binaries(int(version.read_text("ascii")) if version.exists() else None)

    def _program(self, name: str) -> list[str]:
        return [self._binaries.program(name)]

    def _pg_ctl(self, action: str, *options: str) -> None:
        self._run([*self._program("pg_ctl"), action, "-s", "-D", str(self.place.data), *options])

    def _run(self, command: list[str]) -> None:
        # No PG* variable of the caller may lead the server's own programs elsewhere.
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        run = subprocess.run(  # noqa: S603 - programs found by binaries.py
            command,
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            start_new_session=True,  # a second Ctrl-C must not kill pg_ctl while it stops the server
            **self.place.user.as_options,
        )
        if run.returncode != 0:
            raise ClusterError(f"{Path(command[0]).name} failed: {run.stderr.strip() or run.returncode}")
