"""Views of the quarantine desk. Not here: how an entry is told (shown.py)."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from backend.api.endpoint import Call, endpoint
from backend.api.language import current_language
from backend.api.quarantine.examples import DETAIL_EXAMPLE, ENTRY_EXAMPLE, SETTLED_EXAMPLE
from backend.api.quarantine.shown import shown_entry, shown_whole
from backend.api.schemas.quarantine import (
    DismissSchema,
    QuarantineDetailSchema,
    QuarantinePageSchema,
    QuarantineQuerySchema,
    RepairSchema,
)
from backend.persistence.queries.quarantine import EntryFilter, get_entry, list_entries
from backend.services.sync import Correction, dismiss_entry, repair_entry

blueprint = Blueprint(
    "quarantine",
    __name__,
    url_prefix="/api/v1",
    description="Items that could not be applied, to be repaired or dismissed (待修复)",
)


@endpoint(
    blueprint,
    "/quarantine",
    permission="quarantine.read",
    summary="Items without effect that you may see, newest first",
    query=QuarantineQuerySchema,
    answer=QuarantinePageSchema,
    problems=("bad_cursor",),
    example={"items": [ENTRY_EXAMPLE], "next_cursor": None},
)
def list_all(call: Call) -> dict[str, Any]:
    """A street sees those of its workers and of its tasks and reports, the bureau and the auditor all."""
    query = dict(call.query)
    limit, cursor, user_id = query.pop("limit"), query.pop("cursor"), query.pop("user")
    wanted = EntryFilter(user_id=user_id, **query)
    found = list_entries(call.session, call.actor, wanted, limit, cursor, call.now)
    language = current_language()
    return {"items": [shown_entry(row, language) for row in found.items], "next_cursor": found.next_cursor}


@endpoint(
    blueprint,
    "/quarantine/<uuid:entry_id>",
    permission="quarantine.read",
    summary="One of them whole: what was sent, why it had no effect, how it could be mended",
    answer=QuarantineDetailSchema,
    problems=("not_found",),
    example=DETAIL_EXAMPLE,
)
def show(call: Call, entry_id: UUID) -> dict[str, Any]:
    return _whole(call, entry_id)


@endpoint(
    blueprint,
    "/quarantine/<uuid:entry_id>/actions/repair",
    method="POST",
    permission="quarantine.settle",
    summary="Apply a corrected item as of the worker who recorded it; what was sent stays as it is",
    body=RepairSchema,
    answer=QuarantineDetailSchema,
    problems=("not_found", "repair_refused", "not_repairable", "illegal_transition"),
    example=SETTLED_EXAMPLE,
)
def repair(call: Call, entry_id: UUID) -> dict[str, Any]:
    """The rules for late work judge it by its capture time. Sent again, the same correction changes nothing."""
    correction = Correction(**call.body)
    repair_entry(call.session, call.actor, entry_id, correction, now=call.now, language=current_language())
    return _whole(call, entry_id)


@endpoint(
    blueprint,
    "/quarantine/<uuid:entry_id>/actions/dismiss",
    method="POST",
    permission="quarantine.settle",
    summary="Close an item without effect, or a conflict one has looked at, with a reason",
    body=DismissSchema,
    answer=QuarantineDetailSchema,
    problems=("not_found", "reason_required", "illegal_transition"),
    example={**DETAIL_EXAMPLE, "state": "dismissed", "note": "与另一条重复，已电话核实", "allowed_actions": ["repair"]},
)
def dismiss(call: Call, entry_id: UUID) -> dict[str, Any]:
    dismiss_entry(call.session, call.actor, entry_id, call.body["reason"], now=call.now)
    return _whole(call, entry_id)


def _whole(call: Call, entry_id: UUID) -> dict[str, Any]:
    # what was settled a moment ago is read back as the database has it
    call.session.flush()
    found = get_entry(call.session, call.actor, entry_id, call.now)
    return shown_whole(call.session, call.actor, found, current_language())
