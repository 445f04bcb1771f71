"""Signing in and out, and refreshing. Refusals that must be remembered (a failure counted, a session ended) are returned,
not raised: raising would roll them back. The caller answers with them as if they had been raised."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.gateways.keys import Keys
from backend.persistence.models import Device, LoginSession, RefreshToken, RoleAssignment, User
from backend.services.accounts.endings import EndReason, end_sessions, note
from backend.services.accounts.entering import check_who_signs_in
from backend.services.accounts.tokens import AccessClaims, make_access_token, make_refresh_token, refresh_digest
from backend.services.accounts.values import DeviceInfo, Person, SignedIn
from backend.settings import Settings


def sign_in(
    session: Session,
    username: str,
    password: str,
    device: DeviceInfo,
    code: str | None = None,
    *,
    keys: Keys,
    now: datetime,
    settings: Settings,
) -> SignedIn | DomainError:
    """Open a login session on ``device``; the one this person had there ends.

    Returned refusals: those of check_who_signs_in, and device_revoked.
    """
    known = check_who_signs_in(session, username, password, code, keys=keys, now=now, settings=settings)
    if isinstance(known, DomainError):
        return known
    phone = _device(session, known.user, device, now)
    if phone.revoked_at is not None:
        return DomainError("device_revoked")
    return open_session(session, known.user, phone, has_shown=known.has_shown, keys=keys, now=now, settings=settings)


def open_session(
    session: Session,
    user: User,
    device: Device,
    *,
    has_shown: bool = False,
    keys: Keys,
    now: datetime,
    settings: Settings,
) -> SignedIn:
    """A login session for ``user`` on his ``device`` without asking for a password; the former one there ends.
    ``has_shown``: he showed a second factor."""
    end_sessions(session, None, user.id, EndReason.SIGNED_IN_AGAIN, LoginSession.device_id == device.id, now=now)
    login = LoginSession(
        id=new_id(),
        user_id=user.id,
        device_id=device.id,
        created_at=now,
        expires_at=now + timedelta(days=settings.refresh_token_days),
        second_factor_at=now if has_shown else None,
    )
    session.add(login)
    session.flush()
    note(session, None, user.id, "signed_in", now, {"session": str(login.id), "device": str(device.id)})
    return _hand_out(session, user, login, keys=keys, now=now, settings=settings)


def refresh(session: Session, token: str, *, keys: Keys, now: datetime, settings: Settings) -> SignedIn | DomainError:
    """Exchange a refresh token for the next pair of tokens; each is good for one exchange.

    Of two exchanges of one token exactly one wins. A spent token that comes again may be stolen, so the session ends and
    refresh_reused is returned; a phone that lost the answer of its refresh signs in again. Raises unauthenticated (no
    token of ours) and session_ended.
    """
    row = session.scalar(
        select(RefreshToken).where(RefreshToken.token_sha256 == refresh_digest(token)).with_for_update()
    )
    if row is None:
        raise DomainError("unauthenticated")
    login = session.scalars(select(LoginSession).where(LoginSession.id == row.session_id).with_for_update()).one()
    if row.spent_at is not None:
        end_sessions(session, None, login.user_id, EndReason.REFRESH_REUSED, LoginSession.id == login.id, now=now)
        session.flush()
        return DomainError("refresh_reused")
    user = session.get_one(User, login.user_id)
    device = session.get_one(Device, login.device_id)
    is_over = login.ended_at is not None or min(login.expires_at, row.expires_at) <= now
    if is_over or device.revoked_at is not None or not user.is_active:
        raise DomainError("session_ended")
    row.spent_at = now
    login.expires_at = now + timedelta(days=settings.refresh_token_days)
    return _hand_out(session, user, login, keys=keys, now=now, settings=settings)


def sign_out(session: Session, actor: Actor, *, now: datetime) -> None:
    """End the login session the request came from."""
    end_sessions(session, actor, actor.user_id, EndReason.SIGNED_OUT, LoginSession.id == actor.session_id, now=now)
    session.flush()


def _device(session: Session, user: User, info: DeviceInfo, now: datetime) -> Device:
    device = session.scalar(
        select(Device)
        .where(Device.user_id == user.id, Device.device_uid == info.uid)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if device is None:
        # nobody else can make it meanwhile: the user's row is locked
        device = Device(id=new_id(), device_uid=info.uid, user_id=user.id, created_at=now)
        device.outbox_items = device.outbox_photos = 0
        session.add(device)
    device.name, device.platform, device.app_version = info.name, info.platform, info.app_version
    if device.revoked_at is None:
        device.last_contact_at = now
    session.flush()
    return device


def _hand_out(
    session: Session, user: User, login: LoginSession, *, keys: Keys, now: datetime, settings: Settings
) -> SignedIn:
    token = make_refresh_token()
    session.add(
        RefreshToken(
            token_sha256=refresh_digest(token), session_id=login.id, issued_at=now, expires_at=login.expires_at
        )
    )
    session.flush()
    claims = AccessClaims(login.id, user.id)
    access = make_access_token(keys, claims, now, settings.access_token_seconds)
    return SignedIn(access, token, settings.access_token_seconds, person_of(session, user, now))


def person_of(session: Session, user: User, now: datetime) -> Person:
    """``user`` as his phone or browser shows him, with the roles he holds on the day of ``now``."""
    day = local_day(now)
    held = session.execute(
        select(RoleAssignment.role, RoleAssignment.street_code)
        .where(
            RoleAssignment.user_id == user.id,
            RoleAssignment.valid_from <= day,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > day),
        )
        .order_by(RoleAssignment.valid_from, RoleAssignment.id)
    ).all()
    user_id: UUID = user.id
    street = next((code for _, code in held if code), None)
    return Person(user_id, user.username, user.name, list(dict.fromkeys(role for role, _ in held)), street)
