"""A request that is sent again, because its answer was lost on the way, acts once and is answered the same.

Not here: what the request does.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.persistence.models import BulkAnswer

KEPT = timedelta(hours=24)  # how long an answer is kept; later the same key is a new act


def answer_once(
    session: Session, actor: Actor, key: str, request_sha256: str, *, now: datetime, work: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """The answer to ``actor``'s request called ``key``, and whether it is that of an earlier sending.

    ``work`` makes it (plain JSON values) unless it was made within KEPT. Two sendings at once: the second waits for the
    first. What ``work`` refuses is not kept. Raises DomainError('idempotency_key_reused') for another request's key.
    """
    mine = (BulkAnswer.user_id == actor.user_id, BulkAnswer.key == key)
    session.execute(delete(BulkAnswer).where(BulkAnswer.user_id == actor.user_id, BulkAnswer.created_at <= now - KEPT))
    claim = insert(BulkAnswer).values(user_id=actor.user_id, key=key, request_sha256=request_sha256, created_at=now)
    if session.scalar(claim.on_conflict_do_nothing().returning(BulkAnswer.key)) is not None:
        answer: dict[str, Any] = orjson.loads(orjson.dumps(work()))
        session.execute(update(BulkAnswer).where(*mine).values(answer=answer))
        return answer, False
    earlier = session.execute(select(BulkAnswer.request_sha256, BulkAnswer.answer).where(*mine)).one()
    if earlier.request_sha256 != request_sha256:
        raise DomainError("idempotency_key_reused")
    return earlier.answer or {}, True
