"""Making and renaming departments. Not here: their functions (functions.py), their end (dissolving.py)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.clocks import OfficeHours
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.permissions import check
from backend.domain.vocabulary import DivisionLevel
from backend.persistence.models import Department
from backend.services.departments.rows import ONE_AT_A_TIME, check_division, check_exists, find_department, note
from backend.services.scope import publish_departments


@dataclass(frozen=True, slots=True)
class NewDepartment:
    """An organisation as it is entered; ``street`` makes it a street's own, None the district's."""

    code: str
    name: str
    name_en: str
    district: str
    street: str | None
    valid_from: date


def create_department(session: Session, actor: Actor, draft: NewDepartment, *, now: datetime) -> Department:
    """Enter an organisation that takes referrals from a day on; it holds no function yet.

    Raises DomainError: forbidden, unknown_division, department_exists.
    """
    check(actor.roles, "department.manage")
    session.execute(ONE_AT_A_TIME)
    check_division(session, draft.district, DivisionLevel.DISTRICT, draft.valid_from)
    if draft.street is not None:
        check_division(session, draft.street, DivisionLevel.STREET, draft.valid_from, parent=draft.district)
    if session.scalar(select(Department.id).where(Department.code == draft.code)) is not None:
        raise DomainError("department_exists", value=draft.code)
    department = Department(
        id=new_id(),
        code=draft.code,
        name=draft.name,
        name_en=draft.name_en,
        district_code=draft.district,
        street_code=draft.street,
        valid_from=draft.valid_from,
        by_hand=True,
    )
    session.add(department)
    note(session, actor, department, "create", at=now, data={"name": draft.name, "from": draft.valid_from.isoformat()})
    session.flush()
    publish_departments(session, now)
    return department


def rename_department(
    session: Session,
    actor: Actor,
    code: str,
    name: str,
    name_en: str,
    *,
    on: date,
    reason: str | None = None,
    now: datetime,
) -> Department:
    """The same organisation under a new name from the day ``on``; the old name stays in its history.

    A day that has come takes effect at once, a later one by ``settle_renames``. Raises forbidden, unknown_code and
    department_over.
    """
    check(actor.roles, "department.manage")
    session.execute(ONE_AT_A_TIME)
    department = find_department(session, code)
    check_exists(department, on)
    department.by_hand = True
    department.next_name, department.next_name_en, department.renamed_on = name, name_en, on
    if on <= local_day(now):
        _settle(session, actor, department, reason, now)
    else:
        data = {"name": name, "name_en": name_en, "from": on.isoformat()}
        note(session, actor, department, "plan_rename", at=now, reason=reason, data=data)
    session.flush()
    publish_departments(session, now)
    return department


def set_office_hours(
    session: Session,
    actor: Actor,
    code: str,
    hours: list[list[str]] | None,
    *,
    reason: str | None = None,
    now: datetime,
) -> Department:
    """When the office works, as ``[["08:30", "12:00"], …]`` in the district's zone; None: the usual hours.

    Clocks that begin from now on count by them; those that run keep what they began with. Raises forbidden, unknown_code,
    bad_office_hours.
    """
    check(actor.roles, "department.manage")
    slots = OfficeHours.from_data(hours).to_data() if hours is not None else None
    session.execute(ONE_AT_A_TIME)
    department = find_department(session, code)
    before = department.office_hours
    department.by_hand, department.office_hours = True, slots
    data = {"before": before, "after": slots}
    note(session, actor, department, "set_office_hours", at=now, reason=reason, data=data)
    session.flush()
    return department


def settle_renames(session: Session, *, now: datetime) -> int:
    """Let every new name whose day has come take effect, and tell phones who begins and ends today; how many names."""
    session.execute(ONE_AT_A_TIME)
    statement = select(Department).where(Department.renamed_on <= local_day(now)).order_by(Department.code)
    due = session.scalars(statement, execution_options={"populate_existing": True}).all()
    for department in due:
        _settle(session, None, department, None, now)
    session.flush()
    publish_departments(session, now)
    return len(due)


def _settle(session: Session, actor: Actor | None, department: Department, reason: str | None, now: datetime) -> None:
    before = {"name": department.name, "name_en": department.name_en}
    since = department.renamed_on
    department.name = department.next_name or department.name
    department.name_en = department.next_name_en or department.name_en
    department.next_name = department.next_name_en = department.renamed_on = None
    after = {"name": department.name, "name_en": department.name_en}
    data = {"before": before, "after": after, "from": since.isoformat() if since else None}
    note(session, actor, department, "rename", at=now, reason=reason, data=data)
