"""A phone for tests: speaks the public contract over HTTP, believes nothing but the replies, shares no code with the server."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient


@dataclass
class Phone:
    """Objects, cursor and epoch as a phone keeps them."""

    client: FlaskClient
    token: str
    now: datetime
    epoch: str | None = None
    cursor: str | None = None
    objects: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    replies: list[dict[str, Any]] = field(default_factory=list)

    def post(self, items: list[Any] | None = None, **envelope: Any) -> Any:
        """One raw call; nothing is remembered."""
        body = {
            "protocol": 1,
            "epoch": self.epoch,
            "cursor": self.cursor,
            "device_time": self.now.isoformat(),
            "limit": 500,
            "outbox": {"items": 0, "photos": 0, "oldest_at": None},
            "items": [] if items is None else items,
            **envelope,
        }
        return self.client.post("/api/v1/sync", json=body, headers={"Authorization": f"Bearer {self.token}"})

    def sync(self, items: list[Any] | None = None, **envelope: Any) -> list[dict[str, Any]]:
        """Sync until there is no more; returns the receipts."""
        receipts: list[dict[str, Any]] = []
        while True:
            response = self.post(items, **envelope)
            assert response.status_code == 200, response.get_json()
            reply = response.get_json()
            self.replies.append(reply)
            receipts += reply["receipts"]
            self._take(reply)
            if not reply["more"]:
                return receipts
            items = []

    def verify(self) -> None:
        """Ask for the state and compare it with what is held here."""
        self.sync(verify=True)
        state = self.replies[-1]["state"]
        assert state == state_of((kind, key, version) for (kind, key), version in self.versions.items())

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """The objects of one type by id."""
        return {key: data for (what, key), data in self.objects.items() if what == kind}

    def _take(self, reply: dict[str, Any]) -> None:
        if reply.get("snapshot"):
            self.objects.clear()
            self.versions.clear()
        for change in reply["changes"]:
            key = (change["type"], change["id"])
            if change["op"] == "revoke":
                self.objects.pop(key, None)
                self.versions.pop(key, None)
                continue
            assert change["version"] > self.versions.get(key, 0), "a version must grow"
            self.objects[key], self.versions[key] = change["data"], change["version"]
        self.epoch, self.cursor = reply["epoch"], reply["cursor"]


def state_of(objects: Iterable[tuple[str, str, int]]) -> dict[str, Any]:
    """The ``state`` of sync.md over (type, id, version)."""
    lines = sorted(f"{kind}:{key}:{version}\n" for kind, key, version in objects)
    return {"count": len(lines), "hash": hashlib.sha256("".join(lines).encode()).hexdigest()}


def item(
    kind: str, payload: Any, recorded_at: str = "2026-11-20T09:30:00+08:00", item_id: str | None = None
) -> dict[str, Any]:
    """An item of the outbox."""
    return {"id": item_id or str(uuid4()), "kind": kind, "recorded_at": recorded_at, "payload": payload}


def report_payload(**values: Any) -> dict[str, Any]:
    """A complete report.submit payload: a problem found in the middle of the first test grid."""
    return {
        "report_id": str(uuid4()),
        "task_id": None,
        "category": "illegal_practice",
        "outcome": "problem",
        "captured_at": "2026-11-20T09:29:00+08:00",
        "position": {
            "lon": 121.402,
            "lat": 31.242,
            "accuracy_m": 8.0,
            "datum": "wgs84",
            "fixed_at": "2026-11-20T09:28:50+08:00",
            "source": "gps",
            "mocked": False,
        },
        "site": {
            "id": None,
            "name": "某诊所",
            "address": "示例路2号",
            "uscc": None,
            "uscc_missing_reason": "no_licence",
        },
        "form": {"code": "A", "version": 1},
        "answers": {"A-01": True},
        "findings": [{"code": "A-01", "note": "未见许可证", "severity": "medium"}],
        "attributes": {"has_licence": False, "has_business_licence": False},
        "description": "",
        "photos": [],
        "monotonic": None,
        **values,
    }
