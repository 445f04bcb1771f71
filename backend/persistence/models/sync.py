"""What phones sent and what they must hold: items with their results, the change log, versions of objects, epochs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.domain.vocabulary import ChangeOp, ItemResult, ObjectType, QuarantineState
from backend.persistence.database import Row, enum_column, json_column

# bigint, not xid8: the same number, but every driver reads it; 64-bit transaction ids never wrap.
CURRENT_TX = text("(pg_current_xact_id()::text::bigint)")


class SyncItem(Row):
    """An item a phone sent, whole, and what became of it; the answer of the first time is repeated from here."""

    __tablename__ = "sync_items"
    __table_args__ = (
        CheckConstraint("length(id) BETWEEN 1 AND 200", name="id_length"),
        Index(None, "user_id", "received_at"),
        Index("ix_sync_items_quarantined", "received_at", postgresql_where=text("result = 'quarantined'")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    content_sha256: Mapped[str]
    kind: Mapped[str]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("devices.id"))
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]
    epoch: Mapped[UUID]
    result: Mapped[ItemResult] = enum_column(ItemResult)
    code: Mapped[str | None]
    detail: Mapped[str | None]
    flags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    clock_offset_ms: Mapped[int | None] = mapped_column(BigInteger)


class SyncConflict(Row):
    """An item that came under a known id with other content: both are kept (sync.md, invariant 2)."""

    __tablename__ = "sync_conflicts"

    item_id: Mapped[str] = mapped_column(ForeignKey("sync_items.id"), primary_key=True)
    content_sha256: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("devices.id"))
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]
    epoch: Mapped[UUID]


class QuarantineEntry(Row):
    """An item, or other content of a known one, that had no effect: a coordinator repairs or dismisses it (隔离).
    What needs nobody, as a step that came too late, is not here (domain/quarantine.py).

    What was sent stands in sync_items or sync_conflicts and never changes; the correction is kept here beside it.
    """

    __tablename__ = "quarantine_entries"
    __table_args__ = (
        Index(None, "seq", unique=True),
        UniqueConstraint("item_id", "content_sha256"),
        Index(None, "state", "seq"),
        Index(None, "user_id", "seq"),
        CheckConstraint("state = 'open' OR (settled_at IS NOT NULL AND settled_by IS NOT NULL)", name="settled"),
        CheckConstraint("(state = 'repaired') = (correction IS NOT NULL)", name="correction_when_repaired"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    item_id: Mapped[str] = mapped_column(ForeignKey("sync_items.id"))
    content_sha256: Mapped[str]
    result: Mapped[ItemResult] = enum_column(ItemResult)
    code: Mapped[str]
    path: Mapped[str | None]
    kind: Mapped[str]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("devices.id"))
    # no foreign keys: what an item names may not exist, or not yet
    task_id: Mapped[UUID | None]
    report_id: Mapped[UUID | None]
    received_at: Mapped[datetime]
    state: Mapped[QuarantineState] = enum_column(QuarantineState)
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str | None]
    correction: Mapped[bytes | None] = mapped_column(LargeBinary)
    correction_sha256: Mapped[str | None]
    correction_flags: Mapped[list[str] | None] = mapped_column(ARRAY(Text))


class SyncHead(Row):
    """The newest version of an object; its row is the lock under which the next version is made."""

    __tablename__ = "sync_heads"

    type: Mapped[ObjectType] = enum_column(ObjectType, primary_key=True)
    object_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer)


class SyncObject(Row):
    """An object as it was in one version, exactly as phones receive it."""

    __tablename__ = "sync_objects"

    type: Mapped[ObjectType] = enum_column(ObjectType, primary_key=True)
    object_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    data: Mapped[dict[str, Any]] = json_column(dict)


class SyncScope(Row):
    """Who holds which object now; what leaves it becomes a revoke. ``own``: what is said to this holder alone (his role)."""

    __tablename__ = "sync_scope"
    __table_args__ = (Index(None, "type", "object_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    type: Mapped[ObjectType] = enum_column(ObjectType, primary_key=True)
    object_id: Mapped[str] = mapped_column(primary_key=True)
    own: Mapped[dict[str, Any] | None] = json_column()


class SyncChange(Row):
    """One line of one user's feed. Served only below the snapshot horizon, in the order (tx, seq)."""

    __tablename__ = "sync_changes"
    __table_args__ = (
        Index("ix_sync_changes_feed", "user_id", "tx", "seq"),
        Index("ix_sync_changes_object", "user_id", "type", "object_id", "version"),
    )

    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True)
    tx: Mapped[int] = mapped_column(BigInteger, server_default=CURRENT_TX)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    op: Mapped[ChangeOp] = enum_column(ChangeOp)
    type: Mapped[ObjectType] = enum_column(ObjectType)
    object_id: Mapped[str]
    version: Mapped[int] = mapped_column(Integer)
    own: Mapped[dict[str, Any] | None] = json_column()
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class SyncTrim(Row):
    """A run that took old lines out of the change log; the newest row counts.

    No line that a phone needs was taken out after (``place_tx``, ``place_seq``); a cursor from before it cannot go on.
    """

    __tablename__ = "sync_trims"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True)
    trimmed_at: Mapped[datetime]
    place_tx: Mapped[int] = mapped_column(BigInteger)
    place_seq: Mapped[int] = mapped_column(BigInteger)


class Epoch(Row):
    """A life of the server between two restores. ``reoffer_since``: what phones delivered later must be offered again."""

    __tablename__ = "epochs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, Identity(always=False), unique=True)
    started_at: Mapped[datetime]
    reoffer_since: Mapped[datetime | None]
