"""One number for each grid or street, to colour a map by; of exactly those rows that the lists have.

Not here: what may be asked for (api), how reports are counted (reports/counted.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, exists, func, select, union_all
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.referrals import OPEN_STATUSES as OPEN_CASES
from backend.domain.tasks import OPEN_STATUSES as OPEN_TASKS
from backend.domain.vocabulary import MapFigure, Outcome, SiteStatus
from backend.persistence.models import Division, Grid, Referral, Report, Site, Task
from backend.persistence.queries import referrals, sites, tasks
from backend.persistence.queries.cases.filters import CaseFilter, narrowed
from backend.persistence.queries.grids.features import versions_at
from backend.persistence.queries.grids.visibility import visible_to
from backend.persistence.queries.reports.counted import BY_DAY, BY_GRID, counted_reports
from backend.persistence.queries.reports.filters import ReportFilter, department_of
from backend.persistence.queries.sites import SiteFilter
from backend.persistence.queries.tasks import TaskFilter

OF_REPORTS = (MapFigure.REPORTS, MapFigure.PROBLEMS, MapFigure.PROBLEM_RATE)
OF_CASES = (MapFigure.OPEN_CASES, MapFigure.OVERDUE_CASES)
RATIOS = (MapFigure.PROBLEM_RATE, MapFigure.SITE_COVERAGE)
Pairs = dict[str | None, tuple[int, int]]  # by code: how many there are, and how many of them are meant


@dataclass(frozen=True, slots=True)
class Figure:
    """The number of one place; ``code`` None: of all that lie in no grid or street. A ratio has its parts, and no value
    where there is nothing to divide by."""

    code: str | None
    name: str | None
    value: float | None
    numerator: int | None
    denominator: int | None


def figures(
    session: Session, actor: Actor, figure: MapFigure, by_street: bool, wanted: ReportFilter, now: datetime
) -> list[Figure]:
    """The figure of every grid of today (or street) that ``actor`` sees, in the order of codes, and of every other code that
    has any. Of ``wanted`` only what the figure can be narrowed by is looked at."""
    if figure in OF_REPORTS:
        pairs = _reports(session, actor, by_street, wanted)
    elif figure in OF_CASES:
        pairs = _cases(session, actor, by_street, wanted, figure == MapFigure.OVERDUE_CASES)
    elif figure == MapFigure.OPEN_TASKS:
        pairs = _tasks(session, actor, by_street, wanted, now)
    else:
        pairs = _coverage(session, actor, by_street, wanted, now)
    names = _names(session, actor, by_street, now)
    for code in names:
        pairs.setdefault(code, (0, 0))
    ordered = sorted(pairs, key=lambda code: (code is None, code or ""))
    return [_figure(figure, code, names.get(code), pairs[code]) for code in ordered]


def _figure(figure: MapFigure, code: str | None, name: str | None, pair: tuple[int, int]) -> Figure:
    everything, meant = pair
    if figure in RATIOS:
        return Figure(code, name, round(meant / everything, 6) if everything else None, meant, everything)
    return Figure(code, name, everything if figure == MapFigure.REPORTS else meant, None, None)


def _reports(session: Session, actor: Actor, by_street: bool, wanted: ReportFilter) -> Pairs:
    department_id = department_of(session, wanted.department) if wanted.department is not None else None
    level = BY_DAY if by_street else BY_GRID
    rows = union_all(*counted_reports(actor, wanted, department_id, level).parts).subquery("rows")
    place = rows.c.street_code if by_street else rows.c.place
    problems = case((rows.c.outcome == Outcome.PROBLEM.value, rows.c.number), else_=0)
    found = session.execute(
        select(place, func.sum(rows.c.number), func.sum(problems)).group_by(place).having(func.sum(rows.c.number) != 0)
    )
    if by_street:
        return _pairs(found)
    return {f"{place:015d}" if place else None: (int(number), int(meant)) for place, number, meant in found}


def _cases(session: Session, actor: Actor, by_street: bool, wanted: ReportFilter, overdue: bool) -> Pairs:
    of_cases = CaseFilter(
        category=(wanted.category,) if wanted.category is not None else None,
        severity=(wanted.severity,) if wanted.severity is not None else None,
        street=(wanted.street,) if wanted.street is not None else None,
        department=(wanted.department,) if wanted.department is not None else None,
        grid=wanted.grid_code,
        site=wanted.site_id,
        area=wanted.area,
        located=wanted.located,
        status=tuple(sorted(OPEN_CASES)),
        overdue=True if overdue else None,
    )
    place = Referral.street_code if by_street else Report.grid_code
    statement = select(place, func.count(), func.count()).join_from(Referral, Report, Report.id == Referral.report_id)
    statement = narrowed(statement, of_cases, joins_report=False).where(referrals.visible_to(actor))
    return _pairs(session.execute(statement.where(*_period(wanted)).group_by(place)))


def _tasks(session: Session, actor: Actor, by_street: bool, wanted: ReportFilter, now: datetime) -> Pairs:
    of_tasks = TaskFilter(
        statuses=tuple(sorted(OPEN_TASKS)),
        categories=(wanted.category,) if wanted.category is not None else (),
        street_code=wanted.street,
        grid_code=wanted.grid_code,
        site_id=wanted.site_id,
    )
    place = Task.street_code if by_street else Task.grid_code
    statement = select(place, func.count(), func.count()).where(tasks.visible_to(actor, now))
    return _pairs(session.execute(statement.where(*tasks.conditions(of_tasks, now)).group_by(place)))


def _coverage(session: Session, actor: Actor, by_street: bool, wanted: ReportFilter, now: datetime) -> Pairs:
    of_sites = SiteFilter(
        statuses=(SiteStatus.ACTIVE,),
        categories=(wanted.category,) if wanted.category is not None else (),
        street_code=wanted.street,
        grid_code=wanted.grid_code,
        area=wanted.area,
    )
    place = Site.street_code if by_street else Site.grid_code
    period = _period(wanted)
    visited = exists().where(Report.site_id == Site.id, *period) if period else Site.last_visited_at.is_not(None)
    statement = select(place, func.count(), func.count().filter(and_(visited)))
    statement = statement.where(sites.visible_to(actor, now), *sites.conditions(of_sites)).group_by(place)
    return _pairs(session.execute(statement))


def _period(wanted: ReportFilter) -> list[Any]:
    found = []
    if wanted.captured_from is not None:
        found.append(Report.captured_at >= wanted.captured_from)
    if wanted.captured_to is not None:
        found.append(Report.captured_at < wanted.captured_to)
    return found


def _pairs(rows: Iterable[Any]) -> Pairs:
    return {code: (int(number), int(meant)) for code, number, meant in rows}


def _names(session: Session, actor: Actor, by_street: bool, now: datetime) -> dict[str | None, str]:
    place = (Division.code, Division.name) if by_street else (Grid.code, Grid.name)
    statement = select(*place).join_from(Grid, Division, Division.code == Grid.street_code).distinct()
    rows = session.execute(statement.where(Grid.version_id.in_(versions_at(now)), visible_to(actor, local_day(now))))
    return {row[0]: row[1] for row in rows}
