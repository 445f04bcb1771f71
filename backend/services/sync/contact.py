"""What a phone tells about itself at every sync: when it was here, its clock, what is still unsent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor

FRESH_ENOUGH = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Outbox:
    """What is still on the phone, as the phone says."""

    items: int
    photos: int
    oldest_at: datetime | None


# A phone that calls again within seconds with the same to tell costs no write, and so no transaction number.
NOTE = text("""
    UPDATE devices SET last_contact_at = :now, clock_offset_ms = :clock_offset_ms,
        outbox_items = :items, outbox_photos = :photos, outbox_oldest_at = :oldest_at
    WHERE id = :device AND (last_contact_at IS NULL OR last_contact_at < :stale OR last_contact_at > :now
        OR (outbox_items, outbox_photos) <> (:items, :photos)
        OR outbox_oldest_at IS DISTINCT FROM CAST(:oldest_at AS timestamptz)
        OR abs(coalesce(clock_offset_ms, 0) - :clock_offset_ms) > 2000)
""")


def note_contact(session: Session, actor: Actor, outbox: Outbox, clock_offset_ms: int, now: datetime) -> None:
    """Remember it for the coordinator ("what is still on phones, since when")."""
    session.execute(
        NOTE,
        {
            "device": actor.device_id,
            "now": now,
            "stale": now - FRESH_ENOUGH,
            "items": outbox.items,
            "photos": outbox.photos,
            "oldest_at": outbox.oldest_at,
            "clock_offset_ms": clock_offset_ms,
        },
    )
