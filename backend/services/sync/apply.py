"""Applies the items of a sync call: in order, each with one effect however often it comes, none failing another.

The whole batch is tried at once, in a constant number of statements. Should that fail for a reason no rule foresaw, the
caller takes everything back and has the items applied one by one, each in a savepoint of its own: the one that fails is
quarantined whole, the others are stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from backend.domain.sync import Replay, judge_replay
from backend.domain.vocabulary import ItemResult
from backend.persistence.bulk import Writes
from backend.persistence.models import SyncConflict, SyncItem
from backend.services.sync.answers import Answer
from backend.services.sync.arrivals import Arrival, Unstorable, in_turns, read_item
from backend.services.sync.batch import apply_arrivals
from backend.services.sync.contact import note_contact
from backend.services.sync.context import SyncContext
from backend.services.sync.known import SAME_ID, Known, StoredItem, hold_and_look
from backend.services.sync.quarantine import keep_for_desk

log = structlog.get_logger(__name__)


def apply_items(session: Session, context: SyncContext, items: Sequence[Any], *, strict: bool = False) -> list[Answer]:
    """One answer per item, in the order of ``items``; everything that has an id is kept. ``strict``: as of read_item.

    What it raises (but OperationalError: the database is away or two calls stand in each other's way) is a fault no rule
    foresaw: take everything back, then ``apply_singly``.
    """
    arrivals = [read_item(item, strict=strict) for item in items]
    storable = [arrival for arrival in arrivals if isinstance(arrival, Arrival)]
    answers = iter([answer for part in in_turns(storable) for answer in _apply(session, context, part)])
    return [_rejected(entry) if isinstance(entry, Unstorable) else next(answers) for entry in arrivals]


def apply_singly(session: Session, context: SyncContext, items: Sequence[Any]) -> list[Answer]:
    """As ``apply_items``, each item in a savepoint of its own: one that fails is quarantined, the others are stored."""
    arrivals = [read_item(item) for item in items]
    return [
        _rejected(entry) if isinstance(entry, Unstorable) else _apply_alone(session, context, entry)
        for entry in arrivals
    ]


@dataclass(slots=True)
class _Sorted:
    """The arrivals of a call by what is to be done with them; ``answers`` in their order, None for the fresh ones."""

    fresh: list[Arrival] = field(default_factory=list)
    conflicts: list[Arrival] = field(default_factory=list)
    answers: list[Answer | None] = field(default_factory=list)


def _apply(session: Session, context: SyncContext, arrivals: Sequence[Arrival]) -> list[Answer]:
    if not arrivals:
        note_contact(session, context)  # which otherwise goes with looking up what is known
        return []
    known = hold_and_look(session, context, arrivals)
    sorted_out = _sort_out(context, arrivals, known)
    writes = Writes()
    fresh = sorted_out.fresh
    done = dict(zip((a.item_id for a in fresh), apply_arrivals(session, context, fresh, known, writes), strict=True))
    answered = ((arrival, done[arrival.item_id]) for arrival in fresh)
    kept = [(arrival, answer) for arrival, answer in answered if answer.result != ItemResult.REJECTED]
    writes.add(SyncItem, *(_item_row(context, arrival, answer) for arrival, answer in kept))
    keep_for_desk(writes, context, kept)
    writes.write(session)
    _keep_conflicts(session, context, sorted_out.conflicts)
    return [_settle(answer, arrival, done) for answer, arrival in zip(sorted_out.answers, arrivals, strict=True)]


def _sort_out(context: SyncContext, arrivals: Sequence[Arrival], known: Known) -> _Sorted:
    found = _Sorted()
    first: dict[str, StoredItem | Arrival] = dict(known.items)
    for arrival in arrivals:
        earlier = first.setdefault(arrival.item_id, arrival)
        if earlier is arrival:
            found.fresh.append(arrival)
            found.answers.append(None)
        elif judge_replay(earlier.content_sha256, arrival.content_sha256) == Replay.CONFLICT:
            found.answers.append(_conflict(context, arrival, known, found.conflicts))
        elif isinstance(earlier, Arrival):  # twice in this very call: its answer is known only after the batch
            found.answers.append(Answer(arrival.item_id, ItemResult.ACCEPTED, replayed=True))
        else:
            found.answers.append(_replayed(earlier))
    return found


def _conflict(context: SyncContext, arrival: Arrival, known: Known, conflicts: list[Arrival]) -> Answer:
    """conflict; the same other content is kept once, and gets the receipt of the first time again."""
    earlier = known.conflicts.get((arrival.item_id, arrival.content_sha256))
    if earlier is not None:
        return _replayed(earlier)
    again = any(c.item_id == arrival.item_id and c.content_sha256 == arrival.content_sha256 for c in conflicts)
    if not again:
        conflicts.append(arrival)
    return _stamp(Answer(arrival.item_id, ItemResult.CONFLICT, SAME_ID, replayed=again), arrival, context)


def _settle(answer: Answer | None, arrival: Arrival, done: dict[str, Answer]) -> Answer:
    """The answer of a fresh item, or of one repeated within the same call, which waits for the first to be known."""
    if answer is None:
        return done[arrival.item_id]
    first = done.get(arrival.item_id)
    if first is not None and answer.result == ItemResult.ACCEPTED and answer.content_sha256 is None:
        return replace(first, flags=list(first.flags), replayed=True)
    return answer


def _apply_alone(session: Session, context: SyncContext, arrival: Arrival) -> Answer:
    try:
        with session.begin_nested():
            return _apply(session, context, [arrival])[0]
    except OperationalError:
        raise
    except Exception as error:
        from_database = isinstance(error, SQLAlchemyError)
        # a database error's text repeats the row; only our own errors may be logged whole
        log.error(
            "sync_item_quarantined",
            item=arrival.item_id,
            kind=arrival.kind,
            error=type(error).__name__,
            exc_info=not from_database,
        )
        reason = "database_refused" if from_database else "not_applicable"
    with session.begin_nested():
        known = hold_and_look(session, context, [arrival])
        sorted_out = _sort_out(context, [arrival], known)
        _keep_conflicts(session, context, sorted_out.conflicts)
        answer = sorted_out.answers[0]
        if answer is not None:  # another call stored the same item meanwhile
            return answer
        answer = Answer(arrival.item_id, ItemResult.QUARANTINED, reason)
        writes = Writes()
        writes.add(SyncItem, _item_row(context, arrival, answer))
        keep_for_desk(writes, context, [(arrival, answer)])
        writes.write(session)
        return answer


def _replayed(first: StoredItem) -> Answer:
    return Answer(
        first.item_id,
        first.result,
        first.code,
        first.detail,
        list(first.flags),
        replayed=True,
        content_sha256=first.content_sha256,
        received_at=first.received_at,
        epoch=first.epoch,
        user_id=first.user_id,
    )


def _stamp(answer: Answer, arrival: Arrival, context: SyncContext) -> Answer:
    answer.content_sha256, answer.received_at = arrival.content_sha256, context.now
    answer.epoch, answer.user_id = context.epoch, context.actor.user_id
    return answer


def _item_row(context: SyncContext, arrival: Arrival, answer: Answer) -> dict[str, Any]:
    _stamp(answer, arrival, context)
    return {
        **_common(context, arrival),
        "id": arrival.item_id,
        "result": answer.result,
        "code": answer.code,
        "detail": answer.detail,
        "flags": answer.flags,
        "clock_offset_ms": context.clock_offset_ms,
    }


def _keep_conflicts(session: Session, context: SyncContext, arrivals: Sequence[Arrival]) -> None:
    if not arrivals:
        return
    rows = [{**_common(context, arrival), "item_id": arrival.item_id} for arrival in arrivals]
    # another user's call may have kept the same content a moment ago
    keeping = upsert(SyncConflict).values(rows).on_conflict_do_nothing()
    kept = {
        (row[0], row[1])
        for row in session.execute(keeping.returning(SyncConflict.item_id, SyncConflict.content_sha256))
    }
    writes = Writes()
    fresh = [arrival for arrival in arrivals if (arrival.item_id, arrival.content_sha256) in kept]
    keep_for_desk(writes, context, [(a, Answer(a.item_id, ItemResult.CONFLICT, SAME_ID)) for a in fresh])
    writes.write(session)


def _common(context: SyncContext, arrival: Arrival) -> dict[str, Any]:
    return {
        "content_sha256": arrival.content_sha256,
        "kind": arrival.kind,
        "raw": arrival.raw,
        "user_id": context.actor.user_id,
        "device_id": context.actor.device_id,
        "received_at": context.now,
        "epoch": context.epoch,
    }


def _rejected(entry: Unstorable) -> Answer:
    return Answer(entry.given_id, ItemResult.REJECTED, entry.code, retry=False)
