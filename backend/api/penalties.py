"""Penalties: recorded on a case, imported, revoked, listed; and for everybody else the count. Rules: domain/penalties."""

from typing import Any
from uuid import UUID

import orjson
from flask import Response
from flask_smorest import Blueprint
from sqlalchemy import Row

from backend.api.endpoint import Call, endpoint
from backend.api.language import in_language
from backend.api.schemas.penalties import (
    EXAMPLE,
    PenaltyCountQuerySchema,
    PenaltyCountSchema,
    PenaltyImportQuerySchema,
    PenaltyImportSchema,
    PenaltyPageSchema,
    PenaltyQuerySchema,
    PenaltyRecordSchema,
    PenaltyRevokeSchema,
    PenaltySchema,
)
from backend.api.table_file import TABLE_PROBLEMS, read_table_file, table_document
from backend.domain.calendar import local_day
from backend.domain.crime import counting_rule
from backend.persistence.models import Penalty
from backend.persistence.queries.penalties import PenaltyFilter, get_penalty, list_penalties
from backend.persistence.queries.sites import get_site
from backend.services import penalties
from backend.services.history import record_reading
from backend.services.penalties import PenaltyDraft

blueprint = Blueprint(
    "penalties", __name__, url_prefix="/api/v1", description="Administrative penalties and their count"
)
SITE = "0198c0de-0000-7000-8000-000000000021"
CSV_EXAMPLE = "当事人,处罚类别,处罚决定书文号,处罚决定日期\n王某,非医师行医,普卫医罚〔2024〕3号,2024-03-08\n"
IMPORT_EXAMPLE = {
    "dry_run": False, "row_count": 12, "created": 11, "unchanged": 1, "faults": [], "ignored_columns": ["备注"],
}  # fmt: skip
FIELDS = (
    "id", "referral_id", "site_id", "uscc", "subject_name", "kind", "function_code", "decided_on", "document_no", "basis",
    "source", "recorded_at", "revoked_at", "revoked_reason",
)  # fmt: skip


@endpoint(
    blueprint,
    "/referrals/<uuid:referral_id>/penalties",
    method="POST",
    permission="penalty.record",
    summary="Record a penalty on a referral whose result is a filed case",
    body=PenaltyRecordSchema,
    answer=PenaltySchema,
    status=201,
    problems=(
        "not_found",
        "no_case_filed",
        "unknown_code",
        "penalty_of_other_function",
        "penalty_day",
        "penalty_exists",
    ),
    example=EXAMPLE,
)
def record(call: Call, referral_id: UUID) -> dict[str, Any]:
    """By the department that handled it, or by the bureau."""
    body = {**call.body, "basis": tuple(call.body["basis"]), "uscc": call.body["uscc"] or None}
    made = penalties.record_penalty(call.session, call.actor, referral_id, PenaltyDraft(**body), now=call.now)
    return shown(get_penalty(call.session, call.actor, made.id, call.now))


@endpoint(
    blueprint,
    "/penalties/import",
    method="POST",
    permission="penalty.import",
    summary="Take over earlier penalties from an Excel or CSV file, all rows or none; or learn what is wrong with it",
    query=PenaltyImportQuerySchema,
    answer=PenaltyImportSchema,
    status=201,
    problems=TABLE_PROBLEMS,
    document=table_document(CSV_EXAMPLE, PenaltyImportSchema, {**IMPORT_EXAMPLE, "dry_run": True}),
    example=IMPORT_EXAMPLE,
)
def import_table(call: Call) -> Any:
    content = read_table_file(call.state.settings.max_import_bytes)
    dry_run = call.query["dry_run"]
    result = penalties.import_penalties(call.session, call.actor, content, dry_run=dry_run, now=call.now)
    answer = {
        "dry_run": dry_run,
        "row_count": result.row_count,
        "created": result.created,
        "unchanged": result.unchanged,
        "faults": in_language(fault.to_data() for fault in result.faults),
        "ignored_columns": list(result.ignored_columns),
    }
    if dry_run:
        return Response(orjson.dumps(PenaltyImportSchema().dump(answer)), 200, mimetype="application/json")
    return answer


@endpoint(
    blueprint,
    "/penalties",
    permission="penalty.read",
    summary="Penalties you may read, the newest record first",
    query=PenaltyQuerySchema,
    answer=PenaltyPageSchema,
    problems=("bad_cursor",),
    commits=True,
    example={"items": [EXAMPLE], "next_cursor": None},
)
def list_all(call: Call) -> dict[str, Any]:
    """The bureau all; a department those of the functions it holds and of its own cases. Streets and workers get a count."""
    query = dict(call.query)
    limit, cursor = query.pop("limit"), query.pop("cursor")
    page = list_penalties(call.session, call.actor, PenaltyFilter(**query), limit, cursor, call.now)
    record_reading(call.session, call.actor, "penalty", [row.Penalty.id for row in page.items], at=call.now)
    return {"items": [shown(row) for row in page.items], "next_cursor": page.next_cursor}


@endpoint(
    blueprint,
    "/penalties/count",
    permission="penalty_count.read",
    summary="How many penalties of a site count towards a suspected crime today",
    query=PenaltyCountQuerySchema,
    answer=PenaltyCountSchema,
    problems=("not_found",),
    example={"site_id": SITE, "counted": 1, "at_least": 2, "law": "judicial_2016_27_2_four", "mark": "推断"},
)
def count(call: Call) -> dict[str, Any]:
    """For a site you may see; never what for or who."""
    site = get_site(call.session, call.actor, call.query["site_id"], call.now)
    today = local_day(call.now)
    key = (site.id, site.uscc)
    rule = counting_rule(today)
    return {
        "site_id": site.id,
        "counted": penalties.count_penalties(call.session, [key], today)[key],
        "at_least": rule.at_least if rule else None,
        "law": rule.law if rule else None,
        "mark": rule.mark if rule else None,
    }


@endpoint(
    blueprint,
    "/penalties/<uuid:penalty_id>",
    permission="penalty.read",
    summary="One penalty",
    answer=PenaltySchema,
    problems=("not_found",),
    commits=True,
    example=EXAMPLE,
)
def show(call: Call, penalty_id: UUID) -> dict[str, Any]:
    """Who reads it leaves an event."""
    row = get_penalty(call.session, call.actor, penalty_id, call.now)
    record_reading(call.session, call.actor, "penalty", [row.Penalty.id], at=call.now)
    return shown(row)


@endpoint(
    blueprint,
    "/penalties/<uuid:penalty_id>/revoke",
    method="POST",
    permission="penalty.record",
    summary="A penalty was annulled, or entered wrongly: it counts no more",
    body=PenaltyRevokeSchema,
    answer=PenaltySchema,
    problems=("not_found", "reason_required", "penalty_revoked"),
    example={**EXAMPLE, "revoked_at": "2026-11-21T02:00:00+00:00", "revoked_reason": "复议撤销"},
)
def revoke(call: Call, penalty_id: UUID) -> dict[str, Any]:
    penalties.revoke_penalty(call.session, call.actor, penalty_id, call.body["reason"], now=call.now)
    return shown(get_penalty(call.session, call.actor, penalty_id, call.now))


def shown(row: Row[Any]) -> dict[str, Any]:
    """A penalty in the shape of PenaltySchema."""
    penalty: Penalty = row.Penalty
    values = {name: getattr(penalty, name) for name in FIELDS}
    return {**values, "recorded_by": {"id": penalty.recorded_by, "name": row.recorded_by_name}}
