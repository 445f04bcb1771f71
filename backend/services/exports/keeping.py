"""Files of exports that wait to be taken away: who may, for how long, and exports whose worker was lost."""

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.domain import exports as rules
from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import ExportStatus
from backend.gateways.job_queue import MAKE_EXPORT, defer_export
from backend.persistence.models import Export
from backend.persistence.queries.exports import get_export
from backend.services.exports.life import asked, note, set_status
from backend.services.exports.running import stored_name

BATCH = 100
# Under way, but no job waits for it or works at it: its worker was stopped, or gave it up.
LOST = text("""
    SELECT e.id FROM exports e
    WHERE e.status IN ('waiting', 'running') AND NOT EXISTS (
        SELECT FROM procrastinate_jobs j
        WHERE j.task_name = :task AND j.status IN ('todo', 'doing') AND j.args ->> 'export_id' = e.id::text)
    FOR UPDATE OF e SKIP LOCKED
""")
STORED = re.compile(r"([0-9a-f]{32})-([0-9]{1,9})")


def take_file(session: Session, actor: Actor, export_id: UUID, *, begins: bool, now: datetime) -> tuple[Export, str]:
    """The export whose file ``actor`` takes away, and the file's name in the store. ``begins``: not a later part of it.

    Raises not_found (another's, or he no longer sees what it holds), export_not_ready, export_gone.
    """
    export = get_export(session, actor, export_id)
    if export.status == ExportStatus.EXPIRED or (export.expires_at is not None and export.expires_at <= now):
        raise DomainError("export_gone")
    if export.status != ExportStatus.DONE or export.scope is None:
        raise DomainError("export_not_ready")
    if not rules.covers(actor, export.scope):
        raise DomainError("not_found")
    if begins:
        note(session, export, "download", actor, now, **asked(export), count=export.rows_done)
    return export, stored_name(export.id, export.attempt)


def expire_old(session: Session, *, now: datetime) -> list[str]:
    """Let exports expire whose time is over, at most BATCH; the names of their files, which are to be removed."""
    found: Sequence[Export] = session.scalars(
        select(Export)
        .where(Export.status == ExportStatus.DONE, Export.expires_at <= now)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for export in found:
        set_status(session, export, ExportStatus.EXPIRED, "expire", None, now)
    return [stored_name(export.id, export.attempt) for export in found]


def revive_lost(session: Session, *, now: datetime) -> list[UUID]:
    """Give exports a job again that lost theirs; which."""
    lost = list(session.scalars(LOST, {"task": MAKE_EXPORT}))
    for export in session.scalars(select(Export).where(Export.id.in_(lost))):
        if export.status == ExportStatus.RUNNING:
            set_status(session, export, ExportStatus.WAITING, "put_back", None, now)
    session.flush()
    for export_id in lost:
        defer_export(session, export_id)
    return lost


def is_wanted(session: Session, name: str) -> bool:
    """Whether a file of the store belongs to an export that is done, or is being made."""
    match = STORED.fullmatch(name)
    if match is None:
        return False
    alive = (ExportStatus.RUNNING, ExportStatus.DONE)
    found = select(Export.id).where(
        Export.id == UUID(hex=match[1]), Export.attempt == int(match[2]), Export.status.in_(alive)
    )
    return session.scalar(found) is not None
