"""What happened before at the sites that a batch of reports names. Not here: what rules make of it (domain/routing)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import distinct, func, or_, select
from sqlalchemy.orm import Session

from backend.domain.labels import vocabulary_objects
from backend.domain.vocabulary import ReferralStatus
from backend.persistence.models import Referral, Report


@dataclass(frozen=True, slots=True)
class SiteHistory:
    """``referrals``: earlier reports there with a referral that is open or was founded, each counted once however many
    departments it went to. ``penalties``: for practice by a non-physician (法释〔2016〕27号 2条); None is unknown."""

    referrals: int
    penalties: int | None = None


NOTHING_KNOWN = SiteHistory(0)


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
            or_(Referral.status != ReferralStatus.CLOSED, Referral.outcome_code.in_(_founded())),
        )
        .group_by(Report.site_id)
    )
    counts = {row[0]: row[1] for row in counted}
    return {site_id: SiteHistory(counts.get(site_id, 0)) for site_id in site_ids}


def _founded() -> list[str]:
    return [entry["code"] for entry in vocabulary_objects()["handling_outcomes"]["items"] if entry["founded"]]
