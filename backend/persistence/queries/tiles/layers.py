"""What the layers of points are made of: reports, referrals, sites and tasks, with the conditions and the sight of their lists.

Not here: how a tile is made of it (points.py), grids (grids.py).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Text, case, cast, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from backend.domain.accounts import Actor
from backend.domain.tiles import CELL_BITS, FEW_POINTS, Tile
from backend.domain.vocabulary import Outcome
from backend.persistence.models import Department, Grid, Referral, Report, Site, Task
from backend.persistence.queries import referrals, sites, tasks
from backend.persistence.queries.cases.filters import CaseFilter, narrowed
from backend.persistence.queries.grids.features import versions_at
from backend.persistence.queries.reports.counted import SQUARES, counted_reports, seen_row_by_row
from backend.persistence.queries.reports.filters import ReportFilter, department_of
from backend.persistence.queries.sites import SiteFilter
from backend.persistence.queries.tasks import TaskFilter
from backend.persistence.queries.tiles.points import PointLayer, Statement, cell_of, rank_of, seconds, within_tile

OF_TASK = aliased(Site)
TOLD = aliased(Report)  # beside the one a condition may join
NO_RANK, NONE_MARKED = literal(0), literal(0)


def report_layer(session: Session, actor: Actor, wanted: ReportFilter, tile: Tile) -> PointLayer:
    """Reports ``actor`` sees; ``problems`` counts those that found something."""
    department_id = department_of(session, wanted.department) if wanted.department is not None else None
    finest = tile.z + CELL_BITS  # the level of the tile's cells
    level = next((level for level in SQUARES if level >= finest), None)
    found = counted_reports(actor, wanted, department_id, level, tile.keys())
    rows = union_all(*found.parts).subquery("rows")
    cell, rank = cell_of(rows.c.place, tile).label("cell"), rank_of(rows.c.severity).label("rank")
    problems = case((rows.c.outcome == Outcome.PROBLEM.value, rows.c.number), else_=0)
    counted = select(
        cell,
        rows.c.category,
        rank,
        cast(func.sum(problems), Integer).label("marked"),
        cast(func.sum(rows.c.number), Integer).label("number"),
        func.bit_xor(rows.c.seqs).label("seqs"),
    ).group_by(cell, rows.c.category, rank)
    anyone = select(
        Report.seq.label("number"),
        Report.map_key.label("key"),
        cast(Report.id, Text).label("id"),
        Report.category,
        Report.severity,
        Report.status,
        Report.outcome,
        seconds(Report.captured_at).label("captured_at"),
    )
    singly = anyone.where(within_tile(Report.map_key, tile), *seen_row_by_row(actor, wanted, department_id))
    few = FEW_POINTS if found.by_row else 0  # where counts are quick, looking for single rows need not be
    return PointLayer("reports", counted, singly, anyone, Report.seq, "problems", few)


def referral_layer(actor: Actor, wanted: CaseFilter, tile: Tile) -> PointLayer:
    """Referrals ``actor`` sees, at the place of their report; ``emergencies`` counts those that cannot wait."""
    emergencies = func.count().filter(Referral.is_emergency)
    anyone = select(
        Referral.seq.label("number"),
        Referral.map_key.label("key"),
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
    counted, singly = (
        narrowed(statement, wanted).where(within_tile(Referral.map_key, tile), referrals.visible_to(actor))
        for statement in (_counted(Referral, tile, rank_of(Referral.severity), emergencies), anyone)
    )
    return PointLayer("referrals", counted, singly, anyone, Referral.seq, "emergencies")


def site_layer(actor: Actor, wanted: SiteFilter, tile: Tile, now: datetime) -> PointLayer:
    """Sites ``actor`` sees."""
    anyone = select(
        Site.seq.label("number"),
        Site.map_key.label("key"),
        cast(Site.id, Text).label("id"),
        Site.name,
        Site.category,
        Site.kind,
        Site.status,
        Site.grid_code,
        seconds(Site.last_visited_at).label("last_visited_at"),
    )
    counted, singly = (
        statement.where(within_tile(Site.map_key, tile), sites.visible_to(actor, now), *sites.conditions(wanted))
        for statement in (_counted(Site, tile, NO_RANK, NONE_MARKED), anyone)
    )
    return PointLayer("sites", counted, singly, anyone, Site.seq)


def task_layer(actor: Actor, wanted: TaskFilter, tile: Tile, now: datetime) -> PointLayer:
    """Tasks ``actor`` sees, at their site, or at some point of their grid of today where they have none."""
    current = versions_at(now)
    key: Any = func.coalesce(OF_TASK.map_key, Grid.map_key, type_=BigInteger)
    of_site = select(Site.id).where(within_tile(Site.map_key, tile))
    of_grid = select(Grid.code).where(within_tile(Grid.map_key, tile), Grid.version_id.in_(current))

    def placed(statement: Statement) -> Statement:
        return (
            statement.select_from(Task)
            .outerjoin(OF_TASK, OF_TASK.id == Task.site_id)
            .outerjoin(Grid, (Grid.code == Task.grid_code) & Grid.version_id.in_(current))
        )

    cell = cell_of(key, tile).label("cell")
    sums = select(cell, Task.category, NO_RANK.label("rank"), *_sums(NONE_MARKED, Task.seq)).group_by(
        cell, Task.category
    )
    anyone = placed(
        select(
            Task.seq.label("number"),
            key.label("key"),
            cast(Task.id, Text).label("id"),
            Task.code,
            Task.category,
            Task.kind,
            Task.status,
            Task.grid_code,
            seconds(Task.due_at).label("due_at"),
        )
    )
    counted, singly = (
        statement.where(
            or_(Task.site_id.in_(of_site), OF_TASK.map_key.is_(None) & Task.grid_code.in_(of_grid)),
            tasks.visible_to(actor, now),
            *tasks.conditions(wanted, now),
        )
        for statement in (placed(sums), anyone)
    )
    return PointLayer("tasks", counted, singly, anyone, Task.seq)


def _counted(model: Any, tile: Tile, rank: ColumnElement[int], marked: ColumnElement[int]) -> Statement:
    cell = cell_of(model.map_key, tile).label("cell")
    grade = rank.label("rank")
    return select(cell, model.category, grade, *_sums(marked, model.seq)).group_by(cell, model.category, grade)


def _sums(marked: ColumnElement[int], seq: Any) -> tuple[Any, ...]:
    return (
        cast(marked, Integer).label("marked"),
        cast(func.count(), Integer).label("number"),
        func.bit_xor(seq).label("seqs"),
    )
