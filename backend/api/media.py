"""/media: which photos are lacking, originals as they were sent, previews. Sending them is /uploads."""

import io
from typing import Any, BinaryIO

from flask import Response, request, send_file
from flask_smorest import Blueprint
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from backend.api.endpoint import Call, endpoint
from backend.api.errors import problem_of
from backend.api.schemas.media import EXAMPLE_HASH, MissingAnswerSchema, MissingQuerySchema
from backend.api.tus import SHA256
from backend.domain.errors import DomainError
from backend.domain.images import EXTENSIONS
from backend.persistence.unit_of_work import reading
from backend.services import media
from backend.services.media import VisibleMedia

blueprint = Blueprint("media", __name__, url_prefix="/api/v1/media", description="Photos by their SHA-256")

YEAR_SECONDS = 31_536_000
SHOWN = {
    "responses": {
        "200": {
            "description": "The bytes.",
            "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
        },
        "304": {"description": "The client has it already (If-None-Match)."},
    }
}
PART = {"responses": {"206": {"description": "The bytes asked for (Range).", "content": {"image/*": {}}}}}
# Bytes of strangers: a browser must neither guess what they are nor run anything found in them.
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    # who may see a photo can change: a browser keeps its copy, but no cache shared by several people does
    "Cache-Control": f"private, max-age={YEAR_SECONDS}, immutable",
}


@endpoint(
    blueprint,
    "/missing",
    method="POST",
    permission="media.upload",
    summary="Which of these photos the server lacks",
    body=MissingQuerySchema,
    answer=MissingAnswerSchema,
    commits=False,
    problems=("storage_unavailable",),
    example={"missing": [EXAMPLE_HASH]},
)
def list_missing(call: Call) -> dict[str, Any]:
    return {"missing": media.missing(call.session, call.state.gateways.photos, call.body["sha256"])}


@endpoint(
    blueprint,
    "/<sha256>",
    permission="media.read",
    summary="A photo's original bytes, whole or in ranges",
    problems=("not_found", "range_not_satisfiable", "storage_unavailable"),
    document={"responses": {**SHOWN["responses"], **PART["responses"]}},
)
def show_original(call: Call, sha256: str) -> Response:
    found = _visible(call, sha256)
    name = f"{sha256[:16]}.{EXTENSIONS[found.kind]}"
    file = call.state.gateways.photos.open(sha256)
    return _bytes(file, found.byte_count, found.kind.value, name, found, etag=sha256)


@endpoint(
    blueprint,
    "/<sha256>/preview",
    permission="media.read",
    summary="A photo's preview: JPEG, long side 480 px, upright, without EXIF",
    problems=("not_found", "photo_unreadable", "range_not_satisfiable", "storage_unavailable"),
    document={"responses": {**SHOWN["responses"], **PART["responses"]}},
)
def show_preview(call: Call, sha256: str) -> Response:
    found = _visible(call, sha256)
    preview = media.make_preview(call.state.gateways.photos, found)
    name = f"{sha256[:16]}-preview.jpg"
    return _bytes(io.BytesIO(preview), len(preview), "image/jpeg", name, found, etag=f"{sha256}-preview")


def _visible(call: Call, sha256: str) -> VisibleMedia:
    if not SHA256.fullmatch(sha256):
        raise DomainError("not_found")
    with reading() as session:  # ended before bytes are read or decoded: those take their time
        return media.visible_media(session, call.actor, sha256)


def _bytes(file: BinaryIO, size: int, mime: str, name: str, found: VisibleMedia, etag: str) -> Response:
    response = send_file(file, mimetype=mime, download_name=name, etag=etag, last_modified=found.stored_at)
    response.content_length = size
    try:
        response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        response.close()
        return problem_of(DomainError("range_not_satisfiable"), {"Content-Range": f"bytes */{size}"})
    response.headers.update(HARMLESS)
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
