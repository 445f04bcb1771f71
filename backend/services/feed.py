"""Writes the phones' feed: versions of objects, who holds them, and one change line per phone user concerned.

Not here: which objects exist and who should hold them (scope/), serving the feed (sync/).
The lines of one object are made under the lock of its head row, so its versions grow in the order of its commits; a
reader may therefore trust the version where two transactions' lines come in another order (persistence/queries/feed.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.domain.vocabulary import ChangeOp, ObjectType
from backend.persistence.bulk import Writes
from backend.persistence.models import SyncChange, SyncHead, SyncObject, SyncScope

Own = dict[str, Any] | None
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class FeedObject:
    """An object as it is now: ``data`` (None: gone) and everybody who shall hold it, each with what is said to him alone."""

    type: ObjectType
    object_id: str
    data: dict[str, Any] | None
    holders: Mapping[UUID, Own] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """Type and id."""
        return (self.type.value, self.object_id)


@dataclass(slots=True)
class _Lines:
    """What one publish writes."""

    bumped: dict[Key, int] = field(default_factory=dict)
    objects: list[tuple[str, str, int, str]] = field(default_factory=list)
    changes: list[tuple[UUID, str, str, str, int, str | None]] = field(default_factory=list)
    joined: list[tuple[UUID, str, str, str | None]] = field(default_factory=list)
    left: list[tuple[UUID, str, str]] = field(default_factory=list)


def publish(session: Session, objects: Sequence[FeedObject]) -> None:
    """Bring the feed in step with ``objects``: what is unchanged for a holder costs him nothing.

    A constant number of statements however many objects there are. Locks heads in one order, so two publishers queue
    instead of blocking each other for ever.
    """
    wanted = {item.key: item for item in sorted(objects, key=lambda item: item.key)}
    if not wanted:
        return
    heads = _lock_heads(session, list(wanted))
    held = _holders(session, list(wanted))
    lines = _Lines()
    for key, item in wanted.items():
        _compare(lines, item, heads[key], held.get(key, {}))
    _write(session, lines)


def _compare(lines: _Lines, item: FeedObject, head: tuple[int, Any], held: Mapping[UUID, Own]) -> None:
    version, known = head
    holders: Mapping[UUID, Own] = item.holders if item.data is not None else {}
    data = orjson.loads(orjson.dumps(item.data)) if item.data is not None else None
    same = data is not None and data == known
    news = [user for user, own in holders.items() if not same or user not in held or held[user] != own]
    leavers = [user for user in held if user not in holders]
    if not news and not leavers:
        return
    kind, object_id = item.key
    lines.bumped[item.key] = version + 1
    if data is not None:
        lines.objects.append((kind, object_id, version + 1, orjson.dumps(data).decode()))
    for user in news:
        own = _json(holders[user])
        lines.changes.append((user, ChangeOp.PUT.value, kind, object_id, version + 1, own))
        if user not in held or held[user] != holders[user]:
            lines.joined.append((user, kind, object_id, own))
    for user in leavers:
        lines.changes.append((user, ChangeOp.REVOKE.value, kind, object_id, version + 1, None))
        lines.left.append((user, kind, object_id))


def _json(own: Own) -> str | None:
    return None if own is None else orjson.dumps(own).decode()


ADD_HEADS = text("""
    INSERT INTO sync_heads (type, object_id, version)
    SELECT k.type, k.object_id, 0
    FROM unnest(CAST(:types AS text[]), CAST(:ids AS text[])) WITH ORDINALITY AS k (type, object_id, n) ORDER BY n
    ON CONFLICT DO NOTHING
""")
LOCK_HEADS = text("""
    SELECT h.type, h.object_id, h.version, o.data
    FROM sync_heads h LEFT JOIN sync_objects o USING (type, object_id, version)
    JOIN unnest(CAST(:types AS text[]), CAST(:ids AS text[])) AS k (type, object_id)
      ON k.type = h.type AND k.object_id = h.object_id
    ORDER BY h.type, h.object_id FOR UPDATE OF h
""")
HOLDERS = text("""
    SELECT s.type, s.object_id, s.user_id, s.own
    FROM sync_scope s JOIN unnest(CAST(:types AS text[]), CAST(:ids AS text[])) AS k (type, object_id)
      ON k.type = s.type AND k.object_id = s.object_id
