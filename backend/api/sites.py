"""/sites: the register of premises and water machines. Workers propose new ones through /sync."""

from typing import Any
from uuid import UUID

import orjson
from flask import Response
from flask_smorest import Blueprint

from backend.api.documents import one_of
from backend.api.endpoint import Call, endpoint
from backend.api.language import in_language
from backend.api.schemas.sites import (
    SiteActSchema,
    SiteCreateSchema,
    SiteDetailSchema,
    SiteImportQuerySchema,
    SiteImportSchema,
    SitePageSchema,
    SiteQuerySchema,
    SiteUpdateSchema,
)
from backend.api.table_file import TABLE_PROBLEMS, read_table_file, table_document
from backend.domain.errors import DomainError
from backend.domain.vocabulary import SiteAction
from backend.persistence.queries import sites as reads
from backend.persistence.queries.paging import Page
from backend.persistence.queries.sites import SiteFilter, SiteLine, SiteWhole
from backend.services import sites
from backend.services.sites import SiteDefaults, SiteDraft, SitePosition

blueprint = Blueprint("sites", __name__, url_prefix="/api/v1/sites", description="Premises and water machines")

SITE_EXAMPLE = {
    "id": "0199f1c2-5a00-7000-8000-000000000012",
    "name": "示例小区东门售水机",
    "address": "示例路1号",
    "category": "water_vending",
    "kind": "现制现售水机",
    "status": "active",
    "uscc": None,
    "uscc_missing_reason": "not_displayed",
    "external_code": "PT-SSJ-0001",
    "licence": {"approval_no": "(沪)卫水字(2024)第0001号"},
    "position": {"lon": 121.4012, "lat": 31.2411, "datum": "cgcs2000"},
    "raw_position": {"lon": 121.4012, "lat": 31.2411, "datum": "wgs84", "accuracy_m": None, "source": "manual"},
    "grid_code": "310107005601001",
    "street_code": "310107005",
    "last_visited_at": None,
    "created_at": "2026-11-20T10:00:00+08:00",
    "version": 1,
}
DETAIL_EXAMPLE: dict[str, Any] = {**SITE_EXAMPLE, "history": [], "visits": []}
NOTE_EXAMPLE = {
    "row": 7,
    "column": "所属街道",
    "code": "street_mismatch",
    "value": "310107014",
    "message": "坐标位于“310107014”，与所填街镇不同，以坐标为准。",
}
CSV_EXAMPLE = "name,state,address,lng,lant\n东门售水机,曹杨新村街道,示例路1号,121.402,31.242\n"
IMPORT_EXAMPLE = {
    "dry_run": False, "row_count": 40, "created": 38, "updated": 1, "unchanged": 1, "faults": [],
    "notes": [NOTE_EXAMPLE], "ignored_columns": ["X", "Y"],
}  # fmt: skip


@endpoint(
    blueprint,
    "",
    method="POST",
    permission="site.write",
    summary="Enter a site; its position decides its grid and street",
    body=SiteCreateSchema,
    answer=SiteDetailSchema,
    status=201,
    example=DETAIL_EXAMPLE,
)
def create_site(call: Call) -> SiteWhole:
    site = sites.create_site(call.session, call.actor, SiteDraft(**_values(call.body)), now=call.now)
    return reads.get_site(call.session, call.actor, site.id, call.now)


@endpoint(
    blueprint,
    "/import",
    method="POST",
    permission="site.write",
    summary="Take over a register from an Excel or CSV file, all rows or none; or learn everything that is wrong with it",
    query=SiteImportQuerySchema,
    answer=SiteImportSchema,
    status=201,
    problems=TABLE_PROBLEMS,
    document=table_document(CSV_EXAMPLE, SiteImportSchema, {**IMPORT_EXAMPLE, "dry_run": True}),
    example=IMPORT_EXAMPLE,
)
def import_sites(call: Call) -> Any:
    content = read_table_file(call.state.settings.max_import_bytes)
    defaults = SiteDefaults(call.query["category"], call.query["datum"])
    dry_run = call.query["dry_run"]
    result = sites.import_sites(call.session, call.actor, content, defaults, dry_run=dry_run, now=call.now)
    answer = {
        "dry_run": dry_run,
        "row_count": result.row_count,
        "created": result.created,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "faults": in_language(fault.to_data() for fault in result.faults),
        "notes": in_language(note.to_data() for note in result.notes),
        "ignored_columns": list(result.ignored_columns),
    }
    if dry_run:
        return Response(orjson.dumps(SiteImportSchema().dump(answer)), 200, mimetype="application/json")
    return answer


@endpoint(
    blueprint,
    "",
    permission="site.read",
    summary="Sites the caller may see, newest first",
    query=SiteQuerySchema,
    answer=SitePageSchema,
    problems=("bad_cursor",),
    example={"items": [SITE_EXAMPLE], "next_cursor": None},
)
def list_sites(call: Call) -> Page[SiteLine]:
    wanted = dict(call.query)
    limit, cursor = wanted.pop("limit"), wanted.pop("cursor")
    return reads.list_sites(call.session, call.actor, filter_of(wanted), limit, cursor, call.now)


@endpoint(
    blueprint,
    "/<uuid:site_id>",
    permission="site.read",
    summary="One site with its history and newest visits",
    answer=SiteDetailSchema,
    problems=("not_found",),
    example=DETAIL_EXAMPLE,
)
def show_site(call: Call, site_id: UUID) -> SiteWhole:
    return reads.get_site(call.session, call.actor, site_id, call.now)


@endpoint(
    blueprint,
    "/<uuid:site_id>",
    method="POST",
    permission="site.write",
    summary="Change what is recorded of a site",
    body=SiteUpdateSchema,
    answer=SiteDetailSchema,
    problems=("not_found", "stale_version", "illegal_transition"),
    example=DETAIL_EXAMPLE,
)
def update_site(call: Call, site_id: UUID) -> SiteWhole:
    changes = dict(call.body)
    version = changes.pop("version")
    sites.update_site(call.session, call.actor, site_id, _values(changes), version, now=call.now)
    return reads.get_site(call.session, call.actor, site_id, call.now)


@endpoint(
    blueprint,
    "/<uuid:site_id>/actions/<string:action>",
    method="POST",
    permission="site.write",
    summary="Take one step: confirm or reject a proposal, close a site",
    body=SiteActSchema,
    answer=SiteDetailSchema,
    problems=("not_found", "stale_version", "illegal_transition", "reason_required"),
    document=one_of("action", SiteAction),
    example={**DETAIL_EXAMPLE, "status": "closed"},
)
def act_on_site(call: Call, site_id: UUID, action: str) -> SiteWhole:
    if action not in set(SiteAction):
        raise DomainError("not_found")
    sites.act_on_site(
        call.session, call.actor, site_id, SiteAction(action), call.body["reason"], call.body["version"], now=call.now
    )
    return reads.get_site(call.session, call.actor, site_id, call.now)


def filter_of(query: dict[str, Any]) -> SiteFilter:
    """The filter that a query of SiteFilterSchema means."""
    names = {"status": "statuses", "category": "categories", "street": "street_code"}
    return SiteFilter(**{names.get(key, key): value for key, value in query.items()})


def _values(body: dict[str, Any]) -> dict[str, Any]:
    values = dict(body)
    if "position" in values:
        values["position"] = SitePosition(**{**values["position"], "source": str(values["position"]["source"])})
    return values
