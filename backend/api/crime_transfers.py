"""Transfers of suspected crimes to the police, beside the referral. Not here: rules (domain/crime_transfers)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_smorest import Blueprint
from sqlalchemy import Row

from backend.api.documents import one_of
from backend.api.endpoint import Call, endpoint
from backend.api.schemas.crime_transfers import (
    EXAMPLE,
    TransferActSchema,
    TransferMaterialsSchema,
    TransferPageSchema,
    TransferProposeSchema,
    TransferQuerySchema,
    TransferSchema,
    TransfersSchema,
)
from backend.domain.accounts import Actor
from backend.domain.crime_transfers import CLOCK_OF_STATUS, missing_materials
from backend.domain.errors import DomainError
from backend.domain.permissions import can
from backend.domain.vocabulary import CrimeTransferAction
from backend.persistence.models import CrimeTransfer
from backend.persistence.queries.crime_transfers import get_transfer, list_transfers, transfers_of
from backend.services import crime_transfers as services
from backend.services.crime_transfers import TransferDetails, TransferProposal
from backend.services.history import record_reading

blueprint = Blueprint(
    "crime_transfers",
    __name__,
    url_prefix="/api/v1",
    description="Transfers of suspected crimes to the police (行刑衔接, 国务院令310号)",
)
MATERIAL_PROBLEMS = ("unknown_code", "material_needed", "material_twice", "unknown_photo")
APPROVED = {**EXAMPLE, "status": "approved", "version": 2, "clock": "hand_over", "allowed_actions": ["hand_over"]}
PLAIN = (
    "id", "referral_id", "status", "version", "proposed_at", "decided_at", "handed_over_at", "answered_at",
    "reconsideration_at", "ruled_at", "procuratorate_at", "goods_delivered_at", "ended_at",
)  # fmt: skip
OF_FILE = ("grounds", "report", "officers", "materials", "decision_reason", "receipt_no", "police_answer")


@endpoint(
    blueprint,
    "/referrals/<uuid:referral_id>/crime-transfer",
    method="POST",
    permission="crime_transfer.read",
    summary="Propose that a referral of the health authority goes to the police",
    body=TransferProposeSchema,
    answer=TransferSchema,
    status=201,
    problems=(
        "not_found", "transfer_of_other_function", "transfer_exists", "grounds_needed", "reason_required",
        "officers_needed", *MATERIAL_PROBLEMS,
    ),
    example=EXAMPLE,
)  # fmt: skip
def propose(call: Call, referral_id: UUID) -> dict[str, Any]:
    """Only the health bureau; somebody else decides, within three days."""
    body = call.body
    proposal = TransferProposal(tuple(body["grounds"]), body["report"], body["officers"], body["materials"])
    made = services.propose_transfer(call.session, call.actor, referral_id, proposal, now=call.now)
    return shown(get_transfer(call.session, call.actor, made.id), call.actor, call.now)


@endpoint(
    blueprint,
    "/referrals/<uuid:referral_id>/crime-transfer",
    permission="crime_transfer.read",
    summary="Transfers of a referral to the police, newest first",
    answer=TransfersSchema,
    problems=("not_found",),
    commits=True,
    example={"items": [EXAMPLE]},
)
def list_of_referral(call: Call, referral_id: UUID) -> dict[str, Any]:
    """Who sees the referral learns that a transfer exists and where it stands; its file is for the bureau and auditors."""
    rows = transfers_of(call.session, call.actor, referral_id)
    _note_reading(call, rows)
    return {"items": [shown(row, call.actor, call.now) for row in rows]}


@endpoint(
    blueprint,
    "/crime-transfers",
    permission="crime_file.read",
    summary="Transfers to the police, newest first",
    query=TransferQuerySchema,
    answer=TransferPageSchema,
    problems=("bad_cursor",),
    commits=True,
    example={"items": [EXAMPLE], "next_cursor": None},
)
def list_all(call: Call) -> dict[str, Any]:
    query = call.query
    page = list_transfers(call.session, call.actor, query["status"], query["limit"], query["cursor"])
    _note_reading(call, page.items)
    return {"items": [shown(row, call.actor, call.now) for row in page.items], "next_cursor": page.next_cursor}


@endpoint(
    blueprint,
    "/crime-transfers/<uuid:transfer_id>",
    permission="crime_transfer.read",
    summary="One transfer, and what you may do with it now",
    answer=TransferSchema,
    problems=("not_found",),
    commits=True,
    example=EXAMPLE,
)
def show(call: Call, transfer_id: UUID) -> dict[str, Any]:
    """Who opens the file leaves an event."""
    row = get_transfer(call.session, call.actor, transfer_id)
    _note_reading(call, [row])
    return shown(row, call.actor, call.now)


@endpoint(
    blueprint,
    "/crime-transfers/<uuid:transfer_id>/materials",
    method="POST",
    permission="crime_transfer.read",
    summary="Set the checklist of papers while the case is still in the house",
    body=TransferMaterialsSchema,
    answer=TransferSchema,
    problems=("not_found", "stale_version", "materials_closed", *MATERIAL_PROBLEMS),
    example={**EXAMPLE, "version": 2},
)
def set_materials(call: Call, transfer_id: UUID) -> dict[str, Any]:
    body = call.body
    services.set_materials(
        call.session, call.actor, transfer_id, body["materials"], version=body["version"], now=call.now
    )
    return shown(get_transfer(call.session, call.actor, transfer_id), call.actor, call.now)


@endpoint(
    blueprint,
    "/crime-transfers/<uuid:transfer_id>/actions/<action>",
    method="POST",
    permission="crime_transfer.read",
    summary="Decide, hand over, record what the police answered, ask for reconsideration …",
    body=TransferActSchema,
    answer=TransferSchema,
    problems=(
        "not_found", "stale_version", "illegal_transition", "decider_is_proposer", "reason_required",
        "material_needed", "receipt_needed", "answer_needed", "bad_moment",
    ),
    example=APPROVED,
    document=one_of("action", CrimeTransferAction),
)  # fmt: skip
def perform(call: Call, transfer_id: UUID, action: str) -> dict[str, Any]:
    """Which act is possible when stands in GET /workflow; an unknown action is not found."""
    if action not in set(CrimeTransferAction):
        raise DomainError("not_found")
    body = dict(call.body)
    version = body.pop("version")
    details = TransferDetails(**body)
    services.act_on_transfer(
        call.session, call.actor, transfer_id, CrimeTransferAction(action), details, version=version, now=call.now
    )
    return shown(get_transfer(call.session, call.actor, transfer_id), call.actor, call.now)


def _note_reading(call: Call, rows: Sequence[Row[Any]]) -> None:
    """Opening a file is history itself; to whom it is not shown, there is nothing to note."""
    if can(call.actor.roles, "crime_file.read"):
        record_reading(call.session, call.actor, "crime_transfer", [row.CrimeTransfer.id for row in rows], at=call.now)


def shown(row: Row[Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """A transfer in the shape of TransferSchema; its file only for who may read it."""
    transfer: CrimeTransfer = row.CrimeTransfer
    clock, column = CLOCK_OF_STATUS.get(transfer.status, (None, None))
    due = getattr(transfer, column) if column else None
    return {
        **{name: getattr(transfer, name) for name in PLAIN},
        "clock": clock,
        "due_at": due,
        "overdue": due is not None and due < now,
        "file": _file(row) if can(actor.roles, "crime_file.read") else None,
        "allowed_actions": services.actions_for(actor, transfer),
    }


def _file(row: Row[Any]) -> dict[str, Any]:
    transfer: CrimeTransfer = row.CrimeTransfer
    return {
        **{name: getattr(transfer, name) for name in OF_FILE},
        "missing_materials": [material.code for material in missing_materials(transfer.materials)],
        "proposed_by": {"id": transfer.proposed_by, "name": row.proposer_name},
        "decided_by": _person(transfer.decided_by, row.decider_name),
        "handed_over_by": _person(transfer.handed_over_by, row.messenger_name),
    }


def _person(person_id: UUID | None, name: str | None) -> dict[str, Any] | None:
    return None if person_id is None else {"id": person_id, "name": name}
