"""What is asked and granted about clocks, and what stays a fact."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.clocks import Span
from backend.domain.errors import DomainError
from backend.domain.vocabulary import ClockDecision, ClockRequestState, ClockState, ReferralAction, Role, TimeUnit
from backend.persistence.models import Clock, Referral
from backend.services.clocks import (
    decide_request,
    end_suspensions,
    notice_due,
    request_excuse,
    request_extension,
    request_suspension,
    resume,
)
from backend.services.referrals import act
from tests.conftest import NOW
from tests.factories import actor_of, department_named, make_referral, make_report, make_user
from tests.factories.clocks import clock_of, start_clocks, working_days
from tests.services.clockwork import actions, approve, at, running

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


@pytest.fixture
def city(session: Session) -> Actor:
    return actor_of(make_user(session, Role.CITY_OPERATIONS), Role.CITY_OPERATIONS)


def test_an_extension_needs_somebody_else_and_two_levels(
    session: Session, referral: Referral, officer: Actor, bureau: Actor, city: Actor
) -> None:
    clock = start_clocks(session, referral)["accept"]
    assert clock.due_at == at("2026-11-24T23:59:59")
    first = request_extension(session, officer, referral.id, clock.id, working_days(2), "等材料", now=NOW)
    with pytest.raises(DomainError, match="request_pending"):
        request_extension(session, officer, referral.id, clock.id, working_days(1), "再问", now=NOW)
    with pytest.raises(DomainError, match="wrong_level"):
        approve(session, city, first)
    approve(session, bureau, first)
    assert clock_of(session, referral, "accept").due_at == at("2026-11-26T23:59:59")
    with pytest.raises(DomainError, match="already_decided"):
        approve(session, bureau, first)
    second = request_extension(session, officer, referral.id, clock.id, working_days(1), "等检验", now=NOW)
    assert second.level == 2
    with pytest.raises(DomainError, match="wrong_level"):
        approve(session, bureau, second)
    approve(session, city, second)
    assert clock_of(session, referral, "accept").due_at == at("2026-11-27T23:59:59")
    with pytest.raises(DomainError, match="extensions_used_up"):
        request_extension(session, officer, referral.id, clock.id, working_days(1), "三", now=NOW)
    assert actions(session, referral) == ["clock_request", "clock_approve", "clock_request", "clock_approve"]


def test_an_extension_that_cannot_be(session: Session, referral: Referral, officer: Actor, bureau: Actor) -> None:
    clocks = start_clocks(session, referral)
    accept, overdue_now = clocks["accept"], at("2026-11-25T09:00")

    def ask(
        span: Span, clock: Clock = accept, now: datetime = NOW, actor: Actor = officer, reason: str = "x"
    ) -> object:
        return request_extension(session, actor, referral.id, clock.id, span, reason, now=now)

    for code, call in (
        ("extension_too_long", lambda: ask(working_days(3))),
        ("other_unit", lambda: ask(Span(2, TimeUnit.DAY))),
        ("clock_overdue", lambda: ask(working_days(1), now=overdue_now)),
        ("reason_required", lambda: ask(working_days(1), reason="  ")),
        ("forbidden", lambda: ask(working_days(1), actor=bureau)),
        (
            "not_found",
            lambda: request_extension(session, officer, referral.id, referral.id, working_days(1), "x", now=NOW),
        ),
    ):
        with pytest.raises(DomainError) as caught:
            call()
        assert caught.value.code == code
    pending = ask(working_days(1))
    act(session, officer, referral.id, A.ACCEPT, now=NOW)
    with pytest.raises(DomainError, match="clock_stopped"):
        ask(working_days(1))
    with pytest.raises(DomainError, match="clock_stopped"):
        approve(session, bureau, pending)
    with pytest.raises(DomainError, match="reason_required"):
        decide_request(session, bureau, referral.id, pending.id, ClockDecision.REFUSE, now=NOW)
    refused = decide_request(session, bureau, referral.id, pending.id, ClockDecision.REFUSE, "已签收", now=NOW)
    assert (refused.state, refused.note) == (ClockRequestState.REFUSED, "已签收")


def test_nobody_decides_on_his_own_request(session: Session, referral: Referral, officer: Actor) -> None:
    both = Actor(officer.user_id, "x", "x", frozenset({Role.DEPARTMENT_OFFICER, Role.BUREAU_TRIAGER}),
                 department_ids=officer.department_ids)  # fmt: skip
    clock = start_clocks(session, referral)["accept"]
    request = request_extension(session, both, referral.id, clock.id, working_days(1), "x", now=NOW)
    with pytest.raises(DomainError, match="approver_is_requester"):
        approve(session, both, request)


def test_what_the_law_allows_is_all_there_is(session: Session, officer: Actor, bureau: Actor) -> None:
    report = make_report(session, make_user(session))
    referral = make_referral(session, report, function_code="market_supervision")
    legal = start_clocks(session, referral)["market_check"]
    with pytest.raises(DomainError, match="extension_too_long"):
        request_extension(session, officer, referral.id, legal.id, working_days(16), "x", now=NOW)
    request = request_extension(session, officer, referral.id, legal.id, working_days(12), "案情复杂", now=NOW)
    approve(session, bureau, request)
    assert clock_of(session, referral, "market_check").due_at == at("2026-12-29T23:59:59")
    with pytest.raises(DomainError, match="extensions_used_up"):
        request_extension(session, officer, referral.id, legal.id, working_days(1), "x", now=NOW)
    with pytest.raises(DomainError, match="nothing_to_suspend"):
        request_suspension(session, officer, referral.id, legal.id, NOW + timedelta(days=3), "x", now=NOW)


def test_a_suspension_rests_all_but_the_law_and_ends_when_granted(
    session: Session, officer: Actor, bureau: Actor
) -> None:
    report = make_report(session, make_user(session))
    referral = make_referral(session, report, function_code="market_supervision")
    start_clocks(session, referral)
    until = at("2026-11-25T12:00")
    request = request_suspension(session, officer, referral.id, None, until, "当事人住院", now=NOW)
    approve(session, bureau, request)
    states = {kind: clock_of(session, referral, kind).state for kind in ("accept", "overall", "market_check")}
    assert states == {"accept": "suspended", "overall": "suspended", "market_check": "running"}
    assert notice_due(session, at("2026-11-25T11:00")) == 0  # the accept clock would have run out on the 24th
    assert end_suspensions(session, at("2026-11-25T11:59")) == 0
    # the worker was out for two days: the clock goes on from the moment that was granted
    assert end_suspensions(session, at("2026-11-27T09:00")) == 2
    accept = clock_of(session, referral, "accept")
    assert (accept.state, accept.due_at) == (ClockState.RUNNING, at("2026-11-27T23:59:59"))
    assert end_suspensions(session, at("2026-11-28T09:00")) == 0
    assert actions(session, referral) == ["clock_request", "clock_approve", "clock_resume", "clock_resume"]


def test_an_extension_survives_a_suspension_and_acts_end_it(
    session: Session, referral: Referral, officer: Actor, bureau: Actor
) -> None:
    clock = start_clocks(session, referral)["accept"]
    approve(
        session,
        bureau,
        request_suspension(session, officer, referral.id, clock.id, NOW + timedelta(days=20), "x", now=NOW),
    )
    later = at("2026-11-24T10:00")
    extension = request_extension(session, officer, referral.id, clock.id, working_days(2), "x", now=later)
    approve(session, bureau, extension, later)
    assert clock_of(session, referral, "accept").due_at == at("2026-11-26T23:59:59")
    assert [c.kind for c in resume(session, officer, referral.id, "回来了", now=later)] == ["accept"]
    assert clock_of(session, referral, "accept").due_at == at("2026-11-30T23:59:59")
    with pytest.raises(DomainError, match="not_suspended"):
        resume(session, officer, referral.id, now=later)
    overall = clock_of(session, referral, "overall")
    approve(
        session,
        bureau,
        request_suspension(session, officer, referral.id, overall.id, later + timedelta(days=9), "x", now=later),
        later,
    )
    act(session, officer, referral.id, A.ACCEPT, now=at("2026-11-26T10:00"))
    overall = clock_of(session, referral, "overall")
    # 25 working days and two of rest
    assert (overall.state, overall.due_at) == (ClockState.RUNNING, at("2026-12-29T23:59:59"))
    assert running(session, referral) == {"answer", "overall"}


def test_how_long_a_suspension_may_be(session: Session, referral: Referral, officer: Actor, bureau: Actor) -> None:
    start_clocks(session, referral)
    for until in (NOW, NOW - timedelta(days=1), NOW + timedelta(days=91)):
        with pytest.raises(DomainError, match="suspension_too_long"):
            request_suspension(session, officer, referral.id, None, until, "x", now=NOW)
    request = request_suspension(session, officer, referral.id, None, NOW + timedelta(days=1), "x", now=NOW)
    with pytest.raises(DomainError, match="suspension_too_long"):
        approve(session, bureau, request, NOW + timedelta(days=2))


def test_an_excuse_keeps_the_raw_fact(session: Session, referral: Referral, officer: Actor, bureau: Actor) -> None:
    clock = start_clocks(session, referral)["accept"]
    due = clock.due_at
    with pytest.raises(DomainError, match="not_overdue"):
        request_excuse(session, officer, referral.id, clock.id, "x", now=NOW)
    late = at("2026-11-26T09:00")
    act(session, officer, referral.id, A.ACCEPT, now=late)  # before the job came to it
    session.refresh(clock)
    assert (clock.overdue_at, clock.stopped_at) == (due, late)
    assert actions(session, referral) == ["clock_overdue"]
    approve(session, bureau, request_excuse(session, officer, referral.id, clock.id, "系统停机", now=late), late)
    session.refresh(clock)
    assert (clock.overdue_at, clock.excused_at, clock.excused_by, clock.excuse_reason) == (
        due,
        late,
        bureau.user_id,
        "系统停机",
    )
    with pytest.raises(DomainError, match="not_overdue"):
        request_excuse(session, officer, referral.id, clock.id, "再说", now=late)
    for change in ("NULL", "now()"):
        with pytest.raises(DBAPIError, match="is a fact"), session.begin_nested():
            session.execute(text(f"UPDATE clocks SET overdue_at = {change} WHERE id = :id"), {"id": clock.id})


def test_an_extension_granted_too_late_does_not_undo_the_fact(
    session: Session, referral: Referral, officer: Actor, bureau: Actor
) -> None:
    clock = start_clocks(session, referral)["accept"]
    due = clock.due_at
    request = request_extension(session, officer, referral.id, clock.id, working_days(2), "x", now=NOW)
    approve(session, bureau, request, at("2026-11-25T10:00"))
    clock = clock_of(session, referral, "accept")
    assert (clock.overdue_at, clock.due_at) == (due, at("2026-11-26T23:59:59"))
    assert notice_due(session, at("2026-11-30T10:00")) == 0  # a second end of the same clock is no second overdue
    assert actions(session, referral).count("clock_overdue") == 1


def test_a_moved_deadline_is_warned_of_again(
    session: Session, referral: Referral, officer: Actor, bureau: Actor
) -> None:
    clock = start_clocks(session, referral)["accept"]
    now = at("2026-11-24T09:00")
    assert notice_due(session, now) == 1
    approve(
        session, bureau, request_extension(session, officer, referral.id, clock.id, working_days(2), "x", now=now), now
    )
    assert clock_of(session, referral, "accept").warned_at is None
    assert notice_due(session, now) == 0
    assert notice_due(session, at("2026-11-26T09:00")) == 1
