"""An act on a referral with the work that follows from it: closing after a penalty sends somebody to look again.

Not here: the act (services/referrals).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.referrals import needs_recheck
from backend.domain.vocabulary import ReferralAction
from backend.persistence.models import Referral, Task
from backend.services.referrals import ActionDetails, act
from backend.services.review.field_checks import make_recheck


@dataclass(frozen=True, slots=True)
class Acted:
    """The referral after the act, and the task that was made with it."""

    referral: Referral
    task: Task | None = None


def act_on_referral(
    session: Session,
    actor: Actor,
    referral_id: UUID,
    action: ReferralAction,
    details: ActionDetails | None = None,
    *,
    version: int | None = None,
    now: datetime,
) -> Acted:
    """Act as ``services.referrals.act`` does, and make the task that follows from it.

    Raises what ``act`` raises.
    """
    referral = act(session, actor, referral_id, action, details, version=version, now=now)
    return Acted(referral, follow_up(session, actor, referral, action, now=now))


def follow_up(
    session: Session, actor: Actor, referral: Referral, action: ReferralAction, *, now: datetime
) -> Task | None:
    """The 处罚后复查 task (P 二(三)6) when a penalty case was closed; what cannot be made hinders nothing (event)."""
    if action == ReferralAction.CLOSE and needs_recheck(referral.outcome_code):
        return make_recheck(session, actor, referral, now=now)
    return None
