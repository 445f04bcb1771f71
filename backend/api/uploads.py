"""/uploads: photos sent in pieces by the tus 1.0.0 protocol, resumable at any byte.

No transaction is open while bytes trickle in: one that had written would hold back every phone's feed (sync.md, invariant 4).
"""

from typing import Any
from uuid import UUID

from flask import Response, request
from flask_smorest import Blueprint

from backend.api import tus
from backend.api.endpoint import PUBLIC, Call, endpoint
from backend.domain.errors import DomainError
from backend.domain.images import PhotoKind
from backend.persistence.unit_of_work import reading, unit_of_work
from backend.services import media
from backend.services.media import UploadState

blueprint = Blueprint(
    "uploads", __name__, url_prefix="/api/v1/uploads", description="Photos in pieces (tus 1.0.0, https://tus.io)"
)
blueprint.after_request(tus.mark)

CHECKPOINT_BYTES = 4 * 1024 * 1024  # how much a killed server may make a phone send again
WRITING = (
    "unsupported_tus_version",
    "unsupported_media_type",
    "invalid_input",
    "payload_too_large",
    "unknown_checksum",
    "checksum_mismatch",
    "not_a_photo",
    "storage_full",
    "storage_unavailable",
)
ON_ONE = ("unsupported_tus_version", "not_found", "upload_expired")


def _header(name: str, description: str, example: str, *, required: bool = False, **schema: Any) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "required": required,
        "description": description,
        "schema": {"type": "string", **schema},
        "example": example,
    }


def _answers(status: int, **headers: str) -> dict[str, Any]:
    shown = {
        name.replace("_", "-"): {"description": text, "schema": {"type": "string"}} for name, text in headers.items()
    }
    return {"responses": {str(status): {"headers": shown}}}


WHOLE = "^[0-9]{1,12}$"
RESUMABLE = _header("Tus-Resumable", "Version of the protocol", tus.VERSION, required=True, enum=[tus.VERSION])
CHECKSUM = _header(
    "Upload-Checksum", "sha1 or sha256, and the Base64 of the body's digest", "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="
)
BYTES = {tus.OFFSET_TYPE: {"schema": {"type": "string", "format": "binary"}}}
CREATING = {
    "parameters": [
        RESUMABLE,
        _header("Upload-Length", "Bytes of the whole photo", "204800", required=True, pattern=WHOLE),
        _header(
            "Upload-Metadata",
            "Keys sha256 (hex, required), mime, report_id; values in Base64",
            "sha256 ZTNiMGM0NDI5OGZjMWMxNDlhZmJmNGM4OTk2ZmI5MjQyN2FlNDFlNDY0OWI5MzRjYTQ5NTk5MWI3ODUyYjg1NQ==",
            required=True,
        ),
        CHECKSUM,
    ],
    "requestBody": {"required": False, "description": "The first bytes, or none", "content": BYTES},
    **_answers(201, Location="Address of the upload", Upload_Offset="Bytes received", Upload_Expires="Kept until"),
}
SENDING = {
    "parameters": [
        RESUMABLE,
        _header("Upload-Offset", "Where these bytes start", "65536", required=True, pattern=WHOLE),
        CHECKSUM,
    ],
    "requestBody": {"required": True, "content": BYTES},
    **_answers(204, Upload_Offset="Bytes received", Upload_Expires="Kept until"),
}


@endpoint(
    blueprint,
    "",
    method="OPTIONS",
    permission=PUBLIC,
    summary="What the upload server can do",
    status=204,
    commits=False,
    document=_answers(204, Tus_Version="1.0.0", Tus_Extension="Extensions", Tus_Max_Size="Bytes of a photo at most"),
)
def show_abilities(call: Call) -> Response:
    return Response(status=204, headers=tus.options_headers())


@endpoint(
    blueprint,
    "",
    method="POST",
    permission="media.upload",
    summary="Create an upload, with or without its first bytes; complete at once when the photo is known",
    status=201,
    commits=False,
    problems=WRITING,
    document=CREATING,
)
def create_upload(call: Call) -> Response:
    tus.check_protocol()
    has_body = bool(request.content_length) or "chunked" in request.headers.get("Transfer-Encoding", "")
    if has_body and request.mimetype != tus.OFFSET_TYPE:
        raise DomainError("unsupported_media_type")
    byte_count = tus.whole_header("Upload-Length")
    sha256, mime, report_id = tus.read_metadata()
    photos = call.state.gateways.photos
    # a sender who also sends the bytes hears the address only at their end: the row need not outlive a crash until then
    with unit_of_work(durable=not has_body) as session:
        state = media.create_upload(
            session,
            photos,
            call.actor,
            sha256=sha256,
            byte_count=byte_count,
            mime=mime,
            report_id=report_id,
            now=call.now,
        )
    if has_body and not state.is_complete:
        with photos.claim(state.id):
            state = _write(call, state)
    headers = {"Location": f"{blueprint.url_prefix}/{state.id}", **tus.state_headers(state)}
    return Response(status=201, headers=headers)


