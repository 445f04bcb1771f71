"""Rows of departments and their functions as changes need them. Not here: the changes (changing, functions, dissolving)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.duties import Duty
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.vocabulary import DivisionLevel
from backend.persistence.models import Department, DepartmentFunction, Division
from backend.services.history import record

# Changes of departments are rare and touch each other (successors, borders of periods): one at a time, and none while
# the shipped data is loaded.
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('gridpatrol.departments'))")


def find_department(session: Session, code: str) -> Department:
    """The department called ``code``, as it is now. Raises DomainError('unknown_code')."""
    statement = select(Department).where(Department.code == code)
    found = session.scalars(statement, execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise DomainError("unknown_code", list="departments", value=code)
    return found


def check_exists(department: Department, day: date) -> None:
    """Raise DomainError('department_over') unless the department exists on ``day``."""
    if not (department.valid_from <= day and (department.valid_to is None or day < department.valid_to)):
        raise DomainError("department_over", name=department.name, day=day.isoformat())


def check_covers(department: Department, street: str | None) -> None:
    """Raise DomainError('outside_jurisdiction') where a street's own department would answer for more than its street."""
    if department.street_code is not None and street != department.street_code:
        raise DomainError("outside_jurisdiction", name=department.name)


def check_division(session: Session, code: str, level: DivisionLevel, day: date, parent: str | None = None) -> None:
    """Raise DomainError('unknown_division') unless there is such a division in force on ``day`` (below ``parent``)."""
    division = session.get(Division, code)
    if (
        division is None
        or division.level != level
        or parent not in (None, division.parent_code)
        or not (division.valid_from <= day and (division.valid_to is None or day < division.valid_to))
    ):
        raise DomainError("unknown_division", value=code)


def holdings_of(session: Session, function: str, district: str) -> list[DepartmentFunction]:
    """Everything that is recorded about who holds a function in a district, oldest first."""
    statement = (
        select(DepartmentFunction)
        .where(DepartmentFunction.function_code == function, DepartmentFunction.district_code == district)
        .order_by(DepartmentFunction.valid_from)
    )
    return list(session.scalars(statement, execution_options={"populate_existing": True}))


def streets_on(session: Session, district: str, day: date) -> list[str]:
    """Codes of the district's streets that are in force on ``day``."""
    statement = select(Division.code).where(
        Division.parent_code == district,
        Division.level == DivisionLevel.STREET,
        Division.valid_from <= day,
        or_(Division.valid_to.is_(None), Division.valid_to > day),
    )
    return list(session.scalars(statement))


def as_duties(rows: Iterable[DepartmentFunction]) -> list[Duty]:
    """The periods of some holdings, as the rules read them."""
    return [Duty(row.street_code, row.valid_from, row.valid_to) for row in rows]


def holds(row: DepartmentFunction, day: date) -> bool:
    """True if ``row`` is in force on ``day``."""
    return row.valid_from <= day and (row.valid_to is None or day < row.valid_to)


def hand_on(row: DepartmentFunction, department: Department, day: date) -> DepartmentFunction | None:
    """Give what ``row`` holds from ``day`` on to ``department``; a new row to be added after a flush, or None."""
    row.by_hand = True
    if row.valid_from >= day:
        row.department_id = department.id
        return None
    rest = DepartmentFunction(
        id=new_id(),
        department_id=department.id,
        function_code=row.function_code,
        district_code=row.district_code,
        street_code=row.street_code,
        valid_from=day,
        valid_to=row.valid_to,
        by_hand=True,
    )
    row.valid_to = day
    return rest


def note(session: Session, actor: Actor | None, department: Department, action: str, **values: Any) -> None:
    """Write down what happened to a department; ``values`` as of ``history.record``."""
    record(session, actor=actor, subject_type="department", subject_id=department.id, action=action, **values)
