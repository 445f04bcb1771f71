"""Rule sets of routing, each in one version, with their life from draft to approval."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.domain.vocabulary import RuleSetStatus
from backend.persistence.database import Row, enum_column, json_column


class RuleSetRow(Row):
    """A routing rule set in one version; ``content`` is what ``domain.routing.RuleSet.from_data`` reads.

    ``valid_to`` is the day it really ends: a successor cuts it. Once approved nothing else but the status changes (trigger).
    A shipped set has no author and no approver.
    """

    __tablename__ = "rule_sets"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("approved_by <> created_by AND approved_by <> edited_by", name="approved_by_another"),
        CheckConstraint("status <> 'approved' OR approved_at IS NOT NULL", name="approved_when"),
        CheckConstraint("status <> 'checked' OR checked_at IS NOT NULL", name="checked_when"),
        Index(None, "seq", unique=True),
        # Two sets that begin on one day would leave open which one holds.
        Index(
            "ix_rule_sets_approved_start",
            "district_code",
            "valid_from",
            unique=True,
            postgresql_where="status = 'approved'",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    version: Mapped[int]
    district_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    content: Mapped[dict[str, Any]] = json_column(dict)
    content_sha256: Mapped[str]
    created_at: Mapped[datetime]
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    status: Mapped[RuleSetStatus] = enum_column(RuleSetStatus)
    tests: Mapped[list[Any]] = json_column(list)
    note: Mapped[str]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    edited_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    checked_at: Mapped[datetime | None]
    check_report: Mapped[dict[str, Any] | None] = json_column()
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
