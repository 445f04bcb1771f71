"""Takes out of the change log what no phone needs any more. What each holder still holds always stays.

A line goes when it is older than the kept history and is

* superseded, by a line that is itself older: it is served to nobody (persistence/queries/feed.py);
* the revoke with which an object left its holder: it goes together with all older lines of that object and holder, in one
  statement, so that nothing comes back. Only a phone that has not read it yet could miss it: the place is noted with the
  trim, and a cursor from before it begins a snapshot.

Each batch reads first and writes at the end, so that it holds back the feed's horizon for no longer than it deletes.
"""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.persistence.models import SyncTrim
from backend.persistence.queries.feed import snapshot_horizon, trimmed_place

LINES, VERSIONS = 5000, 20_000  # what is deleted in a fraction of a second

FIND_SUPERSEDED = text("""
    SELECT c.seq FROM sync_changes c
    WHERE c.seq > :after AND c.created_at < :before AND EXISTS (
        SELECT 1 FROM sync_changes n
        WHERE n.user_id = c.user_id AND n.type = c.type AND n.object_id = c.object_id
          AND n.version > c.version AND n.tx < :horizon AND n.created_at < :before)
    ORDER BY c.seq LIMIT :limit
""")
FIND_REVOKES = text("""
    SELECT c.tx, c.seq FROM sync_changes c
    WHERE c.op = 'revoke' AND c.seq > :after AND c.created_at < :before AND c.tx < :horizon AND NOT EXISTS (
        SELECT 1 FROM sync_changes n
        WHERE n.user_id = c.user_id AND n.type = c.type AND n.object_id = c.object_id AND n.version > c.version)
    ORDER BY c.seq LIMIT :limit
""")
DELETE_LINES = text("DELETE FROM sync_changes WHERE seq = ANY(:seqs)")
DELETE_WITH_OLDER = text("""
    DELETE FROM sync_changes d USING sync_changes r
    WHERE r.seq = ANY(:seqs) AND d.user_id = r.user_id AND d.type = r.type AND d.object_id = r.object_id
      AND d.version <= r.version
""")
# The newest version stays whoever holds it: the next one is compared with it (services/feed.py).
FIND_VERSIONS = text("""
    SELECT o.type, o.object_id, o.version FROM sync_objects o JOIN sync_heads h USING (type, object_id)
    WHERE o.version < h.version AND NOT EXISTS (
        SELECT 1 FROM sync_changes c WHERE c.type = o.type AND c.object_id = o.object_id AND c.version = o.version)
    LIMIT :limit
""")
DELETE_VERSIONS = text("""
    DELETE FROM sync_objects o
    USING unnest(CAST(:types AS text[]), CAST(:ids AS text[]), CAST(:versions AS int[])) AS k (type, object_id, version)
    WHERE o.type = k.type AND o.object_id = k.object_id AND o.version = k.version
""")


def trim_superseded(session: Session, *, before: datetime, after: int) -> tuple[int, int | None]:
    """Take out a batch of superseded lines above ``after``: how many, and where to go on (None: that was all)."""
    _begin(session)
    seqs = list(session.scalars(FIND_SUPERSEDED, _bounds(session, before, after)))
    if seqs:
        session.execute(DELETE_LINES, {"seqs": seqs})
    return len(seqs), seqs[-1] if len(seqs) == LINES else None


def trim_revokes(session: Session, *, before: datetime, now: datetime, after: int) -> tuple[int, int | None]:
    """Take out a batch of old revokes above ``after``, and note up to where: how many, and where to go on."""
    _begin(session)
    places = [(row.tx, row.seq) for row in session.execute(FIND_REVOKES, _bounds(session, before, after))]
    if places:
        tx, seq = max(trimmed_place(session), *places)
        session.add(SyncTrim(trimmed_at=now, place_tx=tx, place_seq=seq))
        session.flush()
        session.execute(DELETE_WITH_OLDER, {"seqs": [seq for _, seq in places]})
    return len(places), places[-1][1] if len(places) == LINES else None


def trim_versions(session: Session) -> int:
    """Take out a batch of versions that no line names; how many. Fewer than VERSIONS: that was all."""
    _begin(session)
    rows = session.execute(FIND_VERSIONS, {"limit": VERSIONS}).all()
    if rows:
        types, ids, versions = (list(column) for column in zip(*rows, strict=True))
        session.execute(DELETE_VERSIONS, {"types": types, "ids": ids, "versions": versions})
    return len(rows)


def _begin(session: Session) -> None:
    """One trimmer at a time; reading the whole log may take longer than a request may."""
    session.execute(text("SET LOCAL statement_timeout = '10min'"))
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('sync.trim', 0))"))


def _bounds(session: Session, before: datetime, after: int) -> dict[str, object]:
    return {"before": before, "after": after, "horizon": snapshot_horizon(session), "limit": LINES}
