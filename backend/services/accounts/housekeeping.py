"""Forgetting what no longer matters: refresh tokens past their life. Sessions stay, the history speaks of them."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from backend.persistence.models import RefreshToken

BATCH = 5000


def forget_old_sessions(session: Session, *, now: datetime) -> int:
    """Delete refresh tokens that have expired, at most BATCH at a time; how many. Reuse of them is refused anyhow."""
    doomed = select(RefreshToken.token_sha256).where(RefreshToken.expires_at <= now).limit(BATCH)
    gone = delete(RefreshToken).where(RefreshToken.token_sha256.in_(doomed)).returning(RefreshToken.token_sha256).cte()
    return session.scalar(select(func.count()).select_from(gone)) or 0
