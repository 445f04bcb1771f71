"""Referrals: one per responsible department of a report, each with its own life."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.domain.vocabulary import Category, ReferralRole, ReferralStatus, Severity
from backend.persistence.database import NO_READ_BACK, Row, enum_column, json_column, point_column
from backend.persistence.models.maps import map_key_column

# How soon a person should look at it, 0 first: an emergency before everything, then the gravest. Made by the database, so
# that no writer can forget it; the inbox is read in this order (queries/cases).
URGENCY = """
    CASE WHEN is_emergency THEN 0 ELSE 10 END
    + CASE severity WHEN 'emergency' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END
"""


class Referral(Row):
    """移送/通报 to one department, at the place of its report. Status moves only through services/referrals, which writes the
    event beside it.
    ``deadlines``: the spans of its deadline profile when it was routed, by clock; a later rule set changes nothing."""

    __tablename__ = "referrals"
    __mapper_args__ = NO_READ_BACK
    __table_args__ = (
        UniqueConstraint("report_id", "function_code"),
        CheckConstraint(
            "department_id IS NOT NULL OR status IN ('pending_triage', 'merged', 'closed', 'reopened')",
            name="routed_to_somebody",
        ),
        CheckConstraint("(status = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into_another"),
        CheckConstraint("merged_into_id <> id", name="not_into_itself"),
        CheckConstraint("verifier_id IS NULL OR verifier_id <> handler_id", name="verifier_not_handler"),
        Index(None, "seq", unique=True),
        Index(None, "department_id", "seq"),
        Index(None, "department_id", "status", "seq"),
        Index("ix_referrals_department_id_report_seq", "department_id", "report_seq"),
        Index(None, "street_code", "seq"),
        Index(None, "status", "seq"),
        Index(None, "report_id"),
        Index("ix_referrals_emergencies", "created_at", postgresql_where="is_emergency"),
        Index("ix_referrals_merged_into_id", "merged_into_id", postgresql_where="merged_into_id IS NOT NULL"),
        Index(None, "urgency", "seq"),
        Index(None, "department_id", "urgency", "seq"),
        Index(None, "street_code", "urgency", "seq"),
        # what only few referrals have costs those nothing that lack it
        Index(None, "handler_id", "seq", postgresql_where=text("handler_id IS NOT NULL")),
        Index(None, "outcome_code", "seq", postgresql_where=text("outcome_code IS NOT NULL")),
        Index(None, "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
        Index(
            "ix_referrals_map_key",
            "map_key",
            postgresql_include=[
                "seq",
                "created_at",
                "category",
                "status",
                "severity",
                "street_code",
                "department_id",
            ],
            postgresql_where=text("map_key IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"))
    report_seq: Mapped[int] = mapped_column(BigInteger)
    category: Mapped[Category] = enum_column(Category)
    position: Mapped[WKBElement | None] = point_column()
    map_key: Mapped[int | None] = map_key_column("position")
    street_code: Mapped[str | None] = mapped_column(ForeignKey("divisions.code"))
    function_code: Mapped[str] = mapped_column(ForeignKey("functions.code"))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    role: Mapped[ReferralRole] = enum_column(ReferralRole)
    status: Mapped[ReferralStatus] = enum_column(ReferralStatus)
    severity: Mapped[Severity] = enum_column(Severity)
    is_emergency: Mapped[bool] = mapped_column(default=False)
    finding_codes: Mapped[list[Any]] = json_column(list)
    rule_codes: Mapped[list[Any]] = json_column(list)
    legal_basis: Mapped[list[Any]] = json_column(list)
    deadline_profile: Mapped[str]
    deadlines: Mapped[dict[str, Any]] = json_column(dict)
    created_at: Mapped[datetime]
    routed_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    handler_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    verifier_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    outcome_code: Mapped[str | None]
    outcome_note: Mapped[str | None]
    return_code: Mapped[str | None]
    return_reason: Mapped[str | None]
    return_count: Mapped[int] = mapped_column(default=0)
    proposed_department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("referrals.id"))
    ruled_at: Mapped[datetime | None]  # an arbiter named the department: it can no longer be returned
    version: Mapped[int] = mapped_column(default=1)
    urgency: Mapped[int] = mapped_column(SmallInteger, Computed(URGENCY, persisted=True))
