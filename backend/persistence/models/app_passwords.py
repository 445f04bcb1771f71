"""Application passwords, by which programs read what their owner may see."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.persistence.database import Row, not_blank


class AppPassword(Row):
    """One password of one person, kept as SHA-256 only: it is random, so a slow hash would protect nothing more.

    ``has_second_factor``: its owner had shown one when it was made. Rows stay when it has ended; the history speaks of them.
    """

    __tablename__ = "app_passwords"
    __table_args__ = (
        not_blank("name"),
        UniqueConstraint("token_sha256"),
        # the rule is dated data and may be stricter; longer than a year no rule allows
        CheckConstraint(
            "expires_at > created_at AND expires_at <= created_at + '366 days'::interval", name="at_most_a_year"
        ),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended_for_a_reason"),
        Index(None, "seq", unique=True),
        Index(None, "user_id", "seq"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str]
    token_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    has_second_factor: Mapped[bool]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


class AppPasswordFailure(Row):
    """Wrong application passwords, counted by a number made of the user name that came with them: no name is kept, and
    names that do not exist are counted alike, in a table that cannot grow beyond the number of numbers."""

    __tablename__ = "app_password_failures"
    __table_args__ = (CheckConstraint("bucket >= 0 AND bucket < 65536", name="bucket"),)

    bucket: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
    since: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
