"""POST /sync: the public offline contract. Parsing is by hand: this is the hot path, and one bad item must not fail it."""

import json
from typing import Any
from uuid import UUID

import orjson
import structlog
from flask import Response, request
from flask_smorest import Blueprint
from sqlalchemy.exc import OperationalError

from backend.api.body import JSON_LIMIT, read_body
from backend.api.endpoint import Call, endpoint
from backend.api.language import current_language
from backend.api.schemas.sync import REPLY_EXAMPLE, SYNC_EXAMPLE, SyncReplySchema, SyncRequestSchema
from backend.domain.envelope import PROTOCOL, Envelope, read_envelope
from backend.domain.errors import DomainError
from backend.domain.sync import clock_offset_seconds
from backend.persistence.unit_of_work import reading, unit_of_work
from backend.services.epochs import judge_epoch
from backend.services.sync import (
    Answer,
    Opening,
    Outbox,
    SyncContext,
    apply_items,
    apply_singly,
    dump_answer,
    is_news,
    note_contact,
    open_sync,
    place_of,
    read_changes,
)

log = structlog.get_logger(__name__)
blueprint = Blueprint("sync", __name__, url_prefix="/api/v1", description="The offline contract for phones")

BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": SyncRequestSchema, "example": SYNC_EXAMPLE}},
    }
}


@endpoint(
    blueprint,
    "/sync",
    method="POST",
    permission="sync.use",
    summary="Deliver items, fetch changes",
    answer=SyncReplySchema,
    commits=False,
    opens=open_sync,
    problems=(
        "bad_json",
        "bad_envelope",
        "unsupported_protocol",
        "too_many_items",
        "payload_too_large",
    ),
    document=BODY,
    example=REPLY_EXAMPLE,
)
def sync(call: Call) -> Response:
    """Two units of work, one after the other: the items are committed before the feed is read, so that a phone sees
    its own report at once, and a feed that cannot be read takes nothing back."""
    body, strict = _read()
    envelope = read_envelope(body)
    known: Opening = call.opened
    epoch, reoffer = judge_epoch(known.epochs, envelope.epoch)
    context = _context(call, envelope, epoch)
    answers = _deliver(envelope, context, known, strict=strict)
    with reading() as session:
        page = read_changes(
            session,
            call.actor.user_id,
            epoch,
            None if context.behind else envelope.cursor,
            limit=envelope.limit,
            verify=envelope.verify,
            now=call.now,
            quiet_until=None if answers or known.newest > place_of(envelope.cursor) else known.horizon,
        )
    keys = call.state.gateways.keys
    reply: dict[str, Any] = {
        "protocol": PROTOCOL,
        "epoch": str(epoch),
        "server_time": call.now.isoformat(),
        "reoffer_since": reoffer.isoformat() if reoffer else None,
        "receipts": [dump_answer(answer, keys) for answer in answers],
        "changes": page.changes,
        "cursor": page.cursor,
        "more": page.more,
        "state": page.state,
    }
    if page.snapshot:
        reply["snapshot"] = True
    return Response(orjson.dumps(reply), mimetype="application/json")


def _context(call: Call, envelope: Envelope, epoch: UUID) -> SyncContext:
    return SyncContext(
        call.actor,
        call.now,
        epoch,
        round(clock_offset_seconds(envelope.device_time, call.now) * 1000),
        current_language(),
        Outbox(envelope.outbox_items, envelope.outbox_photos, envelope.outbox_oldest_at),
        call.opened.reference_revision,
        behind=envelope.epoch not in (None, str(epoch)),
    )


def _deliver(envelope: Envelope, context: SyncContext, known: Opening, *, strict: bool) -> list[Answer]:
    if not envelope.items:
        assert context.outbox is not None
        if is_news(known, context.outbox, context.clock_offset_ms or 0, context.now):
            with unit_of_work(durable=False) as session:  # a contact time may be lost in a crash, an item never
                note_contact(session, context)
        return []
    try:
        with unit_of_work() as session:
            return apply_items(session, context, envelope.items, strict=strict)
    except OperationalError:
        raise  # the database is away or two calls stand in each other's way: nothing was stored, the phone tries again
    except Exception as error:
        log.warning("sync_batch_retried_singly", error=type(error).__name__, items=len(envelope.items))
        with unit_of_work() as session:
            return apply_singly(session, context, envelope.items)


def _read() -> tuple[Any, bool]:
    """The body, and whether it is strict JSON; what only a lenient reader takes (NaN, lone surrogates) must spoil its own
    item only."""
    if request.mimetype != "application/json":
        raise DomainError("bad_json")  # the contract knows no 415
    try:
        body = read_body(JSON_LIMIT)
    except DomainError as error:
        raise DomainError("bad_json") if error.code == "unsupported_media_type" else error from error
    try:
        return orjson.loads(body), True
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(body), False
    except (ValueError, RecursionError) as error:
        raise DomainError("bad_json") from error
