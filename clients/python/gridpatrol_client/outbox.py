"""Items on the phone: made once, stored as the very bytes that will be sent, kept until a receipt has come, and longer.

``unsent`` waits for the server · ``delivered`` has a verified receipt · ``stuck`` was rejected and is kept for the user.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Row
from typing import Any

from gridpatrol_client.canonical import canonical_json, content_hash
from gridpatrol_client.receipts import Receipt
from gridpatrol_client.stamps import new_id, now, sortable, time_text
from gridpatrol_client.store import Store

# The contract asks for 30 days at least: a backup that old may still be restored.
KEPT = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Item:
    """One act of the worker, and what became of it."""

    seq: int
    id: str
    owner: str
    kind: str
    recorded_at: str
    body: bytes
    content_sha256: str
    state: str
    result: str | None
    code: str | None
    detail: str | None
    flags: tuple[str, ...]
    receipt: str | None
    received_at: str | None

    @property
    def payload(self) -> dict[str, Any]:
        """What was recorded."""
        payload: dict[str, Any] = json.loads(self.body)["payload"]
        return payload


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is still on the phone, in the words of the call's ``outbox``."""

    items: int
    photos: int
    oldest_at: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The server's answer to one item."""

    id: str
    result: str
    code: str | None
    detail: str | None
    flags: tuple[str, ...]
    retry: bool
    receipt: str | None


class Outbox:
    """The items of one data folder. Each belongs to the person who was signed in when it was made."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self, owner: str, kind: str, payload: dict[str, Any], recorded_at: datetime, photos: Collection[str] = ()
    ) -> Item:
        """A new item, durable when this returns. NotCanonicalError for what JSON cannot carry."""
        item_id, recorded = new_id(), time_text(recorded_at)
        body = canonical_json({"id": item_id, "kind": kind, "recorded_at": recorded, "payload": payload})
        with self._store.change():
            self._store.run(
                "INSERT INTO items (id, owner, kind, recorded_at, body, content_sha256) VALUES (?, ?, ?, ?, ?, ?)",
                *(item_id, owner, kind, recorded, body, content_hash(kind, recorded, payload)),
            )
            for sha256 in dict.fromkeys(photos):
                self._store.run("INSERT INTO item_photos VALUES (?, ?)", item_id, sha256)
        return self.get(item_id)

    def get(self, item_id: str) -> Item:
        """One item; KeyError where there is none."""
        found = self._store.row("SELECT * FROM items WHERE id = ?", item_id)
        if found is None:
            raise KeyError(item_id)
        return _item(found)

    def having(self, *states: str, owner: str | None = None) -> list[Item]:
        """Items in any of the states, in the order in which they were made."""
        marks = ", ".join("?" * len(states))
        rows = self._store.rows(f"SELECT * FROM items WHERE state IN ({marks}) ORDER BY seq", *states)  # noqa: S608 # question marks only
        return [item for item in map(_item, rows) if owner in (None, item.owner)]

    def batch(self, owner: str, left_out: Collection[str], limit: int, room: int) -> list[Item]:
        """The next unsent items, in order: at most ``limit``, and ``room`` bytes together. What alone is larger gets stuck."""
        chosen: list[Item] = []
        ids = self._store.rows("SELECT id FROM items WHERE owner = ? AND state = 'unsent' ORDER BY seq", owner)
        for item_id in (row["id"] for row in ids):
            if item_id in left_out:
                continue
            item = self.get(item_id)
            if len(item.body) > room:
                self.set_aside(item_id, "payload_too_large", None)
                continue
            used = sum(len(one.body) + 1 for one in chosen)
            if len(chosen) == limit or used + len(item.body) > room:
                break
            chosen.append(item)
        return chosen

    def has_more(self, owner: str, left_out: Collection[str]) -> bool:
        """Whether something unsent is not among ``left_out``."""
        rows = self._store.rows("SELECT id FROM items WHERE owner = ? AND state = 'unsent'", owner)
        return any(row["id"] not in left_out for row in rows)

    def settle(self, answer: Answer, receipt: Receipt) -> None:
        """Note that the item is delivered; ``receipt`` has been verified. Earlier receipts stay: they prove something too."""
        with self._store.change():
            self._store.run(
                "UPDATE items SET state = 'delivered', result = ?, code = ?, detail = ?, flags = ?, receipt = ?,"
                " received_at = ?, delivered_at = ? WHERE id = ?",
                *(answer.result, answer.code, answer.detail, json.dumps(answer.flags), receipt.jws),
                *(sortable(receipt.received_at), sortable(time_text(now())), answer.id),
            )
            self._store.run("INSERT OR IGNORE INTO receipts VALUES (?, ?)", answer.id, receipt.jws)

    def set_aside(self, item_id: str, code: str | None, detail: str | None) -> None:
        """Keep an item that the server cannot store; it is not sent again, the user is told."""
        self._store.run(
            "UPDATE items SET state = 'stuck', result = 'rejected', code = ?, detail = ? WHERE id = ?",
            *(code, detail, item_id),
        )

    def note(self, item_id: str, code: str | None, detail: str | None) -> None:
        """Remember why an item is still unsent."""
        self._store.run("UPDATE items SET code = ?, detail = ? WHERE id = ?", code, detail, item_id)

    def offer_again(self, since: str) -> int:
        """Put back what was received after ``since`` (anybody's), with its old id and bytes; how many."""
        return self._store.run("UPDATE items SET state = 'unsent' WHERE state = 'delivered' AND received_at > ?", since)

    def waiting(self, owner: str) -> Waiting:
        """What of ``owner`` is not delivered: stuck items and refused photos too, for they are on no server."""
        items = self._store.rows(
            "SELECT recorded_at FROM items WHERE owner = ? AND state <> 'delivered' ORDER BY seq", owner
        )
        photos = self._store.row("SELECT count(*) AS n FROM photos WHERE owner = ? AND state <> 'here'", owner)
        oldest = min((row["recorded_at"] for row in items), key=sortable, default=None)
        return Waiting(len(items), photos["n"] if photos else 0, oldest)

    def receipts_of(self, item_id: str) -> Sequence[str]:
        """Every receipt that ever came for an item."""
        return [row["receipt"] for row in self._store.rows("SELECT receipt FROM receipts WHERE item_id = ?", item_id)]

    def forget_old(self) -> int:
        """Drop what was delivered long ago and whose photos are all on the server; how many."""
        before = sortable(time_text(now() - KEPT))
        with self._store.change():
            dropped = self._store.run(
                "DELETE FROM items WHERE state = 'delivered' AND delivered_at < ? AND NOT EXISTS ("
                "SELECT 1 FROM item_photos ip JOIN photos p ON p.owner = items.owner AND p.sha256 = ip.sha256"
                " WHERE ip.item_id = items.id AND p.state <> 'here')",
                before,
            )
            for table in ("receipts", "item_photos"):
                self._store.run(f"DELETE FROM {table} WHERE item_id NOT IN (SELECT id FROM items)")  # noqa: S608 # two fixed names
        return dropped


def _item(row: Row) -> Item:
    fields = {name: row[name] for name in Item.__slots__}
    return Item(**{**fields, "flags": tuple(json.loads(row["flags"]))})
