"""What is told when a clock comes near its end or runs out: an event, and whoever listens here.

Not here: finding what is due (due.py). Every notice passes ``on_clock_notice`` exactly once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.notices import TRIAGERS, TURNS, Audience, audiences_of
from backend.domain.vocabulary import NoticeKind
from backend.persistence.bulk import Writes
from backend.persistence.models import Clock, Event, Referral
from backend.services.history import event_values
from backend.services.outbox import case_notice, notify

log = structlog.get_logger(__name__)
WARNING: Literal["clock_warning"] = "clock_warning"
OVERDUE: Literal["clock_overdue"] = "clock_overdue"


@dataclass(frozen=True, slots=True)
class ClockNotice:
    """``what``: clock_warning or clock_overdue; the action of its event. ``due_at`` is the end that comes near or passed."""

    what: Literal["clock_warning", "clock_overdue"]
    clock_id: UUID
    referral_id: UUID
    kind: str
    level: str
    due_at: datetime


def overdue_notice(clock: Clock) -> ClockNotice:
    """The notice of a clock that ran out."""
    assert clock.due_at is not None  # a clock without an end cannot run out
    return ClockNotice(OVERDUE, clock.id, clock.referral_id, clock.kind, clock.level.value, clock.due_at)


def on_clock_notice(session: Session, notices: Sequence[ClockNotice], now: datetime) -> None:
    """Write the events of ``notices``, in their order, and tell whose turn it is; what ran out the bureau hears of, too."""
    if not notices:
        return
    writes = Writes()
    for notice in notices:
        data = {
            "clock_id": str(notice.clock_id),
            "kind": notice.kind,
            "level": notice.level,
            "due_at": notice.due_at.isoformat(),
        }
        event = event_values(
            at=now, actor=None, subject_type="referral", subject_id=notice.referral_id, action=notice.what, data=data
        )
        writes.add(Event, event)
    writes.write(session)
    _tell(session, notices, now)
    log.info("clock_notices", count=len(notices))


def _tell(session: Session, notices: Sequence[ClockNotice], now: datetime) -> None:
    cases = {
        referral.id: referral
        for referral in session.scalars(select(Referral).where(Referral.id.in_({n.referral_id for n in notices})))
    }
    drafts = []
    for notice in notices:
        referral = cases[notice.referral_id]
        kind = NoticeKind.CLOCK_WARNING if notice.what == WARNING else NoticeKind.CLOCK_OVERDUE
        day = notice.due_at.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M")
        drafts += [
            case_notice(kind, referral, audience, name=notice.kind, day=day)
            for audience in _concerned(referral, notice)
        ]
    notify(session, drafts, now=now)


def _concerned(referral: Referral, notice: ClockNotice) -> list[Audience]:
    turn = TURNS.get(referral.status)
    found: list[Audience] = []
    if turn is not None and turn.must_act:
        found = audiences_of(
            turn,
            function_code=referral.function_code,
            street_code=referral.street_code,
            department_id=referral.department_id,
        )
    return [*found, TRIAGERS] if notice.what == OVERDUE and TRIAGERS not in found else found
