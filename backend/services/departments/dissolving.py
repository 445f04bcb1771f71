"""The end of a department: its functions go to a successor, or end with it.

Not here: its open referrals (referrals/redirecting.py), the roles of its officers (accounts/).
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.duties import Duty, Gap, check_gaps, check_period, new_gaps
from backend.domain.errors import DomainError
from backend.domain.permissions import check
from backend.persistence.models import Department, DepartmentFunction
from backend.services.departments.rows import (
    ONE_AT_A_TIME,
    as_duties,
    check_covers,
    find_department,
    hand_on,
    holdings_of,
    note,
    streets_on,
)
from backend.services.scope import publish_departments


@dataclass(frozen=True, slots=True)
class Dissolution:
    """That a department does not exist any more from the day ``on``; ``successor`` is the code of who comes after it."""

    on: date
    successor: str | None = None
    leave_gaps: bool = False
    reason: str | None = None


def dissolve_department(
    session: Session, actor: Actor, code: str, dissolution: Dissolution, *, now: datetime
) -> list[Gap]:
    """End a department; the streets where nobody holds one of its functions from then on, if any.

    Raises DomainError: forbidden, unknown_code, bad_period, department_dissolved, department_not_successor,
    outside_jurisdiction, function_planned and, unless ``leave_gaps``, function_without_holder.
    """
    check(actor.roles, "department.manage")
    session.execute(ONE_AT_A_TIME)
    department = find_department(session, code)
    if department.valid_to is not None:
        raise DomainError("department_dissolved", name=department.name, day=department.valid_to.isoformat())
    check_period(department.valid_from, dissolution.on)
    successor = _successor(session, department, dissolution) if dissolution.successor is not None else None
    duties = _duties(session, department, dissolution.on)
    if successor is not None:
        _inherit(session, successor, duties, dissolution.on)
        gaps = []
    else:
        gaps = _end(session, department, duties, dissolution)
    department.valid_to = dissolution.on
    department.successor_id = successor.id if successor else None
    department.by_hand = True
    data = {
        "on": dissolution.on.isoformat(),
        "successor": successor.code if successor else None,
        "functions": sorted({duty.function_code for duty in duties}),
    }
    note(session, actor, department, "dissolve", at=now, reason=dissolution.reason, data=data)
    session.flush()
    publish_departments(session, now)
    return gaps


def _successor(session: Session, department: Department, dissolution: Dissolution) -> Department:
    """Who comes after: another of the district, there on that day and not itself about to end (so no circle can arise)."""
    successor = find_department(session, dissolution.successor or "")
    if (
        successor.id == department.id
        or successor.district_code != department.district_code
        or successor.valid_from > dissolution.on
        or successor.valid_to is not None
    ):
        raise DomainError("department_not_successor", name=successor.name)
    return successor


def _duties(session: Session, department: Department, day: date) -> list[DepartmentFunction]:
    """What the department holds on ``day`` or is to hold later."""
    statement = (
        select(DepartmentFunction)
        .where(DepartmentFunction.department_id == department.id)
        .order_by(DepartmentFunction.function_code, DepartmentFunction.valid_from)
    )
    rows = session.scalars(statement, execution_options={"populate_existing": True})
    return [row for row in rows if row.valid_to is None or row.valid_to > day]


def _inherit(session: Session, successor: Department, duties: list[DepartmentFunction], day: date) -> None:
    for duty in duties:
        check_covers(successor, duty.street_code)
    made = [row for duty in duties if (row := hand_on(duty, successor, day)) is not None]
    session.flush()  # the old periods end before the new ones are there
    session.add_all(made)


def _end(
    session: Session, department: Department, duties: list[DepartmentFunction], dissolution: Dissolution
) -> list[Gap]:
    planned = next((duty for duty in duties if duty.valid_from >= dissolution.on), None)
    if planned is not None:
        raise DomainError(
            "function_planned",
            name=department.name,
            function=planned.function_code,
            day=planned.valid_from.isoformat(),
        )
    streets = streets_on(session, department.district_code, dissolution.on)
    gaps: list[Gap] = []
    ids = {duty.id for duty in duties}
    for function in sorted({duty.function_code for duty in duties}):
        rows = holdings_of(session, function, department.district_code)
        before = as_duties(rows)
        after = [
            Duty(row.street_code, row.valid_from, dissolution.on if row.id in ids else row.valid_to) for row in rows
        ]
        gaps += new_gaps(function, before, after, streets, dissolution.on)
    check_gaps(gaps, dissolution.leave_gaps)
    for duty in duties:
        duty.valid_to, duty.by_hand = dissolution.on, True
    return gaps
