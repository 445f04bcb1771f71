"""Forgetting what no longer matters: refresh tokens and cookies past their life. Sessions stay, the history speaks of them."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from backend.persistence.models import RefreshToken, WebLogin

BATCH = 5000


def forget_old_sessions(session: Session, *, now: datetime) -> int:
    """Delete refresh tokens and cookies that have expired, at most BATCH of each; how many. They are refused anyhow."""
    return _forget_tokens(session, now) + _forget_cookies(session, now)


def _forget_tokens(session: Session, now: datetime) -> int:
    doomed = select(RefreshToken.token_sha256).where(RefreshToken.expires_at <= now).limit(BATCH)
    gone = delete(RefreshToken).where(RefreshToken.token_sha256.in_(doomed)).returning(RefreshToken.token_sha256).cte()
    return session.scalar(select(func.count()).select_from(gone)) or 0


def _forget_cookies(session: Session, now: datetime) -> int:
    doomed = select(WebLogin.token_sha256).where(WebLogin.idle_until <= now).limit(BATCH)
    gone = delete(WebLogin).where(WebLogin.token_sha256.in_(doomed)).returning(WebLogin.token_sha256).cte()
    return session.scalar(select(func.count()).select_from(gone)) or 0
