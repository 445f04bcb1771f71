"""Tasks and sites: what is to be visited, by whom, and the premises and machines known to the district."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import WKBElement
from sqlalchemy import BigInteger, CheckConstraint, Computed, Date, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.domain.vocabulary import Category, SiteStatus, TaskKind, TaskPurpose, TaskStatus
from backend.persistence.database import Row, enum_column, json_column, not_blank, point_column
from backend.persistence.models.maps import map_key_column
from backend.persistence.models.search import SITE_TEXT


class Site(Row):
    """A premise or a water machine; ``licence`` holds its licence data as recorded, ``external_code`` the district's own."""

    __tablename__ = "sites"
    __table_args__ = (
        not_blank("name"),
        Index(None, "grid_code"),
        Index(None, "street_code", "seq"),
        Index(None, "external_code"),
        Index(None, "uscc"),
        Index(None, "seq", unique=True),
        Index("ix_sites_position", "position", postgresql_using="gist"),
        Index(
            "ix_sites_map_key",
            "map_key",
            postgresql_include=["seq", "category", "status", "street_code"],
            postgresql_where=text("map_key IS NOT NULL"),
        ),
        Index("ix_sites_search_grams", text("search_grams(search_text)"), postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    name: Mapped[str]
    address: Mapped[str]
    category: Mapped[Category] = enum_column(Category)
    kind: Mapped[str | None]
    status: Mapped[SiteStatus] = enum_column(SiteStatus)
    uscc: Mapped[str | None]
    uscc_missing_reason: Mapped[str | None]
    external_code: Mapped[str | None]
    licence: Mapped[dict[str, Any]] = json_column(dict)
    position: Mapped[WKBElement | None] = point_column()
    map_key: Mapped[int | None] = map_key_column("position")
    raw_position: Mapped[dict[str, Any] | None] = json_column()
    grid_code: Mapped[str | None]
    street_code: Mapped[str | None] = mapped_column(ForeignKey("divisions.code"))
    last_visited_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    version: Mapped[int] = mapped_column(default=1)
    # made by the database, read by the search alone
    search_text: Mapped[str] = mapped_column(Computed(SITE_TEXT, persisted=True), deferred=True)


class Task(Row):
    """A patrol task: one grid, perhaps one site, one assignee, perhaps helpers. Overdue is computed."""

    __tablename__ = "tasks"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint(
            "status NOT IN ('assigned', 'accepted', 'in_progress', 'submitted') OR assignee_id IS NOT NULL",
            name="assigned_to_somebody",
        ),
        CheckConstraint("(referral_id IS NULL) = (purpose IS NULL)", name="purpose_of_a_referral"),
        not_blank("title"),
        Index(None, "seq", unique=True),
        Index("ix_tasks_referral_id", "referral_id", postgresql_where="referral_id IS NOT NULL"),
        Index(None, "street_code", "seq"),
        Index(None, "street_code", "status", "seq"),
        Index(None, "assignee_id", "seq"),
        Index(None, "status", "seq"),
        Index(None, "grid_code", "seq"),
        Index(None, "site_id"),
        Index(None, "due_at"),
        Index("ix_tasks_code_prefix", text('code COLLATE "C"')),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    code: Mapped[str]
    title: Mapped[str]
    category: Mapped[Category] = enum_column(Category)
    kind: Mapped[TaskKind] = enum_column(TaskKind)
    status: Mapped[TaskStatus] = enum_column(TaskStatus)
    grid_code: Mapped[str]
    street_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id"))
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    starts_on: Mapped[date | None] = mapped_column(Date)
    due_at: Mapped[datetime | None]
    assigned_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    instructions: Mapped[str] = mapped_column(default="")
    form_code: Mapped[str | None]
    form_version: Mapped[int | None]
    # made for a referral: to verify its handling, or to look again after a penalty
    referral_id: Mapped[UUID | None] = mapped_column(ForeignKey("referrals.id"))
    purpose: Mapped[TaskPurpose | None] = enum_column(TaskPurpose, nullable=True)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    version: Mapped[int] = mapped_column(default=1)


class TaskAssignment(Row):
    """Who held a task when; late work is judged by who held it at capture time (sync.md, invariant 7)."""

    __tablename__ = "task_assignments"
    __table_args__ = (
        Index(None, "task_id"),
        Index(None, "user_id"),
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="period"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    is_helper: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
