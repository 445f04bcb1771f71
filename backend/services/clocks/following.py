"""Clocks follow the status of their referral: which stop, which start. Called by the one function that changes a status.

Writes no events of its own for that: the event of the status says it. Not here: first clocks (starting.py).
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.clocks import OVERALL
from backend.domain.vocabulary import ClockLevel, ReferralStatus
from backend.persistence.models import Clock, Referral
from backend.services.clocks.desk import ClockDesk, current_desk
from backend.services.clocks.notices import on_clock_notice
from backend.services.clocks.starting import legal_row, legal_starting, stage_row
from backend.services.clocks.timing import lock_clocks, resume_clocks, stop
from backend.services.history import record


def follow_status(
    session: Session,
    referral: Referral,
    before: ReferralStatus,
    after: ReferralStatus,
    *,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Stop and start the clocks of ``referral``, whose columns are those of ``after`` already; its row is locked.

    An act on a suspended referral ends the suspension: somebody is working on it again. A status that follows itself
    (referred anew to another department) starts its stage anew.
    """
    desk = current_desk(session)
    clocks = lock_clocks(session, referral.id)
    resumed = resume_clocks(session, desk, clocks, now, now)
    if resumed:
        data = {"clocks": [clock.kind for clock in resumed], "by": "status"}
        record(
            session,
            at=now,
            actor=actor,
            subject_type="referral",
            subject_id=referral.id,
            action="clock_resume",
            data=data,
        )
    doomed = [clock for clock in clocks if _stops(desk, clock, before, after)]
    notices = [notice for clock in doomed for notice in stop(clock, now)]
    # an insert goes before an update within one flush, and two running clocks of a kind are refused
    session.flush()
    on_clock_notice(session, notices, now)
    running = {clock.kind for clock in clocks if clock not in doomed}
    session.add_all(Clock(**row) for row in _starting(desk, referral, after, now) if row["kind"] not in running)


def _stops(desk: ClockDesk, clock: Clock, before: ReferralStatus, after: ReferralStatus) -> bool:
    if clock.level == ClockLevel.STAGE:
        return before == after or desk.data.stage_of.get(after) != clock.kind
    if clock.level == ClockLevel.OVERALL:
        return after in desk.data.final
    law = desk.data.legal_clock(clock.kind)
    # a status that starts it starts it anew: the referral has come to another department, or for a new round
    return after in desk.data.final if law is None else after in law.stops or after == law.status


def _starting(desk: ClockDesk, referral: Referral, after: ReferralStatus, now: datetime) -> list[dict[str, Any]]:
    stage = desk.data.stage_of.get(after)
    rows = [] if stage is None else [stage_row(desk, referral, stage, now)]
    if after not in desk.data.final:
        rows.append(stage_row(desk, referral, OVERALL, now))
    return rows + [legal_row(desk, referral, clock, now) for clock in legal_starting(referral, now)]
