"""Login sessions of browsers: a cookie instead of tokens, ended by rest or at the latest after a working day.

Not here: the cookie itself and which requests may come with it (api/browser.py).
"""

import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.gateways.keys import Keys
from backend.persistence.models import LoginSession, User, WebLogin
from backend.persistence.statements import row
from backend.services.accounts.endings import EndReason, end_sessions, note
from backend.services.accounts.entering import check_who_signs_in
from backend.services.accounts.identity import ROLES_HELD, WHO_COLUMNS, actor_of
from backend.services.accounts.sessions import person_of
from backend.services.accounts.tokens import make_refresh_token, refresh_digest
from backend.services.accounts.values import WebSession, WebSignedIn
from backend.settings import Settings

CSRF_ALGORITHM = "sha256"  # HMAC-SHA-256 (RFC 2104)
CSRF_PURPOSE = "gridpatrol/csrf/1"
WAKING = timedelta(minutes=1)  # a session in use is written once a minute, not with every request
# Those of WHO, then what makes a WebSession. No device; idle_until is never later than the session's end.
WHO_OF_COOKIE = f"""
    SELECT s.user_id, NULL, u.username, u.name,
           u.is_active AND s.ended_at IS NULL AND c.idle_until > %(now)s AS is_open,
           r.roles, r.street_codes, r.department_ids, c.idle_until AS ends_at, s.second_factor_at IS NOT NULL AS has_shown,
           s.id, s.expires_at
    FROM web_logins c
    JOIN login_sessions s ON s.id = c.session_id
    JOIN users u ON u.id = s.user_id
    {ROLES_HELD}
    WHERE c.token_sha256 = %(token)s
"""  # noqa: S608 -- made of our own texts


def sign_in_web(
    session: Session,
    username: str,
    password: str,
    code: str | None = None,
    *,
    former: str | None,
    keys: Keys,
    now: datetime,
    settings: Settings,
) -> WebSignedIn | DomainError:
    """Open a login session in a browser; ``former`` is the cookie it came with, whose session ends.

    Returned refusals: those of check_who_signs_in.
    """
    known = check_who_signs_in(session, username, password, code, keys=keys, now=now, settings=settings)
    if isinstance(known, DomainError):
        return known
    return open_web_session(
        session, known.user, former=former, has_shown=known.has_shown, keys=keys, now=now, settings=settings
    )


def open_web_session(
    session: Session,
    user: User,
    *,
    former: str | None,
    has_shown: bool,
    how: str = "password",
    keys: Keys,
    now: datetime,
    settings: Settings,
) -> WebSignedIn:
    """A login session of a browser for ``user`` without asking for a password; ``has_shown``: he showed a second factor;
    ``how`` he signed in, for the history.

    Its token is always a new one: what the browser brought (``former``) is never taken over, and its session ends.
    """
    if former is not None:
        _end_former(session, former, now)
    token = make_refresh_token()
    expires_at = now + timedelta(hours=settings.web_session_hours)
    web = WebSession(new_id(), _idle_until(now, expires_at, settings), expires_at)
    shown_at = now if has_shown else None
    session.add(
        LoginSession(id=web.id, user_id=user.id, created_at=now, expires_at=expires_at, second_factor_at=shown_at)
    )
    session.flush()
    session.add(WebLogin(token_sha256=refresh_digest(token), session_id=web.id, idle_until=web.idle_until))
    session.flush()
    note(session, None, user.id, "signed_in", now, {"session": str(web.id), "browser": True, "by": how})
    return WebSignedIn(token, web, csrf_token(keys, web.id), person_of(session, user, now))


def authenticate_web(session: Session, token: str, now: datetime) -> tuple[Actor, WebSession]:
    """The actor whose cookie holds ``token``, and his session. Raises unauthenticated (no cookie of ours) or session_ended
    (signed out, rested too long, too old, disabled user)."""
    found = row(session, WHO_OF_COOKIE, {"token": refresh_digest(token), "now": now, "day": local_day(now)})
    if found is None:
        raise DomainError("unauthenticated")
    session_id, expires_at = found[WHO_COLUMNS:]
    actor = actor_of(session_id, found)
    assert actor.session_ends_at is not None  # a column of WHO
    return actor, WebSession(session_id, actor.session_ends_at, expires_at)


def is_waking(web: WebSession, *, now: datetime, settings: Settings) -> bool:
    """Whether its use now is to be written down: at most once a minute."""
    return _idle_until(now, web.expires_at, settings) - web.idle_until >= WAKING


def keep_awake(session: Session, web: WebSession, *, now: datetime, settings: Settings) -> WebSession:
    """Let the session rest anew from ``now`` on; of two at once the later end stays. The session as it is then."""
    until = _idle_until(now, web.expires_at, settings)
    session.execute(
        update(WebLogin).where(WebLogin.session_id == web.id, WebLogin.idle_until < until).values(idle_until=until)
    )
    return replace(web, idle_until=until)


def csrf_token(keys: Keys, session_id: UUID) -> str:
    """What a page must send with every write: nobody can make it without our keys, and it fits one session only."""
    return hmac.new(keys.derived(CSRF_PURPOSE), session_id.bytes, CSRF_ALGORITHM).hexdigest()


def is_csrf_token(keys: Keys, session_id: UUID, given: str) -> bool:
    """Whether ``given`` is the session's, compared in constant time."""
    return hmac.compare_digest(csrf_token(keys, session_id).encode(), given.encode("utf-8", "surrogatepass"))


def _idle_until(now: datetime, expires_at: datetime, settings: Settings) -> datetime:
    return min(now + timedelta(minutes=settings.web_session_idle_minutes), expires_at)


def _end_former(session: Session, token: str, now: datetime) -> None:
    former = session.execute(
        select(LoginSession.id, LoginSession.user_id)
        .join(WebLogin, WebLogin.session_id == LoginSession.id)
        .where(WebLogin.token_sha256 == refresh_digest(token))
    ).one_or_none()
    if former is not None:
        end_sessions(session, None, former.user_id, EndReason.SIGNED_IN_AGAIN, LoginSession.id == former.id, now=now)
