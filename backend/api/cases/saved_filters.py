"""/case-filters: filters of cases under a name. Not here: keeping them (services/review)."""

from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import Row

from backend.api.cases.blueprint import blueprint
from backend.api.cases.views import as_json
from backend.api.endpoint import Call, endpoint
from backend.api.errors import input_error
from backend.api.schemas.cases import CaseOrderSchema
from backend.api.schemas.paging import PageQuerySchema
from backend.api.schemas.saved_filters import (
    SavedFilterChangeSchema,
    SavedFilterDraftSchema,
    SavedFilterPageSchema,
    SavedFilterSchema,
)
from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.labels import codes_of
from backend.persistence.models import SavedFilter
from backend.persistence.queries.saved_filters import KnownCodes, get_filter, known_codes, list_filters
from backend.services.review import FilterDraft, Sharing, create_filter, delete_filter, replace_filter

SCHEMA = CaseOrderSchema()
DRAFT_PROBLEMS = ("unknown_code", "filter_name_taken")


@endpoint(
    blueprint,
    "/case-filters",
    permission="case_filter.read",
    summary="Your filters and those shared with you, newest first",
    query=PageQuerySchema,
    answer=SavedFilterPageSchema,
    problems=("bad_cursor",),
    example={"items": [SavedFilterSchema.EXAMPLE], "next_cursor": None},
)
def list_saved(call: Call) -> dict[str, Any]:
    page = list_filters(call.session, call.actor, call.query["limit"], call.query["cursor"])
    known = known_codes(call.session, local_day(call.now))
    return {"items": [_shown(row, call.actor, known) for row in page.items], "next_cursor": page.next_cursor}


@endpoint(
    blueprint,
    "/case-filters/<uuid:filter_id>",
    permission="case_filter.read",
    summary="One of them, and what of it means nothing any more",
    answer=SavedFilterSchema,
    problems=("not_found",),
    example=SavedFilterSchema.EXAMPLE,
)
def show_saved(call: Call, filter_id: UUID) -> dict[str, Any]:
    return _whole(call, filter_id)


@endpoint(
    blueprint,
    "/case-filters",
    method="POST",
    permission="case_filter.write",
    summary="Keep a filter under a name, for yourself or shared",
    body=SavedFilterDraftSchema,
    answer=SavedFilterSchema,
    status=201,
    problems=DRAFT_PROBLEMS,
    example=SavedFilterSchema.EXAMPLE,
)
def create_saved(call: Call) -> dict[str, Any]:
    """District roles share with anybody, a street or a department with its own people."""
    row = create_filter(call.session, call.actor, _draft(call), now=call.now)
    return _whole(call, row.id)


@endpoint(
    blueprint,
    "/case-filters/<uuid:filter_id>",
    method="PUT",
    permission="case_filter.write",
    summary="Say anew what a filter of yours is",
    body=SavedFilterChangeSchema,
    answer=SavedFilterSchema,
    problems=("not_found", "stale_version", *DRAFT_PROBLEMS),
    example={**SavedFilterSchema.EXAMPLE, "version": 2},
)
def replace_saved(call: Call, filter_id: UUID) -> dict[str, Any]:
    replace_filter(call.session, call.actor, filter_id, _draft(call), version=call.body["version"])
    return _whole(call, filter_id)


@endpoint(
    blueprint,
    "/case-filters/<uuid:filter_id>",
    method="DELETE",
    permission="case_filter.write",
    summary="Forget a filter of yours",
    status=204,
    problems=("not_found",),
)
def delete_saved(call: Call, filter_id: UUID) -> None:
    delete_filter(call.session, call.actor, filter_id)


def _draft(call: Call) -> FilterDraft:
    body = call.body
    content = as_json(SCHEMA, body["filter"])
    _, ignored, _ = _usable(content, known_codes(call.session, local_day(call.now)))
    if ignored:
        raise DomainError("unknown_code", list=ignored[0]["field"], value=str(ignored[0]["value"]))
    return FilterDraft(body["name"], content, Sharing(**body["shared_with"]) if body["shared_with"] else None)


def _whole(call: Call, filter_id: UUID) -> dict[str, Any]:
    known = known_codes(call.session, local_day(call.now))
    return _shown(get_filter(call.session, call.actor, filter_id), call.actor, known)


def _shown(row: Row[*tuple[Any, ...]], actor: Actor, known: KnownCodes) -> dict[str, Any]:
    saved: SavedFilter = row.SavedFilter
    content, ignored, ended = _usable(saved.filter, known)
    shared = {"role": saved.shared_role, "street": saved.shared_street_code, "department": row.shared_department}
    return {
        "id": saved.id,
        "name": saved.name,
        "owner": {"id": saved.owner_id, "name": row.owner_name},
        "mine": saved.owner_id == actor.user_id,
        "filter": content,
        "ignored": ignored,
        "ended": ended,
        "shared_with": shared if any(shared.values()) else None,
        "created_at": saved.created_at,
        "version": saved.version,
    }


def _usable(
    content: dict[str, Any], known: KnownCodes
) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """What of a stored filter can be used now, what is ignored and why, and which codes have ended."""
    kept: dict[str, Any] = {}
    ignored: list[dict[str, Any]] = []
    ended: list[dict[str, Any]] = []
    for name, value in content.items():
        pieces = value if isinstance(value, list) else [value]
        good = []
        for piece in pieces:
            code = _fault(name, [piece] if isinstance(value, list) else piece, known)
            if code is not None:
                ignored.append({"field": name, "value": piece, "code": code})
                continue
            good.append(piece)
            if known.get(name, {}).get(piece) is False:
                ended.append({"field": name, "value": piece})
        if good:
            kept[name] = good if isinstance(value, list) else good[0]
    return kept, ignored, ended


def _fault(name: str, value: Any, known: KnownCodes) -> str | None:
    """The code of what is wrong with one value, by shape or because its list does not hold it."""
    try:
        SCHEMA.load({name: value})
    except ValidationError as error:
        return str((input_error(error).errors or [{}])[0].get("code", "wrong"))
    plain = value[0] if isinstance(value, list) else value
    unknown = (name in known and plain not in known[name]) or (
        name == "outcome" and plain not in codes_of("handling_outcomes")
    )
    return "unknown_code" if unknown else None
