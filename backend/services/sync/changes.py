"""Serves the feed: changes after a cursor, below the snapshot horizon, and the hash of what a device must now hold."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from backend.domain.sync import state_hash
from backend.persistence.queries import feed

KEPT_HISTORY = timedelta(days=60)  # sync.md: a cursor older than this gets a snapshot
LAST_SEQ = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in one user's feed, in one epoch. ``snapshot_tx``: revokes before it concern objects never sent."""

    user_id: str
    epoch: str
    tx: int
    seq: int
    snapshot_tx: int
    issued: int

    def encode(self) -> str:
        """The opaque text phones keep."""
        packed = orjson.dumps([self.user_id, self.epoch, self.tx, self.seq, self.snapshot_tx, self.issued])
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of changes."""

    changes: list[dict[str, Any]]
    cursor: str
    more: bool
    snapshot: bool
    state: dict[str, Any] | None


def decode_cursor(text: str | None) -> Cursor | None:
    """The cursor, or None for anything that is not one of ours."""
    if not text:
        return None
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        user_id, epoch, *numbers = parts
        tx, seq, snapshot_tx, issued = (int(n) for n in numbers)
    except (binascii.Error, ValueError, TypeError):
        return None
    fits = all(0 <= n <= LAST_SEQ for n in (tx, seq, snapshot_tx, issued))
    return Cursor(str(user_id), str(epoch), tx, seq, snapshot_tx, issued) if fits else None


def place_of(text: str | None) -> tuple[int, int]:
    """The place a cursor stands at; the beginning for anything that is not one of ours."""
    cursor = decode_cursor(text)
    return (cursor.tx, cursor.seq) if cursor else (0, 0)


def read_changes(
    session: Session,
    user_id: UUID,
    epoch: UUID,
    given: str | None,
    *,
    horizon: int,
    has_news: bool = True,
    limit: int,
    verify: bool,
    now: datetime,
) -> Page:
    """Changes of ``user_id`` after the cursor ``given``; a snapshot from the start where the cursor is none of his, of
    another epoch, older than the kept history, or from before what was trimmed. ``horizon``, ``has_news``: from
    queries/feed, of this call."""
    cursor = _usable(decode_cursor(given), user_id, epoch, now)
    rows: Sequence[feed.FeedRow] = []
    # ``has_news`` False is only believed of the cursor it was asked for; a snapshot always looks
    if cursor is not None and has_news:
        rows = _rows(session, user_id, cursor, horizon, limit)
        # asked after reading: whoever does not see a line any more that was trimmed meanwhile sees the place it left
        if _is_cut_off(cursor, feed.trimmed_place(session)):
            cursor = None
    snapshot = cursor is None
    if cursor is None:
        cursor = Cursor(str(user_id), str(epoch), 0, 0, horizon, int(now.timestamp()))
        rows = _rows(session, user_id, cursor, horizon, limit)
    more, rows = len(rows) > limit, rows[:limit]
    # at the end: every transaction below the horizon has ended, so nothing can ever appear before this place
    place = (rows[-1].tx, rows[-1].seq) if more else max((cursor.tx, cursor.seq), (horizon - 1, LAST_SEQ))
    cursor = replace(cursor, tx=place[0], seq=place[1], issued=int(now.timestamp()))
    state = _state(session, user_id, horizon) if not more and (rows or verify) else None
    return Page([_dump(row) for row in rows], cursor.encode(), more, snapshot, state)


def _rows(session: Session, user_id: UUID, cursor: Cursor, horizon: int, limit: int) -> Sequence[feed.FeedRow]:
    """One line more than asked for, which tells whether there is more."""
    return feed.changes_after(
        session,
        user_id,
        after=(cursor.tx, cursor.seq),
        horizon=horizon,
        snapshot_tx=cursor.snapshot_tx,
        limit=limit + 1,
    )


def _is_cut_off(cursor: Cursor, trimmed: tuple[int, int]) -> bool:
    """Whether a revoke may be missing that this phone needs: one after its place, of an object it may hold."""
    return (cursor.tx, cursor.seq) < trimmed and cursor.snapshot_tx <= trimmed[0]


def _state(session: Session, user_id: UUID, horizon: int) -> dict[str, Any]:
    count, digest = state_hash(feed.holdings(session, user_id, horizon))
    return {"count": count, "hash": digest}


def _usable(cursor: Cursor | None, user_id: UUID, epoch: UUID, now: datetime) -> Cursor | None:
    if cursor is None or cursor.user_id != str(user_id) or cursor.epoch != str(epoch):
        return None
    return cursor if now.timestamp() - cursor.issued < KEPT_HISTORY.total_seconds() else None


def _dump(row: feed.FeedRow) -> dict[str, Any]:
    if row.op == "revoke":
        return {"op": "revoke", "type": row.type, "id": row.object_id}
    data = {**row.data, **row.own} if row.own else row.data
    return {"op": "put", "type": row.type, "id": row.object_id, "version": row.version, "data": data}
