"""What deadlines are counted with: the calendar, the hours of every office, the data of clocks; kept in memory until the
database says that it changed (``reference_revision``, as in sync/reference.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.calendar import local_day
from backend.domain.clocks import (
    Calendar,
    ClockData,
    Deadline,
    OfficeHours,
    Span,
    load_clock_data,
    missing_year,
    parse_span,
)
from backend.domain.errors import DomainError
from backend.domain.vocabulary import ClockState
from backend.persistence.models import CalendarDay, CalendarYear, Department, ReferenceRevision

log = structlog.get_logger(__name__)


# Columns of what has not happened yet.
UNTOUCHED: dict[str, None] = dict.fromkeys(
    ("stopped_at", "warned_at", "overdue_at", "excused_at", "excused_by", "excuse_reason")
)


@dataclass(frozen=True, slots=True)
class Times:
    """When a clock ends and warns; both None where ``missing_year`` is not loaded."""

    due_at: datetime | None
    warn_at: datetime | None
    missing_year: int | None


class ClockDesk:
    """The calendar and office hours of one moment of the database."""

    def __init__(self, calendar: Calendar, hours: Mapping[UUID, OfficeHours]) -> None:
        self.calendar, self._hours = calendar, hours
        self.data: ClockData = load_clock_data()
        self._defaults: dict[tuple[str, date], dict[str, Any]] = {}
        # of the last moment only: the clocks of a batch start at one; replaced as a whole, so threads cannot mix moments
        self._fresh: tuple[datetime | None, dict[Any, dict[str, Any]]] = (None, {})

    def hours_of(self, department_id: UUID | None) -> OfficeHours:
        """When the department's office works; the usual hours where it keeps none of its own or there is none yet."""
        return self._hours.get(department_id, self.data.hours) if department_id else self.data.hours

    def deadlines(self, profile: str, given: Mapping[str, Any], day: date) -> dict[str, Any]:
        """The spans a referral is promised, by clock, as JSON: those ``given``, and the defaults of ``day`` for the rest."""
        key = (profile, day)
        found = self._defaults.get(key)
        if found is None:
            spans = self.data.defaults_on(day).spans(profile)
            found = {code: span.to_data() for code, span in spans.items()}
            self._defaults = {known: value for known, value in self._defaults.items() if known[1] == day} | {key: found}
        return {**found, **given}

    def times(self, deadline: Deadline, percent: int, hours: OfficeHours) -> Times:
        """When ``deadline`` ends and warns. A year that is not loaded is told, never guessed."""
        try:
            due = deadline.due(self.calendar, hours)
            return Times(due, deadline.warns(percent, self.calendar, hours), None)
        except DomainError as error:
            return Times(None, None, missing_year(error))

    def fresh(self, now: datetime, span: Mapping[str, Any], department_id: UUID | None) -> dict[str, Any]:
        """The columns that all clocks share which start ``now`` over ``span`` in this department's office. Shared: copy it.

        Raises bad_span. An alarm is raised once for a batch where a year is missing.
        """
        moment, known = self._fresh
        if moment != now:
            known = {}
            self._fresh = (now, known)
        key = (span["value"], span["unit"], department_id)
        found = known.get(key)
        if found is None:
            found = known[key] = self._fresh_columns(now, parse_span(span), self.hours_of(department_id))
        return found

    def _fresh_columns(self, now: datetime, span: Span, hours: OfficeHours) -> dict[str, Any]:
        percent = self.data.defaults_on(local_day(now)).warn_percent
        times = self.times(Deadline(now, span), percent, hours)
        if times.missing_year is not None:
            log.warning("calendar_missing", year=times.missing_year, span=span.to_data())
        return {
            "span": span.to_data(),
            "office_hours": hours.to_data(),
            "warn_percent": percent,
            "extended": 0,
            "started_at": now,
            "due_at": times.due_at,
            "warn_at": times.warn_at,
            "state": ClockState.RUNNING,
            "calendar_missing": times.missing_year is not None,
            "missing_year": times.missing_year,
            **UNTOUCHED,
        }


def read_desk(session: Session) -> ClockDesk:
    """The desk as the database has it now, in three statements."""
    years: dict[int, dict[date, bool]] = {year: {} for year in session.scalars(select(CalendarYear.year))}
    for day, year, is_working in session.execute(select(CalendarDay.day, CalendarDay.year, CalendarDay.is_working)):
        years.setdefault(year, {})[day] = is_working
    own = select(Department.id, Department.office_hours).where(Department.office_hours.is_not(None))
    hours = {department: _hours(department, slots) for department, slots in session.execute(own)}
    return ClockDesk(Calendar(years), hours)


def _hours(department_id: UUID, slots: object) -> OfficeHours:
    """One office's unreadable hours must not stop everybody's reports: the usual ones are taken, and an alarm raised."""
    try:
        return OfficeHours.from_data(slots)
    except DomainError as error:
        log.error("bad_office_hours", department_id=str(department_id), slots=error.params["value"])
        return load_clock_data().hours


_guard = Lock()
_kept: dict[UUID, ClockDesk] = {}
KEPT = 4  # one is in use; more are kept only so that calls under way during a change need not take turns


def current_desk(session: Session) -> ClockDesk:
    """The desk, from memory unless calendar or departments changed: one statement then."""
    revision = session.scalar(select(ReferenceRevision.revision))
    found = _kept.get(revision) if revision else None
    if found is None:
        found = read_desk(session)
        if revision:
            with _guard:
                while len(_kept) >= KEPT:
                    _kept.pop(next(iter(_kept)))
                _kept[revision] = found
    return found
