"""Counts what calls of the contract cost on a socket: every byte with headers, in both directions, packed and not.

Not here: TCP, TLS and what a proxy in between adds.
"""

import gzip
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import brotli
from backports import zstd
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from backend.gateways.cluster import PrivateCluster
from backend.gateways.keys import Keys
from backend.services.accounts.tokens import AccessClaims, make_access_token
from benchmarks.load import read_answer, request_bytes
from benchmarks.stage import served
from tests.conftest import NOW, TEMPLATE
from tests.factories import make_login
from tests.wire.district import REPORTS, no_problem_items, populate

HOST = "gridpatrol.example.org"
DATABASE = "gp_wire"
# what a phone packs is small and sent over a bad line: the best level is worth its milliseconds
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": lambda body: gzip.compress(body, 9, mtime=0),
    "zstd": lambda body: zstd.compress(body, 19),
}
UNPACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "zstd": zstd.decompress,
    "br": brotli.decompress,
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Bytes of one call on the wire, headers included."""

    up: int
    down: int

    @property
    def total(self) -> int:
        """Both directions."""
        return self.up + self.down


@dataclass
class Line:
    """One phone's connection to the service; ``packing`` holds for both directions."""

    connection: socket.socket
    token: str
    packing: str
    epoch: str | None = None
    cursor: str | None = None

    def sync(self, items: list[dict[str, Any]] | None = None) -> tuple[Cost, dict[str, Any]]:
        """One call of POST /sync; what it cost and the reply."""
        waiting = {"items": len(items or []), "photos": 0, "oldest_at": items[0]["recorded_at"] if items else None}
        # what has its default need not be said
        envelope = {
            "protocol": 1, "epoch": self.epoch, "cursor": self.cursor, "device_time": _device_time(), "outbox": waiting,
            "items": items or [],
        }  # fmt: skip
        plain = json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
        request = request_bytes(HOST, "/api/v1/sync", PACKERS[self.packing](plain), self._headers())
        self.connection.sendall(request)
        status, size, body = read_answer(self.connection)
        # small answers come as they are, whatever was asked for
        reply = json.loads(body if body[:1] == b"{" else UNPACKERS[self.packing](body))
        assert status == 200, reply
        self.epoch, self.cursor = reply["epoch"], reply["cursor"]
        return Cost(len(request), size), reply

    def _headers(self) -> dict[str, str]:
        """What a phone's HTTP library sends, no more."""
        headers = {
            "User-Agent": "GridPatrol/1.4 (Android 14)",
            "Accept": "*/*",
            "Accept-Language": "zh-CN",
            "Accept-Encoding": "identity" if self.packing == "plain" else self.packing,
            "Connection": "keep-alive",
            "Authorization": f"Bearer {self.token}",
        }
        return headers if self.packing == "plain" else {**headers, "Content-Encoding": self.packing}


def _device_time() -> str:
    return (NOW + timedelta(milliseconds=123)).isoformat(timespec="milliseconds")


@contextmanager
def served_district(cluster: PrivateCluster, folder: Path) -> Iterator[tuple[int, str]]:
    """Port of the product as it is really served, by gunicorn, and a worker's token."""
    cluster.create_database(DATABASE, template=TEMPLATE)
    url = cluster.url(DATABASE)
    keys = Keys.load(folder / "keys")
    engine = create_engine(url)
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        worker = populate(session)
        login = make_login(session, worker)
        token = make_access_token(keys, AccessClaims(login.id, worker.id), NOW, 86_400)
        session.commit()
    engine.dispose()
    environment = {"DATABASE_URL": url, "VAR_DIR": str(folder), "GUNICORN_LOG_LEVEL": "error", "WEB_WORKERS": "1"}
    with served("tests.wire.wsgi:app", environment) as service:
        yield service.port, token


def measure(port: int, token: str) -> dict[str, dict[str, Cost]]:
    """Cost of every call told in the guide, by call and packing."""
    costs: dict[str, dict[str, Cost]] = {}
    for seed, packing in enumerate(PACKERS):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            line = Line(connection, token, packing)
            first, reply = line.sync()
            assert not reply["more"] and {change["type"] for change in reply["changes"]} >= {"grid", "task", "form"}
            quiet, reply = line.sync()
            assert reply["changes"] == [] and reply["state"] is None
            batch, reply = line.sync(no_problem_items(REPORTS, 1 + seed))
            assert {receipt["result"] for receipt in reply["receipts"]} == {"accepted"}
            assert len(reply["changes"]) == REPORTS
            line.sync()
            single, reply = line.sync(no_problem_items(1, 101 + seed))
            assert len(reply["changes"]) == len(reply["receipts"]) == 1
        for name, cost in (("first", first), ("quiet", quiet), ("batch", batch), ("single", single)):
            costs.setdefault(name, {})[packing] = cost
    return costs
