"""Reading request bodies: size limits before and after unpacking, gzip and zstd, JSON that is really JSON."""

import sys
import zlib
from collections.abc import Callable
from typing import Any, Protocol

import orjson
from flask import request
from gunicorn.http.errors import NoMoreData, ParseException

from backend.domain.errors import DomainError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

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
    """The body's bytes, unpacked when gzip or zstd; never more than ``limit`` of them, however well they were packed."""
    if (request.content_length or 0) > limit:
        raise DomainError("payload_too_large", limit=limit)
    try:
        body = request.stream.read(limit + 1)
    except (NoMoreData, ParseException) as error:  # gunicorn's word for chunks that end too early, or are none
        raise DomainError("bad_json") from error
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding != "identity":
        if encoding not in UNPACKERS:
            raise DomainError("unsupported_media_type")
        body = _unpack(UNPACKERS[encoding](), body, limit)
    if len(body) > limit:
        raise DomainError("payload_too_large", limit=limit)
    return body


class Unpacker(Protocol):
    """One stream being unpacked, as zlib and zstd have it."""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was read."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """At most ``max_length`` bytes of what is in ``data``."""


# What a frame may ask for as memory, as a power of two: RFC 9659 holds senders to the same 8 MiB.
ZSTD_WINDOW_LOG = 23
UNPACKERS: dict[str, Callable[[], Unpacker]] = {
    "gzip": lambda: zlib.decompressobj(wbits=31),
    "zstd": lambda: zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG}),
}


def _unpack(unpacker: Unpacker, packed: bytes, limit: int) -> bytes:
    try:
        plain = unpacker.decompress(packed, limit + 1)
    except (zlib.error, zstd.ZstdError) as error:
        raise DomainError("bad_json") from error
    if not unpacker.eof and len(plain) <= limit:
        raise DomainError("bad_json")  # cut off on the way
    return plain
