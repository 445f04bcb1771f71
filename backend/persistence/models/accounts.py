"""People: users, what they may do and where, their devices and sessions."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.domain.vocabulary import Category, Role
from backend.persistence.database import Row, enum_column, not_blank


class User(Row):
    """A person who signs in."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("username"),
        CheckConstraint("username = lower(username)", name="username_lower"),
        not_blank("username"),
        not_blank("name"),
        Index(None, "seq", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    username: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)
    failed_logins: Mapped[int] = mapped_column(default=0)
    failed_since: Mapped[datetime | None]
    locked_until: Mapped[datetime | None]
    password_changed_at: Mapped[datetime]
    created_at: Mapped[datetime]


class RoleAssignment(Row):
    """One role of one user, where it holds (street or department) and when (``valid_to`` is exclusive)."""

    __tablename__ = "role_assignments"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="period"),
        CheckConstraint("role <> 'street_coordinator' OR street_code IS NOT NULL", name="coordinator_has_street"),
        CheckConstraint("role <> 'department_officer' OR department_id IS NOT NULL", name="officer_has_department"),
        Index(None, "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    role: Mapped[Role] = enum_column(Role)
    street_code: Mapped[str | None] = mapped_column(ForeignKey("divisions.code"))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class UserSkill(Row):
    """A category a worker is trained for (一员多能)."""

    __tablename__ = "user_skills"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    category: Mapped[Category] = enum_column(Category, primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class Device(Row):
    """A phone as used by one user; ``device_uid`` is made on the phone, two users of one phone are two rows."""

    __tablename__ = "devices"
    __table_args__ = (UniqueConstraint("user_id", "device_uid"), Index(None, "seq", unique=True))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    device_uid: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str]
    platform: Mapped[str]
    app_version: Mapped[str]
    created_at: Mapped[datetime]
    last_contact_at: Mapped[datetime | None]
    clock_offset_ms: Mapped[int | None] = mapped_column(BigInteger)
    outbox_items: Mapped[int] = mapped_column(Integer, default=0)
    outbox_photos: Mapped[int] = mapped_column(Integer, default=0)
    outbox_oldest_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class LoginSession(Row):
    """One sign-in on one device, or in a browser (no device); ends by sign-out, revocation, expiry or reuse of a spent
    refresh token. ``second_factor_at``: when a second factor was shown in it."""

    __tablename__ = "login_sessions"
    __table_args__ = (Index(None, "device_id"), Index(None, "user_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("devices.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    second_factor_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


class RefreshToken(Row):
    """A refresh token, kept as SHA-256 only; spent ones stay so that their reuse is noticed."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (Index(None, "session_id"),)

    token_sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("login_sessions.id"))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]


class OidcBinding(Row):
    """Which person of an OpenID provider a user is; made at the first sign-in by a claim, and by the subject ever after."""

    __tablename__ = "oidc_bindings"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    bound_at: Mapped[datetime]


class WebLogin(Row):
    """What makes a login session one of a browser: its cookie, kept as SHA-256 only, and until when it may rest."""

    __tablename__ = "web_logins"
    __table_args__ = (Index(None, "session_id", unique=True), Index(None, "idle_until"))

    token_sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("login_sessions.id"))
    idle_until: Mapped[datetime]
