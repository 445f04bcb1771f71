"""Every report that matches, for a file: the list's own conditions in one statement. Not here: pages of the list (pages.py)."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, Select, func
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.persistence.models import Division, Report, Site, Task
from backend.persistence.queries.reports.filters import ReportFilter, department_of, matches
from backend.persistence.queries.reports.pages import holding
from backend.persistence.queries.reports.rows import SUMMARIES, referrals_by_report
from backend.persistence.queries.reports.scope import visible_to
from backend.persistence.queries.streaming import chunks

Line = tuple[Row[*tuple[Any, ...]], list[dict[str, Any]]]

LINES: Select[*tuple[Any, ...]] = (
    SUMMARIES.add_columns(
        func.coalesce(Report.site["uscc"].astext, Site.uscc).label("uscc"),
        Division.name.label("street_name"),
        Task.code.label("task_code"),
    )
    .outerjoin(Division, Division.code == Report.street_code)
    .outerjoin(Task, Task.id == Report.task_id)
)


def matching(session: Session, actor: Actor, wanted: ReportFilter) -> Select[*tuple[Any, ...]]:
    """The statement over all reports that ``actor`` sees within ``wanted``, newest first."""
    department_id = department_of(session, wanted.department) if wanted.department is not None else None
    narrowing = [visible_to(actor), *matches(wanted, department_id)]
    if wanted.q:
        narrowing.append(holding(wanted.q))
    return LINES.where(*narrowing).order_by(Report.seq.desc())


def every_report(session: Session, statement: Select[*tuple[Any, ...]]) -> Iterator[Line]:
    """The rows of a ``matching`` statement, each with its referrals, the lead first; two statements for a thousand rows."""
    for part in chunks(session, statement):
        referrals = referrals_by_report(session, [row.report_id for row in part])
        for row in part:
            yield row, referrals.get(row.report_id, [])
