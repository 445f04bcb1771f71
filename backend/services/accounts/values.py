"""Plain values that go into and come out of the use cases of accounts."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from backend.domain.vocabulary import Category, Role


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """The phone or browser a person signs in on; ``uid`` is made there and stays."""

    uid: UUID
    name: str
    platform: str
    app_version: str


@dataclass(frozen=True, slots=True)
class Person:
    """The signed-in user as his phone shows him; ``street`` is that of his first role that has one."""

    id: UUID
    username: str
    name: str
    roles: list[Role]
    street: str | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Tokens of a login session; ``expires_in`` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    user: Person


@dataclass(frozen=True, slots=True)
class WebSession:
    """A login session of a browser: until when it may rest, and its end however busy it is."""

    id: UUID
    idle_until: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class WebSignedIn:
    """A login session of a browser that was just opened; ``token`` is for its cookie alone."""

    token: str
    session: WebSession
    csrf_token: str
    user: Person


@dataclass(frozen=True, slots=True)
class FactorState:
    """How a person's second factor stands."""

    is_on: bool
    is_required: bool
    confirmed_at: datetime | None
    recovery_codes_left: int


@dataclass(frozen=True, slots=True)
class BegunFactor:
    """A secret for an authenticator app, and the same as the address a QR code holds."""

    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role a user shall have; ``department`` is a department's code, days default to from-today-on; end exclusive."""

    role: Role
    street_code: str | None = None
    department: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to be made."""

    username: str
    name: str
    password: str
    roles: tuple[RoleGrant, ...] = ()
    skills: tuple[Category, ...] = ()
