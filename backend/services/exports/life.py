"""What its owner does with an export, and the one place where its status changes. Not here: making it (running.py)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from backend.domain import exports as rules
from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.permissions import check
from backend.domain.vocabulary import ExportAction, ExportFormat, ExportKind, ExportStatus
from backend.gateways.job_queue import defer_export
from backend.persistence.models import Export
from backend.persistence.queries.exports import visible_to
from backend.services.history import record

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('exports:' || :owner, 0))")


@dataclass(frozen=True, slots=True)
class ExportDraft:
    """What is asked for; ``filters`` are query parameters of the list, as text, and have been read once already."""

    kind: ExportKind
    format: ExportFormat
    language: str
    filters: dict[str, str]


def ask_for_export(session: Session, actor: Actor, draft: ExportDraft, *, now: datetime) -> Export:
    """Put an export into the queue. Raises forbidden (a list he may not read), too_many_exports_running or _kept."""
    check(actor.roles, rules.KIND_PERMISSION[draft.kind])
    _check_room(session, actor)
    export = Export(
        id=new_id(),
        owner_id=actor.user_id,
        kind=draft.kind,
        format=draft.format,
        language=draft.language,
        filters=draft.filters,
        status=ExportStatus.WAITING,
        file_name=rules.file_name(draft.kind, draft.format, draft.language, now),
        created_at=now,
        attempt=0,
        tries=0,
        rows_done=0,
        notes=[],
    )
    session.add(export)
    note(session, export, "request", actor, now, to_status=export.status, **asked(export))
    session.flush()
    defer_export(session, export.id)
    return export


def act_on_export(session: Session, actor: Actor, export_id: UUID, action: ExportAction, *, now: datetime) -> Export:
    """Cancel it, have it made anew, or discard its file. Raises not_found, illegal_transition; for making anew also what
    ``ask_for_export`` raises."""
    if action == ExportAction.RETRY:
        session.execute(ONE_AT_A_TIME, {"owner": str(actor.user_id)})  # before the row, as everybody does
    export = session.scalar(select(Export).where(Export.id == export_id, visible_to(actor)).with_for_update())
    if export is None:
        raise DomainError("not_found")
    status = rules.next_status(export.status, action)
    if action == ExportAction.RETRY:
        check(actor.roles, rules.KIND_PERMISSION[export.kind])
        _check_room(session, actor)
        export.tries = export.rows_done = 0
        export.rows_total = export.byte_count = export.expires_at = export.started_at = None
        export.scope, export.notes = None, []
    set_status(session, export, status, action.value, actor, now)
    session.flush()
    if action == ExportAction.RETRY:
        defer_export(session, export.id)
    return export


def set_status(
    session: Session, export: Export, status: ExportStatus, action: str, actor: Actor | None, now: datetime, **data: Any
) -> None:
    """Change the status of a locked row and write the event beside it; ``data`` is what the event tells more."""
    from_status, export.status = export.status, status
    if status == ExportStatus.RUNNING:
        export.started_at, export.finished_at = now, None
    elif status != ExportStatus.EXPIRED:
        export.finished_at = None if status == ExportStatus.WAITING else now
    if status != ExportStatus.FAILED:
        export.problem = None
    note(session, export, action, actor, now, from_status=from_status, to_status=status, **data)


def note(
    session: Session,
    export: Export,
    action: str,
    actor: Actor | None,
    now: datetime,
    *,
    from_status: ExportStatus | None = None,
    to_status: ExportStatus | None = None,
    **data: Any,
) -> None:
    """Write an event about an export: personal data may leave the house with it."""
    record(
        session, at=now, actor=actor, subject_type="export", subject_id=export.id, action=action,
        from_status=from_status, to_status=to_status, data=data,
    )  # fmt: skip


def asked(export: Export) -> dict[str, Any]:
    """What was asked for, for an event."""
    return {"kind": export.kind.value, "format": export.format.value, "filter": export.filters}


def _check_room(session: Session, actor: Actor) -> None:
    """Two requests of one person wait for each other, so that both cannot be the last that there is room for."""
    session.execute(ONE_AT_A_TIME, {"owner": str(actor.user_id)})
    running, kept = session.execute(
        select(
            func.count().filter(Export.status.in_(sorted(rules.UNDER_WAY))),
            func.count().filter(Export.status.in_([*sorted(rules.UNDER_WAY), ExportStatus.DONE])),
        ).where(visible_to(actor))
    ).one()
    rules.check_room(running, kept)
