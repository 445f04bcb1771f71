"""Report objects: the worker sees what became of what he sent."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from backend.domain.reports import stage_of
from backend.domain.vocabulary import ObjectType
from backend.persistence.models import Department, Referral, Report, ReportPhoto
from backend.services.feed import FeedObject, publish, publish_new

# What was made in this very transaction need not be read back: by report, its referrals with their departments' names.
FreshReferrals = Mapping[UUID, Sequence[tuple[Referral, str | None]]]


def publish_reports(
    session: Session, report_ids: Collection[UUID], now: datetime, *, fresh: FreshReferrals | None = None
) -> None:
    """Tell the authors' phones where these reports stand; ``fresh``: those of them made in this transaction."""
    if not report_ids:
        return
    fresh = fresh or {}
    older = [report_id for report_id in report_ids if report_id not in fresh]
    rows = _reports(session, [*older, *(report_id for report_id in report_ids if report_id in fresh)])
    known = {report_id: sorted(made, key=lambda pair: pair[0].role, reverse=True) for report_id, made in fresh.items()}
    referrals = _referrals(session, older) | known
    waiting = _waiting(session, [r.id for r in rows if r.id not in fresh and r.photos_here < r.photos_expected])
    waiting |= {r.id: now for r in rows if r.id in fresh and r.photos_here < r.photos_expected}
    objects = {
        report.id: FeedObject(
            ObjectType.REPORT,
            str(report.id),
            report_data(report, referrals.get(report.id, []), waiting.get(report.id)),
            {report.author_id: None},
        )
        for report in rows
    }
    publish(session, [made for report_id, made in objects.items() if report_id not in fresh])
    publish_new(session, [made for report_id, made in objects.items() if report_id in fresh])


def _reports(session: Session, ids: list[UUID]) -> list[Report]:
    """Rows the session already holds are taken as they are: they are newer than what is stored."""
    held = [session.identity_map.get(identity_key(Report, report_id)) for report_id in ids]
    known = {row.id: row for row in held if isinstance(row, Report)}
    missing = [report_id for report_id in ids if report_id not in known]
    if missing:
        known |= {row.id: row for row in session.scalars(select(Report).where(Report.id.in_(missing)))}
    return [known[report_id] for report_id in ids if report_id in known]


def _referrals(session: Session, ids: list[UUID]) -> dict[UUID, list[tuple[Referral, str | None]]]:
    if not ids:
        return {}
    rows = session.execute(
        select(Referral, Department.name)
        .outerjoin(Department, Department.id == Referral.department_id)
        .where(Referral.report_id.in_(ids))
        .order_by(Referral.role.desc(), Referral.seq)
    )
    found: dict[UUID, list[tuple[Referral, str | None]]] = {}
    for referral, department in rows:
        found.setdefault(referral.report_id, []).append((referral, department))
    return found


def _waiting(session: Session, ids: list[UUID]) -> dict[UUID, datetime]:
    if not ids:
        return {}
    rows = session.execute(
        select(ReportPhoto.report_id, func.min(ReportPhoto.named_at))
        .where(ReportPhoto.report_id.in_(ids), ReportPhoto.arrived_at.is_(None))
        .group_by(ReportPhoto.report_id)
    )
    return {row[0]: row[1] for row in rows}


def report_data(
    report: Report, referrals: list[tuple[Referral, str | None]], waiting_since: datetime | None
) -> dict[str, Any]:
    """A report as its author's phone holds it: status, stage, what is missing, who deals with it and with what result."""
    return {
        "report_id": str(report.id),
        "task_id": str(report.task_id) if report.task_id else None,
        "category": report.category.value,
        "outcome": report.outcome.value,
        "captured_at": report.captured_at.isoformat(),
        "status": report.status.value,
        "stage": stage_of(referral.status for referral, _ in referrals).value,
        "grid_code": report.grid_code,
        "flags": sorted(report.flags),
        "photos_expected": report.photos_expected,
        "photos_here": report.photos_here,
        "photos_waiting_since": waiting_since.isoformat() if waiting_since else None,
        "referrals": [
            {
                "department": department,
                "function": referral.function_code,
                "role": referral.role.value,
                "status": referral.status.value,
                "outcome": referral.outcome_code,
                "note": referral.outcome_note,
                "is_emergency": referral.is_emergency,
            }
            for referral, department in referrals
        ],
    }
