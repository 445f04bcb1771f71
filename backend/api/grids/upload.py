"""Takes a grid file out of a request: as the field ``file`` of a form, or as the body itself. Not here: reading it."""

import json
from dataclasses import dataclass
from typing import Any

from flask import request

from backend.api.body import read_body
from backend.api.grids.examples import SQUARE
from backend.api.schemas.grids import GridImportQuerySchema
from backend.domain.errors import DomainError

FORM = "multipart/form-data"
FORM_OVERHEAD = 64 * 1024  # bytes of a form around its file: boundaries and the options

BINARY = {"schema": {"type": "string", "format": "binary"}}
GEOJSON_EXAMPLE = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": SQUARE,
                "properties": {"code": "310107005601001", "name": "曹杨新村街道第一网格", "street": "310107005"},
            }
        ],
    },
    ensure_ascii=False,
)
UPLOAD_DOCUMENT = {
    "requestBody": {
        "required": True,
        "description": "A form with the file in `file` (options may be fields beside it), or the file itself.",
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            },
            "application/octet-stream": BINARY,
            "application/geo+json": {**BINARY, "example": GEOJSON_EXAMPLE},
            "application/geopackage+sqlite3": BINARY,
            "application/zip": BINARY,
        },
    }
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file with its name and the options that came with it."""

    content: bytes
    filename: str
    options: dict[str, Any]


def read_upload(query: dict[str, Any], limit: int) -> Upload:
    """The file of this request; form fields win over ``query``. Raises grid_file_missing, payload_too_large."""
    if request.mimetype != FORM:
        content = read_body(limit)
        if not content:
            raise DomainError("grid_file_missing")
        return Upload(content, query["filename"], query)
    request.max_content_length = limit + FORM_OVERHEAD
    sent = request.files.get("file")
    if sent is None:
        raise DomainError("grid_file_missing")
    content = sent.stream.read(limit + 1)
    if len(content) > limit:
        raise DomainError("payload_too_large", limit=limit)
    given = {name: value for name, value in request.form.items() if value != ""}
    loaded = GridImportQuerySchema().load(given)
    beside = {name: loaded[name] for name in given}
    return Upload(content, sent.filename or query["filename"], {**query, **beside})
