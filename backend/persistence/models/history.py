"""The append-only history of everything that has a life cycle."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.persistence.database import Row, json_column


class Event(Row):
    """What happened to a subject, by whom. UPDATE and DELETE are refused by a trigger in the database."""

    __tablename__ = "events"
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 -- SQLAlchemy's own form
    __table_args__ = (
        Index(None, "seq", unique=True),
        Index(None, "subject_type", "subject_id", "seq"),
        Index(None, "at"),
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
