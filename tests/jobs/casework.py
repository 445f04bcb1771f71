"""A case whose acts are told to other systems, and how the messages stand. Not here: the receiver (tests/receiver.py)."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.domain.notices import ADMINISTRATORS
from backend.domain.vocabulary import ReferralAction as A
from backend.domain.vocabulary import Role
from backend.persistence.models import Event, Notice, Referral, WebhookDelivery
from backend.persistence.unit_of_work import unit_of_work
from backend.services.referrals import ActionDetails, act
from tests.conftest import NOW
from tests.factories import actor_of, department_named, make_officer, make_referral, make_report, make_user


class Case:
    """A referral with its officer, bureau and author; acts are committed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.author = make_user(session)
        self.report = make_report(session, self.author)
        self.referral = make_referral(session, self.report)
        health = department_named(session, "putuo.health").id
        self.officer = actor_of(make_officer(session), Role.DEPARTMENT_OFFICER, department_ids=[health])
        self.bureau = actor_of(make_user(session, Role.BUREAU_TRIAGER), Role.BUREAU_TRIAGER)
        session.commit()

    def act(self, action: A, **details: Any) -> None:
        officers = (A.ACCEPT, A.RETURN, A.START_HANDLING, A.HANDLE)
        actor = self.officer if action in officers else self.bureau
        with unit_of_work() as session:
            act(session, actor, self.referral.id, action, ActionDetails(**details), now=NOW)

    def columns(self) -> dict[str, Any]:
        """The referral, and how many events there are, as committed."""
        self.session.rollback()
        row = self.session.execute(select(Referral.__table__).where(Referral.id == self.referral.id)).one()
        return {**row._mapping, "events": self.session.scalar(select(func.count()).select_from(Event))}


def messages(session: Session) -> list[WebhookDelivery]:
    session.rollback()
    fresh = {"populate_existing": True}
    return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.seq), execution_options=fresh))


def message(session: Session) -> WebhookDelivery:
    [one] = messages(session)
    return one


def told_administrators(session: Session) -> list[str]:
    found = session.scalars(select(Notice.kind).where(Notice.audience == ADMINISTRATORS.key).order_by(Notice.seq))
    return [str(kind) for kind in found]
