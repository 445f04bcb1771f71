"""Which grids a person may see. The one place that says so."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from backend.domain.accounts import Actor
from backend.domain.grids import STREET_CODE_LENGTH
from backend.domain.tasks import FINAL_STATUSES
from backend.domain.vocabulary import GridVersionStatus, Role
from backend.persistence.models import Grid, GridResponsibility, GridVersion, Task, TaskAssignment

Code = ColumnElement[str] | InstrumentedAttribute[str]
# An officer is sent to grids all over the district by referrals; borders are no secret to him.
WHOLE_DISTRICT = frozenset({Role.DEPARTMENT_OFFICER})
SEES_DRAFTS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


def visible_to(actor: Actor, day: date, code: Code = Grid.code) -> ColumnElement[bool]:
    """True for grids (by their ``code`` column) that ``actor`` may see on ``day``.

    A worker sees the grids he answers for or has live tasks in, a coordinator his streets' grids, everybody else all.
    """
    if actor.sees_district or actor.roles & WHOLE_DISTRICT:
        return true()
    allowed: list[ColumnElement[bool]] = []
    if actor.has(Role.STREET_COORDINATOR) and actor.street_codes:
        allowed.append(func.left(code, STREET_CODE_LENGTH).in_(sorted(actor.street_codes)))
    if actor.has(Role.GRID_WORKER):
        allowed.append(code.in_(_own_codes(actor, day)))
    return or_(*allowed) if allowed else false()


def visible_version(actor: Actor) -> ColumnElement[bool]:
    """True for versions that ``actor`` may see: drafts are the business of those who make and audit them."""
    if actor.roles & SEES_DRAFTS:
        return true()
    return GridVersion.status != GridVersionStatus.DRAFT


def _own_codes(actor: Actor, day: date) -> Any:
    live = Task.status.not_in(sorted(FINAL_STATUSES))
    helping = select(TaskAssignment.task_id).where(
        TaskAssignment.user_id == actor.user_id, TaskAssignment.is_helper, TaskAssignment.ended_at.is_(None)
    )
    return (
        select(GridResponsibility.grid_code)
        .where(GridResponsibility.user_id == actor.user_id, GridResponsibility.period.contains(day))
        .union(
            select(Task.grid_code).where(Task.assignee_id == actor.user_id, live),
            select(Task.grid_code).where(Task.id.in_(helping), live),
        )
    )
