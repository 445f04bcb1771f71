"""Items as they arrive: who they are, what they say, and whether they can be understood. Touches no database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.domain.items import raw_bytes, read_content
from backend.domain.payloads import Payload, TaskStep
from backend.domain.reports import ReportDraft
from backend.domain.shapes import PayloadError
from backend.domain.sync import content_hash
from backend.domain.vocabulary import ItemKind

ID_LIMIT = 200


@dataclass(slots=True)
class Arrival:
    """One item. ``payload`` is None where it could not be understood; then ``fault`` says why."""

    item_id: str
    kind: str
    recorded_at: datetime | None
    content_sha256: str
    raw: bytes
    payload: Payload | None
    fault: PayloadError | None


@dataclass(frozen=True, slots=True)
class Unstorable:
    """An item that has no usable id: it cannot be kept, because it could never be told from another."""

    given_id: Any
    code: str


def read_item(item: Any, *, strict: bool = False) -> Arrival | Unstorable:
    """An arrival for whatever has an id; everything that is wrong with its content is a fault, never an exception.

    ``strict``: the item was read from strict JSON (no NaN in it).
    """
    item_id = item.get("id") if isinstance(item, dict) else None
    if not isinstance(item_id, str) or not 0 < len(item_id) <= ID_LIMIT or not _storable(item_id):
        return Unstorable(item_id if isinstance(item_id, str) and _storable(item_id) else None, "bad_item_id")
    kind, recorded, payload = item.get("kind"), item.get("recorded_at"), item.get("payload")
    fault: PayloadError | None = None
    parsed: Payload | None = None
    recorded_at: datetime | None = None
    try:
        sha256 = content_hash(kind, recorded, payload, finite=strict)
    except PayloadError:
        return Unstorable(item_id, "too_deep")
    try:
        recorded_at, parsed = read_content(item)
    except PayloadError as error:
        fault = error
    shown_kind = kind[:40] if isinstance(kind, str) and _storable(kind) else "unknown"
    return Arrival(item_id, shown_kind, recorded_at, sha256, raw_bytes(item, strict=strict), parsed, fault)


def in_turns(arrivals: Sequence[Arrival]) -> Iterator[Sequence[Arrival]]:
    """The call in parts that are applied one after the other, nearly always one.

    All reports of a part are judged before its steps are taken; so what is reported for a task that the worker has just
    declined must wait for a part of its own.
    """
    part: list[Arrival] = []
    declined: set[UUID] = set()
    for arrival in arrivals:
        payload = arrival.payload
        if isinstance(payload, ReportDraft) and payload.task_id in declined:
            yield part
            part, declined = [], set()
        elif isinstance(payload, TaskStep) and arrival.kind == ItemKind.TASK_DECLINE:
            declined.add(payload.task_id)
        part.append(arrival)
    yield part


def _storable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in value
