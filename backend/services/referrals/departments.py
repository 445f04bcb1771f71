"""Which department answers for a function, somewhere, on a day. Read once per unit of work, never kept longer.

Not here: which function is needed (domain/routing).
"""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from backend.domain.errors import DomainError
from backend.persistence.models import Department, DepartmentFunction

# Plain columns, not entities: this is read for every batch that a phone sends.
DEPARTMENTS = select(
    Department.id,
    Department.code,
    Department.name,
    Department.valid_from,
    Department.valid_to,
    Department.successor_id,
)
DUTIES = select(
    DepartmentFunction.function_code,
    DepartmentFunction.department_id,
    DepartmentFunction.district_code,
    DepartmentFunction.street_code,
    DepartmentFunction.valid_from,
    DepartmentFunction.valid_to,
)
_NOT_ASKED: Any = object()
FOUND_KEPT = 4096  # bounded: streets and days come from reports
DepartmentRow = Row[*tuple[Any, ...]]  # columns of DEPARTMENTS


class DepartmentMap:
    """Functions and departments of one moment of the database."""

    def __init__(self, departments: Iterable[DepartmentRow], duties: Iterable[Row[*tuple[Any, ...]]]) -> None:
        self._departments = {department.id: department for department in departments}
        self._duties: dict[str, list[Row[*tuple[Any, ...]]]] = {}
        for duty in duties:
            self._duties.setdefault(duty.function_code, []).append(duty)
        self._found: dict[tuple[Any, ...], DepartmentRow | None] = {}

    def find(
        self, function_code: str, district: str, street: str | None, day: date, today: date
    ) -> DepartmentRow | None:
        """The department that answered for the function on ``day``, as it is called ``today``; None if nobody does.

        A street's own team goes before the district's (城管条例 4条3款). A day before all records counts as today. A
        department that was dissolved since is replaced by its successor, one without a successor by who holds the
        function today: a letter must reach somebody.
        """
        asked = (function_code, district, street, day, today)
        found: DepartmentRow | None = self._found.get(asked, _NOT_ASKED)
        if found is _NOT_ASKED:
            found = self._look_for(*asked)
            if len(self._found) >= FOUND_KEPT:
                self._found.clear()
            self._found[asked] = found  # a batch asks the same again and again
        return found

    def _look_for(
        self, function_code: str, district: str, street: str | None, day: date, today: date
    ) -> DepartmentRow | None:
        for when in (day, today):
            duty = self._duty(function_code, district, street, when)
            heir = self.heir(duty.department_id, today) if duty else None
            if heir is not None:
                return heir
        return None

    def heir(self, department_id: UUID | None, today: date) -> DepartmentRow | None:
        """The department itself if it exists ``today``, else who came after it; None where it ended without successor."""
        department = self.by_id(department_id)
        for _ in self._departments:  # at most as many steps as there are departments, should the data hold a circle
            if department is None or _holds(department.valid_from, department.valid_to, today):
                return department
            department = self.by_id(department.successor_id)
        return None

    def by_id(self, department_id: UUID | None) -> DepartmentRow | None:
        """The department with this id."""
        return self._departments.get(department_id) if department_id else None

    def _duty(self, function_code: str, district: str, street: str | None, day: date) -> Row[*tuple[Any, ...]] | None:
        found = [
            duty
            for duty in self._duties.get(function_code, ())
            if duty.district_code == district
            and duty.street_code in (None, street)
            and _holds(duty.valid_from, duty.valid_to, day)
        ]
        return max(found, key=lambda duty: (duty.street_code is not None, duty.valid_from), default=None)


def load_departments(session: Session) -> DepartmentMap:
    """Everything needed to address a batch of referrals, in two statements."""
    return DepartmentMap(session.execute(DEPARTMENTS), session.execute(DUTIES))


def department_by_code(session: Session, code: str, today: date) -> DepartmentRow:
    """The department called ``code`` that exists ``today``. Raises DomainError('unknown_code')."""
    department = session.execute(DEPARTMENTS.where(Department.code == code)).one_or_none()
    if department is None or not _holds(department.valid_from, department.valid_to, today):
        raise DomainError("unknown_code", list="departments", value=code)
    return department


def _holds(valid_from: date, valid_to: date | None, day: date) -> bool:
    return valid_from <= day and (valid_to is None or day < valid_to)
