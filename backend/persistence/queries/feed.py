"""Reads of the change log. Serves only rows below the snapshot horizon: later commits of older transactions are waited for.

Two lines of one object may stand in (tx, seq) order against their versions, when the older transaction wrote last; the
version decides: a line that a newer version below the same horizon supersedes is not served at all.
What was trimmed (services/sync/trimming.py) leaves a place behind: whoever stands before it may have missed a line.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session


class FeedRow(NamedTuple):
    """One line, with the object as it was in that version."""

    tx: int
    seq: int
    op: str
    type: str
    object_id: str
    version: int
    own: dict[str, Any] | None
    data: dict[str, Any]


class Opening(NamedTuple):
    """What a sync call must know before it does anything, in one statement."""

    horizon: int
    epochs: list[tuple[UUID, datetime | None]]
    last_contact_at: datetime | None
    clock_offset_ms: int | None
    outbox: tuple[int, int, datetime | None]
    has_news: bool


OPENING = text("""
    SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) AS horizon, e.ids, e.since,
           d.last_contact_at, d.clock_offset_ms, d.outbox_items, d.outbox_photos, d.outbox_oldest_at,
           EXISTS (SELECT 1 FROM sync_changes c WHERE c.user_id = :user AND (c.tx, c.seq) > (:tx, :seq)
                   AND c.tx < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint))
           OR EXISTS (SELECT 1 FROM (SELECT place_tx, place_seq FROM sync_trims ORDER BY id DESC LIMIT 1) t
                      WHERE (t.place_tx, t.place_seq) > (:tx, :seq)) AS has_news
    FROM (SELECT array_agg(id ORDER BY ordinal) AS ids, array_agg(reoffer_since ORDER BY ordinal) AS since FROM epochs) e
    LEFT JOIN devices d ON d.id = :device
""")
HORIZON = text("SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)")
CHANGES = text("""
    SELECT c.tx, c.seq, c.op, c.type, c.object_id, c.version, c.own, o.data
    FROM sync_changes c
    LEFT JOIN sync_objects o ON o.type = c.type AND o.object_id = c.object_id AND o.version = c.version
    WHERE c.user_id = :user AND (c.tx, c.seq) > (:tx, :seq) AND c.tx < :horizon
      AND (c.op = 'put' OR c.tx >= :snapshot_tx)
      AND NOT EXISTS (
        SELECT 1 FROM sync_changes n
        WHERE n.user_id = c.user_id AND n.type = c.type AND n.object_id = c.object_id
          AND n.version > c.version AND n.tx < :horizon)
    ORDER BY c.tx, c.seq LIMIT :limit
""")
HOLDINGS = text("""
    SELECT type, object_id, version FROM (
        SELECT DISTINCT ON (type, object_id) type, object_id, version, op
        FROM sync_changes WHERE user_id = :user AND tx < :horizon
        ORDER BY type, object_id, version DESC) newest
    WHERE op = 'put'
""")


TRIMMED = text("SELECT place_tx, place_seq FROM sync_trims ORDER BY id DESC LIMIT 1")


def opening(session: Session, user_id: UUID, device_id: UUID | None, after: tuple[int, int]) -> Opening:
    """The horizon, all epochs in their order, what the device last told, and whether lines wait after a place (or did,
    before they were trimmed)."""
    row = session.execute(OPENING, {"device": device_id, "user": user_id, "tx": after[0], "seq": after[1]}).one()
    return Opening(
        row.horizon,
        list(zip(row.ids or (), row.since or (), strict=True)),
        row.last_contact_at,
        row.clock_offset_ms,
        (row.outbox_items or 0, row.outbox_photos or 0, row.outbox_oldest_at),
        row.has_news,
    )


def snapshot_horizon(session: Session) -> int:
    """The oldest transaction still running: everything below it has ended and can be read whole."""
    return cast(int, session.scalar(HORIZON))


def trimmed_place(session: Session) -> tuple[int, int]:
    """The last place at which a line that a phone may have needed was taken out; (0, 0) where there is none."""
    row = session.execute(TRIMMED).one_or_none()
    return (row.place_tx, row.place_seq) if row else (0, 0)


def changes_after(
    session: Session, user_id: UUID, *, after: tuple[int, int], horizon: int, snapshot_tx: int, limit: int
) -> Sequence[FeedRow]:
    """Up to ``limit`` lines of a user after a place, below ``horizon``."""
    rows = session.execute(
        CHANGES,
        {
            "user": user_id,
            "tx": after[0],
            "seq": after[1],
            "horizon": horizon,
            "snapshot_tx": snapshot_tx,
            "limit": limit,
        },
    )
    return [FeedRow(*row) for row in rows]


def holdings(session: Session, user_id: UUID, horizon: int) -> list[tuple[str, str, int]]:
    """(type, id, version) of everything the user's phone must hold once it has read up to ``horizon``."""
    return [(row[0], row[1], row[2]) for row in session.execute(HOLDINGS, {"user": user_id, "horizon": horizon})]
