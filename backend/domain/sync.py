"""Rules of the offline contract that need no database: content identity, replays, agreement, clocks (sync.md)."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import rfc8785

from backend.domain.shapes import SAFE_INTEGER, PayloadError

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False).encode


class Replay(StrEnum):
    """How an arriving item relates to what is already stored under its id."""

    NEW = "new"
    REPLAYED = "replayed"
    CONFLICT = "conflict"


def content_hash(kind: str, recorded_at: str | None, payload: Any) -> str:
    """Hex SHA-256 of the RFC 8785 canonical JSON of ``{"kind","recorded_at","payload"}``; ``recorded_at`` as sent.

    Content that RFC 8785 cannot express (NaN, integers beyond 2**53, lone surrogates) is hashed over escaped JSON
    instead, so that even an item bound for quarantine is recognised when it comes again.
    Raises PayloadError('too_deep') for content nested beyond what can be walked.
    """
    content = {"kind": kind, "recorded_at": recorded_at, "payload": payload}
    try:
        try:
            text = canonical_json(content)
        except (rfc8785.CanonicalizationError, UnicodeEncodeError):
            text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    except RecursionError:
        raise PayloadError("too_deep", "payload") from None
    return hashlib.sha256(text).hexdigest()


def canonical_json(value: Any) -> bytes:
    """RFC 8785 bytes of a JSON value; CanonicalizationError or UnicodeEncodeError where that is impossible.

    The C encoder of the standard library writes the very same bytes where keys are ASCII (then UTF-16 order equals
    code point order) and numbers are printed alike; it is several times faster. Anything else takes the long way.
    """
    value = _whole_numbers(value)
    if _is_plain(value):
        try:
            return _encode(value).encode()
        except UnicodeEncodeError:
            pass  # a lone surrogate: let rfc8785 refuse it in its own words
    return rfc8785.dumps(value)


def _whole_numbers(value: Any) -> Any:
    """The same value with whole floats as integers: ECMAScript prints 8.0 and 8 alike, and phones send many."""
    kind = type(value)
    if kind is float:
        return int(value) if abs(value) <= SAFE_INTEGER and value.is_integer() else value
    if kind is dict:
        return {key: _whole_numbers(entry) for key, entry in value.items()}
    if kind is list:
        return [_whole_numbers(entry) for entry in value]
    return value


def _is_plain(value: Any) -> bool:
    waiting = [value]
    while waiting:
        entry = waiting.pop()
        kind = type(entry)
        if kind is dict:
            for key in entry:
                if type(key) is not str or not key.isascii():
                    return False
            waiting.extend(entry.values())
        elif kind is list:
            waiting.extend(entry)
        elif kind is float:
            # repr() and ECMAScript print these alike; whole floats ("8.0" against "8") and far exponents differ.
            if not 1e-4 <= abs(entry) < 1e15 or entry.is_integer():
                return False
        elif kind is int:
            if not -SAFE_INTEGER <= entry <= SAFE_INTEGER:
                return False
        elif kind is not str and kind is not bool and entry is not None:
            return False
    return True


def judge_replay(stored_hash: str | None, new_hash: str) -> Replay:
    """new where nothing is stored under the id, replayed for the same content, conflict for other content."""
    if stored_hash is None:
        return Replay.NEW
    return Replay.REPLAYED if stored_hash == new_hash else Replay.CONFLICT


def state_hash(objects: Iterable[tuple[str, str, int]]) -> tuple[int, str]:
    """Number of objects and hex SHA-256 over their lines ``type:id:version\\n`` sorted by code point."""
    lines = sorted(f"{kind}:{key}:{version}\n" for kind, key, version in objects)
    return len(lines), hashlib.sha256("".join(lines).encode()).hexdigest()


def clock_offset_seconds(device_time: datetime, server_time: datetime) -> float:
    """How far the device's clock is ahead of the server's (negative: behind), in seconds."""
    return (device_time - server_time).total_seconds()


def photo_manifest(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """The photo hashes a raw payload names, where they can be read at all; for items kept in quarantine."""
    photos = payload.get("photos")
    if not isinstance(photos, list):
        return ()
    return tuple(p["sha256"] for p in photos if isinstance(p, dict) and isinstance(p.get("sha256"), str))
