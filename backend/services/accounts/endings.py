"""How login sessions end, and the note of it in the history. Ending is at once: the next request is refused."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.persistence.models import AppPassword, LoginSession
from backend.services.history import record


class EndReason(StrEnum):
    """Why a login session ended."""

    SIGNED_OUT = "signed_out"
    SIGNED_IN_AGAIN = "signed_in_again"
    REFRESH_REUSED = "refresh_reused"
    DEVICE_REVOKED = "device_revoked"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 # the name of a reason, not a secret
    USER_DISABLED = "user_disabled"
    SECOND_FACTOR_RESET = "second_factor_reset"


# What makes everything end that was opened in a person's name, his application passwords too.
ENDS_PROGRAMS = frozenset({EndReason.PASSWORD_CHANGED, EndReason.USER_DISABLED, EndReason.SECOND_FACTOR_RESET})


def end_sessions(
    session: Session,
    actor: Actor | None,
    user_id: UUID,
    reason: EndReason,
    *criteria: ColumnElement[bool],
    now: datetime,
) -> int:
    """End the open login sessions of a user that meet ``criteria``; how many there were. His application passwords end with
    them for the reasons in ENDS_PROGRAMS."""
    if reason in ENDS_PROGRAMS:
        _end_programs(session, actor, user_id, reason, now)
    ended = session.scalars(
        update(LoginSession)
        .where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None), *criteria)
        .values(ended_at=now, end_reason=reason.value)
        .returning(LoginSession.id)
    ).all()
    if ended:
        note(session, actor, user_id, "sessions_ended", now, {"sessions": [str(i) for i in ended]}, reason.value)
    return len(ended)


def _end_programs(session: Session, actor: Actor | None, user_id: UUID, reason: EndReason, now: datetime) -> None:
    ended = session.scalars(
        update(AppPassword)
        .where(AppPassword.user_id == user_id, AppPassword.ended_at.is_(None))
        .values(ended_at=now, end_reason=reason.value)
        .returning(AppPassword.id)
    ).all()
    if ended:
        data: dict[str, object] = {"app_passwords": [str(i) for i in ended]}
        note(session, actor, user_id, "app_passwords_ended", now, data, reason.value)


def note(
    session: Session,
    actor: Actor | None,
    user_id: UUID,
    action: str,
    now: datetime,
    data: dict[str, object] | None = None,
    reason_code: str | None = None,
) -> None:
    """Write into the history what happened to a user's account."""
    record(
        session,
        at=now,
        actor=actor,
        subject_type="user",
        subject_id=user_id,
        action=action,
        reason_code=reason_code,
        data=data,
    )
