"""Writes the append-only history. Called only by the functions that change a status; nothing else can skip or add."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.ids import new_id
from backend.persistence.models import Event
from backend.persistence.queries.history import READ


def event_values(
    *,
    at: datetime,
    actor: Actor | None,
    subject_type: str,
    subject_id: UUID | str,
    action: str,
    from_status: str | None = None,
    to_status: str | None = None,
    reason_code: str | None = None,
    reason: str | None = None,
    data: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The columns of one event, for writing many at once; ``actor`` None means the product itself (a rule, a clock)."""
    return {
        "id": new_id(),
        "at": at,
        "actor_id": actor.user_id if actor else None,
        "device_id": actor.device_id if actor else None,
        "subject_type": subject_type,
        "subject_id": str(subject_id),
        "action": action,
        "from_status": from_status,
        "to_status": to_status,
        "reason_code": reason_code,
        "reason": reason,
        "data": data or {},
    }


def record_reading(session: Session, actor: Actor, subject_type: str, ids: Iterable[UUID], *, at: datetime) -> None:
    """Somebody opened what is sealed away from most: one event for one subject, one for a list (subject ``list``, its ids in
    ``data``), none where there was nothing to read."""
    read = [str(one) for one in ids]
    if len(read) == 1:
        record(session, at=at, actor=actor, subject_type=subject_type, subject_id=read[0], action=READ)
    elif read:
        data = {"ids": read}
        record(session, at=at, actor=actor, subject_type=subject_type, subject_id="list", action=READ, data=data)


def record(session: Session, **values: Any) -> None:
    """Add one event, ``values`` as of ``event_values``. It is written at the next flush."""
    session.add(Event(**event_values(**values)))
