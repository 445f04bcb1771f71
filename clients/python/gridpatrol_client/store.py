"""The phone's database: one SQLite file, written durably. What the tables mean is told by the modules that use them."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gridpatrol_client.errors import OtherSyncError, PhoneError

SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE items (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    body BLOB NOT NULL,
    content_sha256 TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'unsent' CHECK (state IN ('unsent', 'delivered', 'stuck')),
    result TEXT, code TEXT, detail TEXT, flags TEXT NOT NULL DEFAULT '[]',
    receipt TEXT, received_at TEXT, delivered_at TEXT,
    CHECK (state <> 'delivered' OR (receipt IS NOT NULL AND received_at IS NOT NULL AND delivered_at IS NOT NULL))
) STRICT;
CREATE INDEX items_by_state ON items (owner, state, seq);
CREATE TABLE receipts (item_id TEXT NOT NULL, receipt TEXT NOT NULL, PRIMARY KEY (item_id, receipt)) STRICT;
CREATE TABLE photos (
    owner TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    mime TEXT NOT NULL,
    report_id TEXT,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'here', 'refused')),
    upload_url TEXT, restarts INTEGER NOT NULL DEFAULT 0, code TEXT, detail TEXT,
    PRIMARY KEY (owner, sha256)
) STRICT;
CREATE TABLE item_photos (item_id TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (item_id, sha256)) STRICT;
CREATE TABLE objects (
    type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, data TEXT NOT NULL, PRIMARY KEY (type, id)
) STRICT;
"""


class Store:
    """Rows of one data folder. Every change is on the disk before ``change()`` returns."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        path = folder / "phone.db"
        # tokens and reports lie in it: nobody else's to read
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._db = sqlite3.connect(path, timeout=30, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        # FULL: in WAL mode a commit otherwise waits for no disk, and a dead battery would take the last report along
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self._db.execute(f"PRAGMA {pragma}")
        self._migrate()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """One transaction: all of it or nothing, however the process ends. Inside another one it is part of that."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Only one process talks to the server for this folder: a refresh token works once, an upload has one writer.

        The lock is a SQLite lock, so that it goes with the process that held it, on every system.
        """
        lock = sqlite3.connect(self.folder / "lock.db", timeout=1, isolation_level=None)
        try:
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                raise OtherSyncError("other_sync") from error
            yield
        finally:
            lock.close()

    def run(self, sql: str, *values: Any) -> int:
        """Execute one statement; the number of rows it changed."""
        return self._db.execute(sql, values).rowcount

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """The first row of a query."""
        found: sqlite3.Row | None = self._db.execute(sql, values).fetchone()
        return found

    def get(self, name: str, default: Any = None) -> Any:
        """A setting."""
        found = self.row("SELECT value FROM settings WHERE name = ?", name)
        return default if found is None else json.loads(found["value"])

    def put(self, **values: Any) -> None:
        """Store settings; None forgets one."""
        with self.change():
            for name, value in values.items():
                if value is None:
                    self.run("DELETE FROM settings WHERE name = ?", name)
                else:
                    self.run("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, json.dumps(value))

    def _migrate(self) -> None:
        with self.change():
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise PhoneError("newer_data", "this folder was written by a newer version of the program")
            if version < 1:
                for statement in SCHEMA.split(";\n"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
