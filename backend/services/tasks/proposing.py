"""Who could take tasks that nobody holds yet, without giving them out. Not here: giving out (acting.py), the rule (domain)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.areas import manages_street
from backend.domain.assignment import ORDER, Candidate, Choice
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.tasks import allowed_actions
from backend.domain.vocabulary import Category, TaskAction
from backend.persistence.models import Task, User
from backend.persistence.queries.people import candidates_for
from backend.persistence.queries.reports.rows import one_of
from backend.persistence.queries.tasks import visible_to
from backend.services.tasks.assigning import Chooser

GIVES = (TaskAction.ASSIGN, TaskAction.REASSIGN)


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody responsible for the grid of a task, with his name. ``open_tasks``: what he holds now."""

    candidate: Candidate
    name: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """``action``: with which act the task would be given out, None where its status allows none; ``choice``: who should get
    it, or why nobody; ``candidates``: all who could, by responsibility and load."""

    task: Task
    action: TaskAction | None
    choice: Choice
    candidates: list[Named]


def propose_workers(session: Session, actor: Actor, task_ids: Sequence[UUID], *, now: datetime) -> list[Proposal]:
    """For each task, in the order asked for, who should get it by responsibility, skill and load; those proposed here count as
    load for the next, so that a batch is spread. Three statements.

    Raises not_found (one the actor does not see) and forbidden (another street's); nothing is changed.
    """
    wanted = list(dict.fromkeys(task_ids))
    seen = session.scalars(select(Task).where(Task.id == one_of(wanted, Uuid), visible_to(actor, now)))
    tasks = {task.id: task for task in seen}
    if len(tasks) != len(wanted):
        raise DomainError("not_found")
    if not all(manages_street(actor, task.street_code) for task in tasks.values()):
        raise DomainError("forbidden")
    places = {(task.grid_code, task.category) for task in tasks.values()}
    candidates = candidates_for(session, places, local_day(now))
    people = {one.user_id for found in candidates.values() for one in found}
    named = session.execute(select(User.id, User.name).where(User.id == one_of(sorted(people), Uuid)))
    names = {row.id: row.name for row in named}
    chooser = Chooser(candidates)
    return [_proposal(tasks[task_id], chooser, candidates, names) for task_id in wanted]


def _proposal(
    task: Task, chooser: Chooser, candidates: dict[tuple[str, Category], list[Candidate]], names: dict[UUID, str]
) -> Proposal:
    action = next((action for action in GIVES if action in allowed_actions(task.status)), None)
    ranked = sorted(
        candidates[task.grid_code, task.category], key=lambda one: (ORDER[one.role], one.open_tasks, one.user_id)
    )
    choice = chooser.choose(task.grid_code, task.category) if action else Choice(None)
    return Proposal(task, action, choice, [Named(one, names[one.user_id]) for one in ranked])
