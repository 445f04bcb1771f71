"""Reads of phones: what is still on them and since when, by phone, by worker and by open task.

What counts is what a phone told at its last contact: it may hold more by now. Not here: people (accounts.py).
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    any_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.tasks import OPEN_STATUSES
from backend.domain.vocabulary import TaskStatus
from backend.persistence.models import Device, Report, Task, User
from backend.persistence.queries import tasks
from backend.persistence.queries.accounts import visible_to, works_in
from backend.persistence.queries.paging import Page, page

AnyRow = Row[*tuple[Any, ...]]
LAST = 2**63 - 1  # where phones without anything unsent stand in the order by oldest


class DeviceSort(StrEnum):
    """How a list of phones is ordered."""

    NEWEST = "newest"
    OLDEST_UNSENT = "oldest_unsent"


@dataclass(frozen=True, slots=True)
class DeviceFilter:
    """What a list is narrowed to. ``unsent``: whether the phone told of items or photos still on it; ``silent_before``:
    no contact since then."""

    user_id: UUID | None = None
    unsent: bool | None = None
    revoked: bool | None = None
    street_code: str | None = None
    silent_before: datetime | None = None


UNSENT: ColumnElement[bool] = or_(Device.outbox_items > 0, Device.outbox_photos > 0)
# The time in microseconds, so that a page can begin right after a phone.
OLDEST: ColumnElement[int] = case(
    (UNSENT, func.coalesce(cast(func.extract("epoch", Device.outbox_oldest_at) * 1_000_000, BigInteger), LAST)),
    else_=LAST,
)


def list_devices(
    session: Session,
    actor: Actor,
    wanted: DeviceFilter,
    *,
    day: date,
    limit: int,
    cursor: str | None,
    sort: DeviceSort = DeviceSort.NEWEST,
) -> Page[AnyRow]:
    """Devices of users the actor may see, in one statement: columns of Device with ``username`` and ``name_of_user``."""
    if sort == DeviceSort.NEWEST:
        return page(session, _devices(Device.seq).where(*conditions(actor, wanted, day)), Device.seq, limit, cursor)
    after = _read_place(cursor)
    statement = _devices(Device.seq, OLDEST.label("place")).where(*conditions(actor, wanted, day))
    if after is not None:
        statement = statement.where(tuple_(OLDEST, Device.seq) > tuple_(*map(literal, after)))
    rows = session.execute(statement.order_by(OLDEST, Device.seq).limit(limit + 1)).all()
    if len(rows) <= limit:
        return Page(rows, None)
    return Page(rows[:limit], _write_place(rows[limit - 1].place, rows[limit - 1].seq))


def get_device(session: Session, actor: Actor, device_id: UUID, *, day: date) -> AnyRow:
    """One device. Raises not_found for one of a user whom the actor may not see."""
    row = session.execute(_devices(Device.seq).where(Device.id == device_id, visible_to(actor, day))).one_or_none()
    if row is None:
        raise DomainError("not_found")
    return row


def list_workers(
    session: Session, actor: Actor, wanted: DeviceFilter, *, day: date, limit: int, cursor: str | None
) -> Page[AnyRow]:
    """Per person with a phone what is on all his phones together, newest account first; one statement."""
    statement = (
        select(User.seq, User.id, User.username, User.name, *_sums())
        .join(Device, Device.user_id == User.id)
        .where(*conditions(actor, wanted, day))
        .group_by(User.seq, User.id, User.username, User.name)
    )
    return page(session, statement, User.seq, limit, cursor)


def list_open_tasks(
    session: Session, actor: Actor, street_code: str | None, limit: int, cursor: str | None, now: datetime
) -> Page[AnyRow]:
    """Per open task with an assignee what is on his phones, and which photos of its reports are missing; newest first.

    Three statements: the tasks, the phones of their assignees, the reports' photos.
    """
    statement: Select[*tuple[Any, ...]] = (
        select(Task.seq, Task, User.username, User.name.label("assignee_name"))
        .join(User, User.id == Task.assignee_id)
        .where(tasks.visible_to(actor, now), Task.status.in_(OPEN_STATUSES | {TaskStatus.SUBMITTED}))
    )
    if street_code is not None:
        statement = statement.where(Task.street_code == street_code)
    return page(session, statement, Task.seq, limit, cursor)


def phones_of(session: Session, user_ids: Sequence[UUID]) -> dict[UUID, AnyRow]:
    """What is on all phones of each of these people; one statement."""
    if not user_ids:
        return {}
    rows = session.execute(
        select(Device.user_id, *_sums()).where(Device.user_id == any_(literal(list(user_ids)))).group_by(Device.user_id)
    )
    return {row.user_id: row for row in rows}


def missing_photos_of(session: Session, task_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many announced photos of each task's reports are not here; one statement."""
    if not task_ids:
        return {}
    rows = session.execute(
        select(Report.task_id, func.sum(Report.photos_expected - Report.photos_here))
        .where(Report.task_id == any_(literal(list(task_ids))), Report.photos_here < Report.photos_expected)
        .group_by(Report.task_id)
    )
    return {task_id: int(count) for task_id, count in rows if task_id is not None}


