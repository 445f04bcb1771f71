"""The feed as the database reads it: agreement on what is held, objects as they were written."""

from typing import Any

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.persistence.models import SyncChange, SyncObject
from backend.persistence.queries.feed import read_page
from tests.factories import make_user
from tests.phone import state_of

# later than every line's transaction, so that lines of the running one lie below the horizon
OLD = {"tx": 1}


def _line(session: Session, user: Any, kind: str, key: str, version: int, *, op: str = "put", **own: Any) -> None:
    if op == "put":
        session.add(SyncObject(type=kind, object_id=key, version=version, data={"key": key, "own": "none"}))
    session.add(SyncChange(user_id=user.id, op=op, type=kind, object_id=key, version=version, own=own or None, **OLD))
    session.flush()


@pytest.mark.parametrize(
    "objects",
    [
        [],
        [("grid", "310107005001001", 10), ("task", "a", 1), ("task", "b", 2)],
        [("grid", "1", 1), ("grid", "10", 1), ("form", "A", 1), ("task", "a", 10), ("task", "a-", 2)],
        [("vocabulary", "é", 1), ("vocabulary", "z", 1), ("vocabulary", "Z", 1), ("vocabulary", "网", 1)],
    ],
)
def test_the_database_computes_the_state_of_the_contract(session: Session, objects: list[tuple[str, str, int]]) -> None:
    worker = make_user(session)
    for kind, key, version in reversed(objects):
        _line(session, worker, kind, key, version)
    page = read_page(session, worker.id, after=(0, 0), snapshot_tx=None, limit=500)
    assert {"count": page.held, "hash": page.held_hash} == state_of(objects)


def test_only_the_newest_version_counts_and_revoked_objects_do_not(session: Session) -> None:
    worker, other = make_user(session), make_user(session)
    for version in (1, 2, 10):
        _line(session, worker, "task", "a", version)
    _line(session, worker, "task", "b", 1)
    _line(session, worker, "task", "b", 2, op="revoke")
    _line(session, other, "task", "c", 1)
    page = read_page(session, worker.id, after=(0, 0), snapshot_tx=0, limit=500)
    assert {"count": page.held, "hash": page.held_hash} == state_of([("task", "a", 10)])
    assert [(line.op, line.object_id, line.version) for line in page.lines] == [("put", "a", 10), ("revoke", "b", 2)]
    fresh = read_page(session, worker.id, after=(0, 0), snapshot_tx=None, limit=500)
    assert [line.object_id for line in fresh.lines] == ["a"]  # a phone that starts anew needs to hear of no revoke


def test_what_is_said_to_one_holder_alone_lies_over_the_object(session: Session) -> None:
    one, two = make_user(session), make_user(session)
    _line(session, one, "grid", "g", 1, own="lead")
    session.execute(
        text(
            "INSERT INTO sync_changes (user_id, op, type, object_id, version, tx) VALUES (:u, 'put', 'grid', 'g', 1, 1)"
        ),
        {"u": two.id},
    )
    told = [read_page(session, user.id, after=(0, 0), snapshot_tx=None, limit=9).lines[0].data for user in (one, two)]
    assert [orjson.loads(data or "")["own"] for data in told] == ["lead", "none"]


def test_lines_of_a_running_transaction_wait(session: Session) -> None:
    worker = make_user(session)
    _line(session, worker, "task", "a", 1)
    session.execute(
        text("INSERT INTO sync_changes (user_id, op, type, object_id, version) VALUES (:u, 'put', 'task', 'a', 2)"),
        {"u": worker.id},
    )  # its tx is this very transaction
    page = read_page(session, worker.id, after=(0, 0), snapshot_tx=None, limit=9)
    assert [(line.object_id, line.version) for line in page.lines] == [("a", 1)]
    assert page.held == 1
