"""Views of grid versions: import, list, publish, delete, export. Not here: single grids (features.py)."""

from typing import Any
from uuid import UUID

import orjson
from flask import Response

from backend.api.endpoint import Call, endpoint
from backend.api.grids.blueprint import blueprint
from backend.api.grids.examples import FEATURES_EXAMPLE, IMPORT_EXAMPLE, VERSION_EXAMPLE
from backend.api.grids.upload import UPLOAD_DOCUMENT, read_upload
from backend.api.language import current_language
from backend.api.schemas.grids import (
    GridExportQuerySchema,
    GridImportQuerySchema,
    GridImportSchema,
    GridPublishSchema,
    GridVersionDetailSchema,
    GridVersionListSchema,
    GridVersionQuerySchema,
    GridVersionSchema,
)
from backend.domain.calendar import local_day
from backend.persistence.queries.grids import versions as reads
from backend.services.grids import exporting, importing, versions
from backend.services.grids.problems import problem_data, told
from grids.model import FieldMapping, Tolerances

FILE_PROBLEMS = ("grid_file_missing", "grid_file_unreadable", "grid_file_invalid", "unknown_division")
PUBLISH_PROBLEMS = ("illegal_transition", "grid_version_order", "grid_version_overlap", "grid_street_not_valid")
TOLERANCES = ("overlap_m2", "gap_m2", "outside_m2", "sliver_m2", "snap_m")
DRY_RUN = {
    "responses": {
        "200": {
            "description": "A dry run without errors; nothing was stored.",
            "content": {
                "application/json": {
                    "schema": GridImportSchema,
                    "example": {**IMPORT_EXAMPLE, "version": None, "dry_run": True},
                }
            },
        }
    }
}


@endpoint(
    blueprint,
    "/imports",
    method="POST",
    permission="grid.import",
    summary="Import a file of grids as a draft version, or learn everything that is wrong with it",
    query=GridImportQuerySchema,
    answer=GridImportSchema,
    status=201,
    problems=(*FILE_PROBLEMS, *PUBLISH_PROBLEMS, "payload_too_large", "unsupported_media_type", "bad_json"),
    document={**UPLOAD_DOCUMENT, **DRY_RUN},
    example=IMPORT_EXAMPLE,
)
def import_grids(call: Call) -> Any:
    limit = call.state.settings.max_import_bytes
    upload = read_upload(call.query, limit)
    options = _options(upload.options, limit)
    outcome = importing.import_grids(
        call.session, call.caller, upload.content, upload.filename, options, language=current_language(), now=call.now
    )
    answer = {
        "version": outcome.version,
        "dry_run": options.dry_run,
        "grid_count": len(outcome.read.features),
        "format": outcome.read.format,
        "crs": outcome.read.crs,
        "encoding": outcome.read.encoding,
        "fields_found": outcome.read.fields,
        "mapping": importing.mapping_data(outcome.read.mapping),
        "guessed": outcome.read.guessed,
        "problems": told(map(problem_data, outcome.problems), current_language()),
    }
    if options.dry_run:
        return Response(orjson.dumps(GridImportSchema().dump(answer)), 200, mimetype="application/json")
    return answer


@endpoint(
    blueprint,
    "/versions",
    permission="grid.read",
    summary="Versions of the grids, newest first",
    query=GridVersionQuerySchema,
    answer=GridVersionListSchema,
    example={"items": [VERSION_EXAMPLE]},
)
def list_versions(call: Call) -> dict[str, Any]:
    return {"items": reads.list_versions(call.session, call.actor, call.query["district_code"], call.query["limit"])}


@endpoint(
    blueprint,
    "/versions/<uuid:version_id>",
    permission="grid.read",
    summary="One version with the remarks of its import and the lineage of its grids",
    answer=GridVersionDetailSchema,
    problems=("not_found",),
    example={**VERSION_EXAMPLE, "options": {"mapping": {"code": "网格编码"}}, "problems": [], "lineage": []},
)
def show_version(call: Call, version_id: UUID) -> dict[str, Any]:
    version = reads.find_version(call.session, call.actor, version_id)
    return {
        **{name: getattr(version, name) for name in GridVersionSchema().fields},
        "options": version.options,
        "problems": told(version.problems, current_language()),
        "lineage": reads.lineage_of(call.session, version_id),
    }


@endpoint(
    blueprint,
    "/versions/<uuid:version_id>/actions/publish",
    method="POST",
    permission="grid.publish",
    summary="Make a draft the version that holds from a moment on; the one before ends there and is kept",
    body=GridPublishSchema,
    answer=GridVersionSchema,
    problems=("not_found", "unknown_division", *PUBLISH_PROBLEMS),
    example={**VERSION_EXAMPLE, "status": "published", "valid_from": "2026-12-01T00:00:00+08:00"},
)
def publish_version(call: Call, version_id: UUID) -> Any:
    return versions.publish_version(call.session, call.actor, version_id, call.body["valid_from"], now=call.now)


@endpoint(
    blueprint,
    "/versions/<uuid:version_id>",
    method="DELETE",
    permission="grid.import",
    summary="Remove a draft with its grids",
    status=204,
    problems=("not_found", "illegal_transition"),
)
def delete_version(call: Call, version_id: UUID) -> None:
    versions.delete_draft(call.session, call.actor, version_id, now=call.now)


@endpoint(
    blueprint,
    "/versions/<uuid:version_id>/actions/delete",
    method="POST",
    permission="grid.import",
    summary="Remove a draft with its grids (where DELETE is blocked)",
    status=204,
    problems=("not_found", "illegal_transition"),
)
def delete_version_by_post(call: Call, version_id: UUID) -> None:
    versions.delete_draft(call.session, call.actor, version_id, now=call.now)


@endpoint(
    blueprint,
    "/versions/<uuid:version_id>/export",
    permission="grid.read",
    summary="The grids of a version as a file: GeoJSON, GeoPackage, or a zipped Shapefile in GBK",
    resumes=True,
    query=GridExportQuerySchema,
    problems=("not_found",),
    document={
        "responses": {
            "200": {
                "description": "The file.",
                "content": {
                    kind: {"schema": {"type": "string", "format": "binary"}} for kind in exporting.MEDIA_TYPES.values()
                }
                | {exporting.MEDIA_TYPES["geojson"]: {"schema": {"type": "object"}, "example": FEATURES_EXAMPLE}},
            }
        }
    },
)
def export_version(call: Call, version_id: UUID) -> Response:
    version = reads.find_version(call.session, call.actor, version_id)
    kind = call.query["format"]
    codes = reads.visible_codes(call.session, call.actor, version_id, local_day(call.now))
    content = exporting.export_version(call.session, version_id, kind, codes=codes)
    response = Response(content, mimetype=exporting.MEDIA_TYPES[kind])
    response.headers.set("Content-Disposition", "attachment", filename=exporting.file_name(version, kind))
    return response


def _options(given: dict[str, Any], limit: int) -> importing.ImportOptions:
    return importing.ImportOptions(
        district_code=given["district_code"],
        label=given["label"],
        mapping=FieldMapping(
            code=given["code_field"],
            name=given["name_field"],
            street=given["street_field"],
            external_code=given["external_code_field"],
        ),
        tolerances=Tolerances(**{name: given[name] for name in TOLERANCES if given[name] is not None}),
        crs=given["crs"] or None,
        layer=given["layer"] or None,
        dry_run=given["dry_run"],
        publish_from=given["publish_from"],
        max_bytes=limit,
    )
