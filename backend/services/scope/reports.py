"""Report objects: the worker sees what became of what he sent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.util import identity_key

from backend.domain.reports import stage_of
from backend.domain.vocabulary import (
    Category,
    ObjectType,
    Outcome,
    ReferralRole,
    ReferralStatus,
    ReportStatus,
)
from backend.persistence.bulk import Writes
from backend.persistence.models import Department, Referral, Report, ReportPhoto
from backend.services.feed import FeedObject, publish, publish_new


class ShownReport(Protocol):
    """What a phone is told of a report, written or still being made."""

    id: UUID
    author_id: UUID
    task_id: UUID | None
    category: Category
    outcome: Outcome
    captured_at: datetime
    status: ReportStatus
    grid_code: str | None
    flags: list[str]
    photos_expected: int
    photos_here: int
    photos_wanted_at: datetime | None


class ShownReferral(Protocol):
    """What a phone is told of a referral, written or still being made."""

    function_code: str
    role: ReferralRole
    status: ReferralStatus
    outcome_code: str | None
    outcome_note: str | None
    is_emergency: bool


Addressed = tuple[ShownReferral, str | None]  # a referral with the name of its department
INTO = aliased(Referral)


@dataclass(slots=True)
class _Standing:
    """A referral as its reporter hears of it: one that was merged stands where the case does that it was merged into."""

    function_code: str
    role: ReferralRole
    status: ReferralStatus
    outcome_code: str | None
    outcome_note: str | None
    is_emergency: bool


def publish_reports(session: Session, report_ids: Collection[UUID], now: datetime) -> None:
    """Tell the authors' phones where these reports stand."""
    if not report_ids:
        return
    ids = list(report_ids)
    rows = _reports(session, ids)
    referrals = _referrals(session, ids)
    waiting = _waiting(session, [r.id for r in rows if r.photos_here < r.photos_expected])
    publish(session, [_object(r, referrals.get(r.id, []), waiting.get(r.id)) for r in rows])


def publish_new_reports(
    writes: Writes, reports: Sequence[ShownReport], referrals: Mapping[UUID, Sequence[Addressed]], now: datetime
) -> None:
    """Tell the authors' phones of reports that are written in this very transaction."""
    objects = []
    for report in reports:
        leads_first = sorted(referrals.get(report.id, ()), key=lambda pair: pair[0].role, reverse=True)
        waiting = now if report.photos_here < report.photos_expected else None
        objects.append(_object(report, leads_first, waiting))
    publish_new(writes, objects)


def _object(report: ShownReport, referrals: Sequence[Addressed], waiting_since: datetime | None) -> FeedObject:
    data = report_data(report, referrals, waiting_since)
    return FeedObject(ObjectType.REPORT, str(report.id), data, {report.author_id: None})


def _reports(session: Session, ids: list[UUID]) -> list[Report]:
    """Rows the session already holds are taken as they are: they are newer than what is stored."""
    held = [session.identity_map.get(identity_key(Report, report_id)) for report_id in ids]
    known = {row.id: row for row in held if isinstance(row, Report)}
    missing = [report_id for report_id in ids if report_id not in known]
    if missing:
        known |= {row.id: row for row in session.scalars(select(Report).where(Report.id.in_(missing)))}
    return [known[report_id] for report_id in ids if report_id in known]


def _referrals(session: Session, ids: list[UUID]) -> dict[UUID, list[Addressed]]:
    if not ids:
        return {}
    rows = session.execute(
        select(Referral, INTO, Department.name)
        .outerjoin(INTO, INTO.id == Referral.merged_into_id)
        .outerjoin(Department, Department.id == func.coalesce(INTO.department_id, Referral.department_id))
        .where(Referral.report_id.in_(ids))
        .order_by(Referral.role.desc(), Referral.seq)
    )
    found: dict[UUID, list[Addressed]] = {}
    for referral, into, department in rows:
        found.setdefault(referral.report_id, []).append((_standing(referral, into or referral), department))
    return found


def _standing(referral: Referral, case: Referral) -> _Standing:
    return _Standing(
        referral.function_code,
        referral.role,
        case.status,
        case.outcome_code,
        case.outcome_note,
        referral.is_emergency,
    )


def _waiting(session: Session, ids: list[UUID]) -> dict[UUID, datetime]:
    if not ids:
        return {}
    rows = session.execute(
        select(ReportPhoto.report_id, func.min(ReportPhoto.named_at))
        .where(ReportPhoto.report_id.in_(ids), ReportPhoto.arrived_at.is_(None))
        .group_by(ReportPhoto.report_id)
    )
    return {row[0]: row[1] for row in rows}


def report_data(report: ShownReport, referrals: Sequence[Addressed], waiting_since: datetime | None) -> dict[str, Any]:
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
        "photos_wanted_at": report.photos_wanted_at.isoformat() if report.photos_wanted_at else None,
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
