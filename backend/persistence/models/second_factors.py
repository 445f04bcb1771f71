"""What people sign in with beside their password."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from backend.domain.second_factor import RecoveryAlgorithm, SecondFactorAlgorithm, SecretAlgorithm
from backend.persistence.database import Row, enum_column


class SecondFactor(Row):
    """An app's secret, encrypted; without ``confirmed_at`` it is being set up and asked for by nobody. ``last_step`` is the
    time step of the newest code that was used: none works twice."""

    __tablename__ = "second_factors"
    __table_args__ = (CheckConstraint("confirmed_at IS NULL OR last_step IS NOT NULL", name="confirmed_by_a_code"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    algorithm: Mapped[SecondFactorAlgorithm] = enum_column(SecondFactorAlgorithm)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    secret_algorithm: Mapped[SecretAlgorithm] = enum_column(SecretAlgorithm)
    begun_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None] = mapped_column(BigInteger)


class RecoveryCode(Row):
    """One code for the day the app is lost; only a keyed hash of it is kept."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    algorithm: Mapped[RecoveryAlgorithm] = enum_column(RecoveryAlgorithm)
    used_at: Mapped[datetime | None]
