"""What tests of deadlines share: moments in Shanghai, an approval, what runs and what was told. Not here: any test."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import LOCAL_ZONE
from backend.domain.vocabulary import ClockDecision, ClockState
from backend.persistence.models import Clock, Event, Referral
from backend.services.clocks import decide_request
from tests.conftest import NOW


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE)


def approve(session: Session, actor: Actor, request: object, now: datetime = NOW) -> None:
    decide_request(session, actor, request.referral_id, request.id, ClockDecision.APPROVE, now=now)


def actions(session: Session, referral: Referral) -> list[str]:
    found = session.execute(
        select(Event.action).where(Event.subject_id == str(referral.id)).order_by(Event.seq)
    ).scalars()
    return [action for action in found if action.startswith("clock_")]


def running(session: Session, referral: Referral) -> set[str]:
    wanted = select(Clock.kind).where(Clock.referral_id == referral.id, Clock.state != ClockState.STOPPED)
    return set(session.scalars(wanted))
