"""What tells people and other systems of a case: notices of the inbox, webhooks and the messages to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.domain.vocabulary import DeliveryState, NoticeKind, Role, WebhookAlgorithm
from backend.persistence.database import NO_READ_BACK, Row, enum_column, json_column, not_blank

# The same text as domain/notices.Audience.key: one index then serves every kind of audience.
AUDIENCE = (
    "CASE WHEN department_id IS NOT NULL THEN 'department:'::text || department_id::text"
    " WHEN user_id IS NOT NULL THEN 'user:'::text || user_id::text"
    " ELSE role::text || coalesce(':'::text || street_code, ''::text) END"
)


class Notice(Row):
    """One line of an inbox, addressed to an audience: one row however many people belong to it."""

    __tablename__ = "notices"
    __mapper_args__ = NO_READ_BACK
    __table_args__ = (
        CheckConstraint("num_nonnulls(department_id, role, user_id) = 1", name="one_audience"),
        CheckConstraint("street_code IS NULL OR role IS NOT NULL", name="street_of_a_role"),
        Index(None, "seq", unique=True),
        Index(None, "audience", "seq"),
        Index("ix_notices_emergencies", "audience", "seq", postgresql_where=text("is_emergency")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    role: Mapped[Role | None] = enum_column(Role)
    street_code: Mapped[str | None] = mapped_column(ForeignKey("divisions.code"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    audience: Mapped[str] = mapped_column(Computed(AUDIENCE, persisted=True))
    kind: Mapped[NoticeKind] = enum_column(NoticeKind)
    referral_id: Mapped[UUID | None] = mapped_column(ForeignKey("referrals.id"))
    report_id: Mapped[UUID | None] = mapped_column(ForeignKey("reports.id"))
    # whose own act it was: he is not told of it
    caused_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    is_emergency: Mapped[bool] = mapped_column(default=False)
    data: Mapped[dict[str, Any]] = json_column(dict)
    created_at: Mapped[datetime]


class NoticeMark(Row):
    """How far somebody has read: every notice up to this number."""

    __tablename__ = "notice_marks"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    read_to: Mapped[int] = mapped_column(BigInteger)


class NoticeRead(Row):
    """A notice above his mark that somebody has read."""

    __tablename__ = "notice_reads"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    notice_seq: Mapped[int] = mapped_column(BigInteger, ForeignKey("notices.seq"), primary_key=True)
    read_at: Mapped[datetime]


class WebhookSubscription(Row):
    """Another system that is told; ``department_id`` None: of the whole district. Its secrets are kept encrypted.

    ``busy_until`` gives it to one worker at a time; ``paused_until`` leaves a receiver alone that failed or is slow.
    """

    __tablename__ = "webhook_subscriptions"
    __table_args__ = (
        not_blank("name"),
        Index(None, "seq", unique=True),
        CheckConstraint("(previous_secret IS NULL) = (previous_until IS NULL)", name="previous_secret_ends"),
        CheckConstraint("(failures = 0) = (failing_since IS NULL)", name="failing_since_the_first"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    name: Mapped[str]
    url: Mapped[str]
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    event_types: Mapped[list[Any]] = json_column(list)
    algorithm: Mapped[WebhookAlgorithm] = enum_column(WebhookAlgorithm)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    previous_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_until: Mapped[datetime | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    failures: Mapped[int] = mapped_column(Integer, default=0)
    failing_since: Mapped[datetime | None]
    alarmed_at: Mapped[datetime | None]
    busy_until: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]


class WebhookDelivery(Row):
    """One message to one subscription, with its exact bytes: a repeated one is the same. Dead ones wait to be looked at."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("subscription_id", "event_id"),
        CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name="delivered_when"),
        Index(None, "seq", unique=True),
        Index(None, "subscription_id", "seq"),
        Index(None, "subscription_id", "state", "seq"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_subscriptions.id"))
    event_id: Mapped[UUID]
    type: Mapped[str]
    referral_id: Mapped[UUID | None] = mapped_column(ForeignKey("referrals.id"))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    state: Mapped[DeliveryState] = enum_column(DeliveryState)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_attempt_at: Mapped[datetime | None]
    last_status: Mapped[int | None] = mapped_column(Integer)
    last_error: Mapped[str | None]
    delivered_at: Mapped[datetime | None]
