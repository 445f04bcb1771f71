"""Transfers of suspected crimes to the police, beside the referral they came from."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.domain.vocabulary import CrimeTransferStatus
from backend.persistence.database import Row, enum_column, json_column, not_blank


class CrimeTransfer(Row):
    """涉嫌犯罪案件移送 (国务院令310号). Status moves only through services/crime_transfers, which writes the event beside it.

    ``*_due_at``: until when the step after a status is to be done, set when that status is entered.
    """

    __tablename__ = "crime_transfers"
    __table_args__ = (
        not_blank("report"),
        CheckConstraint("jsonb_array_length(officers) >= 2", name="two_officers"),
        CheckConstraint("jsonb_array_length(grounds) >= 1", name="has_grounds"),
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="decider_not_proposer"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided"),
        CheckConstraint("handed_over_at IS NULL OR (decided_at IS NOT NULL AND receipt_no IS NOT NULL)", name="handed_over"),
        # a second one only after the first is over, whoever is quicker
        Index(
            "ix_crime_transfers_open", "referral_id", unique=True,
            postgresql_where=text("status NOT IN ('refused', 'completed', 'ended')"),
        ),
        Index(None, "seq", unique=True),
        Index(None, "referral_id", "seq"),
        Index(None, "status", "seq"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"))
    status: Mapped[CrimeTransferStatus] = enum_column(CrimeTransferStatus)
    version: Mapped[int] = mapped_column(default=1)
    grounds: Mapped[list[Any]] = json_column(list)
    report: Mapped[str]
    officers: Mapped[list[Any]] = json_column(list)
    materials: Mapped[list[Any]] = json_column(list)
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    decide_due_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decision_reason: Mapped[str | None]
    hand_over_due_at: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]
    handed_over_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    receipt_no: Mapped[str | None]
    answer_due_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    police_answer: Mapped[str | None]
    reconsideration_due_at: Mapped[datetime | None]
    reconsideration_at: Mapped[datetime | None]
    ruling_due_at: Mapped[datetime | None]
    ruled_at: Mapped[datetime | None]
    procuratorate_due_at: Mapped[datetime | None]
    procuratorate_at: Mapped[datetime | None]
    goods_due_at: Mapped[datetime | None]
    goods_delivered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
