"""One step on many tasks: each row by itself, so that a refused one never hinders the others. Not here: the step (acting)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import BulkResult, TaskAction, TaskStatus
from backend.persistence.models import Task
from backend.persistence.queries.tasks import visible_to
from backend.services.tasks.acting import Act, act

BULK_LIMIT = 500  # rows of one request


@dataclass(frozen=True, slots=True)
class PickedTask:
    """A task, the version as the actor saw it (None: whichever), and to whom this one goes (None: as all of them)."""

    id: UUID
    version: int | None = None
    assignee_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class TaskRow:
    """What became of one row. ``version`` and ``status`` are those of now, None where the actor does not see it."""

    id: UUID
    result: BulkResult
    refusal: DomainError | None
    version: int | None
    status: TaskStatus | None


def act_on_tasks(
    session: Session, actor: Actor, action: TaskAction, picked: Sequence[PickedTask], common: Act, *, now: datetime
) -> list[TaskRow]:
    """Take ``action`` on each of ``picked``, each within a savepoint of its own; answers in their order.

    Rows are locked in the order of their ids, so that two bulk acts queue and never wait for each other. Whatever a step
    refuses is the answer of its row.
    """
    refusals = {row.id: _act(session, actor, action, row, common, now) for row in sorted(picked, key=lambda r: r.id)}
    known = _states(session, actor, picked, now)
    return [
        TaskRow(
            row.id,
            BulkResult.REFUSED if refusals[row.id] else BulkResult.DONE,
            refusals[row.id],
            *known.get(row.id, (None, None)),
        )
        for row in picked
    ]


def _act(
    session: Session, actor: Actor, action: TaskAction, row: PickedTask, common: Act, now: datetime
) -> DomainError | None:
    own = replace(common, version=row.version, assignee_id=row.assignee_id or common.assignee_id)
    try:
        with session.begin_nested():
            act(session, actor, row.id, action, own, now=now)
    except DomainError as error:
        return error
    except IntegrityError:
        return DomainError("stale_version")  # somebody's row came between the look and the writing
    return None


def _states(
    session: Session, actor: Actor, picked: Sequence[PickedTask], now: datetime
) -> dict[UUID, tuple[int, TaskStatus]]:
    found = session.execute(
        select(Task.id, Task.version, Task.status).where(
            Task.id.in_([row.id for row in picked]), visible_to(actor, now)
        )
    )
    return {row.id: (row.version, row.status) for row in found}
