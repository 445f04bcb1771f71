"""Reads of deadlines: the clocks of a referral, requests that wait, the calendar. Not here: changing any (services/clocks)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import ClockRequestKind, ClockRequestState
from backend.persistence.models import CalendarDay, CalendarYear, Clock, ClockRequest, ClockSuspension, Referral, User
from backend.persistence.queries.paging import Page, page
from backend.persistence.queries.referrals import visible_to

REQUESTER, DECIDER, EXCUSER = aliased(User), aliased(User), aliased(User)
Line = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class ReferralClocks:
    """Everything about the deadlines of one referral; clocks oldest first, requests newest first."""

    clocks: Sequence[Line]
    requests: Sequence[Line]
    suspensions: dict[UUID, list[ClockSuspension]]


def clocks_of(session: Session, actor: Actor, referral_id: UUID) -> ReferralClocks:
    """The clocks of a referral ``actor`` sees; four statements. Raises DomainError('not_found')."""
    if session.scalar(select(Referral.id).where(Referral.id == referral_id, visible_to(actor))) is None:
        raise DomainError("not_found")
    clocks = session.execute(
        select(Clock, EXCUSER.name.label("excuser_name"))
        .outerjoin(EXCUSER, EXCUSER.id == Clock.excused_by)
        .where(Clock.referral_id == referral_id)
        .order_by(Clock.started_at, Clock.id)
    ).all()
    pauses: dict[UUID, list[ClockSuspension]] = {row.Clock.id: [] for row in clocks}
    for pause in session.scalars(
        select(ClockSuspension).where(ClockSuspension.clock_id.in_(pauses)).order_by(ClockSuspension.started_at)
    ):
        pauses[pause.clock_id].append(pause)
    requests = session.execute(
        _requests().where(ClockRequest.referral_id == referral_id).order_by(ClockRequest.seq.desc())
    ).all()
    return ReferralClocks(clocks, requests, pauses)


def list_requests(
    session: Session,
    actor: Actor,
    *,
    state: ClockRequestState | None,
    kind: ClockRequestKind | None,
    level: int | None,
    limit: int,
    cursor: str | None,
) -> Page[Line]:
    """One page of requests about referrals ``actor`` sees, newest first; one statement."""
    statement = _requests().where(visible_to(actor))
    for column, value in ((ClockRequest.state, state), (ClockRequest.kind, kind), (ClockRequest.level, level)):
        if value is not None:
            statement = statement.where(column == value)
    return page(session, statement, ClockRequest.seq, limit, cursor)


def get_request(session: Session, actor: Actor, request_id: UUID) -> Line:
    """One request about a referral ``actor`` sees. Raises DomainError('not_found')."""
    row = session.execute(_requests().where(ClockRequest.id == request_id, visible_to(actor))).one_or_none()
    if row is None:
        raise DomainError("not_found")
    return row


def calendar_years(session: Session) -> Sequence[Line]:
    """The years that are loaded, newest first, with how many holidays and working weekends each has."""
    return session.execute(
        select(
            CalendarYear,
            func.count().filter(CalendarDay.is_working.is_(False)).label("holidays"),
            func.count().filter(CalendarDay.is_working).label("workdays"),
        )
        .outerjoin(CalendarDay, CalendarDay.year == CalendarYear.year)
        .group_by(CalendarYear.year)
        .order_by(CalendarYear.year.desc())
    ).all()


def calendar_days(session: Session, year: int) -> Sequence[CalendarDay]:
    """The days of a year on which it is otherwise than the day of the week says."""
    return session.scalars(select(CalendarDay).where(CalendarDay.year == year).order_by(CalendarDay.day)).all()


def _requests() -> Select[*tuple[Any, ...]]:
    return (
        select(
            ClockRequest.seq,
            ClockRequest,
            Clock.kind.label("clock"),
            REQUESTER.name.label("requester_name"),
            DECIDER.name.label("decider_name"),
        )
        .join(Referral, Referral.id == ClockRequest.referral_id)
        .join(REQUESTER, REQUESTER.id == ClockRequest.requested_by)
        .outerjoin(Clock, Clock.id == ClockRequest.clock_id)
        .outerjoin(DECIDER, DECIDER.id == ClockRequest.decided_by)
    )
