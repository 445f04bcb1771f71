"""Clocks of referrals: which run when, and over which spans."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.vocabulary import ClockLevel, Outcome, ReferralAction, ReferralStatus, Role, Severity
from backend.persistence.models import Clock, Referral
from backend.services.clocks import notice_due
from backend.services.referrals import ActionDetails, act
from tests.conftest import NOW
from tests.factories import actor_of, department_named, make_officer, make_referral, make_report, make_user, refer
from tests.factories.clocks import clock_of, start_clocks
from tests.services.clockwork import actions, at, running

Watch = Callable[[], AbstractContextManager[list[str]]]

A = ReferralAction


@pytest.fixture
def referral(session: Session) -> Referral:
    return make_referral(session, make_report(session, make_user(session)))


@pytest.fixture
def officer(session: Session) -> Actor:
    health = department_named(session, "putuo.health").id
    user = make_user(session, Role.DEPARTMENT_OFFICER, department_id=health)
    return actor_of(user, Role.DEPARTMENT_OFFICER, department_ids=[health])


@pytest.fixture
def bureau(session: Session) -> Actor:
    return actor_of(make_user(session, Role.BUREAU_TRIAGER), Role.BUREAU_TRIAGER)


def test_a_routed_report_gets_its_clocks_and_the_spans_it_was_promised(session: Session) -> None:
    report = make_report(
        session, make_user(session), outcome=Outcome.PROBLEM, severity=Severity.HIGH,
        findings=[{"code": "A-05", "note": None, "severity": "high"}], attributes={"has_licence": False},
    )  # fmt: skip
    refer(session, report)
    made = session.scalars(select(Referral).where(Referral.report_id == report.id)).all()
    assert made
    for referral in made:
        assert set(referral.deadlines) == {"triage", "accept", "answer", "verify", "arbitration", "overall"}
        accept, overall = clock_of(session, referral, "accept"), clock_of(session, referral, "overall")
        assert (accept.level, overall.level) == (ClockLevel.STAGE, ClockLevel.OVERALL)
        assert (accept.span, accept.due_at) == ({"value": 1, "unit": "working_day"}, at("2026-11-23T23:59:59"))
        assert accept.warn_at == at("2026-11-23T08:30")


def test_what_waits_for_triage_has_a_triage_clock_and_the_law_waits_too(session: Session) -> None:
    report = make_report(session, make_user(session))
    waiting = make_referral(session, report, None, function_code="market_supervision")
    assert set(start_clocks(session, waiting)) == {"triage", "overall"}
    routed = make_referral(session, report, "putuo.market", function_code="drug_supervision")
    clocks = start_clocks(session, routed)
    assert set(clocks) == {"accept", "overall", "market_check"}
    assert (clocks["market_check"].level, clocks["market_check"].due_at) == (
        ClockLevel.LEGAL,
        at("2026-12-11T23:59:59"),
    )
    street = make_referral(session, report, "putuo.enforcement.310107005", function_code="street_enforcement")
    clocks = start_clocks(session, street)
    assert clocks["chengguan_transfer"].due_at == at("2026-11-25T23:59:59")
    assert clocks["chengguan_check_and_tell"].due_at == at("2026-11-27T23:59:59")


def test_clocks_follow_the_whole_way(session: Session, referral: Referral, officer: Actor, bureau: Actor) -> None:
    start_clocks(session, referral)
    steps: list[tuple[Actor, ReferralAction, ActionDetails, set[str]]] = [
        (officer, A.RETURN, ActionDetails(return_code="not_our_function", reason="x"), {"triage", "overall"}),
        (bureau, A.ROUTE, ActionDetails(department="putuo.health"), {"accept", "overall"}),
        (officer, A.ACCEPT, ActionDetails(), {"answer", "overall"}),
        (officer, A.START_HANDLING, ActionDetails(), {"answer", "overall"}),
        (
            officer,
            A.HANDLE,
            ActionDetails(outcome_code="founded_case_filed"),
            {"verify", "overall", "penalty_decision"},
        ),
        (bureau, A.START_VERIFYING, ActionDetails(), {"verify", "overall", "penalty_decision"}),
        (bureau, A.CLOSE, ActionDetails(), set()),
        (bureau, A.REOPEN, ActionDetails(reason="x"), {"answer", "overall"}),
    ]
    for hours, (actor, action, details, expected) in enumerate(steps, 1):
        act(session, actor, referral.id, action, details, now=NOW + timedelta(hours=hours))
        assert running(session, referral) == expected, action
    answers = session.scalars(
        select(Clock).where(Clock.referral_id == referral.id, Clock.kind == "answer").order_by(Clock.started_at)
    ).all()
    assert [(c.started_at, c.stopped_at) for c in answers] == [
        (NOW + timedelta(hours=3), NOW + timedelta(hours=5)),
        (NOW + timedelta(hours=8), None),
    ]
    filed = session.scalars(select(Clock).where(Clock.kind == "penalty_decision")).one()
    assert (filed.started_at, filed.due_at) == (NOW + timedelta(hours=5), at("2027-02-18T23:59:59"))
    assert actions(session, referral) == []  # the events of the statuses say it


def test_the_function_of_a_new_addressee_decides_the_law(
    session: Session, referral: Referral, officer: Actor, bureau: Actor
) -> None:
    start_clocks(session, referral)
    act(session, officer, referral.id, A.RETURN, ActionDetails(return_code="other", reason="x"), now=NOW)
    details = ActionDetails(function="street_enforcement", reason="占道经营")
    act(session, bureau, referral.id, A.ROUTE, details, now=NOW)
    assert running(session, referral) == {"accept", "overall", "chengguan_transfer", "chengguan_check_and_tell"}


def test_a_dispute_has_a_clock_of_its_own(session: Session, referral: Referral, officer: Actor, bureau: Actor) -> None:
    start_clocks(session, referral)
    back = ActionDetails(return_code="other", reason="x")
    cityops = actor_of(make_user(session, Role.CITY_OPERATIONS), Role.CITY_OPERATIONS)
    act(session, officer, referral.id, A.RETURN, back, now=NOW)
    act(session, bureau, referral.id, A.ROUTE, now=NOW)
    act(session, officer, referral.id, A.RETURN, back, now=NOW)
    assert running(session, referral) == {"arbitration", "overall"}
    assert clock_of(session, referral, "arbitration").due_at == at("2026-11-24T23:59:59")
    ruling = ActionDetails(department="putuo.health", reason="指定")
    act(session, cityops, referral.id, A.ARBITRATE, ruling, now=NOW + timedelta(hours=1))
    assert running(session, referral) == {"accept", "overall"}
    assert clock_of(session, referral, "accept").started_at == NOW + timedelta(hours=1)


def test_a_handler_gets_no_more_time_and_a_merged_case_needs_none(
    session: Session, referral: Referral, officer: Actor, bureau: Actor
) -> None:
    start_clocks(session, referral)
    act(session, officer, referral.id, A.ACCEPT, now=NOW)
    later = NOW + timedelta(days=3)
    named = ActionDetails(assignee=make_officer(session).id)
    act(session, officer, referral.id, A.ASSIGN, named, now=later)
    assert clock_of(session, referral, "answer").started_at == NOW
    double = make_referral(session, make_report(session, make_user(session)))
    start_clocks(session, double)
    act(session, bureau, double.id, A.MERGE, ActionDetails(target=referral.id, reason="同一处"), now=later)
    assert running(session, double) == set()
    act(session, bureau, double.id, A.UNMERGE, ActionDetails(reason="并错"), now=later)
    assert running(session, double) == {"triage", "overall"}


def test_offices_keep_their_own_hours(session: Session) -> None:
    report = make_report(session, make_user(session))
    department_named(session, "putuo.health").office_hours = [["09:00", "11:00"]]
    session.flush()
    referral = make_referral(session, report, deadlines={"accept": {"value": 3, "unit": "work_hour"}})
    clock = start_clocks(session, referral)["accept"]  # Friday 10:00
    assert clock.due_at == at("2026-11-23T11:00")
    assert clock.office_hours == [["09:00", "11:00"]]
    other = make_referral(session, report, "putuo.market", function_code="police", deadlines=referral.deadlines)
    assert start_clocks(session, other)["accept"].due_at == at("2026-11-20T14:30")


def test_turning_clocks_costs_the_same_however_many(session: Session, count_queries: Watch) -> None:
    counts = []
    for size in (1, 20):
        for _ in range(size):
            start_clocks(session, make_referral(session, make_report(session, make_user(session))))
        with count_queries() as seen:
            assert notice_due(session, at("2026-11-24T09:00")) == size
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 5


def test_a_referral_from_before_gets_the_clocks_of_its_next_status(
    session: Session, referral: Referral, officer: Actor
) -> None:
    assert running(session, referral) == set() and referral.status == ReferralStatus.ROUTED
    act(session, officer, referral.id, A.ACCEPT, now=NOW)
    assert running(session, referral) == {"answer", "overall"}


def test_unreadable_hours_of_one_office_stop_nobody(session: Session) -> None:
    department_named(session, "putuo.health").office_hours = [["soon", "later"]]
    session.flush()
    referral = make_referral(
        session, make_report(session, make_user(session)), deadlines={"accept": {"value": 3, "unit": "work_hour"}}
    )
    assert start_clocks(session, referral)["accept"].due_at == at("2026-11-20T14:30")
