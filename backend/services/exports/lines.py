"""The rows of an export as its columns read them, one kind each: the list's own filter, everything that matches, where it lies.

Not here: the columns (columns.py), the statements (persistence/queries).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.reports.stages import stage_of
from backend.domain.vocabulary import CaseSort, ExportKind
from backend.gateways.layers.fields import point
from backend.persistence.queries import reports
from backend.persistence.queries.cases import CaseFilter, matching_cases
from backend.persistence.queries.every_task import matching_tasks
from backend.persistence.queries.grids.features import GridFilter, matching_grids
from backend.persistence.queries.reports import ReportFilter
from backend.persistence.queries.sites import SiteFilter, matching_sites
from backend.persistence.queries.streaming import chunks, count_of
from backend.persistence.queries.tasks import TaskFilter
from backend.services.columns import Column
from backend.services.exports.columns import CASES, GRIDS, REPORTS, SITES, TASKS

AnyRow = Row[*tuple[Any, ...]]
Statement = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filter of one list, as that list makes it of its query parameters; ``sort`` is for cases."""

    filter: ReportFilter | CaseFilter | SiteFilter | TaskFilter | GridFilter
    sort: CaseSort = CaseSort.NEWEST


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of export: its columns, its statement, how a row of that becomes a line, and its shape."""

    columns: Sequence[Column]
    statement: Callable[[Session, Actor, Any, datetime], Statement]
    lines: Callable[[Session, Statement], Iterator[Any]]
    shape: Callable[[Any], bytes | None]
    has_polygons: bool = False

    def count(self, session: Session, statement: Statement) -> int:
        """How many rows there will be."""
        return count_of(session, statement)


def _point(line: Any) -> bytes | None:
    return point(line.lon, line.lat)


def _rows(session: Session, statement: Statement) -> Iterator[SimpleNamespace]:
    """Rows as plain objects: forty columns are read of each, a million times, and a Row is slow at that."""
    for part in chunks(session, statement):
        for row in part:
            yield SimpleNamespace(**row._mapping)


def _report_lines(session: Session, statement: Statement) -> Iterator[SimpleNamespace]:
    for row, referrals in reports.every_report(session, statement):
        line = SimpleNamespace(**row._mapping)
        line.referrals = referrals
        line.stage = stage_of([referral["status"] for referral in referrals])
        line.finding_codes = [finding["code"] for finding in line.findings]
        yield line


def _entities(name: str) -> Callable[[Session, Statement], Iterator[SimpleNamespace]]:
    """Rows whose column ``name`` is a stored object: its attributes are read as if they were the row's."""

    def lines(session: Session, statement: Statement) -> Iterator[SimpleNamespace]:
        for line in _rows(session, statement):
            yield SimpleNamespace(**{**vars(getattr(line, name)), **vars(line)})

    return lines


SOURCES: dict[ExportKind, Source] = {
    ExportKind.REPORTS: Source(
        REPORTS, lambda session, actor, wanted, _at: reports.matching(session, actor, wanted.filter), _report_lines, _point
    ),
    ExportKind.CASES: Source(
        CASES, lambda _session, actor, wanted, _at: matching_cases(actor, wanted.filter, wanted.sort), _rows, _point
    ),
    ExportKind.SITES: Source(
        SITES, lambda _session, actor, wanted, at: matching_sites(actor, wanted.filter, at), _entities("Site"), _point
    ),
    ExportKind.TASKS: Source(
        TASKS, lambda _session, actor, wanted, at: matching_tasks(actor, wanted.filter, at), _entities("Task"), _point
    ),
    ExportKind.GRIDS: Source(
        GRIDS, lambda _session, actor, wanted, _at: matching_grids(actor, wanted.filter), _rows,
        lambda row: bytes(row.wkb), has_polygons=True,
    ),
}  # fmt: skip
