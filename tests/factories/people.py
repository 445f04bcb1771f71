"""People, their phones and sessions, and the departments they work for."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.ids import new_id
from backend.domain.vocabulary import (
    Category,
    Role,
)
from backend.persistence.models import (
    Department,
    Device,
    LoginSession,
    RoleAssignment,
    User,
    UserSkill,
)
from backend.services.accounts.tokens import AccessClaims, make_access_token
from tests.conftest import NOW
from tests.factories.constants import LONG_AGO, STREET, numbers


def make_user(
    session: Session,
    role: Role | None = Role.GRID_WORKER,
    *,
    username: str | None = None,
    street_code: str | None = STREET,
    department_id: UUID | None = None,
    skills: Iterable[Category] = tuple(Category),
) -> User:
    """A person with one role since long ago; nobody can sign in with his password (use token_for)."""
    user = User(
        id=new_id(),
        username=username or f"person{next(numbers)}",
        name="测试员",
        password_hash="!",
        is_active=True,
        failed_logins=0,
        password_changed_at=NOW,
        created_at=NOW,
    )
    session.add(user)
    session.flush()
    if role is not None:
        session.add(
            RoleAssignment(
                id=new_id(),
                user_id=user.id,
                role=role,
                street_code=street_code if role in (Role.GRID_WORKER, Role.STREET_COORDINATOR) else None,
                department_id=department_id,
                valid_from=LONG_AGO,
            )
        )
    if role == Role.GRID_WORKER:
        session.add_all(UserSkill(user_id=user.id, category=c, valid_from=LONG_AGO) for c in skills)
    session.flush()
    return user


def make_device(session: Session, user: User) -> Device:
    """A phone of ``user``."""
    device = Device(
        id=new_id(),
        device_uid=new_id(),
        user_id=user.id,
        name="测试手机",
        platform="android",
        app_version="1.0",
        created_at=NOW,
        outbox_items=0,
        outbox_photos=0,
    )
    session.add(device)
    session.flush()
    return device


def make_login(session: Session, user: User, *, device: Device | None = None) -> LoginSession:
    """A session that ``user`` has open on ``device`` (a new phone unless given)."""
    device = device or make_device(session, user)
    login = LoginSession(
        id=new_id(),
        user_id=user.id,
        device_id=device.id,
        created_at=NOW,
        expires_at=NOW + timedelta(days=60),
    )
    session.add(login)
    session.flush()
    return login


def token_for(app: Flask, session: Session, user: User, *, device: Device | None = None) -> str:
    """An access token of a session that ``user`` has open on ``device`` (a new phone unless given)."""
    login = make_login(session, user, device=device)
    state = app.extensions["gridpatrol"]
    claims = AccessClaims(login.id, user.id)
    return make_access_token(state.gateways.keys, claims, state.gateways.clock.now(), 30 * 86_400)


def actor_of(
    user: User,
    *roles: Role,
    street_codes: Iterable[str] = (),
    department_ids: Iterable[UUID] = (),
    device_id: UUID | None = None,
) -> Actor:
    """The actor a request of ``user`` would have, for tests of services."""
    return Actor(
        user_id=user.id,
        username=user.username,
        name=user.name,
        roles=frozenset(roles),
        street_codes=frozenset(street_codes),
        department_ids=frozenset(department_ids),
        device_id=device_id,
    )


def department_named(session: Session, code: str) -> Department:
    """A department of the reference data."""
    return session.scalars(select(Department).where(Department.code == code)).one()


def make_officer(session: Session, code: str = "putuo.health") -> User:
    """Somebody who works for the department ``code``."""
    return make_user(session, Role.DEPARTMENT_OFFICER, department_id=department_named(session, code).id)
