"""Takes a table out of a request: as the field ``file`` of a form, or as the body itself. Not here: reading it."""

from typing import Any

from flask import request
from marshmallow import Schema

from backend.api.body import read_body
from backend.domain.errors import DomainError

FORM = "multipart/form-data"
FORM_OVERHEAD = 64 * 1024  # bytes of a form around its file
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLE_PROBLEMS = (
    "unreadable_table", "too_many_rows", "rows_rejected", "payload_too_large", "unsupported_media_type", "bad_json",
)  # fmt: skip
_BINARY = {"schema": {"type": "string", "format": "binary"}}


def table_document(csv: str, answer: type[Schema], dry_answer: Any) -> dict[str, Any]:
    """What an import of tables takes, with ``csv`` for example, and what it answers after a dry run."""
    file = {"type": "object", "properties": {"file": _BINARY["schema"]}, "required": ["file"]}
    dry = {"application/json": {"schema": answer, "example": dry_answer}}
    return {
        "requestBody": {
            "required": True,
            "description": "A form with the table in `file`, or the table itself: .xlsx, or CSV in UTF-8 or GBK.",
            "content": {
                FORM: {"schema": file},
                XLSX: _BINARY,
                "text/csv": {**_BINARY, "example": csv},
                "application/octet-stream": _BINARY,
            },
        },
        "responses": {"200": {"description": "A dry run; nothing was stored.", "content": dry}},
    }


def read_table_file(limit: int) -> bytes:
    """The table's bytes. Raises unreadable_table (nothing there), payload_too_large, unsupported_media_type."""
    if request.mimetype == FORM:
        request.max_content_length = limit + FORM_OVERHEAD
        sent = request.files.get("file")
        content = sent.stream.read(limit + 1) if sent else b""
        if len(content) > limit:
            raise DomainError("payload_too_large", limit=limit)
    elif request.mimetype in ("application/json", "application/x-www-form-urlencoded"):
        raise DomainError("unsupported_media_type")
    else:
        content = read_body(limit)
    if not content:
        raise DomainError("unreadable_table", why="no file")
    return content
