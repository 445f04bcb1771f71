"""Reports, single reports and idle syncs per second through POST /sync, as ratios to the reference R of the same run."""

import gzip
import json
import random
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from backend.gateways.cluster import PrivateCluster
from backend.gateways.keys import Keys
from backend.services.accounts.tokens import AccessClaims, make_access_token
from backend.services.scope import publish_tasks, welcome_user
from benchmarks.load import Outcome, drive, read_answer, request_bytes
from benchmarks.stage import make_reference_table, prepared_database, served
from tests.factories import make_grids, make_login, make_responsible, make_site, make_task, make_user
from tests.phone import report_payload

PHONES, TASKS, GRIDS = 40, 200, 20
BATCH = 30
REPEATS = 3
WEST, SOUTH, GRID_DEGREES = 121.40, 31.24, 0.004  # where the factory lays its row of square grids
PLACES = random.Random(7)


@dataclass(frozen=True, slots=True)
class Meter:
    """Measures the service against the reference, turn by turn, so that a noisy machine disturbs both alike."""

    port: int
    reference_port: int

    def reference(self) -> float:
        """R: durable single-row inserts per second."""
        insert = request_bytes("localhost", "/insert", b'{"a":1}')
        return _checked(drive(self.reference_port, [insert] * 1500)).rate

    def measure(self, turns: list[list[bytes]], per_request: int) -> dict[str, float]:
        """Mean rate over the turns, mean of the reference before, between and after them, and their ratio."""
        rates, references = [], [self.reference()]
        for requests in turns:
            rates.append(_checked(drive(self.port, requests)).rate * per_request)
            references.append(self.reference())
        rate, base = sum(rates) / len(rates), sum(references) / len(references)
        return {"per_second": round(rate, 1), "reference_per_second": round(base, 1), "ratio": round(rate / base, 3)}


def run(cluster: PrivateCluster, folder: Path) -> dict[str, Any]:
    """Rates of the three kinds of sync as ratios to R, and the first sync of a phone."""
    url = prepared_database(cluster, "bench_sync")
    phones = _populate(url, Keys.load(folder / "keys"))
    environment = {"DATABASE_URL": url, "VAR_DIR": str(folder), "GUNICORN_LOG_LEVEL": "error"}
    reference = {"REFERENCE_DATABASE": make_reference_table(url)}
    with served("backend.wsgi:app", environment) as port, served("benchmarks.reference:app", reference) as other_port:
        return _measure(Meter(port, other_port), port, phones)


def _measure(meter: Meter, port: int, phones: list[str]) -> dict[str, Any]:
    first = _first_sync(port, phones[0])
    cursors = {token: _cursor(port, token) for token in phones}
    meter.reference()  # warm up
    _checked(drive(port, [_batch(t, 1, cursors) for t in phones]))
    batches = meter.measure([[_batch(t, BATCH, cursors) for t in phones] for _ in range(REPEATS)], BATCH)
    cursors = {token: _cursor(port, token) for token in phones}
    singles = meter.measure([[_batch(t, 1, cursors) for t in phones * 5] for _ in range(REPEATS)], 1)
    cursors = {token: _cursor(port, token) for token in phones}  # otherwise there would be news
    idle = meter.measure([[_sync(t, [], cursors[t]) for t in phones * 20] for _ in range(REPEATS)], 1)
    return {
        "reports_in_batches_of_30": batches,
        "single_report_syncs": singles,
        "no_change_syncs": idle,
        "first_sync_of_200_tasks_and_20_grids": first,
    }


def _populate(url: str, keys: Keys) -> list[str]:
    engine = create_engine(url)
    now = datetime.now(UTC)
    tokens = []
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        grids = make_grids(session, GRIDS, valid_from=now - timedelta(days=60))
        for number in range(PHONES):
            worker = make_user(session)
            if number == 0:
                make_responsible(session, worker, grids)
                sites = [make_site(session, grids[n % GRIDS]) for n in range(50)]
                tasks = [make_task(session, grids[n % GRIDS], worker, site_id=sites[n % 50].id) for n in range(TASKS)]
                publish_tasks(session, [task.id for task in tasks], now)
            welcome_user(session, worker.id, now)
            login = make_login(session, worker)
            login.expires_at = now + timedelta(days=1)
            tokens.append(make_access_token(keys, AccessClaims(login.id, worker.id), now, 86_400))
        session.commit()
    engine.dispose()
    return tokens


def _sync(token: str, items: list[Any], cursor: str | None, *, packed: bool = False) -> bytes:
    body = {
        "protocol": 1,
        "epoch": None,
        "cursor": cursor,
        "device_time": datetime.now(UTC).isoformat(),
        "limit": 500,
        "verify": False,
        "outbox": {"items": 0, "photos": 0, "oldest_at": None},
        "items": items,
    }
    headers = {"Authorization": f"Bearer {token}"}
    if packed:
        headers["Accept-Encoding"] = "gzip"
    return request_bytes("localhost", "/api/v1/sync", json.dumps(body).encode(), headers)


def _batch(token: str, count: int, cursors: dict[str, str]) -> bytes:
    at = datetime.now(UTC).isoformat()
    items = [
        {
            "id": str(uuid4()),
            "kind": "report.submit",
            "recorded_at": at,
            "payload": report_payload(captured_at=at, photos=[_photo()], position=_position(at)),
        }
        for _ in range(count)
    ]
    return _sync(token, items, cursors[token])


def _position(at: str) -> dict[str, Any]:
    """Anywhere in the grids: a street's findings do not all lie in one spot."""
    lon, lat = WEST + PLACES.random() * GRIDS * GRID_DEGREES, SOUTH + PLACES.random() * GRID_DEGREES
    fix = {"lon": lon, "lat": lat, "accuracy_m": 5 + PLACES.random() * 30, "datum": "wgs84"}
    return {**fix, "fixed_at": at, "source": "gps", "mocked": False}


def _photo() -> dict[str, Any]:
    name = uuid4().hex + uuid4().hex
    return {
        "sha256": name,
        "bytes": 180_000,
        "mime": "image/jpeg",
        "role": "panorama",
        "taken_at": None,
        "source": "camera",
    }


def _checked(outcome: Outcome) -> Outcome:
    if outcome.failures:
        raise RuntimeError(f"{outcome.failures} of {outcome.requests} requests failed")
    return outcome


def _first_sync(port: int, token: str) -> dict[str, Any]:
    """Milliseconds and bytes of a phone's first call, as JSON and packed."""
    plain, packed = _call(port, _sync(token, [], None)), _call(port, _sync(token, [], None, packed=True))
    times = sorted(_call(port, _sync(token, [], None, packed=True))[1] for _ in range(9))
    return {
        "objects": len(json.loads(plain[2])["changes"]),
        "bytes_plain": plain[0],
        "bytes_gzip_on_the_wire": packed[0],
        "bytes_gzip_recomputed": len(gzip.compress(plain[2], 6)),
        "median_ms": round(times[len(times) // 2] * 1000, 1),
    }


def _cursor(port: int, token: str) -> str:
    cursor: str = json.loads(_call(port, _sync(token, [], None))[2])["cursor"]
    return cursor


def _call(port: int, request: bytes) -> tuple[int, float, bytes]:
    started = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        _status, size, body = read_answer(connection)
    return size, time.perf_counter() - started, body
