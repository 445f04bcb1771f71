"""What hangs on a referral besides its own row: materials, rulings, links to later reports, calls, joint handling."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Double, ForeignKey, Identity, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.domain.vocabulary import Category, LinkKind
from backend.persistence.database import Row, enum_column, json_column, not_blank


class ReferralMaterial(Row):
    """Something handed in with an act: a photo already stored, or a document by its number. Never changed or removed."""

    __tablename__ = "referral_materials"
    __table_args__ = (
        not_blank("title"),
        CheckConstraint("sha256 IS NOT NULL OR document_no <> '' OR note <> ''", name="says_something"),
        Index(None, "referral_id"),
        Index("ix_referral_materials_sha256", "sha256", postgresql_where="sha256 IS NOT NULL"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"))
    action: Mapped[str]
    title: Mapped[str]
    sha256: Mapped[str | None] = mapped_column(ForeignKey("media.sha256"))
    document_no: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    added_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime]


class Precedent(Row):
    """A ruling (裁定): which department an arbiter named, and why; shown with the next case like it."""

    __tablename__ = "precedents"
    __table_args__ = (
        not_blank("reason"),
        Index(None, "seq", unique=True),
        Index(None, "category", "function_code"),
        Index("ix_precedents_finding_codes", "finding_codes", postgresql_using="gin"),
        Index(None, "referral_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"))
    category: Mapped[Category] = enum_column(Category)
    function_code: Mapped[str] = mapped_column(ForeignKey("functions.code"))
    finding_codes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    disputed_by: Mapped[list[Any]] = json_column(list)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("departments.id"))
    ruled_function: Mapped[str] = mapped_column(ForeignKey("functions.code"))
    reason: Mapped[str]
    legal_basis: Mapped[str] = mapped_column(default="")
    ruled_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    ruled_at: Mapped[datetime]


class ReferralLink(Row):
    """That a later report speaks of an earlier referral: it happened again, it was looked at again."""

    __tablename__ = "referral_links"
    __table_args__ = (
        UniqueConstraint("referral_id", "report_id", "kind"),
        Index(None, "report_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"))
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"))
    kind: Mapped[LinkKind] = enum_column(LinkKind)
    distance_m: Mapped[float | None] = mapped_column(Double)
    made_at: Mapped[datetime]


class ReferralCall(Row):
    """A telephone call about a referral: phone first, recorded afterwards."""

    __tablename__ = "referral_calls"
    __table_args__ = (not_blank("number"), Index(None, "referral_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"))
    number: Mapped[str]
    whom: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    called_at: Mapped[datetime]
    caller_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]


class JointHandling(Row):
    """联合处置: departments called to one place at one time for one report."""

    __tablename__ = "joint_handlings"
    __table_args__ = (
        not_blank("place"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_somebody"),
        Index(None, "report_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"))
    place: Mapped[str]
    meets_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
    called_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    called_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    result: Mapped[str] = mapped_column(default="")


class JointParty(Row):
    """A department called to a joint handling: what it answered, who came when, what it did."""

    __tablename__ = "joint_parties"
    __table_args__ = (CheckConstraint("left_at IS NULL OR left_at >= arrived_at", name="stay"),)

    joint_id: Mapped[UUID] = mapped_column(ForeignKey("joint_handlings.id"), primary_key=True)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("departments.id"), primary_key=True)
    invited_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    will_come: Mapped[bool | None]
    arrived_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    officers: Mapped[list[Any]] = json_column(list)
    note: Mapped[str] = mapped_column(default="")
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
