"""Reads of the quarantine desk: who sees what, pages, one entry whole. Not here: settling (services/sync)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, exists, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.vocabulary import ItemResult, QuarantineState, Role
from backend.persistence.models import Device, QuarantineEntry, Report, SyncConflict, SyncItem, Task, User
from backend.persistence.queries import accounts
from backend.persistence.queries.history import list_events
from backend.persistence.queries.paging import Page, page

AnyRow = Row[*tuple[Any, ...]]
Worker, Settler = aliased(User), aliased(User)  # beside the users asked about in visible_to
HISTORY_LIMIT = 200  # events of one item: it came, was settled, perhaps once more


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What the desk is narrowed to; None: not narrowed."""

    state: QuarantineState | None = None
    result: ItemResult | None = None
    code: str | None = None
    kind: str | None = None
    user_id: UUID | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntryWhole:
    """An entry with what was sent. ``stands``: the first content of the id, where this is another one."""

    row: AnyRow
    sent: SyncItem | SyncConflict
    stands: SyncItem | None
    history: Sequence[AnyRow]


def visible_to(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Entries ``actor`` may see: the district's; of a coordinator those of his streets' workers, tasks and reports."""
    if actor.sees_district:
        return true()
    if not (actor.has(Role.STREET_COORDINATOR) and actor.street_codes):
        return false()
    streets = sorted(actor.street_codes)
    return or_(
        exists().where(User.id == QuarantineEntry.user_id, accounts.visible_to(actor, local_day(now))),
        exists().where(Task.id == QuarantineEntry.task_id, Task.street_code.in_(streets)),
        exists().where(Report.id == QuarantineEntry.report_id, Report.street_code.in_(streets)),
    )


def list_entries(
    session: Session, actor: Actor, wanted: EntryFilter, limit: int, cursor: str | None, now: datetime
) -> Page[AnyRow]:
    """One page, newest first; one statement."""
    statement = _lines().where(visible_to(actor, now))
    exact: dict[Any, Any] = {
        QuarantineEntry.state: wanted.state,
        QuarantineEntry.result: wanted.result,
        QuarantineEntry.code: wanted.code,
        QuarantineEntry.kind: wanted.kind,
        QuarantineEntry.user_id: wanted.user_id,
    }
    statement = statement.where(*(column == value for column, value in exact.items() if value is not None))
    if wanted.since is not None:
        statement = statement.where(QuarantineEntry.received_at >= wanted.since)
    return page(session, statement, QuarantineEntry.seq, limit, cursor)


def get_entry(session: Session, actor: Actor, entry_id: UUID, now: datetime) -> EntryWhole:
    """One entry the actor may see. Raises DomainError('not_found')."""
    row = session.execute(_lines().where(QuarantineEntry.id == entry_id, visible_to(actor, now))).one_or_none()
    if row is None:
        raise DomainError("not_found")
    entry: QuarantineEntry = row.QuarantineEntry
    first = session.get_one(SyncItem, entry.item_id)
    sent: SyncItem | SyncConflict = first
    if first.content_sha256 != entry.content_sha256:
        sent = session.get_one(SyncConflict, (entry.item_id, entry.content_sha256))
    events = list_events(session, "sync_item", entry.item_id, HISTORY_LIMIT, None).items
    return EntryWhole(row, sent, first if sent is not first else None, list(reversed(events)))


def may_apply_now(session: Session, entry: QuarantineEntry) -> bool:
    """Whether what an entry's item named and nobody knew is known by now: his report has come, he was given the task."""
    if entry.code == "unknown_report":
        found = select(Report.id).where(Report.id == entry.report_id, Report.author_id == entry.user_id)
    elif entry.code == "unknown_task":
        found = select(Task.id).where(Task.id == entry.task_id, Task.assignee_id == entry.user_id)
    else:
        return False
    return session.scalar(found) is not None


def _lines() -> Select[*tuple[Any, ...]]:
    return (
        select(
            QuarantineEntry.seq,
            QuarantineEntry,
            Worker.name.label("user_name"),
            Device.name.label("device_name"),
            Device.platform.label("device_platform"),
            Device.app_version.label("device_app_version"),
            Settler.name.label("settler_name"),
        )
        .join(Worker, Worker.id == QuarantineEntry.user_id)
        .outerjoin(Device, Device.id == QuarantineEntry.device_id)
        .outerjoin(Settler, Settler.id == QuarantineEntry.settled_by)
    )
