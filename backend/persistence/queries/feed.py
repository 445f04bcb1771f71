"""Reads of the change log. Serves only rows below the snapshot horizon: later commits of older transactions are waited for.

Two lines of one object may stand in (tx, seq) order against their versions, when the older transaction wrote last; the
version decides: a line that a newer version below the same horizon supersedes is not served at all.
What was trimmed (services/sync/trimming.py) leaves a place behind: whoever stands before it may have missed a line.
"""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from backend.persistence.statements import row, rows


class FeedRow(NamedTuple):
    """One line, with the object as it was in that version, as JSON text."""

    tx: int
    seq: int
    op: str
    type: str
    object_id: str
    version: int
    data: str | None


class FeedPage(NamedTuple):
    """Lines below ``horizon``, the number and hash (sync.md) of all a phone must hold once it has read up to there, and the
    last place at which a line that a phone may have needed was trimmed ((0, 0): none)."""

    horizon: int
    trimmed: tuple[int, int]
    held: int
    held_hash: str
    lines: list[FeedRow]


HORIZON = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
TRIMMED = "SELECT place_tx, place_seq FROM sync_trims ORDER BY id DESC LIMIT 1"
PAGE = f"""
    WITH h AS MATERIALIZED (SELECT {HORIZON} AS horizon),
    held AS MATERIALIZED (
        SELECT count(*) AS n, encode(sha256(convert_to(
            coalesce(string_agg(line || E'\\n', '' ORDER BY line COLLATE "C"), ''), 'UTF8')), 'hex') AS hash
        FROM (SELECT DISTINCT ON (type, object_id) op, type || ':' || object_id || ':' || version AS line
              FROM sync_changes, h WHERE user_id = %(user)s AND tx < h.horizon
              ORDER BY type, object_id, version DESC) newest
        WHERE op = 'put')
    SELECT h.horizon, coalesce(t.place_tx, 0), coalesce(t.place_seq, 0), held.n, held.hash, l.*
    FROM h CROSS JOIN held LEFT JOIN ({TRIMMED}) t ON true LEFT JOIN LATERAL (
        SELECT c.tx, c.seq, c.op, c.type, c.object_id, c.version,
               CASE WHEN c.own IS NULL THEN o.data ELSE o.data || c.own END::text
        FROM sync_changes c
        LEFT JOIN sync_objects o ON o.type = c.type AND o.object_id = c.object_id AND o.version = c.version
        WHERE c.user_id = %(user)s AND (c.tx, c.seq) > (%(tx)s, %(seq)s) AND c.tx < h.horizon
          AND (c.op = 'put' OR c.tx >= coalesce(%(snapshot_tx)s, h.horizon))
          AND NOT EXISTS (
            SELECT 1 FROM sync_changes n
            WHERE n.user_id = c.user_id AND n.type = c.type AND n.object_id = c.object_id
              AND n.version > c.version AND n.tx < h.horizon)
        ORDER BY c.tx, c.seq LIMIT %(limit)s) l ON true
    ORDER BY l.tx, l.seq
"""  # noqa: S608 -- HORIZON is our own text


def read_page(
    session: Session, user_id: UUID, *, after: tuple[int, int], snapshot_tx: int | None, limit: int
) -> FeedPage:
    """Up to ``limit`` lines of a user after a place, below the horizon of this moment: the oldest transaction still running;
    everything below it has ended and can be read whole. ``snapshot_tx``: revokes before it are left out (None: all)."""
    found = rows(
        session,
        PAGE,
        {"user": user_id, "tx": after[0], "seq": after[1], "snapshot_tx": snapshot_tx, "limit": limit},
        alone=True,
    )
    horizon, trimmed_tx, trimmed_seq, count, digest = found[0][:5]
    lines = [FeedRow(*line[5:]) for line in found if line[5] is not None]
    return FeedPage(horizon, (trimmed_tx, trimmed_seq), count, digest, lines)


def snapshot_horizon(session: Session) -> int:
    """The oldest transaction still running: everything below it has ended and can be read whole."""
    found = row(session, f"SELECT {HORIZON}")
    assert found is not None
    return int(found[0])


def trimmed_place(session: Session) -> tuple[int, int]:
    """The last place at which a line that a phone may have needed was taken out; (0, 0) where there is none."""
    found = row(session, TRIMMED)
    return (found[0], found[1]) if found else (0, 0)