def conditions(actor: Actor, wanted: DeviceFilter, day: date) -> list[ColumnElement[bool]]:
    """Devices ``actor`` sees that are as ``wanted`` says; the statement must bring in their users."""
    found = [visible_to(actor, day)]
    if wanted.user_id is not None:
        found.append(Device.user_id == wanted.user_id)
    if wanted.unsent is not None:
        found.append(UNSENT if wanted.unsent else ~UNSENT)
    if wanted.revoked is not None:
        found.append(Device.revoked_at.is_not(None) if wanted.revoked else Device.revoked_at.is_(None))
    if wanted.street_code is not None:
        found.append(works_in([wanted.street_code], day))
    if wanted.silent_before is not None:
        # a phone that was never heard of is silent since it was signed in
        found.append(func.coalesce(Device.last_contact_at, Device.created_at) < wanted.silent_before)
    return found


def _sums() -> list[ColumnElement[Any]]:
    """What is told of several phones together. ``clock_offset_ms``: the worst of them."""
    newest_first = aggregate_order_by(Device.app_version, Device.last_contact_at.desc().nulls_last(), Device.seq.desc())
    return [
        func.count().label("devices"),
        func.count().filter(Device.revoked_at.is_not(None)).label("revoked"),
        func.sum(Device.outbox_items).label("outbox_items"),
        func.sum(Device.outbox_photos).label("outbox_photos"),
        func.min(Device.outbox_oldest_at).filter(UNSENT).label("outbox_oldest_at"),
        func.max(Device.last_contact_at).label("last_contact_at"),
        func.max(func.abs(Device.clock_offset_ms)).label("clock_offset_ms"),
        func.array_agg(newest_first).label("app_versions"),
    ]


def _devices(*first: Any) -> Select[*tuple[Any, ...]]:
    return select(
        *first, Device.id, Device.device_uid, Device.user_id, User.username, User.name.label("name_of_user"),
        Device.name, Device.platform, Device.app_version, Device.created_at, Device.last_contact_at,
        Device.clock_offset_ms, Device.outbox_items, Device.outbox_photos, Device.outbox_oldest_at, Device.revoked_at,
    ).join(User, User.id == Device.user_id)  # fmt: skip


def _write_place(oldest: int, seq: int) -> str:
    return base64.urlsafe_b64encode(f"{oldest}.{seq}".encode()).decode().rstrip("=")


def _read_place(cursor: str | None) -> tuple[int, int] | None:
    """The place of the last phone shown; None for the first page. Raises DomainError('bad_cursor')."""
    if not cursor:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        oldest, seq = text.split(".")
        place = int(oldest), int(seq)
    except (binascii.Error, ValueError):
        raise DomainError("bad_cursor") from None
    if not all(0 <= number <= LAST for number in place):
        raise DomainError("bad_cursor")
    return place
