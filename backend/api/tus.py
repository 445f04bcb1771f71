"""The tus 1.0.0 protocol as headers and a body: parsing, checking, writing. Not here: uploads (services/media), routes."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import Response, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected
from werkzeug.http import http_date

from backend.api.language import current_language
from backend.domain.errors import DomainError
from backend.domain.images import photo_rules
from backend.services.media import UploadState

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
CHECKSUMS = ("sha1", "sha256")
OFFSET_TYPE = "application/offset+octet-stream"
SHA256 = re.compile(r"[0-9a-f]{64}")
MIME = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}", re.ASCII)
READ_BYTES = 32 * 1024  # what is lost at most when a connection breaks off
SILENCE_SECONDS = 60  # a phone that says nothing for so long must not hold a thread of the server


def check_protocol() -> None:
    """Raise ``unsupported_tus_version`` unless the client speaks ours."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise DomainError("unsupported_tus_version")


def mark(response: Response) -> Response:
    """What tus wants on every answer, refusals included."""
    response.headers["Tus-Resumable"] = VERSION
    if response.status_code == 412:
        response.headers["Tus-Version"] = VERSION
    return response


def options_headers() -> dict[str, str]:
    """What this server can do."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(photo_rules().max_bytes),
        "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
    }


def state_headers(state: UploadState) -> dict[str, str]:
    """Where an upload stands, and until when it waits."""
    headers = {"Upload-Offset": str(state.byte_offset)}
    if not state.is_complete:
        headers["Upload-Expires"] = http_date(state.expires_at)
    return headers


def metadata_header(state: UploadState) -> str:
    """Upload-Metadata as the server knows it."""
    pairs = {"sha256": state.sha256, "mime": state.mime, "report_id": str(state.report_id or "")}
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items() if value)


def whole_header(name: str) -> int:
    """A header that is a number of bytes."""
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise header_fault(name, "bad_number", "请给出字节数。", "A number of bytes is wanted.")
    return int(text)


def read_metadata() -> tuple[str, str, UUID | None]:
    """(sha256, mime, report_id) of Upload-Metadata. What the client calls the picture is kept, never believed."""
    values = _pairs(request.headers.get("Upload-Metadata", ""))
    sha256 = values.get("sha256", "").lower()
    if not SHA256.fullmatch(sha256):
        raise header_fault(
            "Upload-Metadata.sha256",
            "bad_format",
            "请给出照片的 SHA-256（64 位十六进制）。",
            "The photo's SHA-256 in hex is wanted.",
        )
    mime = values.get("mime", "")
    try:
        report_id = UUID(values["report_id"]) if values.get("report_id") else None
    except ValueError:
        raise header_fault(
            "Upload-Metadata.report_id", "bad_uuid", "不是有效的编号（UUID）。", "Not a valid UUID."
        ) from None
    return sha256, mime if MIME.fullmatch(mime) else "application/octet-stream", report_id


def _pairs(header: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in header.split(","))):
        key, _, encoded = part.partition(" ")
        try:
            values[key] = base64.b64decode(encoded, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            raise header_fault(
                f"Upload-Metadata.{key[:40]}", "bad_format", "请使用 Base64 编码。", "Base64 of UTF-8 text is wanted."
            ) from None
    return values


def header_fault(path: str, code: str, chinese: str, english: str) -> DomainError:
    """An invalid_input about one header."""
    message = chinese if current_language() == "zh" else english
    return DomainError("invalid_input", errors=[{"path": path, "code": code, "message": message}], count=1)


class Checksum:
    """The Upload-Checksum of a request, filled while its bytes pass by."""

    def __init__(self, header: str) -> None:
        name, _, encoded = header.partition(" ")
        try:
            self.wanted = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            self.wanted = b""
        if name not in CHECKSUMS or not self.wanted:
            raise DomainError("unknown_checksum")
        self.digest = hashlib.new(name, usedforsecurity=False)

    @property
    def holds(self) -> bool:
        """Whether the bytes so far are the ones meant."""
        return self.digest.digest() == self.wanted


class Body:
    """The bytes of a request, in pieces; it ends at their end, where the connection broke, or at ``limit``."""

    def __init__(self, limit: int) -> None:
        if (request.content_length or 0) > limit:
            raise DomainError("payload_too_large", limit=limit)
        header = request.headers.get("Upload-Checksum")
        self.checksum = Checksum(header) if header is not None else None
        self.has_ended = False
        self.is_too_long = False
        self._left = limit
        _be_patient_only_so_long()

    def piece(self, size: int) -> Iterator[bytes]:
        """The next ``size`` bytes or fewer, in chunks."""
        while size > 0 and not self.has_ended:
            # one byte more than may come shows that too many do
            chunk = self._read(min(size, READ_BYTES, self._left + 1))
            if len(chunk) > self._left:
                self.is_too_long = self.has_ended = True
                return
            self._left -= len(chunk)
            size -= len(chunk)
            if self.checksum is not None:
                self.checksum.digest.update(chunk)
            if chunk:
                yield chunk

    def _read(self, size: int) -> bytes:
        try:
            chunk = request.stream.read(size)
        except (ClientDisconnected, OSError, ParseException):
            chunk = b""  # the connection broke: what came before is kept
        self.has_ended = not chunk
        return chunk


def _be_patient_only_so_long() -> None:
    # gunicorn hands over its socket, which waits for ever by itself
    socket: Any = request.environ.get("gunicorn.socket")
    if socket is not None:
        socket.settimeout(SILENCE_SECONDS)
