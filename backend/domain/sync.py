"""Rules of the offline contract that need no database: content identity, replays, agreement, clocks (sync.md)."""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson
import rfc8785

from backend.domain.shapes import SAFE_INTEGER, PayloadError


class Replay(StrEnum):
    """How an arriving item relates to what is already stored under its id."""

    NEW = "new"
    REPLAYED = "replayed"
    CONFLICT = "conflict"


def content_hash(kind: str, recorded_at: str | None, payload: Any, *, finite: bool = False) -> str:
    """Hex SHA-256 of the RFC 8785 canonical JSON of ``{"kind","recorded_at","payload"}``; ``recorded_at`` as sent.

    Content that RFC 8785 cannot express (NaN, integers beyond 2**53, lone surrogates) is hashed over escaped JSON
    instead, so that even an item bound for quarantine is recognised when it comes again. ``finite``: as of canonical_json.
    Raises PayloadError('too_deep') for content nested beyond what can be walked.
    """
    content = {"kind": kind, "recorded_at": recorded_at, "payload": payload}
    try:
        try:
            text = canonical_json(content, finite=finite)
        except (rfc8785.CanonicalizationError, UnicodeEncodeError):
            text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    except RecursionError:
        raise PayloadError("too_deep", "payload") from None
    return hashlib.sha256(text).hexdigest()


def canonical_json(value: Any, *, finite: bool = False) -> bytes:
    """RFC 8785 bytes of a JSON value; CanonicalizationError or UnicodeEncodeError where that is impossible.

    orjson writes the very same bytes, many times faster, unless its text shows one of the few things that ECMAScript prints
    or sorts differently; those take the long way. ``finite``: the value comes from strict JSON, so no number in it is NaN
    or infinite; without that knowledge every number is looked at, because orjson would write null.
    """
    if not (finite or _is_finite(value)):
        return rfc8785.dumps(value)
    text = _quick(value)
    if text is not None and _shows_whole(text):
        value = _whole_numbers(value)
        text = _quick(value)
    if text is None or _is_unlike(text):
        return rfc8785.dumps(value)
    return text


# What ECMAScript prints or sorts differently than orjson: whole numbers with ".0", exponents, integers beyond 2**53, and keys
# outside the first plane (sorted by UTF-16 there, by code point here). The same signs inside a string only cost the long way.
_WHOLE = (b".0,", b".0}", b".0]")
_NUMBER = re.compile(rb"(?:^|[:,\[])-?(?:[0-9]{16}|[0-9.]+e)").search
# every digit becomes 0, every lead byte of four becomes one: then a few plain searches, far quicker than a pattern, tell
_PLAIN = bytes.maketrans(b"123456789\xf1\xf2\xf3\xf4", b"000000000\xf0\xf0\xf0\xf0")


def _shows_whole(text: bytes) -> bool:
    return any(sign in text for sign in _WHOLE) or text.endswith(b".0")


def _is_unlike(text: bytes) -> bool:
    plain = text.translate(_PLAIN)
    if b"\xf0" in plain or _shows_whole(text):
        return True
    return (b"0" * 16 in plain or b"0e+" in plain or b"0e-" in plain) and _NUMBER(text) is not None


def _quick(value: Any) -> bytes | None:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # lone surrogates, integers beyond 64 bits, deep nesting
        return None


def _is_finite(value: Any) -> bool:
    waiting = [value]
    while waiting:
        entry = waiting.pop()
        if type(entry) is dict:
            waiting.extend(entry.values())
        elif type(entry) is list:
            waiting.extend(entry)
        elif type(entry) is float and not math.isfinite(entry):
            return False
    return True


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


def judge_replay(stored_hash: str | None, new_hash: str) -> Replay:
    """new where nothing is stored under the id, replayed for the same content, conflict for other content."""
    if stored_hash is None:
        return Replay.NEW
    return Replay.REPLAYED if stored_hash == new_hash else Replay.CONFLICT


def clock_offset_seconds(device_time: datetime, server_time: datetime) -> float:
    """How far the device's clock is ahead of the server's (negative: behind), in seconds."""
    return (device_time - server_time).total_seconds()


def photo_manifest(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """The photo hashes a raw payload names, where they can be read at all; for items kept in quarantine."""
    photos = payload.get("photos")
    if not isinstance(photos, list):
        return ()
    return tuple(p["sha256"] for p in photos if isinstance(p, dict) and isinstance(p.get("sha256"), str))
