"""Serves the feed: changes after a cursor, below the snapshot horizon, and the hash of what a device must now hold."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from backend.domain.vocabulary import ChangeOp
from backend.persistence.queries import feed
from backend.services.sync.cursor import LAST_SEQ, Cursor, decode_cursor, mark_of

KEPT_HISTORY = timedelta(days=60)  # sync.md: a cursor older than this gets a snapshot


@dataclass(frozen=True, slots=True)
class Page:
    """One page of changes."""

    changes: list[dict[str, Any]]
    cursor: str
    more: bool
    snapshot: bool
    state: dict[str, Any] | None


def read_changes(
    session: Session,
    user_id: UUID,
    epoch: UUID,
    given: str | None,
    *,
    limit: int,
    verify: bool,
    now: datetime,
    quiet_until: int | None = None,
) -> Page:
    """Changes of ``user_id`` after the cursor ``given``; a snapshot from the start where the cursor is none of his, of
    another epoch, older than the kept history, or from before what was trimmed. ``quiet_until``: the horizon below which
    nothing is known to wait after the place of ``given``; then nothing is asked, unless the phone wants to verify or must
    start over."""
    cursor = _usable(decode_cursor(given), mark_of(user_id, epoch), now)
    if cursor is not None and quiet_until is not None and not verify:
        return Page([], _moved(cursor, _end(cursor, quiet_until), now).encode(), False, False, None)
    page = _read(session, user_id, cursor, limit)
    if cursor is not None and _is_cut_off(cursor, page.trimmed):
        cursor, page = None, _read(session, user_id, None, limit)
    snapshot = cursor is None
    cursor = cursor or Cursor(mark_of(user_id, epoch), 0, 0, page.horizon, 0)
    more, lines = len(page.lines) > limit, page.lines[:limit]
    place = (lines[-1].tx, lines[-1].seq) if more else _end(cursor, page.horizon)
    state = {"count": page.held, "hash": page.held_hash} if not more and (lines or verify) else None
    return Page([_dump(line) for line in lines], _moved(cursor, place, now).encode(), more, snapshot, state)


def _read(session: Session, user_id: UUID, cursor: Cursor | None, limit: int) -> feed.FeedPage:
    """One line more than asked for, which tells whether there is more; without a cursor from the beginning."""
    place = (cursor.tx, cursor.seq) if cursor else (0, 0)
    return feed.read_page(
        session, user_id, after=place, snapshot_tx=cursor.snapshot_tx if cursor else None, limit=limit + 1
    )


def _is_cut_off(cursor: Cursor, trimmed: tuple[int, int]) -> bool:
    """Whether a revoke may be missing that this phone needs: one after its place, of an object it may hold."""
    return (cursor.tx, cursor.seq) < trimmed and cursor.snapshot_tx <= trimmed[0]


def _end(cursor: Cursor, horizon: int) -> tuple[int, int]:
    """The last place below the horizon: every transaction there has ended, so nothing can ever appear before it."""
    return max((cursor.tx, cursor.seq), (horizon - 1, LAST_SEQ))


def _moved(cursor: Cursor, place: tuple[int, int], now: datetime) -> Cursor:
    return replace(cursor, tx=place[0], seq=place[1], issued=int(now.timestamp()))


def _usable(cursor: Cursor | None, whose: bytes, now: datetime) -> Cursor | None:
    if cursor is None or cursor.whose != whose:
        return None
    return cursor if now.timestamp() - cursor.issued < KEPT_HISTORY.total_seconds() else None


def _dump(line: feed.FeedRow) -> dict[str, Any]:
    """The change as the reply holds it; the object is spliced in as the database wrote it."""
    if line.op == ChangeOp.REVOKE or line.data is None:
        return {"op": "revoke", "type": line.type, "id": line.object_id}
    data = orjson.Fragment(line.data)
    return {"op": "put", "type": line.type, "id": line.object_id, "version": line.version, "data": data}
