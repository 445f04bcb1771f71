"""Many grids given to a worker at once, each by itself. Not here: one at a time, and the rules (responsibilities.py)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import GridRole
from backend.persistence.models import GridResponsibility
from backend.services.grids.responsibilities import assign_responsibility, end_responsibility

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class DutyOrder:
    """``user_id`` shall answer for every grid of ``grid_codes``. ``replace``: who leads one from then on gives it up on
    ``valid_from`` (for the role lead alone)."""

    user_id: UUID
    grid_codes: Sequence[str]
    role: GridRole
    valid_from: date
    valid_to: date | None = None
    replace: bool = False


@dataclass(frozen=True, slots=True)
class DutyResult:
    """What became of one grid: the new responsibility and the one it ended, or why nothing was done."""

    grid_code: str
    responsibility_id: UUID | None = None
    ended_id: UUID | None = None
    refusal: DomainError | None = None


def assign_many(session: Session, actor: Actor, order: DutyOrder, *, now: datetime) -> list[DutyResult]:
    """Do it for each grid once, in order, each within a savepoint; what ``assign_responsibility`` refuses is the result of its
    grid and hinders no other."""
    found = []
    for code in dict.fromkeys(order.grid_codes):
        try:
            with session.begin_nested():
                found.append(_assign(session, actor, order, code, now))
        except DomainError as error:
            found.append(DutyResult(code, refusal=error))
    return found


def _assign(session: Session, actor: Actor, order: DutyOrder, code: str, now: datetime) -> DutyResult:
    ended = None
    if order.replace and order.role == GridRole.LEAD:
        ended = _leads_then(session, code, order.valid_from)
        if ended is not None:
            end_responsibility(session, actor, ended, valid_to=order.valid_from, now=now)
    row = assign_responsibility(
        session,
        actor,
        user_id=order.user_id,
        grid_code=code,
        role=order.role,
        valid_from=order.valid_from,
        valid_to=order.valid_to,
        now=now,
    )
    return DutyResult(code, row.id, ended)


def _leads_then(session: Session, code: str, day: date) -> UUID | None:
    return session.scalar(
        select(GridResponsibility.id).where(
            GridResponsibility.grid_code == code,
            GridResponsibility.role == GridRole.LEAD,
            GridResponsibility.period.contains(day),
        )
    )
