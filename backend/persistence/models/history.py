"""The append-only history of everything that has a life cycle, and the seals that prove it was not rewritten."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.persistence.database import NO_READ_BACK, Row, json_column
from backend.persistence.models.sync import CURRENT_TX


class Event(Row):
    """What happened to a subject, by whom. UPDATE, DELETE and TRUNCATE are refused by triggers in the database.

    A column added here must be added to domain/seals.py too, or nobody notices when it is rewritten.
    """

    __tablename__ = "events"
    __mapper_args__ = NO_READ_BACK
    __table_args__ = (
        Index(None, "seq", unique=True),
        Index(None, "subject_type", "subject_id", "seq"),
        Index(None, "at"),
        Index(None, "tx", "seq"),
        # looked up by auditors: who did what, and who opened what is sealed away
        Index("ix_events_actor_id_seq", "actor_id", "seq", postgresql_where=text("actor_id IS NOT NULL")),
        Index("ix_events_reads", "seq", postgresql_where=text("action = 'read'")),
    )

    # made here, so that the events of a batch are one plain INSERT that need not be read back; the order is seq's
    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    device_id: Mapped[UUID | None]
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    action: Mapped[str]
    from_status: Mapped[str | None]
    to_status: Mapped[str | None]
    reason_code: Mapped[str | None]
    reason: Mapped[str | None]
    data: Mapped[dict[str, Any]] = json_column(dict)
    # which transaction wrote it: only what is below the snapshot horizon is sealed
    tx: Mapped[int] = mapped_column(BigInteger, server_default=CURRENT_TX)


class HistorySeal(Row):
    """A batch of events, sealed: its hash covers theirs and the seal before. As append-only as the events.

    Every event at or before (``sealed_to_tx``, ``sealed_to_seq``) is in this seal or an earlier one. ``event_count`` is
    0 only after a restore, where transaction numbers begin anew. Hashes are lower-case hex, made with ``algorithm``.
    """

    __tablename__ = "history_seals"
    __table_args__ = (
        CheckConstraint("(number = 1) = (previous_hash IS NULL)", name="chained"),
        CheckConstraint("number >= 1 AND event_count >= 0", name="numbers"),
    )

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    previous_hash: Mapped[str | None]
    algorithm: Mapped[str]
    event_count: Mapped[int] = mapped_column(Integer)
    first_seq: Mapped[int | None] = mapped_column(BigInteger)
    last_seq: Mapped[int | None] = mapped_column(BigInteger)
    sealed_to_tx: Mapped[int] = mapped_column(BigInteger)
    sealed_to_seq: Mapped[int] = mapped_column(BigInteger)
    entries_hash: Mapped[str]
    sealed_at: Mapped[datetime]
    hash: Mapped[str]
    signature: Mapped[str]


class HistorySealEntry(Row):
    """One event of a seal, with its hash (by the seal's algorithm).

    No foreign key to the event: a row that was taken away behind the product's back must be missed, not refused.
    """

    __tablename__ = "history_seal_entries"
    __table_args__ = (UniqueConstraint("seal_number", "position"),)

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    seal_number: Mapped[int] = mapped_column(BigInteger, ForeignKey("history_seals.number"))
    position: Mapped[int] = mapped_column(Integer)
    event_hash: Mapped[bytes] = mapped_column(LargeBinary)
