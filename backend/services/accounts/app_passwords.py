"""Application passwords: making, ending and checking them. They open reading for programs, never an account.

A right one always opens; wrong ones are counted so that a program gone astray is told to wait. Locking would help nobody: 124
random bits cannot be guessed, but anybody could lock a colleague's map out by asking wrongly in his name.
"""

import hashlib
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.app_passwords import (
    after_app_failure,
    app_password_policy_at,
    new_app_password,
    normalised_app_password,
)
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.passwords import Failures
from backend.persistence.models import AppPassword, AppPasswordFailure, User
from backend.persistence.statements import row
from backend.services.accounts.endings import EndReason, note
from backend.services.accounts.identity import ROLES_HELD, WHO_COLUMNS, actor_of

NOTED_AGAIN = timedelta(minutes=10)  # when it was last used is written down no more often
BUCKETS = 65_536
# The columns of identity.WHO, then what is asked of a password itself.
WHO_OF_APP_PASSWORD = f"""
    SELECT s.user_id, NULL::uuid AS device_id, u.username, u.name,
           u.is_active AND s.ended_at IS NULL AND s.expires_at > %(now)s AS is_open,
           r.roles, r.street_codes, r.department_ids, s.expires_at AS ends_at, s.has_second_factor, s.id, s.last_used_at
    FROM app_passwords s
    JOIN users u ON u.id = s.user_id
    {ROLES_HELD}
    WHERE s.token_sha256 = %(token)s AND u.username = %(username)s
"""  # noqa: S608 -- made of our own texts


def create_app_password(
    session: Session, actor: Actor, name: str, days: int | None, *, now: datetime
) -> tuple[AppPassword, str]:
    """A new one that ends after ``days`` (None: the usual time), and its text, which is shown this once and not kept.

    Raises too_many_app_passwords, and app_password_too_long for more days than the rule allows.
    """
    policy = app_password_policy_at(local_day(now))
    lasting = policy.usual_days if days is None else days
    if lasting > policy.longest_days:
        raise DomainError("app_password_too_long", days=policy.longest_days)
    # of several made at once each sees the others
    session.scalar(select(User.id).where(User.id == actor.user_id).with_for_update(key_share=True))
    live = select(func.count()).select_from(AppPassword).where(
        AppPassword.user_id == actor.user_id, AppPassword.ended_at.is_(None), AppPassword.expires_at > now
    )  # fmt: skip
    if (session.scalar(live) or 0) >= policy.most:
        raise DomainError("too_many_app_passwords", most=policy.most)
    text = new_app_password()
    made = AppPassword(
        id=new_id(),
        user_id=actor.user_id,
        name=name,
        token_sha256=_digest(text),
        has_second_factor=actor.has_shown_second_factor,
        created_at=now,
        expires_at=now + timedelta(days=lasting),
    )
    session.add(made)
    note(session, actor, actor.user_id, "app_password_made", now, {"app_password": str(made.id), "name": name})
    session.flush()
    return made, text


def end_app_password(session: Session, actor: Actor, app_password_id: UUID, *, now: datetime) -> None:
    """End one of one's own at once. Repeatable. Raises not_found."""
    found = session.scalar(
        select(AppPassword)
        .where(AppPassword.id == app_password_id, AppPassword.user_id == actor.user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise DomainError("not_found")
    if found.ended_at is None:
        found.ended_at, found.end_reason = now, EndReason.SIGNED_OUT.value
        note(session, actor, actor.user_id, "app_password_ended", now, {"app_password": str(found.id)})
    session.flush()


def find_app_password(
    session: Session, username: str, password: str, now: datetime
) -> tuple[Actor, UUID | None] | None:
    """The actor whose application password this is, with the roles of the day, and its id where its use is to be noted
    (``note_use``); None: it is nobody's. Raises session_ended (ended, past its time, disabled user)."""
    if not username.isprintable():  # no user has such a name, and the database takes not all of it
        return None
    values = {"token": _digest(password), "username": username.strip().lower(), "now": now, "day": local_day(now)}
    found: tuple[Any, ...] | None = row(session, WHO_OF_APP_PASSWORD, values)
    if found is None:
        return None
    password_id, last_used_at = found[WHO_COLUMNS:]
    actor = actor_of(password_id, found)
    is_noted = last_used_at is not None and now - last_used_at < NOTED_AGAIN
    return actor, None if is_noted else password_id


def note_use(session: Session, app_password_id: UUID, *, now: datetime) -> None:
    """Remember when it was last used."""
    session.execute(update(AppPassword).where(AppPassword.id == app_password_id).values(last_used_at=now))


def count_app_failure(session: Session, username: str, *, now: datetime) -> DomainError:
    """Count a wrong one; the refusal to answer with: bad_app_password, or too_many_requests for a while after many."""
    bucket = _bucket(username)
    empty = {"bucket": bucket, "count": 0}
    session.execute(insert(AppPasswordFailure).values(empty).on_conflict_do_nothing())
    known = session.scalars(
        select(AppPasswordFailure)
        .where(AppPasswordFailure.bucket == bucket)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if known.paused_until is not None and known.paused_until > now:
        return DomainError("too_many_requests", retry_after=ceil((known.paused_until - now).total_seconds()))
    counted = after_app_failure(Failures(known.count, known.since, None), now, app_password_policy_at(local_day(now)))
    known.count, known.since, known.paused_until = counted.count, counted.since, counted.locked_until
    session.flush()
    return DomainError("bad_app_password")


def _digest(text: str) -> bytes:
    return hashlib.sha256(normalised_app_password(text).encode("utf-8", "surrogatepass")).digest()


def _bucket(username: str) -> int:
    name = username.strip().lower().encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(name).digest()[:2], "big") % BUCKETS
