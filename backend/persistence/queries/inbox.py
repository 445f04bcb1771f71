"""Reads of somebody's inbox: what is addressed to him, a page of it, how much is unread. Not here: marking as read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, not_, or_, select, union_all
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.notices import Audience, Held, audiences_held
from backend.domain.vocabulary import NoticeKind
from backend.persistence.models import (
    Division,
    Function,
    Notice,
    NoticeMark,
    NoticeRead,
    Referral,
    RoleAssignment,
)
from backend.persistence.queries.paging import Page, decode_cursor, encode_cursor

COUNTED_TO = 1000  # nobody reads a larger number as anything but "too many", and counting on would cost


@dataclass(frozen=True, slots=True)
class Inbox:
    """Whose inbox: by audience the moment from which its notices are his, and how far he has read."""

    user_id: UUID
    since: dict[str, datetime | None]
    read_to: int

    def ways(self) -> Iterator[ColumnElement[bool]]:
        """The notices of each audience by itself, so that each is read along the index; nobody is told of his own acts."""
        not_his_own = Notice.caused_by.is_distinct_from(self.user_id)
        for key, since in self.since.items():
            from_then = [Notice.created_at >= since] if since else []
            yield and_(Notice.audience == key, not_his_own, *from_then)

    def visible(self) -> ColumnElement[bool]:
        """All of them at once, for looking up single ones."""
        return or_(*self.ways())

    def unread(self) -> ColumnElement[bool]:
        """Above his mark, and not read by itself."""
        read = exists().where(NoticeRead.user_id == self.user_id, NoticeRead.notice_seq == Notice.seq)
        return and_(Notice.seq > self.read_to, not_(read))


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """What a list is narrowed to; everything given must hold."""

    unread: bool | None = None
    kinds: tuple[NoticeKind, ...] = ()
    emergency: bool | None = None


@dataclass(frozen=True, slots=True)
class UnreadCount:
    """How many notices wait; ``is_more``: there are more than were counted."""

    unread: int
    emergencies: int
    is_more: bool


def open_inbox(session: Session, actor: Actor, now: datetime) -> Inbox:
    """The inbox of ``actor``, by the roles that hold today; one statement."""
    mark = select(NoticeMark.read_to).where(NoticeMark.user_id == actor.user_id).scalar_subquery()
    rows = session.execute(
        select(
            RoleAssignment.role,
            RoleAssignment.street_code,
            RoleAssignment.department_id,
            RoleAssignment.valid_from,
            RoleAssignment.valid_to,
            mark.label("read_to"),
        ).where(RoleAssignment.user_id == actor.user_id)
    ).all()
    held = [Held(row.role, row.street_code, row.department_id, row.valid_from, row.valid_to) for row in rows]
    since: dict[str, datetime | None] = {**audiences_held(held, local_day(now))}
    since[Audience(user_id=actor.user_id).key] = None
    return Inbox(actor.user_id, since, next((row.read_to for row in rows if row.read_to is not None), 0))


def list_notices(
    session: Session, actor: Actor, wanted: NoticeFilter, *, limit: int, cursor: str | None, now: datetime
) -> Page[Row[*tuple[Any, ...]]]:
    """One page, newest first; three statements however many there are."""
    inbox = open_inbox(session, actor, now)
    below = decode_cursor(cursor)
    conditions = list(_conditions(inbox, wanted))
    if below is not None:
        conditions.append(Notice.seq < below)
    parts = [
        select(Notice.seq).where(way, *conditions).order_by(Notice.seq.desc()).limit(limit + 1) for way in inbox.ways()
    ]
    merged = _together(parts)
    seqs = list(session.scalars(select(merged.c.seq).order_by(merged.c.seq.desc()).limit(limit + 1)))
    shown = seqs[:limit]
    rows = session.execute(_shown(inbox).where(Notice.seq.in_(shown)).order_by(Notice.seq.desc())).all()
    return Page(rows, encode_cursor(shown[-1]) if len(seqs) > limit else None)


def count_unread(session: Session, actor: Actor, now: datetime) -> UnreadCount:
    """Two statements, neither of which reads more than COUNTED_TO unread notices of an audience."""
    inbox = open_inbox(session, actor, now)
    numbers = select(
        select(func.count()).select_from(_up_to_limit(inbox)).scalar_subquery(),
        select(func.count()).select_from(_up_to_limit(inbox, and_(Notice.is_emergency))).scalar_subquery(),
    )
    unread, emergencies = session.execute(numbers).one()
    return UnreadCount(min(unread, COUNTED_TO), min(emergencies, COUNTED_TO), unread > COUNTED_TO)


def _up_to_limit(inbox: Inbox, *more: ColumnElement[bool]) -> Any:
    parts = [
        select(Notice.seq).where(way, inbox.unread(), *more).order_by(Notice.seq.desc()).limit(COUNTED_TO + 1)
        for way in inbox.ways()
    ]
    return _together(parts)


def _together(parts: Sequence[Select[*tuple[Any, ...]]]) -> Any:
    """One subquery of all; a notice has one audience, so none comes twice."""
    return union_all(*[select(part.subquery().c.seq) for part in parts]).subquery()


def _conditions(inbox: Inbox, wanted: NoticeFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.unread is not None:
        yield inbox.unread() if wanted.unread else not_(inbox.unread())
    if wanted.kinds:
        yield Notice.kind.in_(wanted.kinds)
    if wanted.emergency is not None:
        yield Notice.is_emergency.is_(wanted.emergency)


def _shown(inbox: Inbox) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Notice,
            inbox.unread().label("is_unread"),
            Referral.status.label("status_now"),
            Referral.version.label("version_now"),
            Division.name.label("street_name"),
            Division.name_en.label("street_name_en"),
            Function.name_zh.label("function_name"),
            Function.name_en.label("function_name_en"),
        )
        .outerjoin(Referral, Referral.id == Notice.referral_id)
        .outerjoin(Division, Division.code == Notice.data["street_code"].astext)
        .outerjoin(Function, Function.code == Notice.data["function"].astext)
    )