@endpoint(
    blueprint,
    "/<uuid:upload_id>",
    method="HEAD",
    permission="media.upload",
    summary="Where an upload stands",
    commits=False,
    problems=(*ON_ONE, "storage_unavailable"),
    document={"parameters": [RESUMABLE], **_answers(200, Upload_Offset="Bytes received", Upload_Length="Bytes of all")},
)
def show_upload(call: Call, upload_id: UUID) -> Response:
    tus.check_protocol()
    state = _resume(call, upload_id)
    headers = {
        **tus.state_headers(state),
        "Upload-Length": str(state.byte_count),
        "Upload-Metadata": tus.metadata_header(state),
        "Cache-Control": "no-store",
    }
    return Response(status=200, headers=headers)


@endpoint(
    blueprint,
    "/<uuid:upload_id>",
    method="PATCH",
    permission="media.upload",
    summary="Send bytes from the offset on; the last byte publishes the photo",
    status=204,
    commits=False,
    problems=(*WRITING, *ON_ONE, "upload_offset_mismatch", "upload_busy"),
    document=SENDING,
)
def send_bytes(call: Call, upload_id: UUID) -> Response:
    tus.check_protocol()
    if request.mimetype != tus.OFFSET_TYPE:
        raise DomainError("unsupported_media_type")
    offset = tus.whole_header("Upload-Offset")
    with call.state.gateways.photos.claim(upload_id):
        state = _resume(call, upload_id)
        if state.byte_offset != offset:
            raise DomainError("upload_offset_mismatch")
        if not state.is_complete:
            state = _write(call, state)
    return Response(status=204, headers=tus.state_headers(state))


@endpoint(
    blueprint,
    "/<uuid:upload_id>",
    method="DELETE",
    permission="media.upload",
    summary="Give an upload up; a published photo stays",
    status=204,
    commits=False,
    problems=(*ON_ONE, "upload_busy"),
    document={"parameters": [RESUMABLE]},
)
def give_up(call: Call, upload_id: UUID) -> Response:
    tus.check_protocol()
    photos = call.state.gateways.photos
    with photos.claim(upload_id):
        with unit_of_work() as session:
            media.terminate(session, call.actor, upload_id, now=call.now)
        photos.delete_staging(upload_id)
    return Response(status=204)


def _resume(call: Call, upload_id: UUID) -> UploadState:
    with reading() as session:
        state = media.find_upload(session, call.actor, upload_id, now=call.now)
    here = media.look_at_bytes(call.state.gateways.photos, state)
    with unit_of_work() as session:
        return media.resume_upload(session, call.actor, upload_id, here, now=call.now)


def _write(call: Call, state: UploadState) -> UploadState:
    """Take the body in; what is on disk is noted in the database piece by piece, the last one by finishing."""
    photos = call.state.gateways.photos
    body = tus.Body(state.byte_count - state.byte_offset)
    # bytes with a checksum count only as a whole
    step = CHECKPOINT_BYTES if body.checksum is None else state.byte_count + 1
    offset = state.byte_offset
    while not body.has_ended:
        offset = photos.append(state.id, offset, body.piece(step))
        if body.is_too_long:
            raise DomainError("payload_too_large", limit=state.byte_count)
        if body.checksum is not None and not body.checksum.holds:
            raise DomainError("checksum_mismatch")
        if state.byte_offset < offset < state.byte_count:
            with unit_of_work() as session:
                state = media.advance(session, call.actor, state.id, offset, now=call.now)
    return _finish(call, state) if offset == state.byte_count and not state.is_complete else state


def _finish(call: Call, state: UploadState) -> UploadState:
    photos = call.state.gateways.photos
    kind = media.publish(photos, state)
    with unit_of_work() as session:
        if isinstance(kind, PhotoKind):
            state = media.finish(session, call.actor, state.id, kind, now=call.now)
        else:
            media.terminate(session, call.actor, state.id, now=call.now)
    photos.delete_staging(state.id)
    if not isinstance(kind, PhotoKind):
        raise DomainError(kind)
    return state
