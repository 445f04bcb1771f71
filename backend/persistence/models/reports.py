"""Reports: the worker's words and evidence as sent, where they were placed, and what is doubtful about them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import WKBElement
from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Double, ForeignKey, Index, Integer, Sequence, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.domain.vocabulary import Category, Outcome, PhotoRole, PhotoSource, ReportStatus, Severity, Verdict
from backend.persistence.database import Base, Row, enum_column, json_column, point_column
from backend.persistence.models.maps import map_key_column

# Taken in one statement for a whole batch, since referrals repeat the number to keep a department's pages cheap.
REPORT_SEQ = Sequence("reports_seq", metadata=Base.metadata)
COUNTED = ("grid_code", "street_code", "category", "outcome", "status", "severity")  # what maps and figures tell apart


class Report(Row):
    """One report. Words, answers and raw position are never changed after the first write; only status columns move."""

    __tablename__ = "reports"
    __table_args__ = (
        Index(None, "seq", unique=True),
        Index(None, "author_id", "seq"),
        Index(None, "street_code", "seq"),
        Index(None, "street_code", "status", "seq"),
        Index(None, "category", "seq"),
        Index(None, "status", "seq"),
        Index(None, "outcome", "seq"),
        Index(None, "severity", "seq"),
        Index(None, "grid_code", "seq"),
        # what departments have is counted from this index alone
        Index(
            "ix_reports_referred",
            "seq",
            postgresql_include=[
                "map_key",
                "captured_at",
                "grid_code",
                "street_code",
                "category",
                "outcome",
                "status",
                "severity",
            ],
            postgresql_where=text("status <> 'recorded'"),
        ),
        # a period is counted from this index alone
        Index(
            None,
            "captured_at",
            postgresql_include=[
                "seq",
                "map_key",
                "grid_code",
                "street_code",
                "category",
                "outcome",
                "status",
                "severity",
            ],
        ),
        Index(None, "received_at"),
        Index(None, "task_id"),
        Index(None, "site_id"),
        Index("ix_reports_position", "position", postgresql_using="gist"),
        Index("ix_reports_flags", "flags", postgresql_using="gin"),
        # whole tiles are counted from this index alone
        Index(
            "ix_reports_map_key",
            "map_key",
            postgresql_include=["seq", "captured_at", "category", "outcome", "status", "severity", "street_code"],
            postgresql_where=text("map_key IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("devices.id"))
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id"))
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id"))
    category: Mapped[Category] = enum_column(Category)
    outcome: Mapped[Outcome] = enum_column(Outcome)
    status: Mapped[ReportStatus] = enum_column(ReportStatus)
    severity: Mapped[Severity | None] = enum_column(Severity, nullable=True)
    captured_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    received_at: Mapped[datetime]
    clock_offset_ms: Mapped[int | None] = mapped_column(BigInteger)
    raw_position: Mapped[dict[str, Any] | None] = json_column()
    position: Mapped[WKBElement | None] = point_column()
    map_key: Mapped[int | None] = map_key_column("position")
    accuracy_m: Mapped[float | None] = mapped_column(Double)
    verdict: Mapped[Verdict] = enum_column(Verdict)
    placing: Mapped[dict[str, Any]] = json_column(dict)
    grid_id: Mapped[UUID | None] = mapped_column(ForeignKey("grids.id"))
    grid_code: Mapped[str | None]
    street_code: Mapped[str | None] = mapped_column(ForeignKey("divisions.code"))
    site: Mapped[dict[str, Any] | None] = json_column()
    form_code: Mapped[str | None]
    form_version: Mapped[int | None]
    answers: Mapped[dict[str, Any]] = json_column(dict)
    attributes: Mapped[dict[str, Any]] = json_column(dict)
    findings: Mapped[list[Any]] = json_column(list)
    description: Mapped[str] = mapped_column(default="")
    monotonic: Mapped[dict[str, Any] | None] = json_column()
    flags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    photos_expected: Mapped[int] = mapped_column(Integer, default=0)
    photos_here: Mapped[int] = mapped_column(Integer, default=0)
    # a coordinator waits for the missing photos; cleared when all are here
    photos_wanted_at: Mapped[datetime | None]
    photos_wanted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
    routing: Mapped[dict[str, Any] | None] = json_column()
    version: Mapped[int] = mapped_column(default=1)


class ReportPhoto(Row):
    """A photo a report names. The bytes may come later or never; ``arrived_at`` says when they did."""

    __tablename__ = "report_photos"
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_hex"),
        Index(None, "sha256"),
        Index("ix_report_photos_waiting", "sha256", postgresql_where="arrived_at IS NULL"),
    )

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    ordinal: Mapped[int]
    byte_count: Mapped[int] = mapped_column(BigInteger)
    mime: Mapped[str]
    role: Mapped[PhotoRole] = enum_column(PhotoRole)
    source: Mapped[PhotoSource] = enum_column(PhotoSource)
    taken_at: Mapped[datetime | None]
    named_at: Mapped[datetime]
    arrived_at: Mapped[datetime | None]


class ReportAmendment(Row):
    """A note added later by the worker; ``id`` is the sync item's id."""

    __tablename__ = "report_amendments"
    __table_args__ = (Index(None, "report_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str]
    recorded_at: Mapped[datetime]
    received_at: Mapped[datetime]


class EmergencyCall(Row):
    """A call the worker made before or beside the report: phone first, recorded afterwards."""

    __tablename__ = "emergency_calls"
    __table_args__ = (Index(None, "report_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    # no foreign key: the call may be synced before the report it belongs to
    report_id: Mapped[UUID | None]
    caller_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    number: Mapped[str]
    called_at: Mapped[datetime]
    note: Mapped[str]
    received_at: Mapped[datetime]
