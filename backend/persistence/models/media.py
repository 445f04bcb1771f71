"""Photos by their hash, and uploads under way."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Double, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.persistence.database import Row, json_column


class Media(Row):
    """Original bytes that are in the photo store. Never altered; what was read from them stands in columns."""

    __tablename__ = "media"
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_hex"),
        Index("ix_media_hash_bands", "hash_bands", postgresql_using="gin"),
    )

    sha256: Mapped[str] = mapped_column(primary_key=True)
    byte_count: Mapped[int] = mapped_column(BigInteger)
    mime: Mapped[str]
    stored_at: Mapped[datetime]
    uploaded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    examined_at: Mapped[datetime | None]
    examine_error: Mapped[str | None]
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    exif: Mapped[dict[str, Any] | None] = json_column()
    exif_taken_at: Mapped[datetime | None]
    exif_lon: Mapped[float | None] = mapped_column(Double)
    exif_lat: Mapped[float | None] = mapped_column(Double)
    perceptual_hash: Mapped[str | None]
    # pieces of the perceptual hash; two hashes a few bits apart share at least one, which an index can find
    hash_bands: Mapped[list[str] | None] = mapped_column(ARRAY(Text))


class Upload(Row):
    """A tus upload; the bytes so far lie in the store's staging area under ``id``."""

    __tablename__ = "uploads"
    __table_args__ = (
        CheckConstraint("byte_offset >= 0 AND byte_offset <= byte_count", name="offset"),
        Index(None, "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    sha256: Mapped[str]
    mime: Mapped[str]
    report_id: Mapped[UUID | None]
    byte_count: Mapped[int] = mapped_column(BigInteger)
    byte_offset: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
