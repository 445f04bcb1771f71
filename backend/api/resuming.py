"""Answers a weak line can resume or need not load again: a strong ETag, 304, and ranges of the very bytes that were sent.

Not here: photos (media.py), which are files already and never packed.
"""

import gzip
import hashlib
import sys
from collections.abc import Callable

import brotli
from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from backend.api.errors import problem_of
from backend.domain.errors import DomainError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PROBLEMS = ("range_not_satisfiable",)
RESPONSES = {
    "206": {
        "description": "The bytes asked for (Range), counted as packed.",
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    },
    "304": {"description": "The client has it already (If-None-Match)."},
}
PACKED_ALREADY = ("application/zip",)
SMALLEST_PACKED = 500  # bytes; below, the headers cost more than packing saves
# The same bytes each time, on every machine of the same version: no time of day, no names.
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstd.compress(body, 9),
    "br": lambda body: brotli.compress(body, quality=5),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
}


def resumable(response: Response) -> Response:
    """``response`` with an ETag, or 304, or the part that was asked for. A range counts the bytes as packed, which is what
    lies half loaded on the client; the ETag is theirs too, so that pieces of two packings are never put together."""
    if response.status_code != 200:
        return response
    body = response.get_data()
    coding = _coding(response.mimetype or "", len(body))
    if coding is not None:
        body = PACKERS[coding](body)
        response.set_data(body)
        response.headers["Content-Encoding"] = coding
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    # kept by the client, but asked for each time: who sees what can change from one moment to the next
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Accept-Encoding")
    try:
        response.make_conditional(request.environ, accept_ranges=True, complete_length=len(body))
    except RequestedRangeNotSatisfiable:
        return problem_of(DomainError("range_not_satisfiable"), {"Content-Range": f"bytes */{len(body)}"})
    return response


def _coding(mimetype: str, size: int) -> str | None:
    if size < SMALLEST_PACKED or mimetype in PACKED_ALREADY:
        return None
    return request.accept_encodings.best_match(PACKERS)
