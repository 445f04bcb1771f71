"""Notes what passes between phones and the served application, in a form people read. Not here: names (names.py)."""

import base64
import gzip
import hashlib
import json
import socket
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.test import run_wsgi_app

from backend.gateways.clock import FixedClock
from tests.recorded.names import cut_short

# headers that carry meaning; what else an HTTP library sends is its own affair
OF_REQUESTS = (
    "Authorization", "Content-Type", "Content-Encoding", "Tus-Resumable", "Upload-Length", "Upload-Metadata", "Upload-Offset",
    "Upload-Checksum",
)  # fmt: skip
OF_REPLIES = (
    "Content-Type", "Location", "Tus-Resumable", "Upload-Offset", "Upload-Length", "Upload-Expires", "Retry-After",
    "WWW-Authenticate", "ETag",
)  # fmt: skip
PHONE_LAGS = timedelta(milliseconds=123)
Exchange = dict[str, Any]


class Tape:
    """A WSGI middleware. ``device_time`` is set to the standing clock of the server: the only thing in a call that follows
    the clock of the machine it is recorded on."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.clock: FixedClock = app.extensions["gridpatrol"].gateways.clock
        self.exchanges: list[Exchange] = []
        self.chapter = ""
        self.loses_next = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """WSGI."""
        sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = _request_headers(environ)
        shown = shown_body(sent, headers)
        if isinstance(shown, dict) and "device_time" in shown:
            shown["device_time"] = (self.clock.at + PHONE_LAGS).isoformat(timespec="milliseconds")
            sent = body_bytes(shown, headers)
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = _Bytes(sent), str(len(sent))
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        content, status, answered = run_wsgi_app(self.app, environ)
        answer = b"".join(content)
        self.exchanges.append(
            {
                "chapter": self.chapter,
                "server_clock": self.clock.at.isoformat(),
                "request": {
                    "method": environ["REQUEST_METHOD"],
                    "path": environ["PATH_INFO"],
                    "headers": headers,
                    "body": shown,
                },
                "reply": shown_reply(int(status.split()[0]), dict(answered), answer),
            }
        )
        if self.loses_next:
            self.loses_next = False
            self.exchanges[-1]["reply_is_lost"] = True
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError("the reply is lost")
        start_response(status, answered.to_wsgi_list())
        return [answer]


def shown_reply(status: int, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """A reply as the recording holds it."""
    kept = {name: headers[name] for name in OF_REPLIES if name in headers}
    return {"status": status, "headers": kept, "body": cut_short(shown_body(body, headers))}


def shown_body(body: bytes, headers: dict[str, str]) -> Any:
    """JSON as it is, unpacked; other bytes in Base64."""
    if not body:
        return None
    plain = gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body
    if headers.get("Content-Type", "").split(";")[0].endswith("json"):
        return json.loads(plain)
    return {"base64": base64.b64encode(plain).decode(), "sha256": hashlib.sha256(plain).hexdigest()}


def body_bytes(shown: Any, headers: dict[str, str]) -> bytes:
    """What goes over the wire for a body that is shown so."""
    if shown is None:
        return b""
    if set(shown) == {"base64", "sha256"}:
        return base64.b64decode(shown["base64"])
    plain = json.dumps(shown, ensure_ascii=False).encode()
    return gzip.compress(plain) if headers.get("Content-Encoding") == "gzip" else plain


def read_pairs(header: str) -> str:
    """Upload-Metadata with its values in the clear."""
    pairs = (pair.split(" ") for pair in header.split(","))
    return ", ".join(f"{key}={base64.b64decode(value).decode()}" for key, value in pairs)


def write_pairs(text: str) -> str:
    """Upload-Metadata as it is sent."""
    pairs = (pair.split("=", 1) for pair in text.split(", "))
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs)


def _request_headers(environ: dict[str, Any]) -> dict[str, str]:
    named = {name: name.upper().replace("-", "_") for name in OF_REQUESTS}
    found = {name: environ.get(f"HTTP_{key}") or environ.get(key) for name, key in named.items()}
    headers = {name: value for name, value in found.items() if value}
    if "Upload-Metadata" in headers:
        headers["Upload-Metadata"] = read_pairs(headers["Upload-Metadata"])
    return headers


class _Bytes:
    """The body, once more from its beginning."""

    def __init__(self, content: bytes) -> None:
        self._rest = content

    def read(self, size: int = -1) -> bytes:
        end = len(self._rest) if size < 0 else size
        taken, self._rest = self._rest[:end], self._rest[end:]
        return taken
