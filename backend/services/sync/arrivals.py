"""Items as they arrive: who they are, what they say, and whether they can be understood. Touches no database."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from backend.domain.payloads import Payload, parse_payload
from backend.domain.shapes import PayloadError, parse_time
from backend.domain.shapes import uuid as read_uuid
from backend.domain.sync import content_hash

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
        read_uuid(item, "id", "")
        recorded_at = parse_time(recorded, "", "recorded_at") if isinstance(recorded, str) else None
        if recorded_at is None:
            raise PayloadError("bad_time", "recorded_at")
        parsed = parse_payload(kind, payload)
    except PayloadError as error:
        fault = error
    shown_kind = kind[:40] if isinstance(kind, str) and _storable(kind) else "unknown"
    return Arrival(item_id, shown_kind, recorded_at, sha256, raw_bytes(item), parsed, fault)


def raw_bytes(item: Any) -> bytes:
    """The item whole, as JSON; what strict JSON cannot say (NaN, lone surrogates) is kept in Python's escaped form."""
    try:
        return orjson.dumps(item)
    except TypeError:
        return json.dumps(item).encode("ascii")


def _storable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in value
