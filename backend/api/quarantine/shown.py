"""Tells an entry of the desk: plain values in the shape of QuarantineDetailSchema, the reason as a sentence."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from backend.api.history import shown_event
from backend.domain.accounts import Actor
from backend.domain.items import can_be_told, read_raw
from backend.domain.permissions import QUARANTINE_ACTION_PERMISSION, can
from backend.domain.quarantine import NOT_REPAIRABLE, REPORT_EXISTS, TRANSITIONS, reason_of
from backend.domain.shapes import MESSAGES
from backend.domain.suggestions import Suggestion, suggest, suggest_new_report_id
from backend.domain.vocabulary import QuarantineAction, QuarantineState
from backend.persistence.models import QuarantineEntry, SyncConflict, SyncItem
from backend.persistence.queries.quarantine import EntryWhole, may_apply_now
from backend.services.sync import item_under_usable_id

AnyRow = Row[*tuple[Any, ...]]
GONE_WHEN_READ = {*MESSAGES, "not_applicable", "database_refused"}  # the server has learned to read or to store it
COLUMNS = (
    "id", "item_id", "kind", "result", "code", "path", "state", "task_id", "report_id", "received_at", "settled_at",
    "note",
)  # fmt: skip


def shown_entry(row: AnyRow, language: str) -> dict[str, Any]:
    """An entry in the shape of QuarantineEntrySchema."""
    entry: QuarantineEntry = row.QuarantineEntry
    return {
        **{name: getattr(entry, name) for name in COLUMNS},
        "why": reason_of(entry.code, entry.path, language),
        "worker": {"id": entry.user_id, "name": row.user_name},
        "device": _device(row),
        "settled_by": {"id": entry.settled_by, "name": row.settler_name} if entry.settled_by else None,
    }


def shown_whole(session: Session, actor: Actor, found: EntryWhole, language: str) -> dict[str, Any]:
    """An entry in the shape of QuarantineDetailSchema."""
    entry: QuarantineEntry = found.row.QuarantineEntry
    return {
        **shown_entry(found.row, language),
        "sent": _content(found.sent),
        "stands": _content(found.stands) if found.stands else None,
        "suggestion": _suggestion(session, entry, found.sent),
        "correction": _correction(entry),
        "allowed_actions": _actions(actor, entry),
        "history": [shown_event(event) for event in found.history],
    }


def _device(row: AnyRow) -> dict[str, Any] | None:
    entry: QuarantineEntry = row.QuarantineEntry
    if entry.device_id is None:
        return None
    return {
        "id": entry.device_id,
        "name": row.device_name,
        "platform": row.device_platform,
        "app_version": row.device_app_version,
    }


def _content(sent: SyncItem | SyncConflict) -> dict[str, Any]:
    return {
        "text": sent.raw.decode(),
        "item": _told(sent.raw),
        "sha256": sent.content_sha256,
        "received_at": sent.received_at,
    }


def _told(raw: bytes) -> Any:
    item = read_raw(raw)
    return item if can_be_told(item) else None


def _suggestion(session: Session, entry: QuarantineEntry, sent: SyncItem | SyncConflict) -> Suggestion | None:
    """For what waits only. Where the item could be read all along, only if what it names is known by now."""
    if entry.code in NOT_REPAIRABLE or entry.state != QuarantineState.OPEN:
        return None
    if entry.code == REPORT_EXISTS:
        # always the same new id: two who follow the suggestion make one report
        return suggest_new_report_id(read_raw(sent.raw), str(entry.id))
    made = suggest(item_under_usable_id(entry, read_raw(sent.raw)))
    if made is None or made.changes:
        return made
    # it can be read without a change: the same again helps only if the reason has gone meanwhile
    return made if entry.code in GONE_WHEN_READ or may_apply_now(session, entry) else None


def _correction(entry: QuarantineEntry) -> dict[str, Any] | None:
    if entry.correction is None:
        return None
    return {
        "item": _told(entry.correction),
        "sha256": entry.correction_sha256,
        "flags": entry.correction_flags or [],
    }


def _actions(actor: Actor, entry: QuarantineEntry) -> list[QuarantineAction]:
    return [
        action
        for action in QuarantineAction
        if (entry.state, action) in TRANSITIONS
        and can(actor.roles, QUARANTINE_ACTION_PERMISSION[action])
        and not (action == QuarantineAction.REPAIR and entry.code in NOT_REPAIRABLE)
    ]
