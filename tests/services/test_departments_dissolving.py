"""The end of a department: its functions, and every open referral that lies with it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from backend.domain.errors import DomainError
from backend.domain.vocabulary import ObjectType, ReferralStatus, ReportStatus, Role
from backend.persistence.models import Event, Report, SyncObject
from backend.services import departments, referrals
from backend.services.departments import Dissolution, FunctionChange
from backend.services.referrals import load_departments, redirecting
from tests.conftest import NOW
from tests.factories import (
    DISTRICT,
    STREET,
    actor_of,
    department_named,
    make_department,
    make_officer,
    make_referral,
    make_report,
    make_user,
)

S = ReferralStatus
TODAY = date(2026, 11, 20)
NEXT_YEAR = date(2027, 1, 1)
MIDNIGHT = NOW.replace(month=12, day=31, hour=16)  # of NEXT_YEAR in Shanghai


@pytest.fixture
def admin(session):
    return actor_of(make_user(session, Role.ADMINISTRATOR), Role.ADMINISTRATOR)


def refused(code, act, *args, **kwargs):
    with pytest.raises(DomainError) as refusal:
        act(*args, **kwargs)
    assert refusal.value.code == code, refusal.value.sentence("en")
    assert refusal.value.sentence("zh")
    return refusal.value


def referral_in(session, status, code="putuo.cdc", **values):
    """A referral in ``status`` with what such a one has."""
    officer = make_officer(session, code)
    done = status in (S.HANDLED, S.VERIFYING, S.CLOSED)
    given = {"handler_id": officer.id} if done or status == S.HANDLING else {}
    given |= {"outcome_code": "founded_case_filed", "handled_at": NOW} if done else {}
    given |= {"return_code": "other", "return_reason": "x", "return_count": 1} if status == S.RETURNED else {}
    report = make_report(session, make_user(session))
    values = {"function_code": "drinking_water_supervision", **given, **values}
    return make_referral(session, report, code, status=status, **values)


def code_of(session, referral):
    found = load_departments(session).by_id(referral.department_id)
    return found.code if found else None


def last_event(session, referral):
    return session.scalars(
        select(Event).where(Event.subject_id == str(referral.id)).order_by(Event.seq.desc()).limit(1)
    ).one()


EXPECTED = {
    S.PENDING_TRIAGE: S.PENDING_TRIAGE,
    S.ROUTED: S.ROUTED,
    S.ACCEPTED: S.ROUTED,
    S.RETURNED: S.ROUTED,
    S.HANDLING: S.ROUTED,
    S.HANDLED: S.HANDLED,
    S.VERIFYING: S.VERIFYING,
    S.REOPENED: S.ROUTED,
    S.IN_ARBITRATION: S.IN_ARBITRATION,
}


def test_every_open_referral_goes_to_the_successor(session, admin):
    before = {status: referral_in(session, status) for status in S if status != S.MERGED}
    gaps = referrals.dissolve(
        session, admin, "putuo.cdc", Dissolution(TODAY, "putuo.health", reason="并入卫健委"), now=NOW
    )
    assert gaps == []
    for status, referral in before.items():
        session.refresh(referral)
        if status == S.CLOSED:
            assert (referral.status, code_of(session, referral), referral.version) == (S.CLOSED, "putuo.cdc", 1)
            continue
        assert (referral.status, code_of(session, referral)) == (EXPECTED[status], "putuo.health"), status
        event = last_event(session, referral)
        assert (event.action, event.actor_id, event.from_status) == ("redirect", None, status)
        assert (event.data["before"]["department"], event.data["after"]["department"]) == ("putuo.cdc", "putuo.health")
        assert event.reason
        assert referral.version == 2
    assert before[S.HANDLING].handler_id is None  # somebody else begins; who did stands in the event
    assert last_event(session, before[S.HANDLING]).data["handler_id"]
    assert before[S.HANDLED].outcome_code == "founded_case_filed"
    assert before[S.RETURNED].return_count == 1
    department = department_named(session, "putuo.cdc")
    assert (department.valid_to, department.successor_id) == (TODAY, department_named(session, "putuo.health").id)
    found = load_departments(session).find("drinking_water_supervision", DISTRICT, STREET, TODAY, TODAY)
    assert found.code == "putuo.health"


def test_without_a_successor_to_who_holds_the_function_now(session, admin):
    referral = referral_in(session, S.ACCEPTED)
    for function in ("drinking_water_supervision", "disease_control_emergency"):
        departments.assign_function(session, admin, "putuo.health", FunctionChange(function, TODAY), now=NOW)
    assert referrals.dissolve(session, admin, "putuo.cdc", Dissolution(TODAY), now=NOW) == []
    assert (referral.status, code_of(session, referral)) == (S.ROUTED, "putuo.health")
    assert last_event(session, referral).reason_code == "department_ended_holder"


def test_without_anybody_back_to_triage(session, admin):
    routed, done = referral_in(session, S.HANDLING), referral_in(session, S.VERIFYING)
    waiting = referral_in(session, S.PENDING_TRIAGE)
    refusal = refused(
        "function_without_holder", referrals.dissolve, session, admin, "putuo.cdc", Dissolution(TODAY), now=NOW
    )
    assert {error["function"] for error in refusal.errors} == {
        "drinking_water_supervision",
        "disease_control_emergency",
    }
    gaps = referrals.dissolve(session, admin, "putuo.cdc", Dissolution(TODAY, leave_gaps=True), now=NOW)
    assert {len(gap.streets) for gap in gaps} == {10}
    assert (routed.status, routed.department_id, routed.routed_at) == (S.PENDING_TRIAGE, None, None)
    assert (waiting.status, waiting.department_id) == (S.PENDING_TRIAGE, None)
    assert last_event(session, routed).action == "await_triage"
    # nothing is asked of a department any more that has handled: it stays readable where it was
    assert (done.status, code_of(session, done), done.version) == (S.VERIFYING, "putuo.cdc", 1)
    # a report captured while it existed and routed now has nobody to go to
    day = TODAY - timedelta(days=1)
    assert load_departments(session).find("drinking_water_supervision", DISTRICT, STREET, day, TODAY) is None


def test_a_later_day_leaves_everything_until_then(session, admin):
    referral = referral_in(session, S.ROUTED)
    referrals.dissolve(session, admin, "putuo.cdc", Dissolution(NEXT_YEAR, "putuo.health"), now=NOW)
    assert referrals.redirect_dissolved(session, now=NOW) is None
    assert (code_of(session, referral), referral.version) == ("putuo.cdc", 1)
    assert referrals.redirect_dissolved(session, now=MIDNIGHT - timedelta(seconds=1)) is None
    reached = referrals.redirect_dissolved(session, now=MIDNIGHT)
    assert (reached, code_of(session, referral)) == (referral.seq, "putuo.health")
    assert referrals.redirect_dissolved(session, now=MIDNIGHT, after=reached) is None
    assert referrals.redirect_dissolved(session, now=MIDNIGHT) is None


def test_the_successors_successor(session, admin):
    referral = referral_in(session, S.ROUTED)
    middle = make_department(session)
    referrals.dissolve(session, admin, "putuo.cdc", Dissolution(NEXT_YEAR, middle.code), now=NOW)
    referrals.dissolve(session, admin, middle.code, Dissolution(NEXT_YEAR, "putuo.health"), now=NOW)
    referrals.redirect_dissolved(session, now=MIDNIGHT)
    assert code_of(session, referral) == "putuo.health"
    found = load_departments(session).find("drinking_water_supervision", DISTRICT, STREET, TODAY, NEXT_YEAR)
    assert found.code == "putuo.health"


def test_a_referral_reopened_later_is_moved_then(session, admin):
    done = referral_in(session, S.VERIFYING)
    referrals.dissolve(session, admin, "putuo.cdc", Dissolution(TODAY, leave_gaps=True), now=NOW)
    done.status = S.REOPENED
    session.flush()
    referrals.redirect_dissolved(session, now=NOW)
    assert (done.status, done.department_id) == (S.PENDING_TRIAGE, None)


def test_many_referrals_go_in_batches_and_the_workers_phone_is_told(session, admin, monkeypatch):
    monkeypatch.setattr(redirecting, "BATCH", 2)
    moved = [referral_in(session, S.ROUTED) for _ in range(5)]
    referrals.dissolve(session, admin, "putuo.cdc", Dissolution(TODAY, "putuo.health"), now=NOW)
    assert {code_of(session, referral) for referral in moved} == {"putuo.health"}
    told = session.scalars(select(SyncObject.object_id).where(SyncObject.type == ObjectType.REPORT)).all()
    assert {str(referral.report_id) for referral in moved} <= set(told)


def test_a_report_keeps_its_status_in_step(session, admin):
    referral = referral_in(session, S.ROUTED)
    referrals.dissolve(session, admin, "putuo.cdc", Dissolution(TODAY, leave_gaps=True), now=NOW)
    report = session.get_one(Report, referral.report_id)
    assert report.status == ReportStatus.REFERRED


def test_what_is_refused(session, admin):
    end = lambda code, *args, **more: (session, admin, code, Dissolution(*args, **more))  # noqa: E731  # many calls alike
    dissolve = departments.dissolve_department
    refused("unknown_code", dissolve, *end("putuo.nobody", TODAY), now=NOW)
    refused("unknown_code", dissolve, *end("putuo.cdc", TODAY, "putuo.nobody"), now=NOW)
    refused("bad_period", dissolve, *end("putuo.cdc", date(1949, 10, 1), "putuo.health"), now=NOW)
    refused("department_not_successor", dissolve, *end("putuo.cdc", TODAY, "putuo.cdc"), now=NOW)
    coming, ending = make_department(session, valid_from=NEXT_YEAR), make_department(session, valid_to=NEXT_YEAR)
    for other in (coming, ending):
        refused("department_not_successor", dissolve, *end("putuo.cdc", TODAY, other.code), now=NOW)
    refused("outside_jurisdiction", dissolve, *end("putuo.cdc", TODAY, f"putuo.street.{STREET}"), now=NOW)
    departments.assign_function(session, admin, "putuo.culture", FunctionChange("sports", NEXT_YEAR), now=NOW)
    refused("function_planned", dissolve, *end("putuo.culture", TODAY, leave_gaps=True), now=NOW)
    dissolve(*end("putuo.cdc", NEXT_YEAR, "putuo.health"), now=NOW)
    refused("department_dissolved", dissolve, *end("putuo.cdc", TODAY, "putuo.health"), now=NOW)


def test_a_planned_function_goes_to_the_successor_as_planned(session, admin):
    departments.assign_function(session, admin, "putuo.culture", FunctionChange("sports", NEXT_YEAR), now=NOW)
    departments.dissolve_department(session, admin, "putuo.culture", Dissolution(TODAY, "putuo.ecology"), now=NOW)
    found = load_departments(session).find("sports", DISTRICT, STREET, NEXT_YEAR, NEXT_YEAR)
    assert found.code == "putuo.ecology"
    found = load_departments(session).find("sports", DISTRICT, STREET, TODAY, TODAY)
    assert found.code == "putuo.sports"
