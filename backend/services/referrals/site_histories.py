"""What happened before at the sites that a batch of reports names. Not here: what rules make of it (domain/routing)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import distinct, func, or_, select
from sqlalchemy.orm import Session

from backend.domain.calendar import local_day
from backend.domain.referrals import founded_codes
from backend.domain.vocabulary import ReferralStatus
from backend.persistence.models import Referral, Report
from backend.services.penalties import count_penalties


@dataclass(frozen=True, slots=True)
class SiteHistory:
    """``referrals``: earlier reports there with a referral that is open or was founded, each counted once however many
    departments it went to."""

    referrals: int


# A site of the register, a credit code, and the day by which penalties are counted.
PenaltyKey = tuple[UUID | None, str | None, date]


class Known(Protocol):
    """What penalties are looked up by: a new report."""

    site_id: UUID | None
    site: dict[str, Any] | None
    captured_at: datetime


class Coded(Protocol):
    """A site of the register."""

    uscc: str | None


def penalty_key(report: Known, sites: Mapping[UUID, Any], day: date) -> PenaltyKey:
    """By what earlier penalties of whoever runs the place are found: the site, and the credit code of register or report."""
    registered = sites.get(report.site_id) if report.site_id else None
    code = (registered.uscc if registered is not None else None) or (report.site or {}).get("uscc")
    return report.site_id, code, day


def load_penalties(session: Session, reports: Sequence[Known], sites: Mapping[UUID, Any]) -> Mapping[PenaltyKey, int]:
    """How many penalties before the day of each report make the next act a suspected crime (法释〔2016〕27号 2条(四)); one
    statement for each day of capture. A report that names neither site nor code is not there: unknown."""
    keys = {penalty_key(report, sites, local_day(report.captured_at)) for report in reports}
    found: dict[PenaltyKey, int] = {}
    for day in {key[2] for key in keys}:
        pairs = [(site_id, code) for site_id, code, of_day in keys if of_day == day]
        counted = count_penalties(session, pairs, day)
        found |= {(site_id, code, day): count for (site_id, code), count in counted.items()}
    return found


def load_site_histories(session: Session, site_ids: Collection[UUID], now: datetime) -> Mapping[UUID, SiteHistory]:
    """By site, what came before ``now``, in one statement for all; sites without a past are there with zero."""
    if not site_ids:
        return {}
    counted = session.execute(
        select(Report.site_id, func.count(distinct(Report.id)))
        .join(Referral, Referral.report_id == Report.id)
        .where(
            Report.site_id.in_(site_ids),
            Report.withdrawn_at.is_(None),
            Referral.created_at <= now,
            or_(Referral.status != ReferralStatus.CLOSED, Referral.outcome_code.in_(founded_codes())),
        )
        .group_by(Report.site_id)
    )
    counts = {row[0]: row[1] for row in counted}
    return {site_id: SiteHistory(counts.get(site_id, 0)) for site_id in site_ids}
