"""What reports are narrowed to, as conditions of the database: the same for lists, maps and figures.

Not here: who sees which (scope.py), in which order they are read (pages.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, exists, false, func, literal, select
from sqlalchemy.orm import Session

from backend.domain.map_area import Area
from backend.domain.vocabulary import Category, Outcome, ReportStatus, Severity, Verdict
from backend.persistence.database import STORED_SRID
from backend.persistence.models import Department, Referral, Report
from backend.persistence.queries.areas import within

Box = tuple[float, float, float, float]  # west, south, east, north in degrees


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What a list is narrowed to; everything given must hold. Texts of ``q`` are looked for as they are."""

    category: Category | None = None
    statuses: tuple[ReportStatus, ...] | None = None  # an empty one can match nothing
    outcome: Outcome | None = None
    severity: Severity | None = None
    verdict: Verdict | None = None
    street: str | None = None
    grid_code: str | None = None
    author_id: UUID | None = None
    task_id: UUID | None = None
    site_id: UUID | None = None
    flag: str | None = None
    department: str | None = None
    captured_from: datetime | None = None
    captured_to: datetime | None = None
    received_after: datetime | None = None
    box: Box | None = None
    q: str | None = None
    area: Area | None = None
    located: bool | None = None  # whether it has a position and so stands on the map


def conditions(wanted: ReportFilter) -> Iterator[ColumnElement[bool]]:
    """What must hold of a report, but for its statuses, its department and its words (``q``)."""
    for column, value in (
        (Report.category, wanted.category),
        (Report.outcome, wanted.outcome),
        (Report.severity, wanted.severity),
        (Report.verdict, wanted.verdict),
        (Report.street_code, wanted.street),
        (Report.grid_code, wanted.grid_code),
        (Report.author_id, wanted.author_id),
        (Report.task_id, wanted.task_id),
        (Report.site_id, wanted.site_id),
    ):
        if value is not None:
            yield column == value
    if wanted.flag is not None:
        yield Report.flags.bool_op("@>")(literal([wanted.flag], ARRAY(Text)))
    if wanted.captured_from is not None:
        yield Report.captured_at >= wanted.captured_from
    if wanted.captured_to is not None:
        yield Report.captured_at < wanted.captured_to
    if wanted.received_after is not None:
        yield Report.received_at > wanted.received_after
    if wanted.box is not None:
        yield Report.position.op("&&")(func.ST_MakeEnvelope(*wanted.box, STORED_SRID))
    if wanted.area is not None:
        yield within(wanted.area, Report.position)
    if wanted.located is not None:
        yield Report.position.is_not(None) if wanted.located else Report.position.is_(None)


def matches(wanted: ReportFilter, department_id: UUID | None) -> Iterator[ColumnElement[bool]]:
    """All that must hold of a report but for its words; ``department_id``: of the department that is wanted, if it exists."""
    yield from conditions(wanted)
    if wanted.statuses is not None:
        yield Report.status.in_(wanted.statuses)
    if wanted.department is not None:
        yield is_referred_to(department_id) if department_id else false()


def department_of(session: Session, code: str) -> UUID | None:
    """The id of the department with this code; None where there is none."""
    return session.scalar(select(Department.id).where(Department.code == code))


def is_referred_to(department_id: UUID) -> ColumnElement[bool]:
    """Reports with a referral that lies with this department."""
    return exists(
        select(Referral.id)
        .where(Referral.report_id == Report.id, Referral.department_id == department_id)
        .correlate(Report)
    )
