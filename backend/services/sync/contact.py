"""What a phone tells about itself at every sync: when it was here, its clock, what is still unsent."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from backend.persistence.statements import run
from backend.services.sync.context import Outbox, SyncContext
from backend.services.sync.opening import Opening

FRESH_ENOUGH = timedelta(seconds=30)
CLOCK_TOLERANCE_MS = 2000


def is_news(known: Opening, outbox: Outbox, clock_offset_ms: int, now: datetime) -> bool:
    """Whether a call tells more than the last one did; one that does not costs no write, and so no wait for the disk."""
    last = known.last_contact_at
    return (
        last is None
        or not now - FRESH_ENOUGH <= last <= now
        or known.outbox != (outbox.items, outbox.photos, outbox.oldest_at)
        or abs((known.clock_offset_ms or 0) - clock_offset_ms) > CLOCK_TOLERANCE_MS
    )


NOTE = """
    UPDATE devices SET last_contact_at = %(now)s, clock_offset_ms = %(clock_offset_ms)s,
        outbox_items = %(items)s, outbox_photos = %(photos)s, outbox_oldest_at = %(oldest_at)s
    WHERE id = %(device)s
"""


def note_contact(session: Session, context: SyncContext) -> None:
    """Remember it for the coordinator ("what is still on phones, since when")."""
    run(session, NOTE, note_values(context))


def note_values(context: SyncContext) -> dict[str, Any]:
    """What NOTE is sent with; it finds no device where nothing was told of an outbox."""
    outbox = context.outbox
    return {
        "device": context.actor.device_id if outbox else None,
        "now": context.now,
        "items": outbox.items if outbox else 0,
        "photos": outbox.photos if outbox else 0,
        "oldest_at": outbox.oldest_at if outbox else None,
        "clock_offset_ms": context.clock_offset_ms or 0,
    }
