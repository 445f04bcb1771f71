"""Points for a map: reports, sites and tasks within a box, newest first, never more than a map can show.

Not here: grids (queries/grids/features.py); who sees what (each slice's own rule is asked).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from backend.domain.accounts import Actor
from backend.domain.tasks import OPEN_STATUSES
from backend.domain.vocabulary import Category, GridVersionStatus
from backend.persistence.database import STORED_SRID
from backend.persistence.models import Grid, GridVersion, Report, Site, Task, User
from backend.persistence.queries import sites, tasks
from backend.persistence.queries.reports.filters import Box, ReportFilter
from backend.persistence.queries.reports.pages import find_seqs

MAX_FEATURES = 5_000
AnyRow = Row[*tuple[Any, ...]]
OF_TASK = aliased(Site)
Holder = aliased(User)


def map_reports(session: Session, actor: Actor, wanted: ReportFilter) -> tuple[Sequence[AnyRow], bool]:
    """Reports with a position inside ``wanted.box``, and whether there were more than are given."""
    found = find_seqs(session, actor, wanted, MAX_FEATURES, None)
    columns = (Report.id, Report.category, Report.outcome, Report.status, Report.severity, Report.captured_at)
    statement = select(*columns, Report.verdict, *_degrees(Report.position)).where(Report.seq.in_(found.seqs))
    return session.execute(statement.order_by(Report.seq.desc())).all(), found.next_below is not None


def map_sites(
    session: Session, actor: Actor, box: Box, category: Category | None, now: datetime
) -> tuple[Sequence[AnyRow], bool]:
    """Sites with a position inside ``box``, and whether there were more than are given."""
    statement = select(
        Site.id, Site.name, Site.category, Site.kind, Site.status, Site.grid_code, *_degrees(Site.position)
    ).where(_inside(Site.position, box), sites.visible_to(actor, now))
    if category is not None:
        statement = statement.where(Site.category == category)
    return _newest(session, statement, Site.seq)


def map_tasks(
    session: Session,
    actor: Actor,
    box: Box,
    wanted: tasks.TaskFilter,
    now: datetime,
) -> tuple[Sequence[AnyRow], bool]:
    """Tasks at their site, or somewhere inside their grid of today where they have none; and whether there were more."""
    point = func.coalesce(OF_TASK.position, func.ST_PointOnSurface(Grid.geometry))
    inside = or_(
        Task.site_id.in_(select(Site.id).where(_inside(Site.position, box))),
        OF_TASK.position.is_(None) & _inside(Grid.geometry, box),
    )
    statement = (
        select(
            Task.id,
            Task.code,
            Task.title,
            Task.category,
            Task.kind,
            Task.status,
            Task.due_at,
            Task.grid_code,
            Task.street_code,
            Task.site_id,
            OF_TASK.name.label("site_name"),
            Task.assignee_id,
            Holder.name.label("assignee_name"),
            Task.version,
            and_(Task.status.in_(OPEN_STATUSES), Task.due_at.is_not(None), Task.due_at < now).label("overdue"),
            *_degrees(point),
        )
        .outerjoin(Holder, Holder.id == Task.assignee_id)
        .outerjoin(OF_TASK, OF_TASK.id == Task.site_id)
        .outerjoin(Grid, (Grid.code == Task.grid_code) & Grid.version_id.in_(_versions(now)))
        .where(inside, tasks.visible_to(actor, now), *tasks.conditions(wanted, now))
    )
    return _newest(session, statement, Task.seq)


def _versions(now: datetime) -> Select[UUID]:
    return select(GridVersion.id).where(
        GridVersion.status != GridVersionStatus.DRAFT,
        GridVersion.valid_from <= now,
        or_(GridVersion.valid_to.is_(None), GridVersion.valid_to > now),
    )


def _degrees(point: Any) -> tuple[ColumnElement[float], ColumnElement[float]]:
    return func.ST_X(point).label("lon"), func.ST_Y(point).label("lat")


def _inside(geometry: Any, box: Box) -> ColumnElement[bool]:
    inside: ColumnElement[bool] = geometry.op("&&")(func.ST_MakeEnvelope(*box, STORED_SRID))
    return inside


def _newest(session: Session, statement: Select[*tuple[Any, ...]], seq: Any) -> tuple[Sequence[AnyRow], bool]:
    rows = session.execute(statement.order_by(seq.desc()).limit(MAX_FEATURES + 1)).all()
    return rows[:MAX_FEATURES], len(rows) > MAX_FEATURES
