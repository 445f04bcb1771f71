"""Applies the items of a sync call: in order, each with one effect however often it comes, none failing another.

The whole batch is tried in one savepoint, in a constant number of statements. Should that fail for a reason no rule
foresaw, everything since the savepoint is undone and the items are applied one by one, each in a savepoint of its own:
the one that fails is quarantined whole, the others are stored.
"""

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from backend.domain.sync import Replay, judge_replay
from backend.domain.vocabulary import ItemResult
from backend.persistence.models import SyncConflict, SyncItem
from backend.services.sync.answers import Answer
from backend.services.sync.arrivals import Arrival, Unstorable, read_item
from backend.services.sync.batch import apply_arrivals
from backend.services.sync.context import SyncContext

log = structlog.get_logger(__name__)


def apply_items(session: Session, context: SyncContext, items: Sequence[Any]) -> list[Answer]:
    """One answer per item, in the order of ``items``; everything that has an id is kept."""
    arrivals = [read_item(item) for item in items]
    storable = [arrival for arrival in arrivals if isinstance(arrival, Arrival)]
    try:
        with session.begin_nested():
            answers = _apply(session, context, storable)
    except OperationalError:
        raise  # the database is away or two calls stand in each other's way: nothing was stored, the phone tries again
    except Exception as error:
        log.warning("sync_batch_retried_singly", error=type(error).__name__, items=len(storable))
        answers = [_apply_alone(session, context, arrival) for arrival in storable]
    queue = iter(answers)
    return [_rejected(entry) if isinstance(entry, Unstorable) else next(queue) for entry in arrivals]


def _apply(session: Session, context: SyncContext, arrivals: Sequence[Arrival]) -> list[Answer]:
    known = _stored(session, [arrival.item_id for arrival in arrivals])
    answers: list[Answer | None] = []
    fresh: list[Arrival] = []
    conflicts: list[Arrival] = []
    for arrival in arrivals:
        first = known.get(arrival.item_id)
        if first is None:
            known[arrival.item_id] = arrival
            fresh.append(arrival)
            answers.append(None)
        else:
            answers.append(_repeated(context, arrival, first, conflicts))
    done = dict(zip((a.item_id for a in fresh), apply_arrivals(session, context, fresh), strict=True))
    _keep(session, context, [(arrival, done[arrival.item_id]) for arrival in fresh])
    _keep_conflicts(session, context, conflicts)
    return [_settle(answer, arrival, done) for answer, arrival in zip(answers, arrivals, strict=True)]


def _settle(answer: Answer | None, arrival: Arrival, done: dict[str, Answer]) -> Answer:
    """The answer of a fresh item, or of one repeated within the same call, which waits for the first to be known."""
    first = done.get(arrival.item_id)
    if answer is None:
        return done[arrival.item_id]
    if first is not None and answer.replayed:
        return _replay(first)
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
        stored = _stored(session, [arrival.item_id]).get(arrival.item_id)
        if stored is not None:  # another call stored the same item meanwhile
            conflicts: list[Arrival] = []
            answer = _repeated(context, arrival, stored, conflicts)
            _keep_conflicts(session, context, conflicts)
            return answer
        answer = _stamp(Answer(arrival.item_id, ItemResult.QUARANTINED, reason), arrival, context)
        _keep(session, context, [(arrival, answer)])
        return answer


def _stored(session: Session, ids: Sequence[str]) -> dict[str, SyncItem | Arrival]:
    if not ids:
        return {}
    return {item.id: item for item in session.scalars(select(SyncItem).where(SyncItem.id.in_(ids)))}


def _repeated(context: SyncContext, arrival: Arrival, first: SyncItem | Arrival, conflicts: list[Arrival]) -> Answer:
    if judge_replay(first.content_sha256, arrival.content_sha256) == Replay.CONFLICT:
        conflicts.append(arrival)
        return _stamp(Answer(arrival.item_id, ItemResult.CONFLICT, "same_id_other_content"), arrival, context)
    if isinstance(first, Arrival):  # twice in this very call: its answer is known only after the batch
        return Answer(arrival.item_id, ItemResult.ACCEPTED, replayed=True)
    return Answer(
        first.id,
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


def _replay(first: Answer) -> Answer:
    copy = Answer(first.item_id, first.result, first.code, first.detail, list(first.flags), replayed=True)
    copy.content_sha256, copy.received_at = first.content_sha256, first.received_at
    copy.epoch, copy.user_id = first.epoch, first.user_id
    return copy


def _stamp(answer: Answer, arrival: Arrival, context: SyncContext) -> Answer:
    answer.content_sha256, answer.received_at = arrival.content_sha256, context.now
    answer.epoch, answer.user_id = context.epoch, context.actor.user_id
    return answer


def _keep(session: Session, context: SyncContext, pairs: Sequence[tuple[Arrival, Answer]]) -> None:
    if not pairs:
        return
    session.execute(
        insert(SyncItem),
        [
            {
                **_common(context, arrival),
                "id": arrival.item_id,
                "result": answer.result,
                "code": answer.code,
                "detail": answer.detail,
                "flags": answer.flags,
                "clock_offset_ms": context.clock_offset_ms,
            }
            for arrival, answer in ((a, _stamp(b, a, context)) for a, b in pairs)
        ],
    )


def _keep_conflicts(session: Session, context: SyncContext, arrivals: Sequence[Arrival]) -> None:
    if not arrivals:
        return
    rows = [{**_common(context, arrival), "item_id": arrival.item_id} for arrival in arrivals]
    # the same conflicting content may itself be repeated: kept once
    session.execute(upsert(SyncConflict).values(rows).on_conflict_do_nothing())


def _common(context: SyncContext, arrival: Arrival) -> dict[str, Any]:
    return {
        "content_sha256": arrival.content_sha256,
        "kind": arrival.kind,
        "user_id": context.actor.user_id,
        "device_id": context.actor.device_id,
        "raw": arrival.raw,
        "received_at": context.now,
        "epoch": context.epoch,
    }


def _rejected(entry: Unstorable) -> Answer:
    return Answer(entry.given_id, ItemResult.REJECTED, entry.code, retry=False)
