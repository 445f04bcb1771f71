"""What a list shows of its reports: one statement for the reports, one for their photos, one for their referrals.

The answers are plain dicts in the shape of the API, since a page of 500 is made many times a second.
Not here: which reports stand on the page (pages.py), one report whole (detail.py).
"""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.reports.stages import stage_of
from backend.domain.vocabulary import ReferralStatus
from backend.persistence.models import Department, Referral, Report, ReportPhoto, Site, User
from backend.persistence.queries.paging import Page, decode_cursor, encode_cursor
from backend.persistence.queries.reports.pages import ReportFilter, find_seqs

AnyRow = Row[*tuple[Any, ...]]
Grouped = dict[UUID, list[dict[str, Any]]]


def list_reports(
    session: Session, actor: Actor, wanted: ReportFilter, limit: int, cursor: str | None
) -> Page[dict[str, Any]]:
    """One page of the reports ``actor`` sees, newest first, in a constant number of statements."""
    found = find_seqs(session, actor, wanted, limit, decode_cursor(cursor))
    next_cursor = None if found.next_below is None else encode_cursor(found.next_below)
    if not found.seqs:
        return Page([], next_cursor)
    rows = session.execute(_summaries().where(Report.seq.in_(found.seqs)).order_by(Report.seq.desc())).all()
    ids = [row.id for row in rows]
    with_photos = [row.id for row in rows if row.photos_expected]
    photos = _photos(session, with_photos) if with_photos else {}
    referrals = _referrals(session, ids)
    return Page([summary(row, photos.get(row.id, []), referrals.get(row.id, [])) for row in rows], next_cursor)


def _summaries() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Report.id,
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
        )
        .join(User, User.id == Report.author_id)
        .outerjoin(Site, Site.id == Report.site_id)
    )


def summary(row: AnyRow, photos: list[dict[str, Any]], referrals: list[dict[str, Any]]) -> dict[str, Any]:
    """A report as lists show it, out of the columns of ``_summaries``."""
    return {
        "report_id": row.id,
        "category": row.category,
        "outcome": row.outcome,
        "status": row.status,
        "stage": stage_of(ReferralStatus(referral["status"]) for referral in referrals),
        "severity": row.severity,
        "captured_at": row.captured_at,
        "recorded_at": row.recorded_at,
        "received_at": row.received_at,
        "author": {"id": row.author_id, "name": row.author_name},
        "task_id": row.task_id,
        "site_id": row.site_id,
        "site_name": row.site_name,
        "site_address": row.site_address,
        "grid_code": row.grid_code,
        "street_code": row.street_code,
        "verdict": row.verdict,
        "position": None if row.lon is None else {"lon": row.lon, "lat": row.lat, "accuracy_m": row.accuracy_m},
        "flags": row.flags,
        "findings": row.findings,
        "description": row.description,
        "photos_expected": row.photos_expected,
        "photos_here": row.photos_here,
        "photos": photos,
        "referrals": referrals,
        "version": row.version,
    }


def _photos(session: Session, report_ids: Collection[UUID]) -> Grouped:
    rows = session.execute(
        select(ReportPhoto.report_id, ReportPhoto.sha256, ReportPhoto.role, ReportPhoto.arrived_at)
        .where(ReportPhoto.report_id.in_(report_ids))
        .order_by(ReportPhoto.report_id, ReportPhoto.ordinal)
    )
    return _grouped(
        (row.report_id, {"sha256": row.sha256, "role": row.role, "here": row.arrived_at is not None}) for row in rows
    )


def _referrals(session: Session, report_ids: Collection[UUID]) -> Grouped:
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
        .where(Referral.report_id.in_(report_ids))
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
