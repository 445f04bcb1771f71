"""Repairs an item in quarantine and applies it: as of the worker who recorded it, by the rules for late work.

What was sent and its answer are never touched; the correction is kept beside them, with who made it and when.
Not here: the desk itself (quarantine.py), what items do (batch.py).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.items import read_raw
from backend.domain.quarantine import NOT_REPAIRABLE, REPORT_EXISTS, next_state, path_of, refusal
from backend.domain.shapes import PayloadError, parse_time
from backend.domain.shapes import uuid as read_uuid
from backend.domain.sync import content_hash
from backend.domain.vocabulary import ItemKind, ItemResult, QuarantineAction, QuarantineState
from backend.persistence.bulk import Writes
from backend.persistence.models import QuarantineEntry, SyncItem
from backend.services.accounts import load_actor
from backend.services.history import record
from backend.services.scope import publish_entries
from backend.services.sync.answers import Answer
from backend.services.sync.arrivals import Arrival, Unstorable, read_item
from backend.services.sync.batch import apply_arrivals
from backend.services.sync.context import SyncContext
from backend.services.sync.known import hold_and_look
from backend.services.sync.quarantine import lock_entry, set_state

log = structlog.get_logger(__name__)
KINDS = frozenset(map(str, ItemKind))
# When it was seen or done is evidence: a correction may write such a time where none can be read, not move it.
KEPT_TIMES = ("captured_at", "called_at")


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to be applied instead of what was sent. None: as sent; ``note`` is a word to the worker."""

    payload: dict[str, Any] | None = None
    kind: str | None = None
    recorded_at: str | None = None
    note: str | None = None


def repair_entry(
    session: Session, actor: Actor, entry_id: UUID, correction: Correction, *, now: datetime, language: str = "zh"
) -> QuarantineEntry:
    """Apply the corrected item. The same correction again finds it done and changes nothing.

    Raises DomainError: not_found, not_repairable (other content of an id that has taken effect), illegal_transition
    (repaired otherwise already), repair_refused (with the path of the fault; nothing is changed then).
    """
    entry = lock_entry(session, actor, entry_id, now)
    if entry.code in NOT_REPAIRABLE:
        raise DomainError("not_repairable")
    item = session.get_one(SyncItem, entry.item_id)
    corrected = _corrected(entry, read_raw(item.raw), correction)
    arrival = read_item(corrected)
    if isinstance(arrival, Unstorable):
        raise refusal(arrival.code, "payload")
    if entry.state == QuarantineState.REPAIRED and entry.correction_sha256 == arrival.content_sha256:
        return entry
    next_state(entry.state, QuarantineAction.REPAIR)
    if arrival.fault is not None:
        raise refusal(arrival.fault.code, arrival.fault.path)
    answer = _apply(session, _context(session, item, now, language), arrival)
    entry.correction, entry.correction_sha256 = arrival.raw, arrival.content_sha256
    entry.correction_flags = answer.flags
    note = (correction.note or "").strip()
    data = {"content_sha256": arrival.content_sha256, "flags": answer.flags}
    set_state(session, actor, entry, QuarantineAction.REPAIR, note, now=now, data=data)
    _mark_report(session, actor, entry, arrival, now)
    session.flush()
    publish_entries(session, [entry.id], now)
    return entry


def item_under_usable_id(entry: QuarantineEntry, sent: Any) -> dict[str, Any]:
    """What was sent, under the entry's own id where the phone's is no UUID; that id names what the item makes."""
    try:
        read_uuid(sent, "id", "")
    except PayloadError:
        return {**sent, "id": str(entry.id)}
    return dict(sent)


def _corrected(entry: QuarantineEntry, sent: Any, correction: Correction) -> dict[str, Any]:
    item = item_under_usable_id(entry, sent)
    given = {"kind": correction.kind, "recorded_at": correction.recorded_at, "payload": correction.payload}
    corrected = {**item, **{name: value for name, value in given.items() if value is not None}}
    if item.get("kind") in KINDS and corrected["kind"] != item["kind"]:
        raise refusal("kept_as_sent", "kind")
    _check_time("recorded_at", item, corrected)
    for name in KEPT_TIMES:
        _check_time(name, item.get("payload"), corrected.get("payload"))
    if entry.code == REPORT_EXISTS:
        _check_all_but_id(item["payload"], corrected["payload"])
    return corrected


def _check_all_but_id(sent: dict[str, Any], corrected: dict[str, Any]) -> None:
    """Of a report that could be read whole nothing but its id stood in the way: its words are evidence and stay."""
    for name in sorted((sent.keys() | corrected.keys()) - {"report_id"}):
        # by hash, since what only looks equal (1 and true), or not even like itself (NaN), is told apart so
        if content_hash(name, None, sent.get(name)) != content_hash(name, None, corrected.get(name)):
            raise refusal("only_its_id", name)


def _check_time(name: str, sent: Any, corrected: Any) -> None:
    before = _moment(sent, name)
    if before is not None and _moment(corrected, name) != before:
        raise refusal("kept_as_sent", name)


def _moment(data: Any, name: str) -> datetime | None:
    value = data.get(name) if isinstance(data, dict) else None
    try:
        return parse_time(value, "", name) if isinstance(value, str) else None
    except PayloadError:
        return None


def _context(session: Session, item: SyncItem, now: datetime, language: str) -> SyncContext:
    worker = load_actor(session, item.user_id, item.device_id, now)
    offset = item.clock_offset_ms
    return SyncContext(worker, now, item.epoch, offset, language, first_received_at=item.received_at)


def _apply(session: Session, context: SyncContext, arrival: Arrival) -> Answer:
    """Do what the item does when it comes by phone, under the locks of its worker's calls; refuse what has no effect."""
    try:
        known = hold_and_look(session, context, [arrival])
        writes = Writes()
        [answer] = apply_arrivals(session, context, [arrival], known, writes)
        writes.write(session)
    except (DomainError, OperationalError):
        raise
    except Exception as error:
        from_database = isinstance(error, SQLAlchemyError)
        # a database error's text repeats the row; only our own errors may be logged whole
        log.error("repair_failed", item=arrival.item_id, error=type(error).__name__, exc_info=not from_database)
        raise refusal("database_refused" if from_database else "not_applicable", None) from error
    if answer.result != ItemResult.ACCEPTED:
        code = answer.code or "not_applicable"
        raise refusal(code, path_of(code, arrival.kind))
    return answer


def _mark_report(session: Session, actor: Actor, entry: QuarantineEntry, arrival: Arrival, now: datetime) -> None:
    """Say in the history of the report, too, that somebody else than its author has corrected what was sent."""
    report_id = getattr(arrival.payload, "report_id", None)
    if report_id is None or not arrival.kind.startswith("report."):
        return
    record(
        session,
        at=now,
        actor=actor,
        subject_type="report",
        subject_id=report_id,
        action="repair",
        data={"item_id": entry.item_id, "entry_id": str(entry.id), "kind": arrival.kind},
    )
