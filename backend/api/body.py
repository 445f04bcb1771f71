"""Reading request bodies: size limits before and after unpacking, gzip, JSON that is really JSON."""

import zlib
from typing import Any

import orjson
from flask import request

from backend.domain.errors import DomainError

JSON_LIMIT = 4 * 1024 * 1024  # bytes, unpacked (sync.md)


def read_json(limit: int = JSON_LIMIT) -> Any:
    """The body as JSON. Raises unsupported_media_type, payload_too_large or bad_json."""
    if request.mimetype not in ("application/json", "application/problem+json"):
        raise DomainError("unsupported_media_type")
    try:
        return orjson.loads(read_body(limit))
    except orjson.JSONDecodeError as error:
        raise DomainError("bad_json") from error


def read_body(limit: int) -> bytes:
    """The body's bytes, unpacked when gzip; never more than ``limit`` of them, however well they were packed."""
    if (request.content_length or 0) > limit:
        raise DomainError("payload_too_large", limit=limit)
    packed = request.stream.read(limit + 1)
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if encoding == "gzip":
        packed = _unpack(packed, limit)
    elif encoding != "identity":
        raise DomainError("unsupported_media_type")
    if len(packed) > limit:
        raise DomainError("payload_too_large", limit=limit)
    return packed


def _unpack(packed: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(packed, limit + 1)
    except zlib.error as error:
        raise DomainError("bad_json") from error
    if not unpacker.eof and len(plain) <= limit:
        raise DomainError("bad_json")  # cut off on the way
    return plain
