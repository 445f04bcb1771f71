"""Telephone calls about a referral: phone first, recorded afterwards. Not here: calls from the field (services/sync)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.persistence.models import Referral, ReferralCall
from backend.persistence.queries.referrals import visible_in_office
from backend.services.history import record


def record_call(
    session: Session,
    actor: Actor,
    referral_id: UUID,
    *,
    number: str,
    whom: str,
    called_at: datetime,
    note: str,
    now: datetime,
) -> ReferralCall:
    """Keep that somebody was rung. Raises not_found, call_in_future (it is recorded once it was made)."""
    seen = select(Referral.id).where(Referral.id == referral_id, visible_in_office(actor))
    if session.scalar(seen) is None:
        raise DomainError("not_found")
    if called_at > now:
        raise DomainError("call_in_future")
    call = ReferralCall(
        id=new_id(), referral_id=referral_id, number=number, whom=whom, note=note, called_at=called_at,
        caller_id=actor.user_id, recorded_at=now,
    )  # fmt: skip
    session.add(call)
    data = {"call_id": str(call.id), "number": number, "called_at": called_at.isoformat()}
    record(session, at=now, actor=actor, subject_type="referral", subject_id=referral_id, action="call", data=data)
    session.flush()
    return call
