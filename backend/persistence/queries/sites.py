"""Reads of sites: who may see which, pages, one site whole with its visits. Not here: changing them (services/sites)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, or_, select, true
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.map_area import Area
from backend.domain.vocabulary import Category, Outcome, ReportStatus, Role, SiteStatus
from backend.persistence.database import STORED_SRID
from backend.persistence.models import Division, Referral, Report, Site, Task, TaskAssignment
from backend.persistence.queries.areas import within
from backend.persistence.queries.paging import Page, page
from backend.persistence.queries.reports.scope import visible_to as visible_reports
from backend.persistence.queries.tasks import HistoryLine, grids_of, history_of

VISITS = 50  # the newest visits shown with a site; the rest is in the list of reports
LIVE = ("assigned", "accepted", "in_progress", "submitted")


@dataclass(frozen=True, slots=True)
class SiteFilter:
    """What a list is narrowed to; ``bbox`` is west, south, east, north in degrees of the stored datum."""

    statuses: Sequence[SiteStatus] = ()
    categories: Sequence[Category] = ()
    kind: str | None = None
    street_code: str | None = None
    grid_code: str | None = None
    external_code: str | None = None
    not_visited_since: datetime | None = None
    bbox: tuple[float, float, float, float] | None = None
    q: str | None = None
    area: Area | None = None


@dataclass(frozen=True, slots=True)
class SiteLine:
    """A site with its position in the stored datum."""

    site: Site
    lon: float | None
    lat: float | None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.site, name)


@dataclass(frozen=True, slots=True)
class Visit:
    """A report made at the site."""

    report_id: UUID
    captured_at: datetime
    category: Category
    outcome: Outcome
    status: ReportStatus


@dataclass(frozen=True, slots=True)
class SiteWhole:
    """One site with its history and its newest visits, as far as the reader may see them."""

    line: SiteLine
    history: list[HistoryLine]
    visits: list[Visit]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.line, name)


def visible_to(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Sites ``actor`` may see: the district's; his streets'; as a worker those of his grids, of his live tasks and his
    own proposals; as an officer those that reports referred to his departments lead to."""
    if actor.sees_district:
        return true()
    ways: list[ColumnElement[bool]] = []
    if actor.has(Role.STREET_COORDINATOR):
        ways.append(Site.street_code.in_(sorted(actor.street_codes)))
    if actor.has(Role.GRID_WORKER):
        helps_in = select(TaskAssignment.task_id).where(
            TaskAssignment.user_id == actor.user_id, TaskAssignment.is_helper, TaskAssignment.ended_at.is_(None)
        )
        at_work = select(Task.site_id).where(
            Task.site_id.is_not(None),
            Task.status.in_(LIVE),
            or_(Task.assignee_id == actor.user_id, Task.id.in_(helps_in)),
        )
        ways += [
            Site.grid_code.in_(grids_of(actor, now)),
            Site.id.in_(at_work),
            (Site.created_by == actor.user_id) & (Site.status == SiteStatus.PROPOSED),
        ]
    if actor.has(Role.DEPARTMENT_OFFICER):
        referred = (
            select(Report.site_id)
            .join(Referral, Referral.report_id == Report.id)
            .where(Referral.department_id.in_(sorted(actor.department_ids)), Report.site_id.is_not(None))
        )
        ways.append(Site.id.in_(referred))
    return or_(false(), *ways)


def list_sites(
    session: Session, actor: Actor, wanted: SiteFilter, limit: int, cursor: str | None, now: datetime
) -> Page[SiteLine]:
    """One page, newest first; one statement."""
    statement = _lines().where(visible_to(actor, now), *conditions(wanted))
    found = page(session, statement, Site.seq, limit, cursor)
    return Page([_line(row) for row in found.items], found.next_cursor)


def matching_sites(actor: Actor, wanted: SiteFilter, now: datetime) -> Select[*tuple[Any, ...]]:
    """The statement over all sites that ``actor`` sees within ``wanted``, newest first: Site, lon, lat, street_name."""
    return (
        select(
            Site,
            func.ST_X(Site.position).label("lon"),
            func.ST_Y(Site.position).label("lat"),
            Division.name.label("street_name"),
        )
        .outerjoin(Division, Division.code == Site.street_code)
        .where(visible_to(actor, now), *conditions(wanted))
        .order_by(Site.seq.desc())
    )


def get_site(session: Session, actor: Actor, site_id: UUID, now: datetime) -> SiteWhole:
    """One site. Raises DomainError('not_found')."""
    row: Any = session.execute(_lines().where(Site.id == site_id, visible_to(actor, now))).one_or_none()
    if row is None:
        raise DomainError("not_found")
    visits = session.execute(
        select(Report.id, Report.captured_at, Report.category, Report.outcome, Report.status)
        .where(Report.site_id == site_id, visible_reports(actor))
        .order_by(Report.captured_at.desc())
        .limit(VISITS)
    )
    return SiteWhole(_line(row), history_of(session, "site", site_id), [Visit(*visit) for visit in visits])


def _line(row: Any) -> SiteLine:
    return SiteLine(row[1], row[2], row[3])


def _lines() -> Select[Any]:
    return select(Site.seq, Site, func.ST_X(Site.position), func.ST_Y(Site.position))


def conditions(wanted: SiteFilter) -> list[ColumnElement[bool]]:
    """What must hold of a site."""
    exact = {
        Site.kind: wanted.kind,
        Site.street_code: wanted.street_code,
        Site.grid_code: wanted.grid_code,
        Site.external_code: wanted.external_code,
    }
    found: list[ColumnElement[bool]] = [column == value for column, value in exact.items() if value is not None]
    if wanted.statuses:
        found.append(Site.status.in_(wanted.statuses))
    if wanted.categories:
        found.append(Site.category.in_(wanted.categories))
    if wanted.not_visited_since is not None:
        found.append(or_(Site.last_visited_at.is_(None), Site.last_visited_at < wanted.not_visited_since))
    if wanted.bbox is not None:
        found.append(func.ST_Intersects(Site.position, func.ST_MakeEnvelope(*wanted.bbox, STORED_SRID)))
    if wanted.area is not None:
        found.append(within(wanted.area, Site.position))
    if wanted.q:
        pattern = "%" + wanted.q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        found.append(
            or_(*(column.ilike(pattern) for column in (Site.name, Site.address, Site.external_code, Site.uscc)))
        )
    return found
