"""Reads of seals and of what they cover, or do not cover yet. Not here: what a seal says (domain/seals.py)."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from sqlalchemy import Row, Select, select, text
from sqlalchemy.orm import Session

from backend.domain.errors import DomainError
from backend.persistence.models import HistorySeal
from backend.persistence.queries.paging import Page, page

AnyRow = Row[*tuple[Any, ...]]
Place = tuple[int, int]
BEGINNING: Place = (0, 0)
LAST_SEQ = 2**63 - 1
# rows on their way at a time: the memory of a verification does not grow with the history
AT_A_TIME = 2000

EVENT_COLUMNS = """e.id, e.seq, e.tx, e.at, e.actor_id, e.device_id, e.subject_type, e.subject_id, e.action,
    e.from_status, e.to_status, e.reason_code, e.reason, CAST(e.data AS text) AS data"""

# The bound on (tx, seq) makes it cheap; that nothing is sealed twice, whatever the numbers say, is the last condition.
UNSEALED = text(f"""
    SELECT {EVENT_COLUMNS} FROM events e
    WHERE (e.tx, e.seq) > (:tx, :seq) AND e.tx < :horizon
      AND NOT EXISTS (SELECT 1 FROM history_seal_entries s WHERE s.event_id = e.id)
    ORDER BY e.tx, e.seq LIMIT :limit
""")  # noqa: S608 - a constant list of columns
# Waiting for the next seal, or for the horizon.
WAITING = text("""
    SELECT count(*) FROM events e
    WHERE (e.tx, e.seq) > (:tx, :seq)
      AND e.tx < CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint)
      AND NOT EXISTS (SELECT 1 FROM history_seal_entries s WHERE s.event_id = e.id)
""")
# No entry, although it stands where everything is sealed already, or names a transaction that never was.
SLIPPED_IN = text("""
    SELECT e.id, e.seq, (SELECT min(n.number) FROM history_seals n WHERE (n.sealed_to_tx, n.sealed_to_seq) >= (e.tx, e.seq))
        AS seal
    FROM events e
    WHERE NOT EXISTS (SELECT 1 FROM history_seal_entries s WHERE s.event_id = e.id)
      AND ((e.tx, e.seq) <= (:tx, :seq) OR e.tx >= CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint))
    ORDER BY e.seq
""")
# By seal, with the event beside its entry; ``id`` is NULL where the event is gone.
ENTRIES = text(f"""
    SELECT s.seal_number, s.position, s.event_id, s.event_hash, {EVENT_COLUMNS}
    FROM history_seal_entries s LEFT JOIN events e ON e.id = s.event_id
    WHERE s.seal_number BETWEEN :first AND :last ORDER BY s.seal_number, s.position
""")  # noqa: S608 - a constant list of columns
# One statement, so that a seal made this very moment is either in both or in neither.
ORPHANED = text("""
    SELECT max(seal_number) FROM history_seal_entries
    WHERE seal_number > (SELECT coalesce(max(number), 0) FROM history_seals)
""")


def last_seal(session: Session) -> HistorySeal | None:
    """The newest seal."""
    return session.scalar(select(HistorySeal).order_by(HistorySeal.number.desc()).limit(1))


def seal_numbered(session: Session, number: int) -> HistorySeal:
    """The seal ``number``. Raises DomainError('not_found')."""
    found = session.get(HistorySeal, number) if number <= LAST_SEQ else None
    if found is None:
        raise DomainError("not_found")
    return found


def seals_after(session: Session, number: int, limit: int) -> Sequence[HistorySeal]:
    """Up to ``limit`` seals above ``number``, in their order, as the database holds them now."""
    statement = select(HistorySeal).where(HistorySeal.number > number).order_by(HistorySeal.number).limit(limit)
    return session.scalars(statement.execution_options(populate_existing=True)).all()


def list_seals(session: Session, limit: int, cursor: str | None) -> Page[AnyRow]:
    """One page of seals, newest first."""
    statement: Select[*tuple[Any, ...]] = select(HistorySeal.number, HistorySeal)
    return page(session, statement, HistorySeal.number, limit, cursor)


def unsealed(session: Session, after: Place, horizon: int, limit: int) -> Sequence[AnyRow]:
    """Events below ``horizon`` that no seal covers, in the order (tx, seq)."""
    return session.execute(UNSEALED, {"tx": after[0], "seq": after[1], "horizon": horizon, "limit": limit}).all()


def place_of(seal: HistorySeal | None) -> Place:
    """Up to where everything is sealed."""
    return (seal.sealed_to_tx, seal.sealed_to_seq) if seal else BEGINNING


def count_waiting(session: Session) -> int:
    """How many events wait to be sealed."""
    tx, seq = place_of(last_seal(session))
    return cast(int, session.scalar(WAITING, {"tx": tx, "seq": seq}))


def slipped_in(session: Session, seal: HistorySeal | None) -> Iterator[AnyRow]:
    """Events that stand before the end of ``seal``, the last one, without an entry: (id, seq, the seal they should be in)."""
    tx, seq = place_of(seal)
    yield from session.execute(SLIPPED_IN, {"tx": tx, "seq": seq}, execution_options={"yield_per": AT_A_TIME})


def entries_between(session: Session, first: int, last: int) -> Iterator[AnyRow]:
    """Entries of the seals ``first`` to ``last``, each with its event, by seal and position."""
    yield from session.execute(ENTRIES, {"first": first, "last": last}, execution_options={"yield_per": AT_A_TIME})


def highest_orphan(session: Session) -> int | None:
    """The highest seal number that entries name beyond the last seal."""
    return cast(int | None, session.scalar(ORPHANED))
