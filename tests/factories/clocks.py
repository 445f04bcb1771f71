"""Clocks of a referral as its making would have started them, and requests about them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.clocks import Span
from backend.domain.vocabulary import ClockState, TimeUnit
from backend.persistence.models import Clock, Referral
from backend.services.clocks import current_desk, first_clocks
from tests.conftest import NOW


def start_clocks(session: Session, referral: Referral, now: datetime = NOW) -> dict[str, Clock]:
    """The first clocks of ``referral``, by kind."""
    clocks = [Clock(**row) for row in first_clocks(current_desk(session), referral, now)]
    session.add_all(clocks)
    session.flush()
    return {clock.kind: clock for clock in clocks}


def clock_of(session: Session, referral: Referral, kind: str) -> Clock:
    """The clock of that kind that has not stopped, as the database has it."""
    wanted = select(Clock).where(
        Clock.referral_id == referral.id, Clock.kind == kind, Clock.state != ClockState.STOPPED
    )
    return session.scalars(wanted, execution_options={"populate_existing": True}).one()


def working_days(value: int) -> Span:
    """So many working days."""
    return Span(value, TimeUnit.WORKING_DAY)
