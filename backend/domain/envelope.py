"""The envelope of a sync call (sync.md): strict about what it must hold, silent about what it does not know."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.domain.errors import DomainError
from backend.domain.shapes import PayloadError, parse_time

PROTOCOL = 1
ITEMS_LIMIT = 500
COUNT_LIMIT = 10**6  # an outbox can hold no more, and the column must


@dataclass(frozen=True, slots=True)
class Envelope:
    """A sync call with its items still unread."""

    epoch: str | None
    cursor: str | None
    device_time: datetime
    limit: int
    verify: bool
    outbox_items: int
    outbox_photos: int
    outbox_oldest_at: datetime | None
    items: list[Any]


def read_envelope(body: Any) -> Envelope:
    """Raises bad_envelope, unsupported_protocol or too_many_items; then nothing of the call was stored."""
    if not isinstance(body, dict):
        raise DomainError("bad_envelope", path="")
    protocol = body.get("protocol")
    if type(protocol) is not int:
        raise DomainError("bad_envelope", path="protocol")
    if protocol != PROTOCOL:
        raise DomainError("unsupported_protocol")
    items = _typed(body, "items", list, [])
    if len(items) > ITEMS_LIMIT:
        raise DomainError("too_many_items", limit=ITEMS_LIMIT)
    outbox = _typed(body, "outbox", dict, {})
    device_time = _time(body, "device_time")
    if device_time is None:
        raise DomainError("bad_envelope", path="device_time")
    return Envelope(
        epoch=_text(body, "epoch"),
        cursor=_text(body, "cursor"),
        device_time=device_time,
        limit=max(1, min(_count(body, "limit", ITEMS_LIMIT), ITEMS_LIMIT)),
        verify=_typed(body, "verify", bool, False),
        outbox_items=_count(outbox, "items", 0),
        outbox_photos=_count(outbox, "photos", 0),
        outbox_oldest_at=_time(outbox, "oldest_at"),
        items=items,
    )


def _typed(body: dict[str, Any], key: str, kind: type, default: Any) -> Any:
    value = body.get(key)
    if value is None:
        return default
    if type(value) is not kind:
        raise DomainError("bad_envelope", path=key)
    return value


def _count(body: dict[str, Any], key: str, default: int) -> int:
    value = _typed(body, key, int, default)
    if not 0 <= value <= COUNT_LIMIT:
        raise DomainError("bad_envelope", path=key)
    return int(value)


def _text(body: dict[str, Any], key: str) -> str | None:
    value: str | None = _typed(body, key, str, None)
    return value


def _time(body: dict[str, Any], key: str) -> datetime | None:
    value = body.get(key)
    if value is None:
        return None
    try:
        if not isinstance(value, str):
            raise PayloadError("bad_time", key)
        return parse_time(value, "", key)
    except PayloadError as error:
        raise DomainError("bad_envelope", path=key) from error
