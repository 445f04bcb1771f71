"""Finds what was changed, taken away or slipped in behind the product's back. Reads only; changes nothing.

What it can name: the event, while its entry or its row is left; the seal, always.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC
from itertools import chain, groupby, islice
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.domain.seals import ALGORITHMS, SealContent, digest, entries_hash, event_content, seal_hash, statement
from backend.gateways.keys import verify_jws
from backend.persistence.models import HistorySeal
from backend.persistence.queries.seals import (
    AnyRow,
    count_waiting,
    entries_between,
    highest_orphan,
    seals_after,
    slipped_in,
)

BLOCK = 100  # seals looked at together, BATCH events in each at most
MOST_TOLD = 1000  # more would be a table gone: the first thousand say enough


@dataclass(frozen=True, slots=True)
class KnownSeal:
    """A seal noted earlier and elsewhere. Only this finds a chain whose end was cut off."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that is not as it was sealed."""

    kind: str
    seal: int | None
    event_id: UUID | None
    position: int | None
    detail: str


@dataclass(slots=True)
class Verification:
    """What was looked at, and what was found."""

    seals: int = 0
    events: int = 0
    waiting: int = 0
    last: HistorySeal | None = None
    discrepancies: list[Discrepancy] = field(default_factory=list)
    more: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether everything is as it was sealed."""
        return not self.discrepancies

    def note(self, found: Iterable[Discrepancy]) -> None:
        """Keep discrepancies, up to MOST_TOLD."""
        for one in found:
            if len(self.discrepancies) == MOST_TOLD:
                self.more = True
                return
            self.discrepancies.append(one)


def verify_history(session: Session, jwks: dict[str, Any], known: KnownSeal | None = None) -> Verification:
    """Check the whole chain against the events, with the public keys ``jwks``."""
    session.execute(text("SET LOCAL statement_timeout = '1h'"))  # a history of years is read whole
    result = Verification()
    while not result.more:
        seals = seals_after(session, result.last.number if result.last else 0, BLOCK)
        if not seals:
            break
        verify_block(session, jwks, seals, result)
        if known:
            result.note(compare(known, [seal for seal in seals if seal.number == known.number]))
        result.last = seals[-1]
        session.expunge_all()  # they are many and never changed
    result.note(check_end(session, result.last, known))
    note_slipped_in(session, result)
    result.waiting = count_waiting(session)
    return result


def note_slipped_in(session: Session, result: Verification) -> None:
    """Note events before the end of ``result.last``, the last seal, that no seal covers."""
    result.note(
        Discrepancy(
            "inserted", row.seal, row.id, None, f"event {row.seq} is in no seal, although all around it is sealed"
        )
        for row in slipped_in(session, result.last)
    )


def verify_seal(session: Session, jwks: dict[str, Any], seal: HistorySeal) -> list[Discrepancy]:
    """Check one seal: its events, its own hash and signature, and that it names the one before. Up to MOST_TOLD."""
    previous = next((one for one in seals_after(session, seal.number - 2, 1) if one.number < seal.number), None)
    entries = list(entries_between(session, seal.number, seal.number))
    return list(islice(chain(_check_chain(previous, seal), _check_seal(jwks, seal, entries)), MOST_TOLD))


def verify_block(session: Session, jwks: dict[str, Any], seals: Iterable[HistorySeal], result: Verification) -> None:
    """Check seals that follow ``result.last``, and note what is found and counted in ``result``."""
    by_number = {seal.number: seal for seal in seals}
    entries = groupby(entries_between(session, min(by_number), max(by_number)), attrgetter("seal_number"))
    group = next(entries, None)
    previous = result.last
    for number, seal in by_number.items():
        while group and group[0] < number:  # entries of a seal that is gone: the gap is told by the chain
            group = next(entries, None)
        rows: list[AnyRow] = []
        if group and group[0] == number:
            rows, group = list(group[1]), next(entries, None)
        result.note(_check_chain(previous, seal))
        result.note(_check_seal(jwks, seal, rows))
        result.seals += 1
        result.events += len(rows)
        previous = seal


def _check_chain(previous: HistorySeal | None, seal: HistorySeal) -> Iterator[Discrepancy]:
    if seal.number != (previous.number + 1 if previous else 1):
        yield Discrepancy("chain", seal.number, None, None, f"seal {seal.number - 1} before it is missing")
    elif seal.previous_hash != (previous.hash if previous else None):
        yield Discrepancy("chain", seal.number, None, None, f"it names another hash than seal {seal.number - 1} has")


def _check_seal(jwks: dict[str, Any], seal: HistorySeal, rows: list[AnyRow]) -> Iterator[Discrepancy]:
    if seal.algorithm not in ALGORITHMS:
        yield Discrepancy("seal", seal.number, None, None, f"its algorithm {seal.algorithm} is not known")
        return
    content = SealContent(**{name: getattr(seal, name) for name in SealContent.__dataclass_fields__})
    if seal_hash(content) != seal.hash:
        yield Discrepancy("seal", seal.number, None, None, "the seal's own content does not have its hash")
    if verify_jws(seal.signature, jwks) != statement(content, seal.hash):
        yield Discrepancy(
            "signature", seal.number, None, None, "not signed by a key of this installation for this seal"
        )
    yield from _check_entries(seal, rows)
    yield from _check_events(seal, rows)


def _check_entries(seal: HistorySeal, rows: list[AnyRow]) -> Iterator[Discrepancy]:
    held = {row.position for row in rows}
    for position in range(1, seal.event_count + 1):
        if position not in held:
            yield Discrepancy("deleted", seal.number, None, position, "an event was taken away together with its entry")
    for row in rows:
        if not 1 <= row.position <= seal.event_count:
            detail = f"the seal covers {seal.event_count} events, this one was added to it"
            yield Discrepancy("inserted", seal.number, row.event_id, row.position, detail)
    if entries_hash(seal.algorithm, ((row.event_id, row.event_hash) for row in rows)) != seal.entries_hash:
        yield Discrepancy("entries", seal.number, None, None, "the hashes of its events are not those that were sealed")


def _check_events(seal: HistorySeal, rows: list[AnyRow]) -> Iterator[Discrepancy]:
    for row in rows:
        if row.id is None:
            yield Discrepancy("deleted", seal.number, row.event_id, row.position, "the event is gone")
        elif digest(seal.algorithm, event_content(row)) != row.event_hash:
            detail = f"event {row.seq} of {row.subject_type} {row.subject_id} is not what was sealed"
            yield Discrepancy("changed", seal.number, row.event_id, row.position, detail)


def compare(known: KnownSeal, seals: list[HistorySeal]) -> Iterator[Discrepancy]:
    """Where one of ``seals`` has another hash than was noted for it."""
    for seal in seals:
        if seal.hash != known.hash:
            told = f"another hash was noted for it; it is sealed at {seal.sealed_at.astimezone(UTC).isoformat()}"
            yield Discrepancy("known", seal.number, None, None, told)


def check_end(session: Session, last: HistorySeal | None, known: KnownSeal | None) -> Iterator[Discrepancy]:
    """Whether the chain ends too early: a noted seal is beyond ``last``, or entries are."""
    end = last.number if last else 0
    if known and known.number > end:
        yield Discrepancy("known", known.number, None, None, f"this seal was noted, but the chain ends with seal {end}")
    orphan = highest_orphan(session)
    if orphan:
        yield Discrepancy("chain", orphan, None, None, f"events are sealed by it, but the chain ends with seal {end}")
