"""What a list shows of its reports: one statement for the reports, one for their photos, one for their referrals.

The answers are plain dicts in the shape of the API, since a page of 500 is made many times a second.
Not here: which reports stand on the page (pages.py), one report whole (detail.py).
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CollectionAggregate, Select, Uuid, any_, func, literal, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from backend.domain.accounts import Actor
from backend.domain.reports.stages import stage_of
from backend.persistence.models import Department, Referral, Report, ReportPhoto, Site, User
from backend.persistence.queries.paging import Page, decode_cursor, encode_cursor
from backend.persistence.queries.reports.filters import ReportFilter
from backend.persistence.queries.reports.pages import find_seqs

Grouped = dict[UUID, list[dict[str, Any]]]


def list_reports(
    session: Session, actor: Actor, wanted: ReportFilter, limit: int, cursor: str | None
) -> Page[dict[str, Any]]:
    """One page of the reports ``actor`` sees, newest first, in a constant number of statements."""
    found = find_seqs(session, actor, wanted, limit, decode_cursor(cursor))
    next_cursor = None if found.next_below is None else encode_cursor(found.next_below)
    return Page(list(summaries_of(session, found.seqs).values()), next_cursor)


def summaries_of(session: Session, seqs: Sequence[int]) -> dict[int, dict[str, Any]]:
    """By number, in the order asked for, the reports with these numbers as lists show them; three statements at most."""
    if not seqs:
        return {}
    rows = session.execute(SUMMARIES.where(Report.seq == one_of(seqs, BigInteger)))
    by_seq = {row.seq: dict(zip(SUMMARY_KEYS, row, strict=False)) for row in rows}
    items = {seq: by_seq[seq] for seq in seqs if seq in by_seq}
    with_photos = [item["report_id"] for item in items.values() if item["photos_expected"]]
    photos = _photos(session, with_photos) if with_photos else {}
    referrals = referrals_by_report(session, [item["report_id"] for item in items.values()])
    for item in items.values():
        _complete(item, photos.get(item["report_id"], []), referrals.get(item["report_id"], []))
    return items


def one_of(values: Sequence[Any], kind: type[TypeEngine[Any]]) -> CollectionAggregate[Any]:
    """``column == one_of(…)``: one array as one parameter, where IN would make a new statement for every length."""
    return any_(literal(list(values), ARRAY(kind)))


# Labelled as the API names them: a page is hundreds of such rows.
SUMMARIES: Select[*tuple[Any, ...]] = (
    select(
        Report.id.label("report_id"),
        Report.category,
        Report.outcome,
        Report.status,
        Report.severity,
        Report.captured_at,
        Report.recorded_at,
        Report.received_at,
        Report.author_id,
        User.name.label("author_name"),
        Report.task_id,
        Report.site_id,
        func.coalesce(Report.site["name"].astext, Site.name).label("site_name"),
        func.coalesce(Report.site["address"].astext, Site.address).label("site_address"),
        Report.grid_code,
        Report.street_code,
        Report.verdict,
        func.ST_X(Report.position).label("lon"),
        func.ST_Y(Report.position).label("lat"),
        Report.accuracy_m,
        Report.flags,
        Report.findings,
        Report.description,
        Report.photos_expected,
        Report.photos_here,
        Report.version,
        Report.seq,  # the last: it is read, not shown
    )
    .join(User, User.id == Report.author_id)
    .outerjoin(Site, Site.id == Report.site_id)
)
SUMMARY_KEYS = tuple(SUMMARIES.selected_columns.keys())[:-1]


def _complete(item: dict[str, Any], photos: list[dict[str, Any]], referrals: list[dict[str, Any]]) -> None:
    """Turn the columns of a row into the shape of ReportSummarySchema."""
    item["author"] = {"id": item.pop("author_id"), "name": item.pop("author_name")}
    lon, lat, accuracy_m = item.pop("lon"), item.pop("lat"), item.pop("accuracy_m")
    item["position"] = None if lon is None else {"lon": lon, "lat": lat, "accuracy_m": accuracy_m}
    item["stage"] = stage_of([referral["status"] for referral in referrals])
    item["photos_waiting_since"] = min(
        (named_at for photo in photos if (named_at := photo.pop("waiting_since"))), default=None
    )
    item["photos"] = photos
    item["referrals"] = referrals


def _photos(session: Session, report_ids: Sequence[UUID]) -> Grouped:
    rows = session.execute(
        select(
            ReportPhoto.report_id, ReportPhoto.sha256, ReportPhoto.role, ReportPhoto.arrived_at, ReportPhoto.named_at
        )
        .where(ReportPhoto.report_id == one_of(report_ids, Uuid))
        .order_by(ReportPhoto.report_id, ReportPhoto.ordinal)
    )
    return _grouped(
        (
            row.report_id,
            {
                "sha256": row.sha256,
                "role": row.role,
                "here": row.arrived_at is not None,
                "waiting_since": None if row.arrived_at else row.named_at,
            },
        )
        for row in rows
    )


def referrals_by_report(session: Session, report_ids: Sequence[UUID]) -> Grouped:
    """The referrals of some reports as lists show them, the lead first; one statement."""
    rows = session.execute(
        select(
            Referral.report_id,
            Referral.id,
            Referral.function_code,
            Department.code.label("department"),
            Department.name.label("department_name"),
            Referral.role,
            Referral.status,
            Referral.outcome_code,
            Referral.is_emergency,
        )
        .outerjoin(Department, Department.id == Referral.department_id)
        .where(Referral.report_id == one_of(report_ids, Uuid))
        .order_by(Referral.report_id, Referral.role.desc(), Referral.seq)
    )
    return _grouped(
        (
            row.report_id,
            {
                "id": row.id,
                "function": row.function_code,
                "department": row.department,
                "department_name": row.department_name,
                "role": row.role,
                "status": row.status,
                "outcome_code": row.outcome_code,
                "emergency": row.is_emergency,
            },
        )
        for row in rows
    )


def _grouped(pairs: Iterable[tuple[UUID, dict[str, Any]]]) -> Grouped:
    found: Grouped = {}
    for report_id, entry in pairs:
        found.setdefault(report_id, []).append(entry)
    return found
