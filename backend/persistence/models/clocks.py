"""Deadlines of referrals, what was asked and granted about them, and the calendar they are counted on."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Identity, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.domain.vocabulary import ClockLevel, ClockRequestKind, ClockRequestState, ClockState
from backend.persistence.database import Row, enum_column, json_column, not_blank


class CalendarYear(Row):
    """A year whose holidays are known; ``source`` says from where ('chinesecalendar 1.11.0', or the file's own name)."""

    __tablename__ = "calendar_years"
    __table_args__ = (CheckConstraint("year BETWEEN 1950 AND 2200", name="year_range"), not_blank("source"))

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str]
    by_hand: Mapped[bool]
    content_sha256: Mapped[str]
    loaded_at: Mapped[datetime]


class CalendarDay(Row):
    """A day on which it is otherwise than the day of the week says."""

    __tablename__ = "calendar_days"
    __table_args__ = (CheckConstraint("extract(year FROM day) = year", name="day_in_year"), Index(None, "year"))

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    year: Mapped[int] = mapped_column(ForeignKey("calendar_years.year"))
    is_working: Mapped[bool]
    name: Mapped[str]


class Clock(Row):
    """A deadline. ``due_at`` follows from the other columns; ``overdue_at`` is a fact and never changes once it is there
    (trigger). ``extended`` is in the clock's own steps: days, or seconds (domain/clocks). ``office_hours`` and ``span``
    are as they were when it started."""

    __tablename__ = "clocks"
    __table_args__ = (
        CheckConstraint("(state = 'stopped') = (stopped_at IS NOT NULL)", name="stopped"),
        CheckConstraint("calendar_missing = (missing_year IS NOT NULL)", name="missing_year"),
        CheckConstraint("calendar_missing = (due_at IS NULL)", name="due_unless_calendar_missing"),
        CheckConstraint("(warn_at IS NULL) = (due_at IS NULL) AND warn_at <= due_at", name="warns_before_due"),
        CheckConstraint("extended >= 0", name="extended"),
        CheckConstraint(
            "(excused_at IS NULL) = (excused_by IS NULL) AND (excused_at IS NULL) = (excuse_reason IS NULL)"
            " AND (excused_at IS NULL OR overdue_at IS NOT NULL)",
            name="excused",
        ),
        # one running clock of a kind: a stage that begins anew gets a row of its own
        Index("uq_clocks_running", "referral_id", "kind", unique=True, postgresql_where=text("state <> 'stopped'")),
        Index(None, "referral_id"),
        # what the job of every minute reads, and nothing else
        Index("ix_clocks_to_warn", "warn_at", postgresql_where=text("state = 'running' AND warned_at IS NULL")),
        Index(
            "ix_clocks_to_notice",
            "due_at",
            postgresql_where=text("state = 'running' AND overdue_at IS NULL AND warned_at IS NOT NULL"),
        ),
        Index("ix_clocks_calendar_missing", "missing_year", postgresql_where=text("calendar_missing")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"))
    kind: Mapped[str]
    level: Mapped[ClockLevel] = enum_column(ClockLevel)
    span: Mapped[dict[str, Any]] = json_column(dict)
    office_hours: Mapped[list[Any]] = json_column(list)
    warn_percent: Mapped[int] = mapped_column(SmallInteger)
    extended: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    state: Mapped[ClockState] = enum_column(ClockState)
    calendar_missing: Mapped[bool]
    missing_year: Mapped[int | None]
    stopped_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    excused_at: Mapped[datetime | None]
    excused_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    excuse_reason: Mapped[str | None]


class ClockRequest(Row):
    """延期, 挂账 or 超期说明, asked for by an officer and decided by somebody else. ``clock_id`` None: the whole referral."""

    __tablename__ = "clock_requests"
    __table_args__ = (
        not_blank("reason"),
        CheckConstraint("level IN (1, 2)", name="level"),
        CheckConstraint("(kind = 'extension') = (span IS NOT NULL)", name="span_of_extension"),
        CheckConstraint("(kind = 'suspension') = (until IS NOT NULL)", name="end_of_suspension"),
        CheckConstraint("kind = 'suspension' OR clock_id IS NOT NULL", name="names_its_clock"),
        CheckConstraint(
            "(state = 'requested') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided",
        ),
        CheckConstraint("decided_by IS NULL OR decided_by <> requested_by", name="decided_by_another"),
        Index(None, "seq", unique=True),
        Index(None, "referral_id"),
        Index("ix_clock_requests_state_seq", "state", "seq"),
        Index(
            "uq_clock_requests_waiting",
            "referral_id",
            "kind",
            "clock_id",
            unique=True,
            postgresql_where=text("state = 'requested'"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"))
    clock_id: Mapped[UUID | None] = mapped_column(ForeignKey("clocks.id"))
    kind: Mapped[ClockRequestKind] = enum_column(ClockRequestKind)
    level: Mapped[int] = mapped_column(SmallInteger)
    span: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    until: Mapped[datetime | None]
    reason: Mapped[str]
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime]
    state: Mapped[ClockRequestState] = enum_column(ClockRequestState)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None]


class ClockSuspension(Row):
    """A pause of one clock; ``until`` is what was granted, ``ended_at`` when it went on (None: not yet)."""

    __tablename__ = "suspensions"
    __table_args__ = (
        CheckConstraint("ended_at >= started_at", name="ends_later"),
        Index("uq_suspensions_running", "clock_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index(None, "clock_id"),
        Index("ix_suspensions_to_end", "until", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    clock_id: Mapped[UUID] = mapped_column(ForeignKey("clocks.id"))
    request_id: Mapped[UUID] = mapped_column(ForeignKey("clock_requests.id"))
    started_at: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
