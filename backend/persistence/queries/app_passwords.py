"""Reads of one's own application passwords. Not here: checking one (services/accounts)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.persistence.models import AppPassword


def live_app_passwords(session: Session, actor: Actor, now: datetime) -> Sequence[AppPassword]:
    """Those of ``actor`` that still open something, newest first; a handful at most."""
    return session.scalars(
        select(AppPassword)
        .where(AppPassword.user_id == actor.user_id, AppPassword.ended_at.is_(None), AppPassword.expires_at > now)
        .order_by(AppPassword.seq.desc())
    ).all()
