"""Views of exports. Not here: what their filters mean (filters.py)."""

from typing import Any
from uuid import UUID

from flask import Response, request, send_file
from flask_smorest import Blueprint
from marshmallow import ValidationError
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from backend.api.documents import one_of
from backend.api.endpoint import Call, endpoint
from backend.api.errors import input_error, problem_of
from backend.api.exports.filters import wanted_of
from backend.api.language import current_language
from backend.api.media import HARMLESS
from backend.api.schemas.exports import EXPORT_EXAMPLE, ExportDraftSchema, ExportPageSchema, ExportSchema
from backend.api.schemas.paging import PageQuerySchema
from backend.api.table_file import XLSX
from backend.domain.errors import DomainError
from backend.domain.exports import allowed_actions
from backend.domain.vocabulary import ExportAction, ExportFormat
from backend.persistence.models import Export
from backend.persistence.queries.exports import get_export, list_exports
from backend.services import exports

blueprint = Blueprint(
    "exports", __name__, url_prefix="/api/v1/exports", description="Lists as files, made in the background (导出)"
)
MEDIA_TYPES = {
    ExportFormat.XLSX: XLSX,
    ExportFormat.CSV: "text/csv",
    ExportFormat.GPKG: "application/geopackage+sqlite3",
    ExportFormat.SHP: "application/zip",
    ExportFormat.GEOJSON: "application/geo+json",
}
ROOM = ("too_many_exports_running", "too_many_exports_kept")
BINARY = {"schema": {"type": "string", "format": "binary"}}
CONTENT: dict[str, Any] = dict.fromkeys(MEDIA_TYPES.values(), BINARY)
CONTENT["application/geo+json"] = {
    "schema": {
        "type": "object",
        "required": ["type", "name", "fields", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "name": {"type": "string"},
            "fields": {"type": "object", "additionalProperties": {"type": "string"}},
            "features": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
        },
    },
    "example": {"type": "FeatureCollection", "name": "案件", "fields": {"case_id": "案件编号"}, "features": []},
}
FILE = {
    "responses": {
        "200": {"description": "The file.", "content": CONTENT},
        "206": {"description": "The bytes asked for (Range).", "content": {"*/*": BINARY}},
        "304": {"description": "The client has it already (If-None-Match)."},
    }
}
NOTES = {
    "zh": {
        "characters_replaced": "有 {count} 处含 GBK 以外的字符，以“〓”代替，原文见 original_texts.csv。",
        "texts_cut": "有 {count} 处超过 254 字节而截短，原文见 original_texts.csv。",
    },
    "en": {
        "characters_replaced": "{count} cells hold characters outside GBK, shown as 〓; whole in original_texts.csv.",
        "texts_cut": "{count} cells are longer than 254 bytes and were cut; whole in original_texts.csv.",
    },
}


@endpoint(
    blueprint,
    "",
    method="POST",
    permission="export.own",
    summary="Have a list made into a file in the background: exactly what its filters show you",
    body=ExportDraftSchema,
    answer=ExportSchema,
    status=202,
    problems=ROOM,
    example={**EXPORT_EXAMPLE, "status": "waiting", "rows_done": 0, "rows_total": None, "bytes": None, "started_at": None,
             "finished_at": None, "expires_at": None, "allowed_actions": ["cancel"]},
)  # fmt: skip
def ask(call: Call) -> dict[str, Any]:
    """It is read in one snapshot when it begins, with what you may see then; a notice says when it is done. An event says who
    asked for what, how many rows it had, and when it was fetched."""
    body = call.body
    try:
        wanted_of(body["kind"], body["filters"], call.now)
    except ValidationError as error:
        raise input_error(ValidationError({"filters": error.normalized_messages()})) from None
    draft = exports.ExportDraft(body["kind"], body["format"], body["language"] or current_language(), body["filters"])
    return shown(exports.ask_for_export(call.session, call.actor, draft, now=call.now))


