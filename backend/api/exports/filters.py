"""The filters of an export: read by the schema of the list itself, and made into the filter that the list asks with.

So a file holds what the list shows, whatever is added to either. Not here: what the filters mean (persistence/queries).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from marshmallow import Schema

from backend.api.grids.features import grid_filter
from backend.api.reports.views import filter_of as report_filter
from backend.api.schemas.cases import CaseQuerySchema
from backend.api.schemas.grids import GridQuerySchema
from backend.api.schemas.reports import ReportQuerySchema
from backend.api.schemas.sites import SiteQuerySchema
from backend.api.schemas.tasks import TaskQuerySchema
from backend.api.sites import filter_of as site_filter
from backend.api.tasks import filter_of as task_filter
from backend.domain.vocabulary import ExportKind
from backend.persistence.queries.cases import CaseFilter
from backend.services.exports import Wanted

NOT_FILTERS = ("limit", "cursor")  # of pages
SCHEMAS: dict[ExportKind, Schema] = {
    ExportKind.REPORTS: ReportQuerySchema(exclude=NOT_FILTERS),
    ExportKind.CASES: CaseQuerySchema(exclude=NOT_FILTERS),
    ExportKind.SITES: SiteQuerySchema(exclude=NOT_FILTERS),
    ExportKind.TASKS: TaskQuerySchema(exclude=NOT_FILTERS),
    ExportKind.GRIDS: GridQuerySchema(exclude=NOT_FILTERS),
}


def _cases(query: dict[str, Any], _at: datetime) -> Wanted:
    sort = query.pop("sort")
    return Wanted(CaseFilter(**query), sort)


WANTED: dict[ExportKind, Callable[[dict[str, Any], datetime], Wanted]] = {
    ExportKind.REPORTS: lambda query, _at: Wanted(report_filter(query)),
    ExportKind.CASES: _cases,
    ExportKind.SITES: lambda query, _at: Wanted(site_filter(query)),
    ExportKind.TASKS: lambda query, _at: Wanted(task_filter(query)),
    ExportKind.GRIDS: lambda query, at: Wanted(grid_filter(query, at)),
}


def wanted_of(kind: ExportKind, filters: dict[str, str], at: datetime) -> Wanted:
    """What ``filters`` (query parameters, as text) mean at the moment ``at``. Raises marshmallow's ValidationError."""
    return WANTED[kind](dict(SCHEMAS[kind].load(filters)), at)
