"""What a phone tells about itself at every sync: when it was here, its clock, what is still unsent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.persistence.queries.feed import Opening

FRESH_ENOUGH = timedelta(seconds=30)
CLOCK_TOLERANCE_MS = 2000


@dataclass(frozen=True, slots=True)
class Outbox:
    """What is still on the phone, as the phone says."""

    items: int
    photos: int
    oldest_at: datetime | None


def is_news(known: Opening, outbox: Outbox, clock_offset_ms: int, now: datetime) -> bool:
    """Whether a call tells more than the last one did; one that does not costs no write, and so no wait for the disk."""
    last = known.last_contact_at
    return (
        last is None
        or not now - FRESH_ENOUGH <= last <= now
        or known.outbox != (outbox.items, outbox.photos, outbox.oldest_at)
        or abs((known.clock_offset_ms or 0) - clock_offset_ms) > CLOCK_TOLERANCE_MS
    )


NOTE = text("""
    UPDATE devices SET last_contact_at = :now, clock_offset_ms = :clock_offset_ms,
        outbox_items = :items, outbox_photos = :photos, outbox_oldest_at = :oldest_at
    WHERE id = :device
""")


def note_contact(session: Session, actor: Actor, outbox: Outbox, clock_offset_ms: int, now: datetime) -> None:
    """Remember it for the coordinator ("what is still on phones, since when")."""
    session.execute(
        NOTE,
        {
            "device": actor.device_id,
            "now": now,
            "items": outbox.items,
            "photos": outbox.photos,
            "oldest_at": outbox.oldest_at,
            "clock_offset_ms": clock_offset_ms,
        },
    )
