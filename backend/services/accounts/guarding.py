"""Checking what a person knows or has while counting failures: five lock the user out for a while.

A wrong password or code is answered by returning the refusal, not by raising it: the count must be committed.
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
from backend.services.accounts.hashing import is_password
from backend.settings import Settings


def check_secret(
    session: Session,
    actor: Actor | None,
    user: User | None,
    password: str,
    *,
    now: datetime,
    settings: Settings,
    forgives: bool = True,
) -> DomainError | None:
    """None if ``password`` is the user's; then his row is locked and up to date. Otherwise the refusal to be returned.

    The hash is computed without holding a lock, the verdict is made under it: tries sent side by side count one by one,
    and those beyond the last allowed one are refused whatever they guessed. No such user (None) takes as long.
    ``forgives=False``: failures stay counted, for a code is still to be shown; ``forgive`` then, or ``count_failure``.
    """
    known_hash = user.password_hash if user else None
    is_right = is_password(known_hash, password, settings)
    if user is None:
        return DomainError("bad_credentials")
    refusal = check_not_locked(session, user, now)
    if refusal is not None:
        return refusal
    if not is_right or user.password_hash != known_hash:
        return count_failure(session, actor, user, now, "password_refused", "bad_credentials")
    if forgives:
        forgive(user)
    return None


def check_not_locked(session: Session, user: User, now: datetime) -> DomainError | None:
    """Lock the user's row and bring it up to date; account_locked if he is locked out at ``now``."""
    session.scalar(
        select(User).where(User.id == user.id).with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    until = user.locked_until
    return _locked(until, now) if until is not None and until > now else None


def forgive(user: User) -> None:
    """Forget the failures of a user who has shown everything he had to."""
    user.failed_logins, user.failed_since, user.locked_until = 0, None, None


def count_failure(
    session: Session, actor: Actor | None, user: User, now: datetime, action: str, code: str
) -> DomainError:
    """Count one failure (``action`` in the history) of a user whose row is locked: the refusal ``code``, or account_locked."""
    counted = after_failure(Failures(user.failed_logins, user.failed_since, None), now, policy_at(local_day(now)))
    user.failed_logins, user.failed_since, user.locked_until = counted.count, counted.since, counted.locked_until
    note(session, actor, user.id, action, now)
    if counted.locked_until is None:
        return DomainError(code)
    note(session, actor, user.id, "locked_out", now, {"until": counted.locked_until.isoformat()})
    return _locked(counted.locked_until, now)


def _locked(until: datetime, now: datetime) -> DomainError:
    return DomainError("account_locked", retry_after=ceil((until - now).total_seconds()))
