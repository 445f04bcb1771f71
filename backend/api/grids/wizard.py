"""Before an import and before publishing: what a file holds, what a version changes. Not here: importing (versions.py)."""

from collections import Counter
from typing import Any
from uuid import UUID

from flask import Response

from backend.api.endpoint import Call, endpoint
from backend.api.grids.blueprint import blueprint
from backend.api.grids.examples import SQUARE
from backend.api.grids.upload import UPLOAD_DOCUMENT, read_upload
from backend.api.json import json_answer
from backend.api.language import current_language
from backend.api.schemas.grid_wizard import FileLookSchema, GridDiffQuerySchema, GridDiffSchema
from backend.api.schemas.grids import GridImportQuerySchema
from backend.persistence.queries.grids import versions as reads
from backend.services.grids import importing, inspecting
from backend.services.grids.inspecting import Difference, GridChange
from grids.model import FieldMapping

FILE_GRID = {
    "type": "Feature", "id": 1, "geometry": SQUARE,
    "properties": {"number": 1, "code": "310107005601001", "name": "曹杨新村街道第一网格"},
}  # fmt: skip
CHANGED = {
    "type": "Feature", "id": "310107005601001", "geometry": SQUARE,
    "properties": {
        "code": "310107005601001", "change": "changed", "name": "第一网格", "old_name": "第一网格", "old_m2": 101000.0,
        "new_m2": 98000.0, "moved_m2": 3000.0, "came_from": [],
    },
}  # fmt: skip


@endpoint(
    blueprint,
    "/imports/inspect",
    method="POST",
    permission="grid.import",
    summary="What a grid file holds: fields, first rows, coordinate system and its grids for the map; nothing is stored",
    query=GridImportQuerySchema,
    answer=FileLookSchema,
    problems=(
        "grid_file_missing", "grid_file_unreadable", "payload_too_large", "unsupported_media_type", "bad_json",
    ),
    commits=False,
    document=UPLOAD_DOCUMENT,
    example={
        "format": "geojson", "layer": None, "crs": "EPSG:4490", "encoding": "utf-8", "grid_count": 1,
        "fields_found": ["code", "name"],
        "mapping": {"code": "code", "name": "name", "street": None, "external_code": None}, "guessed": ["code", "name"],
        "rows": [{"code": "310107005601001", "name": "曹杨新村街道第一网格"}],
        "grids": {"type": "FeatureCollection", "features": [FILE_GRID]},
    },
)  # fmt: skip
def inspect(call: Call) -> Response:
    """The first step of an import: choose which field is what, then send the file with `dry_run` to have it judged. Where a
    file has several layers, the refusal names them; give `layer`. A problem's `feature` is the `number` here."""
    limit = call.state.settings.max_import_bytes
    upload = read_upload(call.query, limit)
    given = upload.options
    fields = ("code", "name", "street", "external_code")
    look = inspecting.look_at_file(
        upload.content,
        upload.filename,
        FieldMapping(**{name: given[f"{name}_field"] for name in fields}),
        crs=given["crs"] or None,
        layer=given["layer"] or None,
        max_bytes=limit,
        language=current_language(),
    )
    read = look.read
    return json_answer(
        {
            "format": read.format,
            "layer": read.layer,
            "crs": read.crs,
            "encoding": read.encoding,
            "grid_count": len(read.features),
            "fields_found": read.fields,
            "mapping": importing.mapping_data(read.mapping),
            "guessed": read.guessed,
            "rows": look.rows,
            "grids": {"type": "FeatureCollection", "features": look.drawn},
        }
    )


@endpoint(
    blueprint,
    "/versions/<uuid:version_id>/diff",
    permission="grid.import",
    summary="What a version changes against the one it replaces: added, removed, changed and renamed grids as GeoJSON",
    query=GridDiffQuerySchema,
    answer=GridDiffSchema,
    problems=("not_found",),
    example={
        "type": "FeatureCollection", "against": "0199f1c2-5a00-7000-8000-000000000031",
        "counts": [{"change": "changed", "count": 1}, {"change": "unchanged", "count": 210}], "features": [CHANGED],
    },
)  # fmt: skip
def show_diff(call: Call, version_id: UUID) -> Response:
    """Of a draft: against the newest published version of its district; of a published one: against the one before it."""
    version = reads.find_version(call.session, call.actor, version_id)
    against: UUID | None
    if call.query["against"] is not None:
        against = reads.find_version(call.session, call.actor, call.query["against"]).id
    elif version.previous_id is not None:
        against = version.previous_id
    else:
        spans = reads.published_spans(call.session, version.district_code)
        earlier = [span for span in spans if span.id != version.id and _before(span, version)]
        against = earlier[-1].id if earlier else None
    found = inspecting.differences(call.session, against, version_id)
    counts = Counter(one.change for one in found)
    return json_answer(
        {
            "type": "FeatureCollection",
            "against": against,
            "counts": [{"change": change, "count": counts[change]} for change in GridChange if counts[change]],
            "features": [_feature(one) for one in found if one.change != GridChange.UNCHANGED],
        }
    )


def _before(span: reads.VersionSpan, version: Any) -> bool:
    return version.valid_from is None or span.valid_from < version.valid_from


def _feature(one: Difference) -> dict[str, Any]:
    shown = one.new or one.old
    assert shown is not None  # a code is of one of both
    return {
        "type": "Feature",
        "id": shown.code,
        "geometry": inspecting.drawn(shown)["geometry"],
        "properties": {
            "code": shown.code,
            "change": one.change,
            "name": one.new.name if one.new else None,
            "old_name": one.old.name if one.old else None,
            "old_m2": round(one.old_m2, 1),
            "new_m2": round(one.new_m2, 1),
            "moved_m2": round(one.moved_m2, 1),
            "came_from": [
                {
                    "code": link.predecessor_code,
                    "share_of_it": round(link.share_of_predecessor, 4),
                    "share_of_new": round(link.share_of_new, 4),
                    "kind": link.kind,
                }
                for link in one.came_from
            ],
        },
    }
