"""Writes the append-only history. Called only by the functions that change a status; nothing else can skip or add."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.ids import new_id
from backend.persistence.models import Event


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


def record(session: Session, **values: Any) -> None:
    """Add one event, ``values`` as of ``event_values``. It is written at the next flush."""
    session.add(Event(**event_values(**values)))
