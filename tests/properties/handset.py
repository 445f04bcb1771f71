"""A phone of the property test: outbox, delivered items, objects, photos; it does what sync.md tells a phone to do.

It never talks itself: it makes bodies and takes replies, so that the machine may lose, double and delay both.
"""

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.properties.model import Key, state_of

REOFFER_MARGIN = timedelta(minutes=5)  # "offer rather too much"


class BrokenPromiseError(AssertionError):
    """The server broke the contract; the text says which part of it."""


def demand(holds: bool, promise: str, *seen: object) -> None:
    """Raise with ``promise`` and what was seen instead, unless it holds."""
    if not holds:
        raise BrokenPromiseError(f"{promise}: {' | '.join(map(str, seen))}")


@dataclass
class Store:
    """What a phone keeps in one transaction: a place in the feed and the objects up to there."""

    epoch: str | None = None
    cursor: str | None = None
    objects: dict[Key, dict[str, Any]] = field(default_factory=dict)
    versions: dict[Key, int] = field(default_factory=dict)

    def copy(self) -> "Store":
        """As it is now; objects are replaced as wholes, never changed."""
        return Store(self.epoch, self.cursor, dict(self.objects), dict(self.versions))


@dataclass
class Photo:
    """A picture on the phone: where its upload stands, and whether the server is known to have it."""

    content: bytes
    report: str
    location: str | None = None
    confirmed: bool = False


@dataclass
class Handset:
    """One device of one user; ``ahead``: how far its clock is ahead of the server's."""

    user: str
    device: str
    token: str
    ahead: timedelta
    store: Store = field(default_factory=Store)
    outbox: list[dict[str, Any]] = field(default_factory=list)
    delivered: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)  # rejected for good: kept and shown, never sent again
    made: list[dict[str, Any]] = field(default_factory=list)  # everything ever recorded here
    photos: dict[str, Photo] = field(default_factory=dict)
    past: list[Store] = field(default_factory=list)

    def record(self, item: dict[str, Any]) -> None:
        """The worker does something, with or without a network."""
        self.outbox.append(item)
        self.made.append(item)

    def attach(self, sha256: str, content: bytes, report: str) -> None:
        """The worker takes a picture for a report."""
        self.photos.setdefault(sha256, Photo(content, report))

    def body(self, now: datetime, *, count: int = 500, limit: int = 500, verify: bool = False) -> dict[str, Any]:
        """The next call, with the first ``count`` items of the outbox."""
        oldest = min((item["recorded_at"] for item in self.outbox if "recorded_at" in item), default=None)
        return {
            "protocol": 1,
            "epoch": self.store.epoch,
            "cursor": self.store.cursor,
            "device_time": (now + self.ahead).isoformat(),
            "limit": limit,
            "verify": verify,
            "outbox": {
                "items": len(self.outbox),
                "photos": sum(not photo.confirmed for photo in self.photos.values()),
                "oldest_at": oldest,
            },
            "items": self.outbox[:count],
        }

    def take(self, reply: dict[str, Any]) -> None:
        """Do what the guide says with a reply that arrived, in its order."""
        if self.store.epoch is not None:  # a phone that delivered anything knows in which epoch: its receipts say so
            self.past.append(self.store.copy())
        if reply.get("snapshot"):
            self.store.objects.clear()
            self.store.versions.clear()
        for change in reply["changes"]:
            self._change(change)
        for receipt in reply["receipts"]:
            self._settle(receipt)
        is_new_life = self.store.epoch not in (None, reply["epoch"])
        self.store.epoch, self.store.cursor = reply["epoch"], reply["cursor"]
        if is_new_life and reply["reoffer_since"] is not None:
            self._offer_again(datetime.fromisoformat(reply["reoffer_since"]))
        if reply["state"] is not None:
            mine = state_of(self.store.versions)
            demand(reply["state"] == mine, "6: the state hash agrees", reply["state"], sorted(self.store.versions))

    def fall_back(self, steps: int) -> None:
        """The phone's own store is set back to an earlier moment: objects and cursor together, never the outbox."""
        if self.past:
            self.store = self.past[-1 - steps % len(self.past)].copy()

    def _change(self, change: dict[str, Any]) -> None:
        key = (change["type"], change["id"])
        if change["op"] == "revoke":
            self.store.objects.pop(key, None)
            self.store.versions.pop(key, None)
            return
        grows = change["version"] > self.store.versions.get(key, 0)
        demand(grows, "4: a version grows with every change", key, change["version"], self.store.versions.get(key))
        self.store.objects[key], self.store.versions[key] = change["data"], change["version"]

    def _settle(self, receipt: dict[str, Any]) -> None:
        place = next((n for n, item in enumerate(self.outbox) if item.get("id") == receipt["id"]), None)
        if place is None:
            return  # a repeated receipt of an item that was dropped already
        if receipt.get("retry"):
            return
        item = self.outbox.pop(place)
        if receipt["result"] == "rejected":
            self.refused.append(item)
        else:
            self.delivered.append((said_by(receipt)["received_at"], item))

    def _offer_again(self, since: datetime) -> None:
        again = [entry for entry in self.delivered if entry[0] > since - REOFFER_MARGIN]
        self.delivered = [entry for entry in self.delivered if entry not in again]
        self.outbox = [item for _, item in again] + self.outbox
        for photo in self.photos.values():
            photo.confirmed = False


def said_by(receipt: dict[str, Any]) -> dict[str, Any]:
    """The words of a receipt, its time as a time; the signature is checked elsewhere."""
    body = receipt["receipt"].split(".")[1]
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return said | {"received_at": datetime.fromisoformat(said["received_at"])}
