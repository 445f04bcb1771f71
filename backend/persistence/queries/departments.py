"""Reads of departments and the functions they hold. Known to everybody who is signed in, so without a scope."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from backend.domain.errors import DomainError
from backend.persistence.models import Department, DepartmentFunction, Function

CODE = re.compile(r"[\w.-]{1,64}", re.ASCII).fullmatch  # an address can say anything, NUL among it
SUCCESSOR = aliased(Department)


@dataclass(frozen=True, slots=True)
class Held:
    """A function a department holds, where and when."""

    function: Function
    duty: DepartmentFunction


@dataclass(frozen=True, slots=True)
class DepartmentWhole:
    """A department, the code of who came after it, and what it holds."""

    department: Department
    successor: str | None
    held: list[Held] = field(default_factory=list)

    @property
    def next_name(self) -> Department | None:
        """The department, while a new name waits for its day."""
        return self.department if self.department.renamed_on is not None else None


def list_departments(session: Session, day: date) -> list[DepartmentWhole]:
    """Departments that exist on ``day``, by code, each with the functions it holds then; one statement."""
    return _read(
        session,
        _holds(Department.valid_from, Department.valid_to, day),
        _holds(DepartmentFunction.valid_from, DepartmentFunction.valid_to, day),
    )


def get_department(session: Session, code: str) -> DepartmentWhole:
    """One department with every period of every function, past and planned. Raises DomainError('not_found')."""
    found = _read(session, Department.code == code, true()) if CODE(code) else []
    if not found:
        raise DomainError("not_found")
    return found[0]


def functions_held(session: Session, department_ids: Collection[UUID], day: date) -> set[str]:
    """Codes of the functions that some departments hold on ``day``."""
    return set(session.scalars(select(DepartmentFunction.function_code).where(held_by(department_ids, day))))


def held_by(department_ids: Collection[UUID], day: date) -> ColumnElement[bool]:
    """That a row of department_functions says one of these departments holds something on ``day``."""
    return and_(
        DepartmentFunction.department_id.in_(list(department_ids)),
        _holds(DepartmentFunction.valid_from, DepartmentFunction.valid_to, day),
    )


def _read(session: Session, which: ColumnElement[bool], duties: ColumnElement[bool]) -> list[DepartmentWhole]:
    rows = session.execute(
        select(Department, SUCCESSOR.code, Function, DepartmentFunction)
        # said outright: left to SQLAlchemy, two threads that compile it at once may not find it
        .select_from(Department)
        .outerjoin(SUCCESSOR, SUCCESSOR.id == Department.successor_id)
        .outerjoin(DepartmentFunction, and_(DepartmentFunction.department_id == Department.id, duties))
        .outerjoin(Function, Function.code == DepartmentFunction.function_code)
        .where(which)
        .order_by(Department.code, Function.code, DepartmentFunction.street_code, DepartmentFunction.valid_from)
    )
    found: dict[UUID, DepartmentWhole] = {}
    for department, successor, function, duty in rows:
        whole = found.setdefault(department.id, DepartmentWhole(department, successor))
        if function is not None:
            whole.held.append(Held(function, duty))
    return list(found.values())


def _holds(
    since: InstrumentedAttribute[date], until: InstrumentedAttribute[date | None], day: date
) -> ColumnElement[bool]:
    return and_(since <= day, or_(until.is_(None), until > day))
