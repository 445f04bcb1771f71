"""Setting up a second factor, taking it off again, and an administrator's help when the app is lost."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.second_factor import SecondFactorAlgorithm, SecretAlgorithm, is_required
from backend.gateways.keys import Keys
from backend.persistence.models import LoginSession, RecoveryCode, SecondFactor, User
from backend.services.accounts.codes import (
    confirmed_factor,
    current_factor,
    make_recovery_codes,
    make_secret,
    otpauth_uri,
    recovery_codes_left,
    seal_secret,
    use_code,
)
from backend.services.accounts.endings import EndReason, end_sessions, note
from backend.services.accounts.guarding import check_not_locked, check_secret, count_failure, forgive
from backend.services.accounts.values import BegunFactor, FactorState
from backend.settings import Settings


def factor_state(session: Session, actor: Actor, settings: Settings) -> FactorState:
    """Whether the actor has a second factor, and whether his roles want one."""
    factor = confirmed_factor(session, actor.user_id)
    return FactorState(
        is_on=factor is not None,
        is_required=is_required(actor.roles, settings.second_factor_roles),
        confirmed_at=factor.confirmed_at if factor else None,
        recovery_codes_left=recovery_codes_left(session, actor.user_id) if factor else 0,
    )


def begin_factor(
    session: Session, actor: Actor, password: str, *, keys: Keys, now: datetime, settings: Settings
) -> BegunFactor | DomainError:
    """Make a secret for the actor's app, in place of one he did not confirm; it counts from confirm_factor on.

    A wrong password is counted: bad_credentials or account_locked is returned. Raises second_factor_exists.
    """
    user = session.get_one(User, actor.user_id)
    refusal = check_secret(session, actor, user, password, now=now, settings=settings)
    if refusal is not None:
        session.flush()
        return refusal
    factor = current_factor(session, user.id)
    if factor is not None and factor.confirmed_at is not None:
        raise DomainError("second_factor_exists")
    secret = make_secret()
    if factor is None:
        factor = SecondFactor(user_id=user.id)
        session.add(factor)
    factor.algorithm, factor.secret_algorithm = SecondFactorAlgorithm.TOTP_SHA1, SecretAlgorithm.AES_256_GCM
    factor.secret, factor.begun_at, factor.last_step = seal_secret(keys, user.id, secret), now, None
    session.flush()
    return BegunFactor(secret, otpauth_uri(secret, user.username))


def confirm_factor(session: Session, actor: Actor, code: str, *, keys: Keys, now: datetime) -> list[str] | DomainError:
    """Show that the app knows the secret: from now on signing in wants a code, and this session has shown one. The recovery
    codes, which nobody can read again.

    A wrong code is counted: bad_code or account_locked is returned. Raises second_factor_not_begun, second_factor_exists.
    """
    user = session.get_one(User, actor.user_id)
    refusal = check_not_locked(session, user, now)
    if refusal is not None:
        return refusal
    factor = current_factor(session, user.id)
    if factor is None:
        raise DomainError("second_factor_not_begun")
    if factor.confirmed_at is not None:
        raise DomainError("second_factor_exists")
    if not use_code(session, factor, code, keys=keys, now=now):
        refusal = count_failure(session, actor, user, now, "code_refused", "bad_code")
        session.flush()
        return refusal
    forgive(user)
    factor.confirmed_at = now
    codes = make_recovery_codes(session, user.id, keys)
    session.execute(update(LoginSession).where(LoginSession.id == actor.session_id).values(second_factor_at=now))
    note(session, actor, user.id, "second_factor_set", now)
    session.flush()
    return codes


def end_factor(
    session: Session, actor: Actor, password: str, code: str, *, keys: Keys, now: datetime, settings: Settings
) -> DomainError | None:
    """Take the actor's second factor off; where his role wants one, he may do nothing before he has set up another.

    Returned refusals, counted: bad_credentials, bad_code, account_locked. Raises second_factor_not_begun (there is none).
    """
    user = session.get_one(User, actor.user_id)
    refusal = check_secret(session, actor, user, password, now=now, settings=settings, forgives=False)
    if refusal is not None:
        session.flush()
        return refusal
    factor = confirmed_factor(session, user.id)
    if factor is None:
        raise DomainError("second_factor_not_begun")
    if not use_code(session, factor, code, keys=keys, now=now):
        refusal = count_failure(session, actor, user, now, "code_refused", "bad_code")
        session.flush()
        return refusal
    forgive(user)
    _remove(session, user.id)
    note(session, actor, user.id, "second_factor_ended", now)
    session.flush()
    return None


def reset_second_factor(session: Session, actor: Actor | None, user_id: UUID, *, now: datetime) -> User:
    """Take off the second factor of somebody who lost it, and sign him out everywhere; ``actor`` None means the command line.
    Repeatable. Raises not_found."""
    user = session.scalar(
        select(User).where(User.id == user_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    if user is None:
        raise DomainError("not_found")
    had_one = confirmed_factor(session, user_id) is not None
    _remove(session, user_id)
    if had_one:
        end_sessions(session, actor, user_id, EndReason.SECOND_FACTOR_RESET, now=now)
        note(session, actor, user_id, "second_factor_reset", now)
    session.flush()
    return user


def _remove(session: Session, user_id: UUID) -> None:
    session.flush()
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))
    session.execute(
        update(LoginSession)
        .where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
        .values(second_factor_at=None)
    )
