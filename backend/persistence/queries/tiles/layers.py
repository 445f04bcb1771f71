"""What the layers of points are made of: reports, referrals, sites and tasks, with the conditions and the sight of their lists.

Not here: how a tile is made of it (points.py), grids (grids.py).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Text, cast, false, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from backend.domain.accounts import Actor
from backend.domain.tiles import Tile
from backend.domain.vocabulary import Outcome
from backend.persistence.models import Department, Grid, Referral, Report, Site, Task
from backend.persistence.queries import referrals, reports, sites, tasks
from backend.persistence.queries.cases.filters import CaseFilter, narrowed
from backend.persistence.queries.grids.features import versions_at
from backend.persistence.queries.reports.filters import ReportFilter, department_of, matches
from backend.persistence.queries.sites import SiteFilter
from backend.persistence.queries.tasks import TaskFilter
from backend.persistence.queries.tiles.points import PointLayer, Statement, cell_of, rank_of, seconds, within_tile

OF_TASK = aliased(Site)
TOLD = aliased(Report)  # beside the one a condition may join
NO_RANK = literal(0)


def report_layer(session: Session, actor: Actor, wanted: ReportFilter, tile: Tile) -> PointLayer:
    """Reports ``actor`` sees; ``problems`` counts those that found something."""
    department_id = department_of(session, wanted.department) if wanted.department is not None else None
    conditions = [
        within_tile(Report.map_key, tile),
        reports.visible_to(actor),
        *matches(wanted, department_id),
    ]
    counted = _counted(
        Report, tile, rank_of(Report.severity), func.count().filter(Report.outcome == Outcome.PROBLEM)
    ).where(*conditions)
    singly = select(
        Report.seq.label("number"),
        cast(Report.id, Text).label("id"),
        Report.category,
        Report.severity,
        Report.status,
        Report.outcome,
        seconds(Report.captured_at).label("captured_at"),
    ).where(*conditions)
    return PointLayer("reports", [counted], singly, Report, Report.seq, Report.id, Report.map_key, "problems")


def referral_layer(actor: Actor, wanted: CaseFilter, tile: Tile) -> PointLayer:
    """Referrals ``actor`` sees, at the place of their report; ``emergencies`` counts those that cannot wait."""
    conditions = [within_tile(Referral.map_key, tile), referrals.visible_to(actor)]
    counted = _counted(Referral, tile, rank_of(Referral.severity), func.count().filter(Referral.is_emergency))
    singly = select(
        Referral.seq.label("number"),
        cast(Referral.id, Text).label("id"),
        cast(Referral.report_id, Text).label("report_id"),
        Referral.category,
        Referral.severity,
        Referral.status,
        Referral.is_emergency.label("emergency"),
        Referral.role,
        select(Department.code).where(Department.id == Referral.department_id).scalar_subquery().label("department"),
        Referral.outcome_code,
        seconds(Referral.created_at).label("created_at"),
        select(seconds(TOLD.captured_at)).where(TOLD.id == Referral.report_id).scalar_subquery().label("captured_at"),
    )
    parts = [narrowed(statement, wanted).where(*conditions) for statement in (counted, singly)]
    return PointLayer(
        "referrals", parts[:1], parts[1], Referral, Referral.seq, Referral.id, Referral.map_key, "emergencies"
    )


def site_layer(actor: Actor, wanted: SiteFilter, tile: Tile, now: datetime) -> PointLayer:
    """Sites ``actor`` sees."""
    conditions = [within_tile(Site.map_key, tile), sites.visible_to(actor, now), *sites.conditions(wanted)]
    singly = select(
        Site.seq.label("number"),
        cast(Site.id, Text).label("id"),
        Site.name,
        Site.category,
        Site.kind,
        Site.status,
        Site.grid_code,
        seconds(Site.last_visited_at).label("last_visited_at"),
    ).where(*conditions)
    counted = _counted(Site, tile, NO_RANK, literal(0)).where(*conditions)
    return PointLayer("sites", [counted], singly, Site, Site.seq, Site.id, Site.map_key)


def task_layer(actor: Actor, wanted: TaskFilter, tile: Tile, now: datetime) -> PointLayer:
    """Tasks ``actor`` sees, at their site, or at some point of their grid of today where they have none."""
    current = versions_at(now)
    key: Any = func.coalesce(OF_TASK.map_key, Grid.map_key, type_=BigInteger)
    of_site = select(Site.id).where(within_tile(Site.map_key, tile))
    of_grid = select(Grid.code).where(within_tile(Grid.map_key, tile), Grid.version_id.in_(current))
    conditions: list[ColumnElement[bool]] = [
        or_(false(), Task.site_id.in_(of_site), OF_TASK.map_key.is_(None) & Task.grid_code.in_(of_grid)),
        tasks.visible_to(actor, now),
        *tasks.conditions(wanted, now),
    ]

    def placed(statement: Statement) -> Statement:
        return (
            statement.select_from(Task)
            .outerjoin(OF_TASK, OF_TASK.id == Task.site_id)
            .outerjoin(Grid, (Grid.code == Task.grid_code) & Grid.version_id.in_(current))
            .where(*conditions)
        )

    cell = cell_of(key, tile).label("cell")
    counted = select(cell, Task.category, NO_RANK.label("rank"), *_sums(literal(0), Task.seq)).group_by(
        cell, Task.category
    )
    singly = select(
        Task.seq.label("number"),
        cast(Task.id, Text).label("id"),
        Task.code,
        Task.category,
        Task.kind,
        Task.status,
        Task.grid_code,
        seconds(Task.due_at).label("due_at"),
    )
    # a lone one among many others stands in the middle of its cell
    nowhere = cast(None, BigInteger)
    return PointLayer("tasks", [placed(counted)], placed(singly), Task, Task.seq, Task.id, key, lone_key=nowhere)


def _counted(model: Any, tile: Tile, rank: ColumnElement[int], marked: ColumnElement[int]) -> Statement:
    cell = cell_of(model.map_key, tile).label("cell")
    grade = rank.label("rank")
    return select(cell, model.category, grade, *_sums(marked, model.seq)).group_by(cell, model.category, grade)


def _sums(marked: ColumnElement[int], seq: Any) -> tuple[Any, ...]:
    return cast(marked, Integer).label("marked"), func.count().label("number"), func.sum(seq).label("seqs")
