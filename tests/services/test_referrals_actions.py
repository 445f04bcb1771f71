"""Acts on a referral: the whole way to closed, who may and who may not, and that a refused act leaves nothing behind."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.vocabulary import ReferralAction, ReferralStatus, ReportStatus, Role
from backend.persistence.models import Event, Referral, Report, SyncObject
from backend.services.referrals import ActionDetails, act, actions_for
from tests.conftest import NOW
from tests.factories import (
    STREET,
    actor_of,
    department_named,
    make_officer,
    make_referral,
    make_report,
    make_user,
)

A = ReferralAction
FILED = ActionDetails(outcome_code="founded_case_filed", note="已立案")
RETURN = ActionDetails(return_code="not_our_function", reason="占道经营", proposed_department="putuo.chengguan")


@pytest.fixture
def report(session: Session) -> Report:
    return make_report(session, make_user(session))


@pytest.fixture
def referral(session: Session, report: Report) -> Referral:
    return make_referral(session, report)


def officer(session: Session, code: str = "putuo.health") -> Actor:
    user = make_officer(session, code)
    return actor_of(user, Role.DEPARTMENT_OFFICER, department_ids=[department_named(session, code).id])


def someone(session: Session, role: Role) -> Actor:
    if role == Role.DEPARTMENT_OFFICER:
        return officer(session)
    streets = [STREET] if role == Role.STREET_COORDINATOR else []
    return actor_of(make_user(session, role), role, street_codes=streets)


def go(session: Session, actor: Actor, referral: Referral, *actions: A, details: ActionDetails | None = None) -> None:
    for action in actions:
        act(session, actor, referral.id, action, details, now=NOW)


def refused(
    session: Session,
    actor: Actor,
    referral_id: UUID,
    action: A,
    details: ActionDetails | None = None,
    version: int | None = None,
) -> str:
    before = len(session.scalars(select(Event.seq)).all())
    with pytest.raises(DomainError) as error:
        act(session, actor, referral_id, action, details, version=version, now=NOW)
    assert len(session.scalars(select(Event.seq)).all()) == before
    return error.value.code


def test_the_whole_way_to_closed(session: Session, report: Report, referral: Referral) -> None:
    doctor, bureau = officer(session), someone(session, Role.BUREAU_TRIAGER)
    go(session, doctor, referral, A.ACCEPT, A.START_HANDLING)
    assert referral.handler_id == doctor.user_id
    go(session, doctor, referral, A.HANDLE, details=FILED)
    go(session, bureau, referral, A.START_VERIFYING, A.CLOSE)
    session.expire_all()
    assert (referral.status, referral.outcome_code, referral.outcome_note) == ("closed", "founded_case_filed", "已立案")
    assert (referral.accepted_at, referral.handled_at, referral.closed_at) == (NOW, NOW, NOW)
    assert (referral.verifier_id, referral.version) == (bureau.user_id, 6)
    assert report.status == ReportStatus.CLOSED
    ways = session.execute(
        select(Event.subject_type, Event.action, Event.to_status, Event.actor_id).order_by(Event.seq)
    )
    assert [tuple(row) for row in ways] == [
        ("referral", "accept", "accepted", doctor.user_id),
        ("referral", "start_handling", "handling", doctor.user_id),
        ("referral", "handle", "handled", doctor.user_id),
        ("referral", "start_verifying", "verifying", bureau.user_id),
        ("referral", "close", "closed", bureau.user_id),
        ("report", "close", "closed", bureau.user_id),
    ]


def test_the_author_s_phone_is_told(session: Session, report: Report, referral: Referral) -> None:
    go(session, officer(session), referral, A.ACCEPT)
    data = session.scalars(select(SyncObject.data).where(SyncObject.object_id == str(report.id))).one()
    assert [r["status"] for r in data["referrals"]] == ["accepted"]


def test_a_report_is_closed_with_its_last_referral_and_reopened_with_the_first(
    session: Session, report: Report, referral: Referral
) -> None:
    bureau = someone(session, Role.BUREAU_TRIAGER)
    handled = {"status": ReferralStatus.HANDLED, "handler_id": officer(session).user_id}
    second = make_referral(session, report, "putuo.market", function_code="drug_supervision", **handled)
    referral.status, referral.handler_id = ReferralStatus.HANDLED, handled["handler_id"]
    session.flush()
    go(session, bureau, referral, A.START_VERIFYING, A.CLOSE)
    assert report.status == ReportStatus.REFERRED
    go(session, bureau, second, A.START_VERIFYING, A.CLOSE)
    assert report.status == ReportStatus.CLOSED
    go(session, bureau, second, A.REOPEN, details=ActionDetails(reason="复查仍违法"))
    assert (report.status, second.status, second.closed_at, second.verifier_id) == ("referred", "reopened", None, None)
    last = session.scalars(select(Event).where(Event.subject_type == "report").order_by(Event.seq.desc())).first()
    assert last is not None and (last.action, last.to_status) == ("reopen", "referred")


def test_a_withdrawn_report_stays_withdrawn(session: Session, report: Report, referral: Referral) -> None:
    report.withdrawn_at, report.status = NOW, ReportStatus.WITHDRAWN
    go(session, officer(session), referral, A.ACCEPT)
    assert report.status == ReportStatus.WITHDRAWN


def test_returned_with_reason_and_routed_anew(session: Session, referral: Referral) -> None:
    go(session, officer(session), referral, A.RETURN, details=RETURN)
    proposed = department_named(session, "putuo.chengguan")
    assert (referral.status, referral.return_count, referral.return_code) == ("returned", 1, "not_our_function")
    assert referral.proposed_department_id == proposed.id
    cityops = someone(session, Role.CITY_OPERATIONS)
    route = ActionDetails(department="putuo.chengguan", function="city_enforcement", reason="同意改派")
    go(session, cityops, referral, A.ROUTE, details=route)
    assert (referral.status, referral.department_id, referral.function_code) == (
        "routed", proposed.id, "city_enforcement",
    )  # fmt: skip
    assert (referral.return_code, referral.proposed_department_id, referral.return_count) == (None, None, 1)
    event = session.scalars(select(Event).order_by(Event.seq.desc())).first()
    assert event is not None and event.reason == "同意改派"
    assert event.data["before"]["function"] == "medical_practice_supervision"
    assert event.data["after"]["department"] == "putuo.chengguan"
    assert refused(session, officer(session), referral.id, A.ACCEPT) == "not_found"  # it is theirs no more
    go(session, officer(session, "putuo.chengguan"), referral, A.ACCEPT)


def test_the_second_return_asks_for_arbitration(session: Session, referral: Referral) -> None:
    for expected in (False, True):
        go(session, officer(session), referral, A.RETURN, details=RETURN)
        event = session.scalars(select(Event).order_by(Event.seq.desc())).first()
        assert event is not None and event.data["arbitration_needed"] is expected
        go(
            session,
            someone(session, Role.BUREAU_TRIAGER),
            referral,
            A.ROUTE,
            details=ActionDetails(reason="仍属本部门职责"),
        )
    assert referral.return_count == 2


def test_triage_needs_a_department_and_finds_it_by_function(session: Session, report: Report) -> None:
    waiting = make_referral(session, report, None, function_code="street_office", street_code=None)
    report.street_code = None
    session.flush()
    bureau = someone(session, Role.BUREAU_TRIAGER)
    assert refused(session, bureau, waiting.id, A.ROUTE) == "department_needed"
    unknown = ActionDetails(department="putuo.nobody")
    assert refused(session, bureau, waiting.id, A.ROUTE, unknown) == "unknown_code"
    assert refused(session, bureau, waiting.id, A.ROUTE, ActionDetails(function="magic")) == "unknown_code"
    report.street_code = waiting.street_code = STREET
    session.flush()
    go(session, bureau, waiting, A.ROUTE, details=ActionDetails(function="market_supervision"))
    assert waiting.department_id == department_named(session, "putuo.market").id
    assert waiting.routed_at == NOW


def test_one_function_has_one_referral_of_a_report(session: Session, report: Report, referral: Referral) -> None:
    waiting = make_referral(session, report, None, function_code="street_office")
    twin = ActionDetails(function=referral.function_code)
    assert refused(session, someone(session, Role.BUREAU_TRIAGER), waiting.id, A.ROUTE, twin) == "already_referred"


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.BUREAU_TRIAGER, Role.CITY_OPERATIONS)])
def test_only_bureau_and_city_operations_route(session: Session, report: Report, role: Role) -> None:
    waiting = make_referral(session, report, None)
    report.author_id = (worker := someone(session, role)).user_id
    session.flush()
    expected = "not_found" if role == Role.DEPARTMENT_OFFICER else "forbidden"
    assert refused(session, worker, waiting.id, A.ROUTE, ActionDetails(department="putuo.health")) == expected


@pytest.mark.parametrize("role", [r for r in Role if r != Role.DEPARTMENT_OFFICER])
def test_only_the_department_accepts(session: Session, report: Report, referral: Referral, role: Role) -> None:
    report.author_id = (person := someone(session, role)).user_id
    session.flush()
    assert refused(session, person, referral.id, A.ACCEPT) == "forbidden"


def test_another_department_does_not_even_find_it(session: Session, referral: Referral) -> None:
    assert refused(session, officer(session, "putuo.market"), referral.id, A.ACCEPT) == "not_found"


def test_an_officer_who_also_sees_the_district_acts_for_his_department_only(
    session: Session, referral: Referral
) -> None:
    both = officer(session, "putuo.market")
    both = Actor(
        both.user_id, both.username, both.name, both.roles | {Role.BUREAU_TRIAGER}, frozenset(), both.department_ids
    )
    assert refused(session, both, referral.id, A.ACCEPT) == "forbidden"
    assert actions_for(both, referral) == []


def test_the_handler_cannot_verify_his_own_work(session: Session, referral: Referral) -> None:
    doctor = officer(session)
    both = Actor(
        doctor.user_id, doctor.username, doctor.name, doctor.roles | {Role.BUREAU_TRIAGER}, frozenset(),
        doctor.department_ids,
    )  # fmt: skip
    go(session, both, referral, A.ACCEPT, A.START_HANDLING)
    go(session, both, referral, A.HANDLE, details=FILED)
    assert refused(session, both, referral.id, A.START_VERIFYING) == "verifier_is_handler"
    assert A.START_VERIFYING not in actions_for(both, referral)
    go(session, someone(session, Role.BUREAU_TRIAGER), referral, A.START_VERIFYING)
    assert refused(session, both, referral.id, A.CLOSE) == "verifier_is_handler"


def test_the_database_refuses_a_verifier_who_handled(session: Session, referral: Referral) -> None:
    person = make_user(session)
    with pytest.raises(IntegrityError, match="verifier_not_handler"), session.begin_nested():
        referral.handler_id = referral.verifier_id = person.id
        session.flush()


def test_stale_version_illegal_transition_and_missing_words(session: Session, referral: Referral) -> None:
    doctor, bureau = officer(session), someone(session, Role.BUREAU_TRIAGER)
    assert refused(session, doctor, referral.id, A.ACCEPT, version=7) == "stale_version"
    assert refused(session, doctor, referral.id, A.HANDLE, FILED) == "illegal_transition"
    assert (
        refused(session, doctor, referral.id, A.RETURN, ActionDetails(return_code="whim", reason="x")) == "unknown_code"
    )
    no_reason = ActionDetails(return_code="duplicate", reason="  ")
    assert refused(session, doctor, referral.id, A.RETURN, no_reason) == "reason_required"
    assert refused(session, doctor, new_id(), A.ACCEPT) == "not_found"
    go(session, doctor, referral, A.ACCEPT, A.START_HANDLING)
    assert refused(session, doctor, referral.id, A.HANDLE) == "unknown_code"
    go(session, doctor, referral, A.HANDLE, details=FILED)
    go(session, bureau, referral, A.START_VERIFYING)
    assert refused(session, bureau, referral.id, A.REOPEN) == "reason_required"


def test_only_health_hands_a_suspected_crime_to_the_police(session: Session, report: Report) -> None:
    market = make_referral(session, report, "putuo.market", function_code="market_supervision")
    inspector = officer(session, "putuo.market")
    go(session, inspector, market, A.ACCEPT, A.START_HANDLING)
    crime = ActionDetails(outcome_code="founded_transferred_police")
    assert refused(session, inspector, market.id, A.HANDLE, crime) == "forbidden"
    assert (market.status, market.outcome_code) == ("handling", None)


def test_a_new_round_forgets_the_last_one(session: Session, referral: Referral) -> None:
    doctor, bureau = officer(session), someone(session, Role.BUREAU_TRIAGER)
    go(session, doctor, referral, A.ACCEPT, A.START_HANDLING)
    go(session, doctor, referral, A.HANDLE, details=FILED)
    go(session, bureau, referral, A.START_VERIFYING)
    go(session, bureau, referral, A.REOPEN, details=ActionDetails(reason="证据不足"))
    colleague = officer(session)
    go(session, colleague, referral, A.START_HANDLING)
    assert (referral.handler_id, referral.outcome_code, referral.handled_at) == (colleague.user_id, None, None)


def test_allowed_actions_follow_status_role_and_department(session: Session, referral: Referral) -> None:
    assert actions_for(officer(session), referral) == [A.ACCEPT, A.RETURN]
    assert actions_for(officer(session, "putuo.market"), referral) == []
    assert actions_for(someone(session, Role.BUREAU_TRIAGER), referral) == []
    referral.status = ReferralStatus.CLOSED
    assert actions_for(someone(session, Role.BUREAU_TRIAGER), referral) == [A.REOPEN]
