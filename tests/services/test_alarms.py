"""What nobody does is told once: emergencies nobody rang about, transfers past their time, years without calendar; and who
else hears of an act: the department that lost a case, the colleague it was given to, those called together."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import (
    CrimeTransferAction,
    NoticeKind,
    ReferralAction,
    ReferralRole,
    ReferralStatus,
    Role,
)
from backend.persistence.models import EmergencyCall, Event, Notice, Referral, Report, WebhookDelivery
from backend.services.clocks import notice_due
from backend.services.crime_transfers import TransferDetails, act_on_transfer
from backend.services.referrals import ActionDetails, act, call_joint, record_call
from backend.services.review import due_crime_transfers, missing_calendars, uncalled_emergencies
from tests.conftest import NOW
from tests.factories import (
    actor_of,
    department_named,
    make_officer,
    make_referral,
    make_report,
    make_subscription,
    make_transfer,
    make_user,
)
from tests.factories.clocks import start_clocks

A = ReferralAction


def officer(session: Session, code: str = "putuo.health") -> Actor:
    user = make_officer(session, code)
    return actor_of(user, Role.DEPARTMENT_OFFICER, department_ids=[department_named(session, code).id])


@pytest.fixture
def bureau(session: Session) -> Actor:
    return actor_of(make_user(session, Role.BUREAU_TRIAGER), Role.BUREAU_TRIAGER)


def case(session: Session, code: str = "putuo.health", **values: Any) -> Referral:
    return make_referral(session, make_report(session, make_user(session)), code, **values)


def told(session: Session, kind: NoticeKind) -> list[tuple[Any, str]]:
    session.flush()
    rows = session.scalars(select(Notice).where(Notice.kind == kind).order_by(Notice.seq))
    return [(row.referral_id, row.audience) for row in rows]


def test_an_emergency_nobody_rang_about_is_told_once(session: Session) -> None:
    silent = case(session, is_emergency=True)
    called = case(session, is_emergency=True)
    from_field = case(session, is_emergency=True)
    case(session)
    case(session, is_emergency=True, status=ReferralStatus.CLOSED)
    record_call(session, officer(session), called.id, number="120", whom="", called_at=NOW, note="", now=NOW)
    session.add(
        EmergencyCall(id="c1", report_id=from_field.report_id, caller_id=make_user(session).id, number="110", called_at=NOW,
                      note="", received_at=NOW)
    )  # fmt: skip
    session.flush()
    assert uncalled_emergencies(session, now=NOW + timedelta(minutes=14)) == 0
    assert uncalled_emergencies(session, now=NOW + timedelta(minutes=15)) == 1
    assert uncalled_emergencies(session, now=NOW + timedelta(days=3)) == 0
    health = department_named(session, "putuo.health").id
    assert told(session, NoticeKind.EMERGENCY_UNCALLED) == [
        (silent.id, f"department:{health}"), (silent.id, "bureau_triager"),
    ]  # fmt: skip
    assert session.scalars(select(Event.subject_id).where(Event.action == "emergency_uncalled")).all() == [
        str(silent.id)
    ]


def test_each_step_of_a_transfer_is_told_once(session: Session, bureau: Actor) -> None:
    transfer = make_transfer(session, case(session), make_user(session, Role.BUREAU_TRIAGER))
    assert due_crime_transfers(session, now=NOW + timedelta(hours=71)) == 0
    late = NOW + timedelta(hours=73)
    assert [due_crime_transfers(session, now=late) for _ in range(2)] == [1, 0]
    decider = actor_of(make_user(session, Role.BUREAU_TRIAGER), Role.BUREAU_TRIAGER)
    act_on_transfer(
        session, decider, transfer.id, CrimeTransferAction.APPROVE, TransferDetails(), version=None, now=late
    )  # fmt: skip
    assert due_crime_transfers(session, now=late + timedelta(hours=23)) == 0
    assert [due_crime_transfers(session, now=late + timedelta(hours=25)) for _ in range(2)] == [1, 0]
    assert told(session, NoticeKind.CRIME_TRANSFER_DUE) == [(transfer.referral_id, "bureau_triager")] * 2


def test_a_year_without_calendar_is_told_once(session: Session) -> None:
    referral = case(session)
    clock = start_clocks(session, referral)["overall"]
    clock.due_at = clock.warn_at = None
    clock.calendar_missing, clock.missing_year = True, 2031
    session.flush()
    assert [missing_calendars(session, now=NOW) for _ in range(2)] == [1, 0]
    notice = session.scalars(select(Notice).where(Notice.kind == NoticeKind.CALENDAR_MISSING)).one()
    assert (notice.audience, notice.data) == ("administrator", {"name": "2031"})


def test_whose_turn_it_is_hears_of_a_deadline_and_the_bureau_when_it_is_over(session: Session) -> None:
    referral = case(session)
    clock = start_clocks(session, referral)["accept"]
    assert clock.warn_at is not None and clock.due_at is not None
    health = f"department:{department_named(session, 'putuo.health').id}"
    notice_due(session, clock.warn_at)
    assert told(session, NoticeKind.CLOCK_WARNING) == [(referral.id, health)]
    notice_due(session, clock.due_at + timedelta(seconds=1))
    assert told(session, NoticeKind.CLOCK_OVERDUE) == [(referral.id, health), (referral.id, "bureau_triager")]
    session.refresh(clock)
    assert clock.overdue_at == clock.due_at


def test_who_lost_a_case_is_told_and_its_system_learns_no_more(app: Flask, session: Session, bureau: Actor) -> None:
    referral = case(session)
    own = make_subscription(
        app, session, "https://a.example/", department_id=department_named(session, "putuo.health").id
    )
    make_subscription(app, session, "https://b.example/")  # the district's, which hears of the new routing instead
    moved = ActionDetails(department="putuo.market", reason="药品为主")
    act(session, bureau, referral.id, A.ROUTE, moved, now=NOW)
    health = department_named(session, "putuo.health").id
    assert told(session, NoticeKind.TAKEN_AWAY) == [(referral.id, f"department:{health}")]
    sent = session.scalars(select(WebhookDelivery).where(WebhookDelivery.subscription_id == own)).all()
    assert [row.type for row in sent] == ["cn.gridpatrol.referral.taken_away"]
    assert b"putuo.market" not in sent[0].body
    # what a department gives away by itself it knows
    act(session, officer(session, "putuo.market"), referral.id, A.ACCEPT, now=NOW)
    away = ActionDetails(department="putuo.cdc", reason="移送")
    act(session, officer(session, "putuo.market"), referral.id, A.TRANSFER, away, now=NOW)
    assert len(told(session, NoticeKind.TAKEN_AWAY)) == 1


def test_a_colleague_and_those_called_together_are_told(session: Session) -> None:
    referral = case(session, status=ReferralStatus.ACCEPTED)
    colleague = make_officer(session)
    act(session, officer(session), referral.id, A.ASSIGN, ActionDetails(assignee=colleague.id), now=NOW)
    assert told(session, NoticeKind.ASSIGNED_TO_YOU) == [(referral.id, f"user:{colleague.id}")]
    report = session.get_one(Report, referral.report_id)
    co = make_referral(session, report, "putuo.fire", function_code="fire", role=ReferralRole.CO)
    call_joint(session, officer(session), report.id, ["putuo.fire"], place="路口", meets_at=NOW, note="", now=NOW)
    fire = department_named(session, "putuo.fire").id
    assert told(session, NoticeKind.JOINT_CALLED) == [(co.id, f"department:{fire}")]


def test_a_penalty_does_not_take_the_place_of_a_transfer(session: Session, bureau: Actor) -> None:
    """国务院令310号 11条: 不得以罚代移."""
    referral = case(session, status=ReferralStatus.HANDLING)
    transfer = make_transfer(session, referral, make_user(session, Role.BUREAU_TRIAGER))
    doctor = officer(session)

    def refusal(code: str) -> str:
        with pytest.raises(DomainError) as error:
            act(session, doctor, referral.id, A.HANDLE, ActionDetails(outcome_code=code), now=NOW)
        return error.value.code

    assert refusal("founded_case_filed") == "crime_transfer_open"
    assert refusal("founded_transferred_police") == "crime_not_handed_over"
    decider = actor_of(make_user(session, Role.BUREAU_TRIAGER), Role.BUREAU_TRIAGER)
    for step in (CrimeTransferAction.APPROVE, CrimeTransferAction.HAND_OVER):
        details = TransferDetails(receipt_no="普公刑受〔2026〕9号")
        act_on_transfer(session, decider, transfer.id, step, details, version=None, now=NOW)
    crime = ActionDetails(outcome_code="founded_transferred_police")
    act(session, doctor, referral.id, A.HANDLE, crime, now=NOW)
    assert referral.outcome_code == "founded_transferred_police"
