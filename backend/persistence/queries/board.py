"""Numbers of the board: how many rows each list holds for several filters at once, one statement for each list.

Every function takes the filters of its own list and sees what that list sees; so number and list are one. Where something is
looked at by its age beside the number, that moment comes along. Not here: which numbers (domain/board.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import and_, func, select, true
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import LOCAL_ZONE, local_day
from backend.domain.referrals import OPEN_STATUSES
from backend.domain.vocabulary import ClockRequestKind, ClockRequestState, QuarantineState
from backend.persistence.models import (
    ClockRequest,
    Device,
    GridResponsibility,
    QuarantineEntry,
    Referral,
    Task,
    User,
    WebhookSubscription,
)
from backend.persistence.queries import accounts, devices, quarantine, tasks
from backend.persistence.queries.cases.filters import CaseFilter, referral_conditions
from backend.persistence.queries.grids import responsibilities
from backend.persistence.queries.grids.features import GridFilter, leaderless
from backend.persistence.queries.health import amounts
from backend.persistence.queries.referrals import visible_to
from backend.persistence.queries.rule_sets import days_of_rules_left
from backend.persistence.queries.seals import count_waiting, last_seal
from backend.persistence.queries.webhooks import HAS_DEAD


@dataclass(frozen=True, slots=True)
class Number:
    """How many, and since or until when, where that says more."""

    count: int
    at: datetime | None = None


def count_tasks(session: Session, actor: Actor, wanted: Sequence[tasks.TaskFilter], now: datetime) -> list[Number]:
    """Tasks for each filter."""
    counters = [_number(tasks.conditions(one, now)) for one in wanted]
    return _numbers(session, select(*counters).select_from(Task).where(tasks.visible_to(actor, now)))


def count_cases(session: Session, actor: Actor, wanted: Sequence[CaseFilter]) -> list[Number]:
    """Open cases for each filter; none of them may ask for words, the report or what is closed."""
    counters = [_number(list(referral_conditions(one))) for one in wanted]
    open_ones = Referral.status.in_(sorted(OPEN_STATUSES))
    return _numbers(session, select(*counters).select_from(Referral).where(open_ones, visible_to(actor)))


def count_quarantine(session: Session, actor: Actor, state: QuarantineState | None, now: datetime) -> Number:
    """Entries of the quarantine desk, and since when the oldest waits."""
    narrowed = [quarantine.visible_to(actor, now)] + ([QuarantineEntry.state == state] if state else [])
    count, oldest = session.execute(
        select(func.count(), func.min(QuarantineEntry.received_at)).select_from(QuarantineEntry).where(*narrowed)
    ).one()
    return Number(count, oldest)


def count_devices(session: Session, actor: Actor, wanted: devices.DeviceFilter, day: date) -> Number:
    """Phones, and since when the oldest item that one of them told of waits."""
    count, oldest = session.execute(
        select(func.count(), func.min(Device.outbox_oldest_at))
        .select_from(Device)
        .join(User, User.id == Device.user_id)
        .where(*devices.conditions(actor, wanted, day))
    ).one()
    return Number(count, oldest)


def count_leaderless(session: Session, actor: Actor, now: datetime) -> Number:
    """Grids in force that nobody leads today."""
    statement = leaderless(actor, GridFilter(at=now, day=local_day(now))).subquery()
    return Number(session.scalar(select(func.count()).select_from(statement)) or 0)


def count_responsibilities(
    session: Session, actor: Actor, wanted: responsibilities.ResponsibilityFilter, today: date
) -> Number:
    """Responsibilities, and the first day without the first of them."""
    count, first = session.execute(
        select(func.count(), func.min(func.upper(GridResponsibility.period)))
        .select_from(GridResponsibility)
        .where(responsibilities.responsibility_visible_to(actor, today), *responsibilities.conditions(wanted))
    ).one()
    return Number(count, _midnight(first))


def count_users(session: Session, actor: Actor, wanted: accounts.UserFilter, day: date) -> Number:
    """Users."""
    narrowed = (accounts.visible_to(actor, day), *accounts.conditions(wanted, day))
    return Number(session.scalar(select(func.count()).select_from(User).where(*narrowed)) or 0)


def count_requests(
    session: Session, actor: Actor, state: ClockRequestState | None, kind: ClockRequestKind | None, level: int | None
) -> Number:
    """Requests about deadlines, and since when the oldest waits."""
    given = ((ClockRequest.state, state), (ClockRequest.kind, kind), (ClockRequest.level, level))
    narrowed = [column == value for column, value in given if value is not None]
    count, oldest = session.execute(
        select(func.count(), func.min(ClockRequest.requested_at))
        .select_from(ClockRequest)
        .join(Referral, Referral.id == ClockRequest.referral_id)
        .where(visible_to(actor), *narrowed)
    ).one()
    return Number(count, oldest)


def count_webhooks(session: Session, dead: bool | None) -> Number:
    """Subscriptions, and since when the first of them fails."""
    narrowed = true() if dead is None else (HAS_DEAD if dead else ~HAS_DEAD)
    count, since = session.execute(
        select(func.count(), func.min(WebhookSubscription.failing_since))
        .select_from(WebhookSubscription)
        .where(narrowed)
    ).one()
    return Number(count, since)


def count_failed_jobs(session: Session) -> Number:
    """Background jobs that were given up."""
    return Number(amounts(session).jobs_failed)


def rules_ending(session: Session, now: datetime, within_days: int) -> Number:
    """1 where a district will be without rules within so many days, and from when on; else 0."""
    left = days_of_rules_left(session, local_day(now))
    if left > within_days:
        return Number(0)
    return Number(1, _midnight(date.fromordinal(local_day(now).toordinal() + int(left))))


def unsealed(session: Session) -> Number:
    """Events that wait for a seal, and when the last was made."""
    seal = last_seal(session)
    return Number(count_waiting(session), seal.sealed_at if seal else None)


def _number(conditions: Sequence[Any]) -> Any:
    return func.count().filter(and_(true(), *conditions))


def _numbers(session: Session, statement: Any) -> list[Number]:
    return [Number(int(count)) for count in session.execute(statement).one()]


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), LOCAL_ZONE).astimezone(UTC)
