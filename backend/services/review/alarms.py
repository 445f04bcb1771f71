"""What nobody does and somebody must hear of: an emergency nobody rang about, a transfer to the police past its time, a year
without calendar. Each is told once. Not here: deadlines of referrals (services/clocks), when this runs (jobs/alarms.py).
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import String, cast, exists, select
from sqlalchemy.orm import Session

from backend.domain.calendar import local_day
from backend.domain.case_rules import case_rules_at
from backend.domain.labels import label_of
from backend.domain.notices import ADMINISTRATORS, TRIAGERS, TURNS, Audience, audiences_of
from backend.domain.referrals import FINAL_STATUSES
from backend.domain.vocabulary import NoticeKind
from backend.persistence.models import Clock, EmergencyCall, Event, Notice, Referral, ReferralCall
from backend.services.crime_transfers import due_transfers
from backend.services.history import record
from backend.services.outbox import NoticeDraft, case_notice, notify

log = structlog.get_logger(__name__)
UNCALLED = "emergency_uncalled"
TRANSFER_DUE = "crime_transfer_due"
BATCH = 200


def uncalled_emergencies(session: Session, *, now: datetime) -> int:
    """Tell of open emergencies without a recorded call, from the field or the office, ``emergency_call_minutes`` after they
    were made: whose turn it is, and the bureau. How many there were."""
    since = now - timedelta(minutes=case_rules_at(local_day(now)).emergency_call_minutes)
    told = exists().where(
        Event.subject_type == "referral", Event.subject_id == cast(Referral.id, String), Event.action == UNCALLED
    )
    silent = (
        select(Referral)
        .where(
            Referral.is_emergency,
            Referral.status.not_in(FINAL_STATUSES),
            Referral.created_at <= since,
            ~exists().where(ReferralCall.referral_id == Referral.id),
            ~exists().where(EmergencyCall.report_id == Referral.report_id),
            ~told,
        )
        .order_by(Referral.seq)
        .limit(BATCH)
        .with_for_update(key_share=True, skip_locked=True)
    )
    found = session.scalars(silent).all()
    for referral in found:
        record(session, at=now, actor=None, subject_type="referral", subject_id=referral.id, action=UNCALLED)
        drafts = [case_notice(NoticeKind.EMERGENCY_UNCALLED, referral, audience) for audience in _whose_turn(referral)]
        notify(session, drafts, now=now)
    session.flush()
    if found:
        log.warning("emergencies_uncalled", count=len(found))
    return len(found)


def _whose_turn(referral: Referral) -> list[Audience]:
    turn = TURNS[referral.status]
    concerned = audiences_of(
        turn,
        function_code=referral.function_code,
        street_code=referral.street_code,
        department_id=referral.department_id,
    )
    return concerned if TRIAGERS in concerned else [*concerned, TRIAGERS]


def due_crime_transfers(session: Session, *, now: datetime) -> int:
    """Tell the health bureau of transfers whose running clock is over (国务院令310号), each step once; how many."""
    count = 0
    for due in due_transfers(session, now):
        step = {"transfer_id": str(due.transfer_id), "clock": due.clock, "due_at": due.due_at.isoformat()}
        known = exists().where(
            Event.subject_type == "crime_transfer",
            Event.subject_id == str(due.transfer_id),
            Event.action == TRANSFER_DUE,
            Event.data["clock"].astext == due.clock,
            Event.data["due_at"].astext == step["due_at"],
        )
        if session.scalar(select(known)):
            continue
        record(
            session, at=now, actor=None, subject_type="crime_transfer", subject_id=due.transfer_id, action=TRANSFER_DUE,
            data=step,
        )  # fmt: skip
        referral = session.get_one(Referral, due.referral_id)
        drafts = [case_notice(NoticeKind.CRIME_TRANSFER_DUE, referral, TRIAGERS, name=label_of(due.status).zh)]
        notify(session, drafts, now=now)
        count += 1
    session.flush()
    return count


def missing_calendars(session: Session, *, now: datetime) -> int:
    """Tell the administrators of each year that clocks wait for, once; how many years were told."""
    years = session.scalars(select(Clock.missing_year).where(Clock.calendar_missing).distinct()).all()
    told = 0
    for year in sorted(year for year in years if year is not None):
        name = str(year)
        known = exists().where(Notice.kind == NoticeKind.CALENDAR_MISSING, Notice.data["name"].astext == name)
        if session.scalar(select(known)):
            continue
        notify(session, [NoticeDraft(NoticeKind.CALENDAR_MISSING, ADMINISTRATORS, data={"name": name})], now=now)
        log.warning("calendar_missing", year=year)
        told += 1
    session.flush()
    return told
