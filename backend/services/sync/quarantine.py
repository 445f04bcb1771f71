"""The quarantine desk: what had no effect is kept there, and settled there. Not here: repairing (repairing.py).

``set_state`` is the only place where an entry's state is changed; it writes the event beside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.items import read_raw
from backend.domain.quarantine import check_reason, needs_a_person, next_state, path_of
from backend.domain.shapes import PayloadError
from backend.domain.shapes import uuid as read_uuid
from backend.domain.vocabulary import ItemResult, QuarantineAction, QuarantineState
from backend.persistence.bulk import Writes
from backend.persistence.models import Event, QuarantineEntry
from backend.persistence.queries.quarantine import visible_to
from backend.services.history import event_values, record
from backend.services.scope import publish_entries, publish_new_entries
from backend.services.sync.answers import Answer
from backend.services.sync.arrivals import Arrival
from backend.services.sync.context import SyncContext

SUBJECT = "sync_item"


@dataclass(slots=True)
class NewEntry:
    """Exactly the columns of ``QuarantineEntry`` that the database does not fill."""

    id: UUID
    item_id: str
    content_sha256: str
    result: ItemResult
    code: str
    path: str | None
    kind: str
    user_id: UUID
    device_id: UUID | None
    task_id: UUID | None
    report_id: UUID | None
    received_at: datetime
    state: QuarantineState = QuarantineState.OPEN
    settled_at: datetime | None = None
    settled_by: UUID | None = None
    note: str | None = None
    correction: bytes | None = None
    correction_sha256: str | None = None
    correction_flags: list[str] | None = None


def keep_for_desk(writes: Writes, context: SyncContext, answered: Sequence[tuple[Arrival, Answer]]) -> None:
    """Lay on the desk what had no effect and needs a person to look at it; everything else is passed over.

    Costs no statement of its own: what is to be written waits in ``writes``.
    """
    entries = [
        _entry(context, arrival, answer) for arrival, answer in answered if needs_a_person(answer.result, answer.code)
    ]
    if not entries:
        return
    writes.add(QuarantineEntry, *entries)
    writes.add(Event, *(_kept_event(context, entry) for entry in entries))
    publish_new_entries(writes, [entry for entry in entries if entry.result == ItemResult.QUARANTINED])


def dismiss_entry(
    session: Session, actor: Actor, entry_id: UUID, reason: str | None, *, now: datetime
) -> QuarantineEntry:
    """Close an entry without effect; what was sent stays. Repeating it with the same reason changes nothing.

    Raises DomainError: not_found, reason_required, illegal_transition.
    """
    entry = lock_entry(session, actor, entry_id, now)
    said = (reason or "").strip()
    if entry.state == QuarantineState.DISMISSED and entry.note == said:
        return entry
    set_state(session, actor, entry, QuarantineAction.DISMISS, said, now=now)
    session.flush()
    publish_entries(session, [entry.id], now)
    return entry


def lock_entry(session: Session, actor: Actor, entry_id: UUID, now: datetime) -> QuarantineEntry:
    """The entry, locked: of two people the second sees what the first did. Raises DomainError('not_found')."""
    entry = session.scalar(
        select(QuarantineEntry)
        .where(QuarantineEntry.id == entry_id, visible_to(actor, now))
        .with_for_update(of=QuarantineEntry)
        .execution_options(populate_existing=True)
    )
    if entry is None:
        raise DomainError("not_found")
    return entry


def set_state(
    session: Session,
    actor: Actor,
    entry: QuarantineEntry,
    action: QuarantineAction,
    note: str | None,
    *,
    now: datetime,
    data: dict[str, Any] | None = None,
) -> None:
    """Move ``entry`` as the table of its life cycle says and write the event."""
    before = entry.state
    after = next_state(before, action)
    check_reason(action, note)
    entry.state, entry.note = after, note or None
    entry.settled_at, entry.settled_by = now, actor.user_id
    record(
        session,
        at=now,
        actor=actor,
        subject_type=SUBJECT,
        subject_id=entry.item_id,
        action=action.value,
        from_status=before.value,
        to_status=after.value,
        reason=note or None,
        data={"entry_id": str(entry.id), **(data or {})},
    )


def _entry(context: SyncContext, arrival: Arrival, answer: Answer) -> NewEntry:
    payload = read_raw(arrival.raw).get("payload")
    code = answer.code or "not_applicable"
    return NewEntry(
        id=new_id(),
        item_id=arrival.item_id,
        content_sha256=arrival.content_sha256,
        result=answer.result,
        code=code,
        path=arrival.fault.path if arrival.fault else path_of(code, arrival.kind),
        kind=arrival.kind,
        user_id=context.actor.user_id,
        device_id=context.actor.device_id,
        task_id=_named(payload, "task_id"),
        report_id=_named(payload, "report_id"),
        received_at=context.now,
    )


def _named(payload: Any, key: str) -> UUID | None:
    """What the payload names, where that much of it can be read: it decides who else may see the entry."""
    if not isinstance(payload, dict):
        return None
    try:
        named: UUID | None = read_uuid(payload, key, "", optional=True)
    except PayloadError:
        return None
    return named


def _kept_event(context: SyncContext, entry: NewEntry) -> dict[str, Any]:
    return event_values(
        at=context.now,
        actor=context.actor,
        subject_type=SUBJECT,
        subject_id=entry.item_id,
        action="quarantine" if entry.result == ItemResult.QUARANTINED else "conflict",
        to_status=entry.state.value,
        reason_code=entry.code,
        data={"entry_id": str(entry.id), "kind": entry.kind, "path": entry.path},
    )
