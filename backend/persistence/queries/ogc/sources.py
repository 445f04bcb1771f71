"""Where the features of each collection come from: rows, attributes, position, time, and who sees which.

Attributes are named as in domain/data/ogc.yaml; the Chinese words for codes are added later. Not here: pages (pages.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.vocabulary import GridVersionStatus
from backend.persistence.models import Department, Division, Function, Grid, GridVersion, Referral, Report, Site
from backend.persistence.queries import referrals, sites
from backend.persistence.queries.grids.features import holds_at
from backend.persistence.queries.grids.visibility import visible_to as visible_grids
from backend.persistence.queries.reports.scope import ways_of as ways_to_reports

Column = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class Source:
    """``keys``: the rows to choose from; ``shown``: those with everything that is told of them; both are paged by ``key``, in
    its order. ``start`` and ``end`` (exclusive, None: the same moment) are a feature's time."""

    id: Column
    key: Column
    is_newest_first: bool
    geometry: Column
    start: Column
    end: Column | None
    is_lasting: bool
    keys: FromClause
    shown: FromClause
    columns: Mapping[str, Column]

    def select_keys(self) -> Select[Any]:
        """The keys of all rows, to be narrowed."""
        return select(self.key.label("key")).select_from(self.keys)


def source_of(collection_id: str) -> Source:
    """The source of a collection. KeyError for what is none."""
    return SOURCES[collection_id]


def ways_of(collection_id: str, actor: Actor, now: datetime, at: datetime | None) -> Sequence[ColumnElement[bool]]:
    """Each way in which ``actor`` sees features, so that each can be read along its own index; none: he sees nothing.

    ``at``: of grids those in force at that moment; None: those of every published version.
    """
    if collection_id == "grids":
        published = GridVersion.status != GridVersionStatus.DRAFT
        return [visible_grids(actor, local_day(now)) & (published if at is None else holds_at(at))]
    if collection_id == "sites":
        return [sites.visible_to(actor, now)]
    return list(ways_to_reports(actor) if collection_id == "reports" else referrals.ways_of(actor))


def _codes(findings: Column, key: str | None) -> ColumnElement[Any]:
    """The finding codes of a JSON array, of texts or of objects with ``key``, as one text: ``A-01,A-02``; NULL for none."""
    if key is None:
        entry: Any = func.jsonb_array_elements_text(findings).column_valued("entry")
        return select(func.string_agg(entry, ",")).scalar_subquery()
    entry = func.jsonb_array_elements(findings, type_=JSONB).column_valued("entry")
    return select(func.string_agg(entry[key].astext, ",")).scalar_subquery()


_GRIDS = Grid.__table__.join(GridVersion.__table__, GridVersion.id == Grid.version_id)
_SITES = Site.__table__
_REPORTS = Report.__table__
_REFERRALS = Referral.__table__.join(Report.__table__, Report.id == Referral.report_id)
_SITE_NAME = func.coalesce(Report.site["name"].astext, Site.name)


def _with_street(table: FromClause, code: Column) -> FromClause:
    return table.outerjoin(Division.__table__, Division.code == code)


def _with_site(table: FromClause) -> FromClause:
    return table.outerjoin(Site.__table__, Site.id == Report.site_id)


SOURCES: dict[str, Source] = {
    "grids": Source(
        Grid.id, Grid.id, False, Grid.geometry, GridVersion.valid_from, GridVersion.valid_to, True,
        _GRIDS, _with_street(_GRIDS, Grid.street_code),
        {
            "code": Grid.code, "name": Grid.name, "street_code": Grid.street_code, "street_name": Division.name,
            "external_code": Grid.external_code, "area_m2": Grid.area_m2, "version": GridVersion.label,
            "valid_from": GridVersion.valid_from, "valid_to": GridVersion.valid_to,
        },
    ),
    "sites": Source(
        Site.id, Site.seq, True, Site.position, Site.created_at, None, True,
        _SITES, _with_street(_SITES, Site.street_code),
        {
            "name": Site.name, "address": Site.address, "category": Site.category, "kind": Site.kind,
            "status": Site.status, "uscc": Site.uscc, "external_code": Site.external_code, "grid_code": Site.grid_code,
            "street_code": Site.street_code, "street_name": Division.name, "last_visited_at": Site.last_visited_at,
            "created_at": Site.created_at,
        },
    ),
    "reports": Source(
        Report.id, Report.seq, True, Report.position, Report.captured_at, None, False,
        _REPORTS, _with_site(_with_street(_REPORTS, Report.street_code)),
        {
            "category": Report.category, "outcome": Report.outcome, "status": Report.status,
            "severity": Report.severity, "verdict": Report.verdict, "finding_codes": _codes(Report.findings, "code"),
            "site_id": Report.site_id, "site_name": _SITE_NAME, "grid_code": Report.grid_code,
            "street_code": Report.street_code, "street_name": Division.name, "accuracy_m": Report.accuracy_m,
            "photos": Report.photos_here, "captured_at": Report.captured_at, "received_at": Report.received_at,
        },
    ),
    "referrals": Source(
        Referral.id, Referral.seq, True, Report.position, Referral.created_at, None, False,
        # a case is asked for by its department's code: known without the words around it
        _REFERRALS.outerjoin(Department.__table__, Department.id == Referral.department_id),
        _with_site(_with_street(_REFERRALS, Referral.street_code))
        .outerjoin(Department.__table__, Department.id == Referral.department_id)
        .join(Function.__table__, Function.code == Referral.function_code),
        {
            "report_id": Referral.report_id, "category": Referral.category, "status": Referral.status,
            "severity": Referral.severity, "is_emergency": Referral.is_emergency, "role": Referral.role,
            "function": Referral.function_code, "function_name": Function.name_zh, "department": Department.code,
            "department_name": Department.name, "finding_codes": _codes(Referral.finding_codes, None),
            "site_id": Report.site_id, "site_name": _SITE_NAME, "grid_code": Report.grid_code,
            "street_code": Referral.street_code, "street_name": Division.name, "return_count": Referral.return_count,
            "outcome_code": Referral.outcome_code, "created_at": Referral.created_at, "routed_at": Referral.routed_at,
            "accepted_at": Referral.accepted_at, "handled_at": Referral.handled_at, "closed_at": Referral.closed_at,
        },
    ),
}  # fmt: skip
