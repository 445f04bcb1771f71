"""Making, changing, disabling users. Not here: signing in (sessions.py), reading (queries/accounts)."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.passwords import check_password, policy_at
from backend.domain.vocabulary import Category
from backend.persistence.models import LoginSession, User
from backend.services.accounts.endings import EndReason, end_sessions, note
from backend.services.accounts.guarding import check_secret
from backend.services.accounts.hashing import hash_password
from backend.services.accounts.roles import check_administrator_left, is_administrator, replace_roles, replace_skills
from backend.services.accounts.values import NewUser, RoleGrant
from backend.services.scope import welcome_user
from backend.settings import Settings

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


def create_user(session: Session, actor: Actor | None, new: NewUser, *, now: datetime, settings: Settings) -> User:
    """Add a user with roles and skills; ``actor`` None means the command line.

    Raises bad_username, username_taken, weak_password and what replace_roles raises.
    """
    username = new.username.strip().lower()
    if not USERNAME.fullmatch(username):
        raise DomainError("bad_username")
    check_password(new.password, username, policy_at(local_day(now)))
    user_id = new_id()
    made = session.execute(
        insert(User)
        .values(
            id=user_id,
            username=username,
            name=new.name.strip(),
            password_hash=hash_password(new.password, settings),
            is_active=True,
            failed_logins=0,
            password_changed_at=now,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["username"])
        .returning(User.id)
    ).one_or_none()
    if made is None:
        raise DomainError("username_taken")
    user = session.get_one(User, user_id)
    note(session, actor, user_id, "created", now)
    replace_roles(session, actor, user, new.roles, now)
    replace_skills(session, actor, user, new.skills, now)
    welcome_user(session, user_id, now)
    return user


def set_roles(
    session: Session, actor: Actor | None, user_id: UUID, grants: Sequence[RoleGrant], *, now: datetime
) -> User:
    """Make the user hold exactly ``grants`` from today on. Raises last_administrator and what replace_roles raises."""
    user, day = _locked(session, user_id), local_day(now)
    was_administrator = is_administrator(session, user_id, day)
    replace_roles(session, actor, user, grants, now)
    if was_administrator:
        check_administrator_left(session, day)
    welcome_user(session, user_id, now)
    return user


def set_skills(
    session: Session, actor: Actor | None, user_id: UUID, categories: Iterable[Category], *, now: datetime
) -> User:
    """Make the user trained for exactly ``categories`` from today on (一员多能)."""
    user = _locked(session, user_id)
    replace_skills(session, actor, user, categories, now)
    return user


def disable_user(
    session: Session, actor: Actor | None, user_id: UUID, *, now: datetime, reason: str | None = None
) -> User:
    """Sign the user out everywhere and let him in no more. Repeatable. Raises last_administrator."""
    user = _locked(session, user_id)
    if user.is_active:
        was_administrator = is_administrator(session, user_id, local_day(now))
        user.is_active = False
        end_sessions(session, actor, user_id, EndReason.USER_DISABLED, now=now)
        note(session, actor, user_id, "disabled", now, {"reason": reason} if reason else None)
        session.flush()
        if was_administrator:
            check_administrator_left(session, local_day(now))
        welcome_user(session, user_id, now)
    return user


def enable_user(session: Session, actor: Actor | None, user_id: UUID, *, now: datetime) -> User:
    """Let a disabled or locked-out user in again. Repeatable."""
    user = _locked(session, user_id)
    was_active = user.is_active
    user.is_active, user.failed_logins, user.failed_since, user.locked_until = True, 0, None, None
    note(session, actor, user_id, "enabled", now)
    session.flush()
    if not was_active:
        welcome_user(session, user_id, now)
    return user


def reset_password(
    session: Session, actor: Actor | None, user_id: UUID, password: str, *, now: datetime, settings: Settings
) -> User:
    """Give the user a new password and sign him out everywhere. Raises weak_password."""
    user = _locked(session, user_id)
    check_password(password, user.username, policy_at(local_day(now)))
    _set_password(user, password, now, settings)
    end_sessions(session, actor, user_id, EndReason.PASSWORD_CHANGED, now=now)
    note(session, actor, user_id, "password_reset", now)
    session.flush()
    return user


def change_password(
    session: Session, actor: Actor, current: str, new: str, *, now: datetime, settings: Settings
) -> DomainError | None:
    """Change one's own password; every other session of this user ends, the one that asks stays.

    A wrong ``current`` counts like a failed sign-in: bad_credentials or account_locked is returned, not raised.
    Raises weak_password.
    """
    user = session.get_one(User, actor.user_id)
    check_password(new, user.username, policy_at(local_day(now)))
    refusal = check_secret(session, actor, user, current, now=now, settings=settings)
    if refusal is None:
        _set_password(user, new, now, settings)
        others = LoginSession.id != actor.session_id
        end_sessions(session, actor, user.id, EndReason.PASSWORD_CHANGED, others, now=now)
        note(session, actor, user.id, "password_changed", now)
    session.flush()
    return refusal


def find_user(session: Session, username: str) -> UUID:
    """The id of the user with this name, for the command line. Raises not_found."""
    found = session.scalar(select(User.id).where(User.username == username.strip().lower()))
    if found is None:
        raise DomainError("not_found")
    return found


def _locked(session: Session, user_id: UUID) -> User:
    user = session.scalar(
        select(User).where(User.id == user_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    if user is None:
        raise DomainError("not_found")
    return user


def _set_password(user: User, password: str, now: datetime, settings: Settings) -> None:
    user.password_hash = hash_password(password, settings)
    user.password_changed_at = now
    user.failed_logins, user.failed_since, user.locked_until = 0, None, None