""")


def _arrays(keys: Sequence[Key]) -> dict[str, list[str]]:
    return {"types": [kind for kind, _ in keys], "ids": [object_id for _, object_id in keys]}


def _lock_heads(session: Session, keys: Sequence[Key]) -> dict[Key, tuple[int, Any]]:
    arrays = _arrays(keys)
    session.execute(ADD_HEADS, arrays)
    rows = session.execute(LOCK_HEADS, arrays)
    return {(kind, object_id): (version, data) for kind, object_id, version, data in rows}


def _holders(session: Session, keys: Sequence[Key]) -> dict[Key, dict[UUID, Own]]:
    found: dict[Key, dict[UUID, Own]] = {}
    for kind, object_id, user_id, own in session.execute(HOLDERS, _arrays(keys)):
        found.setdefault((kind, object_id), {})[user_id] = own
    return found


BUMP = text("""
    UPDATE sync_heads h SET version = k.version
    FROM unnest(CAST(:types AS text[]), CAST(:ids AS text[]), CAST(:versions AS int[])) AS k (type, object_id, version)
    WHERE h.type = k.type AND h.object_id = k.object_id
""")
ADD_OBJECTS = text("""
    INSERT INTO sync_objects (type, object_id, version, data)
    SELECT type, object_id, version, CAST(data AS jsonb)
    FROM unnest(CAST(:types AS text[]), CAST(:ids AS text[]), CAST(:versions AS int[]), CAST(:datas AS text[]))
      AS k (type, object_id, version, data)
""")
ADD_CHANGES = text("""
    INSERT INTO sync_changes (user_id, op, type, object_id, version, own)
    SELECT user_id, op, type, object_id, version, CAST(own AS jsonb)
    FROM unnest(CAST(:users AS uuid[]), CAST(:ops AS text[]), CAST(:types AS text[]), CAST(:ids AS text[]),
                CAST(:versions AS int[]), CAST(:owns AS text[])) AS k (user_id, op, type, object_id, version, own)
""")
JOIN_SCOPE = text("""
    INSERT INTO sync_scope (user_id, type, object_id, own)
    SELECT user_id, type, object_id, CAST(own AS jsonb)
    FROM unnest(CAST(:users AS uuid[]), CAST(:types AS text[]), CAST(:ids AS text[]), CAST(:owns AS text[]))
      AS k (user_id, type, object_id, own)
    ON CONFLICT (user_id, type, object_id) DO UPDATE SET own = excluded.own
""")
LEAVE_SCOPE = text("""
    DELETE FROM sync_scope s
    USING unnest(CAST(:users AS uuid[]), CAST(:types AS text[]), CAST(:ids AS text[])) AS k (user_id, type, object_id)
    WHERE s.user_id = k.user_id AND s.type = k.type AND s.object_id = k.object_id
""")


def _write(session: Session, lines: _Lines) -> None:
    if not lines.bumped:
        return
    session.execute(BUMP, {**_arrays(list(lines.bumped)), "versions": list(lines.bumped.values())})
    for statement, names, rows in (
        (ADD_OBJECTS, ("types", "ids", "versions", "datas"), lines.objects),
        (ADD_CHANGES, ("users", "ops", "types", "ids", "versions", "owns"), lines.changes),
        (JOIN_SCOPE, ("users", "types", "ids", "owns"), lines.joined),
        (LEAVE_SCOPE, ("users", "types", "ids"), lines.left),
    ):
        if rows:
            session.execute(statement, dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def publish_new(writes: Writes, objects: Sequence[FeedObject]) -> None:
    """Put objects that are made in this transaction, each with exactly one holder, into the feed, by way of ``writes``.

    Nobody else can know their ids yet, so there is no head to lock. IntegrityError at writing where one is not new after all.
    """
    for item in objects:
        key = {"type": item.type, "object_id": item.object_id}
        [(holder, own)] = item.holders.items()
        writes.add(SyncHead, {**key, "version": 1})
        writes.add(SyncObject, {**key, "version": 1, "data": item.data})
        writes.add(SyncChange, {**key, "version": 1, "user_id": holder, "op": ChangeOp.PUT, "own": own})
        writes.add(SyncScope, {**key, "user_id": holder, "own": own})
