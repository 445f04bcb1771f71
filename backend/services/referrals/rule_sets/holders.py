"""Who holds which function in a street on a day, and on which days that can change: what a rule set is proved against.

Not here: addressing a report (services/referrals/departments.py), which forgives more: a letter must reach somebody.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from backend.domain.divisions import find_division, streets_of
from backend.services.referrals.departments import DEPARTMENTS, DUTIES

AnyRow = Row[*tuple[Any, ...]]


class Duties:
    """The functions and departments of one district as they are in the database now: two statements."""

    def __init__(self, session: Session, district: str) -> None:
        self._district = district
        self._departments: dict[UUID, AnyRow] = {row.id: row for row in session.execute(DEPARTMENTS)}
        self._duties: dict[str, list[AnyRow]] = {}
        for duty in session.execute(DUTIES):
            if duty.district_code == district:
                self._duties.setdefault(duty.function_code, []).append(duty)

    def holders(self, function: str, street: str, day: date) -> Sequence[str]:
        """Codes of the organisations that answer for ``function`` in ``street`` on ``day``; a street's own go before the
        district's. A dissolved one counts as its successor, and not at all without one."""
        there = [
            duty for duty in self._duties.get(function, ())
            if duty.street_code in (None, street) and _holds(duty.valid_from, duty.valid_to, day)
        ]  # fmt: skip
        own = [duty for duty in there if duty.street_code is not None]
        return sorted({code for duty in own or there if (code := self._living(duty.department_id, day))})

    def days(self, since: date, until: date | None) -> Mapping[str, Sequence[date]]:
        """By street of the district, the first day it is there from ``since`` on, and every later one before ``until`` on
        which a duty or an organisation of the district begins or ends."""
        rows = [*self._departments.values(), *(duty for some in self._duties.values() for duty in some)]
        changes = {day for row in rows for day in (row.valid_from, row.valid_to) if day and since < day}
        days = sorted({since, *(day for day in changes if until is None or day < until)})
        streets = sorted({street.code for day in days for street in streets_of(self._district, day)})
        return {street: [day for day in days if find_division(street, day)] for street in streets}

    def _living(self, department_id: UUID, day: date) -> str | None:
        department = self._departments.get(department_id)
        for _ in self._departments:  # at most as many steps as there are departments, should the data hold a circle
            if department is None or _holds(department.valid_from, department.valid_to, day):
                break
            department = self._departments.get(department.successor_id) if department.successor_id else None
        return str(department.code) if department and _holds(department.valid_from, department.valid_to, day) else None


def _holds(valid_from: date, valid_to: date | None, day: date) -> bool:
    return valid_from <= day and (valid_to is None or day < valid_to)
