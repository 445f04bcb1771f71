"""The first statement of a sync call: who it is, and everything the call must know before it does anything.

A phone without news costs this one trip to the database and nothing else. Not here: what is done with it.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.gateways.keys import Keys
from backend.persistence.queries.feed import HORIZON, TRIMMED
from backend.persistence.statements import row
from backend.services.accounts.identity import WHO, WHO_COLUMNS, actor_of, who_values
from backend.services.accounts.tokens import read_access_token


class Opening(NamedTuple):
    """The snapshot horizon, all epochs in their order with their re-offer times, the revision of the reference data, what
    the device last told, and the place of the newest line of the user's feed below the horizon (or that was trimmed)."""

    horizon: int
    epochs: list[tuple[UUID, datetime | None]]
    reference_revision: UUID | None
    last_contact_at: datetime | None
    clock_offset_ms: int | None
    outbox: tuple[int, int, datetime | None]
    newest: tuple[int, int]


OPENING = f"""
    SELECT w.*, {HORIZON}, e.ids, e.since, r.revision,
           d.last_contact_at, d.clock_offset_ms, d.outbox_items, d.outbox_photos, d.outbox_oldest_at,
           n.tx, n.seq, t.place_tx, t.place_seq
    FROM ({WHO}) w
    JOIN devices d ON d.id = w.device_id
    CROSS JOIN (SELECT array_agg(id ORDER BY ordinal) AS ids, array_agg(reoffer_since ORDER BY ordinal) AS since
                FROM epochs) e
    LEFT JOIN reference_revision r ON true
    LEFT JOIN LATERAL (
        SELECT c.tx, c.seq FROM sync_changes c WHERE c.user_id = w.user_id AND c.tx < {HORIZON}
        ORDER BY c.tx DESC, c.seq DESC LIMIT 1) n ON true
    LEFT JOIN ({TRIMMED}) t ON true
"""  # noqa: S608 -- made of our own texts


def open_sync(session: Session, token: str, keys: Keys, now: datetime) -> tuple[Actor, Opening]:
    """Who calls, and what the call must know. Raises unauthenticated, token_expired or session_ended."""
    claims = read_access_token(keys, token, now)
    found = row(session, OPENING, who_values(claims, now), alone=True)
    actor = actor_of(claims.session_id, found)
    assert found is not None  # actor_of refuses None
    horizon, ids, since, revision, last_contact_at, offset_ms, items, photos, oldest_at, *places = found[WHO_COLUMNS:]
    newest, newest_seq, trimmed, trimmed_seq = (number or 0 for number in places)
    return actor, Opening(
        horizon=horizon,
        epochs=list(zip(ids or (), since or (), strict=True)),
        reference_revision=revision,
        last_contact_at=last_contact_at,
        clock_offset_ms=offset_ms,
        outbox=(items or 0, photos or 0, oldest_at),
        newest=max((newest, newest_seq), (trimmed, trimmed_seq)),
    )
