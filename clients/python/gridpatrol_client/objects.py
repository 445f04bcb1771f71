"""What the server wants this phone to hold: grids, tasks, sites, checklists, vocabularies, own reports."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from gridpatrol_client.store import Store


class Objects:
    """The object store of one data folder. It is always the server's to fill; the outbox is not touched by it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def clear(self) -> None:
        """Drop all objects: a snapshot follows."""
        self._store.run("DELETE FROM objects")

    def put(self, kind: str, object_id: str, version: int, data: Any) -> None:
        """Store an object whole; a version not above the one held is old and passed over."""
        self._store.run(
            "INSERT INTO objects VALUES (?, ?, ?, ?) ON CONFLICT (type, id) DO UPDATE"
            " SET version = excluded.version, data = excluded.data WHERE excluded.version > objects.version",
            *(kind, object_id, version, json.dumps(data, ensure_ascii=False)),
        )

    def revoke(self, kind: str, object_id: str) -> None:
        """Delete what has left the user's scope."""
        self._store.run("DELETE FROM objects WHERE type = ? AND id = ?", kind, object_id)

    def of(self, kind: str) -> dict[str, Any]:
        """The objects of one type by id."""
        rows = self._store.rows("SELECT id, data FROM objects WHERE type = ? ORDER BY id", kind)
        return {row["id"]: json.loads(row["data"]) for row in rows}

    def get(self, kind: str, object_id: str) -> Any:
        """One object; None where it is not held."""
        found = self._store.row("SELECT data FROM objects WHERE type = ? AND id = ?", kind, object_id)
        return None if found is None else json.loads(found["data"])

    def state(self) -> tuple[int, str]:
        """Number and hash of everything held, to compare with the server's."""
        rows = self._store.rows("SELECT type, id, version FROM objects")
        return state_of((row["type"], row["id"], row["version"]) for row in rows)


def state_of(objects: Iterable[tuple[str, str, int]]) -> tuple[int, str]:
    """Number, and SHA-256 over the lines ``type:id:version`` sorted by code point."""
    lines = sorted(f"{kind}:{object_id}:{version}\n" for kind, object_id, version in objects)
    return len(lines), hashlib.sha256("".join(lines).encode()).hexdigest()
