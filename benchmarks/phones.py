"""Phones for measurements: people with tasks and grids, their tokens, and their calls as bytes."""

import json
import random
import socket
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from backend.domain.vocabulary import GridRole
from backend.gateways.keys import Keys
from backend.persistence.models import Grid, User
from backend.services.accounts.tokens import AccessClaims, make_access_token
from backend.services.scope import publish_tasks, welcome_user
from benchmarks.load import DEVICE_TIME, Outcome, read_answer, request_bytes
from tests.factories import make_grids, make_login, make_responsible, make_site, make_task, make_user
from tests.phone import report_payload

TASKS, GRIDS = 200, 20
WEST, SOUTH, GRID_DEGREES = 121.40, 31.24, 0.004  # where the factory lays its row of square grids
PLACES = random.Random(7)


def populate(url: str, keys: Keys, *, light: int, loaded: int, phones_each: int = 1) -> tuple[list[str], list[str]]:
    """Access tokens of the phones of ``loaded`` workers, who have 200 tasks and 20 grids each, and of ``light`` ones
    without; every worker has ``phones_each``."""
    engine = create_engine(url)
    now = datetime.now(UTC)
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        grids = make_grids(session, GRIDS, valid_from=now - timedelta(days=60))
        busy, idle = [make_user(session) for _ in range(loaded)], [make_user(session) for _ in range(light)]
        for number, worker in enumerate(busy):
            _load(session, worker, grids, now, lead=number == 0)
        for worker in [*busy, *idle]:
            welcome_user(session, worker.id, now)
        heavy = [_token(session, keys, worker, now) for worker in busy for _ in range(phones_each)]
        others = [_token(session, keys, worker, now) for worker in idle for _ in range(phones_each)]
        session.commit()
    engine.dispose()
    return heavy, others


def _load(session: Session, worker: User, grids: list[Grid], now: datetime, *, lead: bool) -> None:
    make_responsible(session, worker, grids, GridRole.LEAD if lead else GridRole.HELPER)
    sites = [make_site(session, grids[n % GRIDS]) for n in range(50)]
    tasks = [make_task(session, grids[n % GRIDS], worker, site_id=sites[n % 50].id) for n in range(TASKS)]
    publish_tasks(session, [task.id for task in tasks], now)


def _token(session: Session, keys: Keys, worker: User, now: datetime) -> str:
    login = make_login(session, worker)
    login.expires_at = now + timedelta(days=1)
    return make_access_token(keys, AccessClaims(login.id, worker.id), now, 86_400)


def sync_call(token: str, items: list[Any], cursor: str | None, *, packed: bool = False) -> bytes:
    """One call of the contract."""
    body = {
        "protocol": 1,
        "epoch": None,
        "cursor": cursor,
        "device_time": DEVICE_TIME.decode(),
        "limit": 500,
        "verify": False,
        "outbox": {"items": 0, "photos": 0, "oldest_at": None},
        "items": items,
    }
    headers = {"Authorization": f"Bearer {token}"}
    if packed:
        headers["Accept-Encoding"] = "gzip"
    return request_bytes("localhost", "/api/v1/sync", json.dumps(body).encode(), headers)


NO_PROBLEM: dict[str, Any] = {"outcome": "no_problem", "findings": [], "attributes": {}, "answers": {}}


def batch_call(token: str, count: int, cursor: str, *, problems: int | None = None) -> bytes:
    """A call that delivers ``count`` reports, each with a photo to come and anywhere in the grids; the first ``problems`` of
    them (None: all) found something, which is referred."""
    at = datetime.now(UTC).isoformat()
    found = count if problems is None else problems
    items = [
        {
            "id": str(uuid4()),
            "kind": "report.submit",
            "recorded_at": at,
            "payload": report_payload(
                captured_at=at, photos=[_photo()], position=_position(at), **({} if number < found else NO_PROBLEM)
            ),
        }
        for number in range(count)
    ]
    return sync_call(token, items, cursor)


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


def checked(outcome: Outcome) -> Outcome:
    """The outcome; RuntimeError where a request failed."""
    if outcome.failures:
        raise RuntimeError(f"{outcome.failures} of {outcome.requests} requests failed")
    return outcome


def cursor_of(port: int, token: str) -> str:
    """The cursor of a phone that has everything."""
    cursor: str = json.loads(call(port, sync_call(token, [], None))[2])["cursor"]
    return cursor


def call(port: int, request: bytes) -> tuple[int, float, bytes]:
    """(bytes on the wire, seconds, body) of one request on a connection of its own."""
    started = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(
            request.replace(DEVICE_TIME, datetime.now(UTC).isoformat(timespec="microseconds").encode(), 1)
        )
        _status, size, body = read_answer(connection)
    return size, time.perf_counter() - started, body
