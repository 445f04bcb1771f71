"""One item as it was sent: reading it whole, and reading again what was kept. Not here: the payloads themselves (payloads.py)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from backend.domain.payloads import Payload, parse_payload
from backend.domain.shapes import PayloadError, parse_time
from backend.domain.shapes import uuid as read_uuid


def read_content(item: Mapping[str, Any]) -> tuple[datetime, Payload]:
    """When an item was recorded and what it says; PayloadError(code, path) for the first thing that cannot be understood."""
    read_uuid(item, "id", "")
    recorded = item.get("recorded_at")
    if not isinstance(recorded, str):
        raise PayloadError("bad_time", "recorded_at")
    return parse_time(recorded, "", "recorded_at"), parse_payload(item.get("kind"), item.get("payload"))


def raw_bytes(item: Any, *, strict: bool = False) -> bytes:
    """The item whole, as JSON; what strict JSON cannot say (NaN, lone surrogates) is kept in Python's escaped form.

    ``strict``: it was read from strict JSON; otherwise orjson may not write it, since it makes null of NaN.
    """
    if strict:
        try:
            return orjson.dumps(item)
        except TypeError:
            pass
    return json.dumps(item).encode("ascii")


def read_raw(raw: bytes) -> Any:
    """What ``raw_bytes`` kept."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return json.loads(raw)


def can_be_told(value: Any) -> bool:
    """Whether strict JSON can say ``value``: no lone surrogates, no nesting beyond measure, no NaN."""
    try:
        return bool(orjson.loads(orjson.dumps(value)) == value)
    except (TypeError, orjson.JSONDecodeError):
        return False
