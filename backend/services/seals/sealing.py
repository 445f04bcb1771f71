"""Seals events in batches, so that whoever writes an event waits for nobody. Not here: checking seals (verifying.py).

A batch is what lies below the snapshot horizon and behind the last seal: the same barrier as the phones' feed
(persistence/queries/feed.py). A transaction that commits late is in a later seal, never in none.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.domain.seals import SealContent, digest, entries_hash, event_content, seal_hash, statement
from backend.gateways.keys import Keys
from backend.persistence.models import HistorySeal
from backend.persistence.queries.feed import snapshot_horizon
from backend.persistence.queries.seals import BEGINNING, LAST_SEQ, AnyRow, Place, last_seal, place_of, unsealed

# Hashed in a fifth of a second. What is read is read before anything is written: until then this transaction has no
# number and holds back nobody's horizon.
BATCH = 5000
ADD_ENTRIES = text("""
    INSERT INTO history_seal_entries (event_id, seal_number, position, event_hash)
    SELECT event_id, :number, position, event_hash
    FROM unnest(CAST(:ids AS uuid[]), CAST(:hashes AS bytea[])) WITH ORDINALITY AS k (event_id, event_hash, position)
""")


def seal_batch(session: Session, keys: Keys, *, now: datetime, algorithm: str) -> int:
    """Seal the next batch; how many events are in it. Fewer than BATCH: nothing more waits below the horizon."""
    _one_at_a_time(session)
    last = last_seal(session)
    horizon = snapshot_horizon(session)
    rows = unsealed(session, place_of(last), horizon, BATCH)
    if rows:
        # cut in the middle of what is below the horizon, or at its end: either way nothing can appear before it any more
        cut = len(rows) == BATCH
        place = (rows[-1].tx, rows[-1].seq) if cut else (horizon - 1, LAST_SEQ)
        _write(session, keys, last, rows, place, now, algorithm)
    return len(rows)


def seal_restored(session: Session, keys: Keys, *, now: datetime, algorithm: str) -> int:
    """After a restore, while nobody else is at work: seal everything the backup holds; how many events that were.

    Transaction numbers of another cluster mean nothing in this one, so the place from which to go on is set anew, by an
    empty seal if need be.
    """
    _one_at_a_time(session)
    place, count = (snapshot_horizon(session) - 1, LAST_SEQ), 0
    while True:
        last = last_seal(session)
        rows = unsealed(session, BEGINNING, LAST_SEQ, BATCH)
        if rows or (last is not None and place_of(last) != place):
            _write(session, keys, last, rows, place, now, algorithm)
        count += len(rows)
        if len(rows) < BATCH:
            return count


def _one_at_a_time(session: Session) -> None:
    """Sealers queue among themselves; an advisory lock is nothing a writer ever meets."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('history.seal', 0))"))


def _write(
    session: Session,
    keys: Keys,
    last: HistorySeal | None,
    rows: Sequence[AnyRow],
    place: Place,
    now: datetime,
    algorithm: str,
) -> None:
    ids = [row.id for row in rows]
    hashes = [digest(algorithm, event_content(row)) for row in rows]
    content = SealContent(
        number=last.number + 1 if last else 1,
        previous_hash=last.hash if last else None,
        algorithm=algorithm,
        event_count=len(rows),
        first_seq=min((row.seq for row in rows), default=None),
        last_seq=max((row.seq for row in rows), default=None),
        sealed_to_tx=place[0],
        sealed_to_seq=place[1],
        entries_hash=entries_hash(algorithm, zip(ids, hashes, strict=True)),
        sealed_at=now,
    )
    own_hash = seal_hash(content)
    values = {name: getattr(content, name) for name in SealContent.__dataclass_fields__}
    session.add(HistorySeal(**values, hash=own_hash, signature=keys.sign(statement(content, own_hash))))
    session.flush()
    if rows:
        session.execute(ADD_ENTRIES, {"number": content.number, "ids": ids, "hashes": hashes})
