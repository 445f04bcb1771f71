"""Who holds a function from a day on. Not here: what happens to it when a department ends (dissolving.py)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.duties import Duty, Gap, check_gaps, check_period, new_gaps
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.permissions import check
from backend.domain.vocabulary import DivisionLevel
from backend.persistence.models import Department, DepartmentFunction, Function
from backend.persistence.violations import violated_constraint
from backend.services.departments.rows import (
    ONE_AT_A_TIME,
    as_duties,
    check_covers,
    check_division,
    check_exists,
    find_department,
    hand_on,
    holdings_of,
    holds,
    note,
    streets_on,
)

ONE_HOLDER = "ex_department_functions_one_holder"


@dataclass(frozen=True, slots=True)
class FunctionChange:
    """That a department takes a function, or gives it up, from the day ``on``; ``street`` None: in the whole district."""

    function: str
    on: date
    street: str | None = None
    reason: str | None = None


def assign_function(
    session: Session, actor: Actor, code: str, change: FunctionChange, *, seen_holder: str | None = None, now: datetime
) -> None:
    """The department ``code`` holds the function from that day on, until the next change that is recorded already.

    Whoever held it until then gives it up that day; reports captured before still go to him (or his successor).
    ``seen_holder`` is the code of who held it when the actor looked. Raises DomainError: forbidden, unknown_code,
    unknown_division, department_over, outside_jurisdiction, stale_version and function_taken.
    """
    check(actor.roles, "department.manage")
    session.execute(ONE_AT_A_TIME)
    department = find_department(session, code)
    _check_change(session, department, change)
    check_exists(department, change.on)
    check_covers(department, change.street)
    rows = _at(session, department, change)
    current = next((row for row in rows if holds(row, change.on)), None)
    holder = session.get_one(Department, current.department_id) if current else None
    if seen_holder is not None and (holder is None or holder.code != seen_holder):
        raise DomainError("stale_version")
    if holder is not None and holder.id == department.id:
        raise DomainError("function_taken", name=holder.name)
    until = current.valid_to if current else min((r.valid_from for r in rows if r.valid_from > change.on), default=None)
    if department.valid_to is not None and (until is None or until > department.valid_to):
        raise DomainError("department_over", name=department.name, day=department.valid_to.isoformat())
    made = hand_on(current, department, change.on) if current else _new(department, change, until)
    try:
        session.flush()  # the old period ends before the new one is there
        if made is not None:
            session.add(made)
            session.flush()
    except IntegrityError as error:  # the database's last word: somebody changed it past this door
        if violated_constraint(error) != ONE_HOLDER:
            raise
        raise DomainError("function_taken", name=holder.name if holder else department.name) from None
    _tell(session, actor, change, holder, department, now)


def end_function(
    session: Session, actor: Actor, code: str, change: FunctionChange, *, leave_gaps: bool = False, now: datetime
) -> list[Gap]:
    """The department ``code`` gives the function up on that day; the streets where nobody holds it then, if any.

    Raises DomainError: forbidden, unknown_code, function_not_held, bad_period and, unless ``leave_gaps``,
    function_without_holder.
    """
    check(actor.roles, "department.manage")
    session.execute(ONE_AT_A_TIME)
    department = find_department(session, code)
    _check_change(session, department, change)
    everything = holdings_of(session, change.function, department.district_code)
    current = next(
        (
            row
            for row in everything
            if row.department_id == department.id and row.street_code == change.street and holds(row, change.on)
        ),
        None,
    )
    if current is None:
        raise DomainError("function_not_held", name=department.name, day=change.on.isoformat())
    check_period(current.valid_from, change.on)
    before = as_duties(everything)
    after = [*as_duties(row for row in everything if row is not current)]
    after.append(Duty(current.street_code, current.valid_from, change.on))
    streets = streets_on(session, department.district_code, change.on)
    gaps = new_gaps(change.function, before, after, streets, change.on)
    check_gaps(gaps, leave_gaps)
    current.valid_to, current.by_hand = change.on, True
    session.flush()
    _tell(session, actor, change, department, None, now)
    return gaps


def _check_change(session: Session, department: Department, change: FunctionChange) -> None:
    if session.get(Function, change.function) is None:
        raise DomainError("unknown_code", list="functions", value=change.function)
    if change.street is not None:
        check_division(session, change.street, DivisionLevel.STREET, change.on, parent=department.district_code)


def _at(session: Session, department: Department, change: FunctionChange) -> list[DepartmentFunction]:
    rows = holdings_of(session, change.function, department.district_code)
    return [row for row in rows if row.street_code == change.street]


def _new(department: Department, change: FunctionChange, until: date | None) -> DepartmentFunction:
    return DepartmentFunction(
        id=new_id(),
        department_id=department.id,
        function_code=change.function,
        district_code=department.district_code,
        street_code=change.street,
        valid_from=change.on,
        valid_to=until,
        by_hand=True,
    )


def _tell(
    session: Session,
    actor: Actor,
    change: FunctionChange,
    before: Department | None,
    after: Department | None,
    now: datetime,
) -> None:
    """An event with each of the two departments."""
    data = {
        "function": change.function,
        "street": change.street,
        "from": change.on.isoformat(),
        "before": before.code if before else None,
        "after": after.code if after else None,
    }
    for department, action in ((before, "give_function"), (after, "take_function")):
        if department is not None:
            note(session, actor, department, action, at=now, reason=change.reason, data=data)
    session.flush()
