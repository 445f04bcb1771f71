"""The server's epochs: a restore from backup starts a new one, and phones then offer again what they had delivered since."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from backend.domain.ids import new_id
from backend.persistence.models import Epoch, SyncChange, SyncTrim


def ensure_epoch(session: Session, now: datetime) -> UUID:
    """The current epoch's id; the first one is made when the database is new."""
    newest = session.scalar(select(Epoch.id).order_by(Epoch.ordinal.desc()).limit(1))
    if newest is not None:
        return newest
    epoch = Epoch(id=new_id(), started_at=now, reoffer_since=None)
    session.add(epoch)
    session.flush()
    return epoch.id


def start_new_epoch(session: Session, backup_taken_at: datetime, now: datetime) -> UUID:
    """Begin the epoch after a restore: everything that phones delivered after ``backup_taken_at`` is missing here.

    Transaction numbers of another cluster mean nothing in this one: the change log is rebuilt from who holds what, so
    that no line waits for a transaction number that this cluster will reach only in years.
    """
    epoch = Epoch(id=new_id(), started_at=now, reoffer_since=backup_taken_at)
    session.add(epoch)
    session.execute(delete(SyncChange))
    session.execute(delete(SyncTrim))
    session.execute(
        text("""
        INSERT INTO sync_changes (user_id, op, type, object_id, version, own)
        SELECT s.user_id, 'put', s.type, s.object_id, o.version, s.own
        FROM sync_scope s
        JOIN LATERAL (SELECT max(version) AS version FROM sync_objects o
                      WHERE o.type = s.type AND o.object_id = s.object_id) o ON o.version IS NOT NULL
    """)
    )
    session.flush()
    return epoch.id


def judge_epoch(
    epochs: Sequence[tuple[UUID, datetime | None]], phone_epoch: str | None
) -> tuple[UUID, datetime | None]:
    """The current epoch and since when a phone of ``phone_epoch`` must offer its delivered items again (None: not at all).

    A phone whose epoch is unknown here lived on a server that was since restored to before that epoch: the earliest
    backup time counts for it.
    """
    current = epochs[-1][0]
    if phone_epoch is None or phone_epoch == str(current):
        return current, None
    known = [str(epoch_id) for epoch_id, _ in epochs]
    later = epochs[known.index(phone_epoch) + 1 :] if phone_epoch in known else epochs
    return current, min((since for _, since in later if since is not None), default=None)