@endpoint(
    blueprint,
    "",
    permission="export.own",
    summary="Your exports, newest first",
    query=PageQuerySchema,
    answer=ExportPageSchema,
    problems=("bad_cursor",),
    example={"items": [EXPORT_EXAMPLE], "next_cursor": None},
)
def list_own(call: Call) -> dict[str, Any]:
    """Yours alone, whatever your role."""
    page = list_exports(call.session, call.actor, call.query["limit"], call.query["cursor"])
    return {"items": [shown(export) for export in page.items], "next_cursor": page.next_cursor}


@endpoint(
    blueprint,
    "/<uuid:export_id>",
    permission="export.own",
    summary="One of your exports, and how far it is",
    answer=ExportSchema,
    problems=("not_found",),
    example=EXPORT_EXAMPLE,
)
def show(call: Call, export_id: UUID) -> dict[str, Any]:
    return shown(get_export(call.session, call.actor, export_id))


@endpoint(
    blueprint,
    "/<uuid:export_id>/actions/<string:action>",
    method="POST",
    permission="export.own",
    summary="Cancel it, have it made anew, or discard its file",
    answer=ExportSchema,
    problems=("not_found", "illegal_transition", *ROOM),
    document=one_of("action", ExportAction),
    example={**EXPORT_EXAMPLE, "status": "expired", "allowed_actions": ["retry"]},
)
def act(call: Call, export_id: UUID, action: str) -> dict[str, Any]:
    if action not in set(ExportAction):
        raise DomainError("not_found")
    export = exports.act_on_export(call.session, call.actor, export_id, ExportAction(action), now=call.now)
    if action == ExportAction.DISCARD:
        call.state.gateways.exports.remove(exports.stored_name(export.id, export.attempt))
    return shown(export)


@endpoint(
    blueprint,
    "/<uuid:export_id>/file",
    permission="export.own",
    summary="The file, whole or in ranges",
    commits=True,
    problems=("not_found", "export_not_ready", "export_gone", "range_not_satisfiable", "storage_unavailable"),
    document=FILE,
)
def fetch(call: Call, export_id: UUID) -> Response:
    """404 also for a file that holds more than you may see today. An event says that it was taken away."""
    is_first = request.range is None or any(start == 0 for start, _ in request.range.ranges)
    begins = is_first and request.method == "GET"
    export, name = exports.take_file(call.session, call.actor, export_id, begins=begins, now=call.now)
    store = call.state.gateways.exports
    try:
        file = store.open(name)
    except DomainError as error:
        raise DomainError("export_gone") if error.code == "not_found" else error from None
    size = export.byte_count or 0
    response = send_file(
        file, mimetype=MEDIA_TYPES[export.format], as_attachment=True, download_name=export.file_name, etag=name
    )
    response.content_length = size
    try:
        response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        response.close()
        return problem_of(DomainError("range_not_satisfiable"), {"Content-Range": f"bytes */{size}"})
    response.headers.update(HARMLESS)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def shown(export: Export) -> dict[str, Any]:
    """An export in the shape of ExportSchema."""
    language = current_language()
    problem = export.problem and {"code": export.problem, "message": DomainError(export.problem).sentence(language)}
    notes = [{**one, "message": NOTES[language][one["code"]].format(count=one["count"])} for one in export.notes]
    return {
        "id": export.id,
        "kind": export.kind,
        "format": export.format,
        "language": export.language,
        "filters": export.filters,
        "status": export.status,
        "rows_done": export.rows_done,
        "rows_total": export.rows_total,
        "bytes": export.byte_count,
        "file_name": export.file_name,
        "problem": problem,
        "notes": notes,
        "created_at": export.created_at,
        "started_at": export.started_at,
        "finished_at": export.finished_at,
        "expires_at": export.expires_at,
        "allowed_actions": allowed_actions(export.status),
    }
