"""Checking a person's password while counting failures: five lock the user out for a while.

A wrong password is answered by returning the refusal, not by raising it: the count must be committed.
"""

from datetime import datetime
from math import ceil

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.passwords import Failures, after_failure, policy_at
from backend.persistence.models import User
from backend.services.accounts.endings import note
from backend.services.accounts.hashing import hash_password, is_outdated, is_password
from backend.settings import Settings


def check_who_signs_in(
    session: Session, username: str, password: str, *, now: datetime, settings: Settings
) -> User | DomainError:
    """The user of this name, if the password is his; his row is locked then. Otherwise the refusal to be returned:
    bad_credentials (unknown user or wrong password, not told apart), account_locked or account_disabled."""
    user = session.scalar(select(User).where(User.username == username.strip().lower()))
    refusal = check_secret(session, None, user, password, now=now, settings=settings)
    if refusal is not None or user is None:
        session.flush()
        return refusal or DomainError("bad_credentials")
    if not user.is_active:
        return DomainError("account_disabled")
    if is_outdated(user.password_hash, settings):
        user.password_hash = hash_password(password, settings)
    return user


def check_secret(
    session: Session, actor: Actor | None, user: User | None, password: str, *, now: datetime, settings: Settings
) -> DomainError | None:
    """None if ``password`` is the user's; then his row is locked and up to date. Otherwise the refusal to be returned.

    The hash is computed without holding a lock, the verdict is made under it: tries sent side by side count one by one,
    and those beyond the last allowed one are refused whatever they guessed. No such user (None) takes as long.
    """
    known_hash = user.password_hash if user else None
    is_right = is_password(known_hash, password, settings)
    if user is None:
        return DomainError("bad_credentials")
    session.scalar(
        select(User).where(User.id == user.id).with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    if user.locked_until is not None and user.locked_until > now:
        return _locked(user.locked_until, now)
    if not is_right or user.password_hash != known_hash:
        return _count_failure(session, actor, user, now)
    user.failed_logins, user.failed_since, user.locked_until = 0, None, None
    return None


def _count_failure(session: Session, actor: Actor | None, user: User, now: datetime) -> DomainError:
    counted = after_failure(Failures(user.failed_logins, user.failed_since, None), now, policy_at(local_day(now)))
    user.failed_logins, user.failed_since, user.locked_until = counted.count, counted.since, counted.locked_until
    note(session, actor, user.id, "password_refused", now)
    if counted.locked_until is None:
        return DomainError("bad_credentials")
    note(session, actor, user.id, "locked_out", now, {"until": counted.locked_until.isoformat()})
    return _locked(counted.locked_until, now)


def _locked(until: datetime, now: datetime) -> DomainError:
    return DomainError("account_locked", retry_after=ceil((until - now).total_seconds()))
