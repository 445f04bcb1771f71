"""Administrative penalties, recorded on a referral or imported from before."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.domain.vocabulary import PenaltySource
from backend.persistence.database import Row, enum_column, json_column, not_blank


class Penalty(Row):
    """One decision for one kind of act. ``site_id`` and ``uscc`` say at what; a revoked one stays and counts no more."""

    __tablename__ = "penalties"
    __table_args__ = (
        not_blank("subject_name"),
        not_blank("document_no"),
        CheckConstraint("source <> 'case' OR referral_id IS NOT NULL", name="case_has_referral"),
        CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revoked_reason IS NULL)",
            name="revoked",
        ),
        # a decision is entered once for a kind, whoever is quicker; a revoked one may be entered again
        Index(
            "ix_penalties_document_no_kind", "document_no", "kind", unique=True, postgresql_where=text("revoked_at IS NULL")
        ),
        Index(None, "seq", unique=True),
        Index(None, "site_id"),
        Index(None, "uscc"),
        Index(None, "referral_id"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    referral_id: Mapped[UUID | None] = mapped_column(ForeignKey("referrals.id"))
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id"))
    uscc: Mapped[str | None]
    subject_name: Mapped[str]
    kind: Mapped[str]
    function_code: Mapped[str] = mapped_column(ForeignKey("functions.code"))
    decided_on: Mapped[date] = mapped_column(Date)
    document_no: Mapped[str]
    basis: Mapped[list[Any]] = json_column(list)
    source: Mapped[PenaltySource] = enum_column(PenaltySource)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    revoked_reason: Mapped[str | None]
