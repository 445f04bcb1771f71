"""Marking notices as read: a mark up to which all are read, and single ones above it. Not here: reading them (queries/inbox)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.persistence.models import Notice, NoticeMark, NoticeRead
from backend.persistence.queries.inbox import Inbox, open_inbox

# A number is taken before its transaction commits: just below the newest notice there may be one that nobody can see yet. The
# mark stays away from there, so that such a one is not counted as read; no transaction of ours lives for an hour.
SETTLED_AFTER = timedelta(hours=1)


def mark_read(session: Session, actor: Actor, *, ids: Collection[UUID] = (), up_to: UUID | None, now: datetime) -> None:
    """Mark as read, for ``actor`` alone, the notices ``ids`` and everything in his inbox up to the notice ``up_to``.

    Repeating it changes nothing. Raises DomainError('not_found') for a notice that is not his; nothing is marked then.
    """
    inbox = open_inbox(session, actor, now)
    seqs = _own(session, inbox, ids)
    last = _own(session, inbox, [up_to])[0] if up_to is not None else None
    settled = _settled(session, now)
    if last is not None:
        _set_mark(session, inbox, min(last, settled))
        above = [Notice.seq > min(last, settled), Notice.seq <= last]
        seqs += session.scalars(select(Notice.seq).where(inbox.visible(), inbox.unread(), *above)).all()
    _read_singly(session, actor.user_id, seqs, now)
    _move_up(session, open_inbox(session, actor, now), settled)


def _own(session: Session, inbox: Inbox, ids: Collection[UUID]) -> list[int]:
    wanted = set(ids)
    if not wanted:
        return []
    found = session.scalars(select(Notice.seq).where(Notice.id.in_(wanted), inbox.visible())).all()
    if len(found) < len(wanted):
        raise DomainError("not_found")
    return list(found)


def _settled(session: Session, now: datetime) -> int:
    """The newest number below which nothing can appear any more."""
    old = select(Notice.seq).where(Notice.created_at < now - SETTLED_AFTER).order_by(Notice.seq.desc()).limit(1)
    return session.scalar(old) or 0


def _read_singly(session: Session, user_id: UUID, seqs: Collection[int], now: datetime) -> None:
    rows = [{"user_id": user_id, "notice_seq": seq, "read_at": now} for seq in sorted(set(seqs))]
    if rows:
        session.execute(insert_or(NoticeRead).values(rows).on_conflict_do_nothing())


def _move_up(session: Session, inbox: Inbox, settled: int) -> None:
    """Move the mark up to below the oldest unread notice: what was read singly need not be kept, nor stepped over."""
    oldest = [
        session.scalar(select(Notice.seq).where(way, inbox.unread()).order_by(Notice.seq).limit(1))
        for way in inbox.ways()
    ]
    unread = [seq for seq in oldest if seq is not None]
    _set_mark(session, inbox, min([settled, *(seq - 1 for seq in unread)]))


def _set_mark(session: Session, inbox: Inbox, read_to: int) -> None:
    if read_to <= inbox.read_to:
        return
    made = insert_or(NoticeMark).values(user_id=inbox.user_id, read_to=read_to)
    # two phones of one person: the mark never goes back
    higher = {"read_to": func.greatest(NoticeMark.read_to, made.excluded.read_to)}
    session.execute(made.on_conflict_do_update(index_elements=["user_id"], set_=higher))
    below = (NoticeRead.user_id == inbox.user_id, NoticeRead.notice_seq <= read_to)
    session.execute(delete(NoticeRead).where(*below).execution_options(synchronize_session=False))
