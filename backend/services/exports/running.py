"""The life of an export while a worker makes it: begun, told of, finished, failed, put back. Not here: the file (making.py).

Every step asks whether the attempt still counts: somebody may have cancelled it, or another worker taken it up because this
one was silent for too long.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.domain import exports as rules
from backend.domain.accounts import Actor
from backend.domain.notices import Audience
from backend.domain.vocabulary import ExportFormat, ExportKind, ExportStatus, NoticeKind
from backend.gateways.job_queue import defer_export
from backend.persistence.models import Export, User
from backend.services.accounts import load_actor
from backend.services.exports.life import asked, set_status
from backend.services.outbox import NoticeDraft, notify


@dataclass(frozen=True, slots=True)
class Order:
    """One attempt at an export, for whom he is at its beginning."""

    id: UUID
    attempt: int
    actor: Actor
    kind: ExportKind
    format: ExportFormat
    language: str
    filters: dict[str, Any]
    began_at: datetime

    @property
    def name(self) -> str:
        """What its file is called in the store."""
        return stored_name(self.id, self.attempt)


def stored_name(export_id: UUID, attempt: int) -> str:
    """What the file of an attempt is called in the store."""
    return f"{export_id.hex}-{attempt}"


def begin(session: Session, export_id: UUID, *, now: datetime) -> Order | None:
    """Take an export up, also one that another worker left; None where there is nothing to do.

    It fails here for an owner who may no longer see the list, and after rules.ATTEMPTS that nobody finished.
    """
    export = session.scalar(select(Export).where(Export.id == export_id).with_for_update())
    if export is None or export.status not in rules.UNDER_WAY:
        return None
    actor = load_actor(session, export.owner_id, None, now)
    if export.tries >= rules.ATTEMPTS:
        _fail(session, export, actor, "export_interrupted", now)
        return None
    if not session.get_one(User, export.owner_id).is_active or not rules.may_export(actor, export.kind):
        _fail(session, export, actor, "export_no_longer_allowed", now)
        return None
    export.attempt += 1
    export.tries += 1
    export.rows_done, export.rows_total = 0, None
    set_status(session, export, ExportStatus.RUNNING, "begin", actor, now, attempt=export.attempt)
    return Order(
        export.id, export.attempt, actor, export.kind, export.format, export.language, dict(export.filters), now
    )


def tell_progress(session: Session, order: Order, done: int, total: int) -> bool:
    """Write down how far it is; False: the attempt counts no more, stop."""
    found = session.execute(
        update(Export)
        .where(Export.id == order.id, Export.attempt == order.attempt, Export.status == ExportStatus.RUNNING)
        .values(rows_done=done, rows_total=total)
        .returning(Export.id)
        .execution_options(synchronize_session=False)
    )
    return found.first() is not None


def finish(
    session: Session,
    order: Order,
    *,
    rows: int,
    byte_count: int,
    notes: list[dict[str, Any]],
    permissions: set[str],
    days: int,
    now: datetime,
) -> bool:
    """The file is in the store: it can be taken away for ``days``, and its owner is told. False: nobody wants it any more."""
    export = _mine(session, order)
    if export is None:
        return False
    export.rows_done = export.rows_total = rows
    export.byte_count, export.notes, export.expires_at = byte_count, notes, rules.expires_at(now, days)
    needed = permissions | {rules.KIND_PERMISSION[order.kind]}
    export.scope = rules.scope_of(order.actor, needed).as_data()
    told = {**asked(export), "count": rows, "bytes": byte_count}
    set_status(session, export, ExportStatus.DONE, "export", order.actor, now, **told)
    _notify(session, export, NoticeKind.EXPORT_DONE, now)
    return True


def fail(session: Session, order: Order, code: str, *, now: datetime) -> None:
    """It could not be made; ``code`` is of the catalogue."""
    export = _mine(session, order)
    if export is not None:
        _fail(session, export, order.actor, code, now)


def put_back(session: Session, order: Order, *, now: datetime) -> None:
    """The worker is about to stop: another one shall begin anew. It does not count as a try."""
    export = _mine(session, order)
    if export is not None:
        export.tries -= 1
        set_status(session, export, ExportStatus.WAITING, "put_back", None, now)
        session.flush()
        defer_export(session, export.id)


def _mine(session: Session, order: Order) -> Export | None:
    return session.scalar(
        select(Export)
        .where(Export.id == order.id, Export.attempt == order.attempt, Export.status == ExportStatus.RUNNING)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _fail(session: Session, export: Export, actor: Actor, code: str, now: datetime) -> None:
    export.problem = code
    set_status(session, export, ExportStatus.FAILED, "fail", actor, now, problem=code)
    _notify(session, export, NoticeKind.EXPORT_FAILED, now)


def _notify(session: Session, export: Export, kind: NoticeKind, now: datetime) -> None:
    data = {"name": export.file_name, "export_id": str(export.id)}
    notify(session, [NoticeDraft(kind, Audience(user_id=export.owner_id), data=data)], now=now)
