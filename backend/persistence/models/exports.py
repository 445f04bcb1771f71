"""Exports that are made in the background: what was asked for, how far it is, where the file lies."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.domain.vocabulary import ExportFormat, ExportKind, ExportStatus
from backend.persistence.database import Row, enum_column, json_column


class Export(Row):
    """One export of one person; ``filters`` are the query parameters of the list, as text. ``attempt`` counts how often it was
    begun: the file of another attempt is not this one's; ``tries`` the same since somebody asked. ``scope`` is what its owner
    saw then."""

    __tablename__ = "exports"
    __table_args__ = (
        CheckConstraint("language IN ('zh', 'en')", name="language"),
        CheckConstraint(
            "status <> 'done' OR (expires_at IS NOT NULL AND byte_count IS NOT NULL AND scope IS NOT NULL)",
            name="done_with_file",
        ),
        CheckConstraint("(status = 'failed') = (problem IS NOT NULL)", name="failed_for_a_reason"),
        CheckConstraint("rows_done >= 0 AND (rows_total IS NULL OR rows_total >= 0)", name="rows"),
        Index(None, "seq", unique=True),
        Index(None, "owner_id", "seq"),
        Index("ix_exports_alive", "status", postgresql_where="status IN ('waiting', 'running', 'done')"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[ExportKind] = enum_column(ExportKind)
    format: Mapped[ExportFormat] = enum_column(ExportFormat)
    language: Mapped[str]
    filters: Mapped[dict[str, Any]] = json_column(dict)
    status: Mapped[ExportStatus] = enum_column(ExportStatus)
    attempt: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(BigInteger, default=0)
    rows_total: Mapped[int | None] = mapped_column(BigInteger)
    byte_count: Mapped[int | None] = mapped_column(BigInteger)
    file_name: Mapped[str]
    scope: Mapped[dict[str, Any] | None] = json_column()
    notes: Mapped[list[Any]] = json_column(list)
    problem: Mapped[str | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
