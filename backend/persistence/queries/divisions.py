"""Reading places, offices and forms as they are on a day. Known to everybody who is signed in, so without a scope."""

from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.domain.vocabulary import DivisionLevel
from backend.persistence.models import Department, DepartmentFunction, Division, Form, Function


def list_divisions(session: Session, day: date, level: DivisionLevel | None = None) -> list[Division]:
    """Divisions in force on ``day``, by code."""
    statement = select(Division).where(_holds(Division.valid_from, Division.valid_to, day)).order_by(Division.code)
    if level is not None:
        statement = statement.where(Division.level == level)
    return list(session.scalars(statement))


def list_departments(session: Session, day: date) -> list[tuple[Department, list[Function]]]:
    """Departments that exist on ``day``, by code, each with the functions it holds then."""
    rows = session.execute(
        select(Department, Function)
        .outerjoin(
            DepartmentFunction,
            and_(
                DepartmentFunction.department_id == Department.id,
                _holds(DepartmentFunction.valid_from, DepartmentFunction.valid_to, day),
            ),
        )
        .outerjoin(Function, Function.code == DepartmentFunction.function_code)
        .where(_holds(Department.valid_from, Department.valid_to, day))
        .order_by(Department.code, Function.code)
    )
    found: dict[Department, list[Function]] = {}
    for department, function in rows:
        held = found.setdefault(department, [])
        if function is not None:
            held.append(function)
    return list(found.items())


def list_forms(session: Session, day: date) -> list[Form]:
    """The newest version of each form in use on ``day``."""
    rows = session.scalars(
        select(Form).where(_holds(Form.valid_from, Form.valid_to, day)).order_by(Form.code, Form.version)
    )
    return list({form.code: form for form in rows}.values())


def _holds(
    since: InstrumentedAttribute[date], until: InstrumentedAttribute[date | None], day: date
) -> ColumnElement[bool]:
    return and_(since <= day, or_(until.is_(None), until > day))
