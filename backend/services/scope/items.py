"""Item objects: the worker learns what became of an item that went into quarantine."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.quarantine import TOLD_FOR, TOLD_STATE
from backend.domain.vocabulary import ItemResult, ObjectType, QuarantineState
from backend.persistence.bulk import Writes
from backend.persistence.models import QuarantineEntry
from backend.services.feed import FeedObject, publish, publish_new


class ShownEntry(Protocol):
    """What a phone is told of an entry, written or still being made."""

    id: UUID
    item_id: str
    kind: str
    code: str
    user_id: UUID
    state: QuarantineState
    settled_at: datetime | None
    note: str | None


def publish_entries(session: Session, entry_ids: Collection[UUID], now: datetime) -> None:
    """Tell the authors' phones where these stand. Only items told as quarantined; what is settled leaves after a while."""
    if not entry_ids:
        return
    rows = session.scalars(
        select(QuarantineEntry).where(
            QuarantineEntry.id.in_(entry_ids), QuarantineEntry.result == ItemResult.QUARANTINED
        )
    ).all()
    publish(session, [_object(row, is_told=_is_told(row, now)) for row in rows])


def publish_new_entries(writes: Writes, entries: Sequence[ShownEntry]) -> None:
    """Tell the authors' phones of entries that are written in this very transaction."""
    publish_new(writes, [_object(entry) for entry in entries])


def _is_told(entry: ShownEntry, now: datetime) -> bool:
    return entry.settled_at is None or now - entry.settled_at < TOLD_FOR


def _object(entry: ShownEntry, *, is_told: bool = True) -> FeedObject:
    # under the entry's id: an item's own may be any text
    data = entry_data(entry) if is_told else None
    return FeedObject(ObjectType.ITEM, str(entry.id), data, {entry.user_id: None})


def entry_data(entry: ShownEntry) -> dict[str, Any]:
    """An item in quarantine as its author's phone holds it."""
    return {
        "item_id": entry.item_id,
        "kind": entry.kind,
        "state": TOLD_STATE[entry.state],
        "code": entry.code,
        "note": entry.note,
        "settled_at": entry.settled_at.isoformat() if entry.settled_at else None,
    }
