"""Who holds a task, as assignment rows: starting, ending, choosing. Not here: the life cycle (status.py)."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.assignment import Candidate, Choice, choose_worker
from backend.domain.calendar import local_day
from backend.domain.ids import new_id
from backend.domain.vocabulary import Category
from backend.persistence.models import Task, TaskAssignment
from backend.persistence.queries.people import candidates_for

Wanted = tuple[str, Category]


class Chooser:
    """Chooses workers for many tasks, counting what it has given out itself, so that one batch is spread evenly."""

    def __init__(self, candidates: dict[Wanted, list[Candidate]]) -> None:
        self._candidates = candidates
        self._given: dict[UUID, int] = {}

    @classmethod
    def load(cls, session: Session, wanted: Collection[Wanted], now: datetime) -> "Chooser":
        """A chooser for these (grid code, category) pairs, as of the day of ``now``; one statement."""
        return cls(candidates_for(session, wanted, local_day(now)))

    def choose(self, grid_code: str, category: Category) -> Choice:
        """Who gets the next task there, or why nobody does."""
        candidates = [
            replace(candidate, open_tasks=candidate.open_tasks + self._given.get(candidate.user_id, 0))
            for candidate in self._candidates[grid_code, category]
        ]
        choice = choose_worker(candidates)
        if choice.user_id is not None:
            self._given[choice.user_id] = self._given.get(choice.user_id, 0) + 1
        return choice


def holding_rows(task: Task, helper_ids: Iterable[UUID], now: datetime) -> list[TaskAssignment]:
    """New rows: the assignee of ``task`` and its helpers hold it from ``now`` on."""
    rows = [_row(task.id, helper, True, now) for helper in dict.fromkeys(helper_ids)]
    if task.assignee_id is not None:
        rows.append(_row(task.id, task.assignee_id, False, now))
    return rows


def open_assignments(session: Session, task_id: UUID) -> list[TaskAssignment]:
    """The rows of whoever holds the task now."""
    statement = select(TaskAssignment).where(TaskAssignment.task_id == task_id, TaskAssignment.ended_at.is_(None))
    return list(session.scalars(statement))


def hand_over(session: Session, task: Task, user_id: UUID, helper_ids: Collection[UUID] | None, now: datetime) -> None:
    """End the present holder, start ``user_id``; ``helper_ids`` None keeps the helpers (but not one who takes over)."""
    current = open_assignments(session, task.id)
    helpers = {row.user_id for row in current if row.is_helper}
    wanted = (helpers if helper_ids is None else set(helper_ids)) - {user_id}
    for row in current:
        if not row.is_helper or row.user_id not in wanted:
            row.ended_at = now
    session.add(_row(task.id, user_id, False, now))
    session.add_all(_row(task.id, helper, True, now) for helper in sorted(wanted - helpers))
    task.assignee_id = user_id


def end_all(session: Session, task_id: UUID, now: datetime) -> None:
    """Nobody holds the task any longer."""
    for row in open_assignments(session, task_id):
        row.ended_at = now


def _row(task_id: UUID, user_id: UUID, is_helper: bool, now: datetime) -> TaskAssignment:
    return TaskAssignment(
        id=new_id(), task_id=task_id, user_id=user_id, is_helper=is_helper, started_at=now, ended_at=None
    )
