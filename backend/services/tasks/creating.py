"""Creates tasks, one or thousands, all or none. Not here: reading files (importing.py), later steps (acting.py)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.assignment import WhyNobody
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.labels import label_of
from backend.domain.tasks import task_code
from backend.domain.vocabulary import TaskAction, TaskStatus
from backend.persistence.models import Task
from backend.persistence.queries.places import forms_on, next_task_numbers
from backend.services.history import record
from backend.services.scope import publish_grids, publish_tasks
from backend.services.tasks.assigning import Chooser, holding_rows
from backend.services.tasks.checking import Checked, check_drafts
from backend.services.tasks.drafts import TaskDraft
from backend.services.tasks.status import set_status

MAX_TASKS = 10_000  # of one call; more is a plan, and plans come in parts
# Faults of a single task that say "you cannot see that place".
UNSEEN = frozenset({"unknown_grid", "unknown_site"})


@dataclass(frozen=True, slots=True)
class Created:
    """The new tasks in the order asked for, and why nobody was found for those that were to be given out."""

    tasks: list[Task]
    unassigned: dict[UUID, WhyNobody]


def create_task(session: Session, actor: Actor, draft: TaskDraft, *, now: datetime) -> Created:
    """Create one task. Raises DomainError: not_found (no such grid or site in the actor's streets), invalid_input."""
    checked, faults = check_drafts(session, actor, [draft], now)
    if faults:
        errors = [{"path": fault.column, **fault.to_data()} for fault in faults]
        if any(fault.code in UNSEEN for fault in faults):
            raise DomainError("not_found", errors=errors)
        raise DomainError("invalid_input", errors=errors, count=len(errors))
    return _create(session, actor, checked, now)


def create_tasks(session: Session, actor: Actor, drafts: Sequence[TaskDraft], *, now: datetime) -> Created:
    """Create all ``drafts`` or none, in a constant number of statements.

    Raises DomainError: rows_rejected with every fault of every row in ``errors`` ({row, column, code, value, zh, en}),
    too_many_rows.
    """
    if len(drafts) > MAX_TASKS:
        raise DomainError("too_many_rows", limit=MAX_TASKS)
    checked, faults = check_drafts(session, actor, drafts, now)
    if faults:
        raise DomainError("rows_rejected", errors=[fault.to_data() for fault in faults], count=len(faults))
    return _create(session, actor, checked, now)


def _create(session: Session, actor: Actor, checked: Sequence[Checked], now: datetime) -> Created:
    if not checked:
        return Created([], {})
    forms = forms_on(session, local_day(now))
    numbers = next_task_numbers(session, len(checked))
    tasks = [
        _row(actor, item, number, forms.get(str(item.draft.category)), now)
        for item, number in zip(checked, numbers, strict=True)
    ]
    unassigned = _assign(session, actor, checked, tasks, now)
    session.add_all(tasks)
    session.flush()
    for item, task in zip(checked, tasks, strict=True):
        session.add_all(holding_rows(task, item.draft.helper_ids if task.assignee_id else (), now))
    session.flush()
    given = [task for task in tasks if task.assignee_id is not None]
    publish_tasks(session, [task.id for task in given], now)
    publish_grids(session, {task.grid_code for task in given}, now)
    return Created(tasks, unassigned)


def _row(actor: Actor, item: Checked, number: int, form: tuple[str, int] | None, now: datetime) -> Task:
    draft = item.draft
    return Task(
        id=new_id(),
        seq=number,
        code=task_code(local_day(now), number),
        title=draft.title or _title(item),
        category=draft.category,
        kind=draft.kind,
        status=TaskStatus.PLANNED,
        grid_code=item.grid_code,
        street_code=item.street_code,
        site_id=item.site.id if item.site else None,
        starts_on=draft.starts_on,
        due_at=draft.due_at,
        instructions=draft.instructions,
        form_code=form[0] if form else None,
        form_version=form[1] if form else None,
        referral_id=draft.referral_id,
        purpose=draft.purpose,
        created_at=now,
        created_by=actor.user_id,
        version=1,
    )


def _title(item: Checked) -> str:
    place = item.site.name if item.site else item.grid_code
    return f"{label_of(item.draft.category).zh}{label_of(item.draft.kind).zh}：{place}"[:200]


def _assign(
    session: Session, actor: Actor, checked: Sequence[Checked], tasks: Sequence[Task], now: datetime
) -> dict[UUID, WhyNobody]:
    wanted = {
        (item.grid_code, item.draft.category)
        for item in checked
        if item.draft.by_responsibility and item.draft.assignee_id is None
    }
    chooser = Chooser.load(session, wanted, now)
    unassigned: dict[UUID, WhyNobody] = {}
    for item, task in zip(checked, tasks, strict=True):
        record(
            session,
            at=now,
            actor=actor,
            subject_type="task",
            subject_id=task.id,
            action="create",
            to_status=TaskStatus.PLANNED.value,
        )
        data: dict[str, str] = {}
        if item.draft.assignee_id is not None:
            task.assignee_id = item.draft.assignee_id
        elif item.draft.by_responsibility:
            choice = chooser.choose(item.grid_code, item.draft.category)
            task.assignee_id = choice.user_id
            if choice.why_nobody is not None:
                unassigned[task.id] = choice.why_nobody
            if choice.role is not None:
                data["chosen_as"] = choice.role.value
        if task.assignee_id is not None:
            data["assignee_id"] = str(task.assignee_id)
            set_status(session, actor, task, TaskAction.ASSIGN, now=now, data=data)
    return unassigned
