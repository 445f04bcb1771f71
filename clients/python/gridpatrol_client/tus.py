"""tus 1.0.0 (https://tus.io) as far as a phone needs it: create, ask where it stands, send, give up."""

import base64
import hashlib
from typing import Any, Protocol

from gridpatrol_client.errors import UnreachableError
from gridpatrol_client.web import Response

UPLOADS = "/uploads"
RESUMABLE = {"Tus-Resumable": "1.0.0"}


class Caller(Protocol):
    """How calls are made: account.Account.call."""

    def __call__(
        self, method: str, path: str, *, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Response:
        """One call with the user's token."""
        ...


def create(call: Caller, length: int, **metadata: str) -> tuple[str, int]:
    """A new upload: its address, and how many bytes the server has (all of them if it knew the photo)."""
    pairs = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in metadata.items())
    answer = call("POST", UPLOADS, headers={**RESUMABLE, "Upload-Length": str(length), "Upload-Metadata": pairs})
    place = answer.headers.get("Location")
    if not place:
        raise UnreachableError("not_the_server", "an upload without an address")
    return str(place), _offset(answer.headers, default=0)


def offset_of(call: Caller, url: str) -> int:
    """How many bytes of an upload are safe on the server."""
    return _offset(call("HEAD", url, headers=dict(RESUMABLE)).headers)


def send(call: Caller, url: str, offset: int, piece: bytes) -> int:
    """Send bytes from ``offset`` on; the offset after them. The checksum finds what broke under way."""
    digest = base64.b64encode(hashlib.sha256(piece).digest()).decode()
    headers = {
        **RESUMABLE,
        "Upload-Offset": str(offset),
        "Upload-Checksum": f"sha256 {digest}",
        "Content-Type": "application/offset+octet-stream",
    }
    return _offset(call("PATCH", url, body=piece, headers=headers).headers)


def _offset(headers: Any, default: int | None = None) -> int:
    text = headers.get("Upload-Offset")
    if text is None and default is not None:
        return default
    if text is None or not text.isdecimal():
        raise UnreachableError("not_the_server", "an answer without Upload-Offset")
    return int(text)
