"""Joint handling, calls, one more department, and rulings shown with the next case like theirs."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.vocabulary import ReferralAction, ReferralRole, ReferralStatus, ReportStatus, Role, Severity
from backend.persistence.models import Event, JointParty, Precedent, Referral, ReferralCall, Report
from backend.persistence.queries.case_files import get_case_file, similar_rulings
from backend.services.referrals import (
    ActionDetails,
    Attendance,
    act,
    add_referral,
    answer_joint,
    attend_joint,
    call_joint,
    end_joint,
    record_call,
)
from tests.conftest import NOW
from tests.factories import STREET, actor_of, department_named, make_officer, make_referral, make_report, make_user

SOON = NOW + timedelta(days=1)


@pytest.fixture
def report(session: Session) -> Report:
    return make_report(session, make_user(session), findings=[{"code": "C-01", "note": "", "severity": "high"}],
                       severity=Severity.HIGH)  # fmt: skip


@pytest.fixture
def lead(session: Session, report: Report) -> Referral:
    return make_referral(session, report, "putuo.health")


@pytest.fixture
def bureau(session: Session) -> Actor:
    return actor_of(make_user(session, Role.BUREAU_TRIAGER), Role.BUREAU_TRIAGER)


def officer(session: Session, code: str = "putuo.health") -> Actor:
    user = make_officer(session, code)
    return actor_of(user, Role.DEPARTMENT_OFFICER, department_ids=[department_named(session, code).id])


def code_of(call: Any) -> str:
    with pytest.raises(DomainError) as error:
        call()
    return error.value.code


def test_one_more_department_is_added_by_hand(session: Session, report: Report, lead: Referral, bureau: Actor) -> None:
    def add(**values: Any) -> Referral:
        given = {"function": "fire", "department": None, "role": ReferralRole.CO, "reason": "堵消防通道", **values}
        return add_referral(session, bureau, report.id, **given, now=NOW)

    assert code_of(lambda: add(reason="  ")) == "reason_required"
    assert code_of(lambda: add(function="magic")) == "unknown_code"
    assert code_of(lambda: add(function=lead.function_code)) == "already_referred"
    assert code_of(lambda: add(department="putuo.nobody")) == "unknown_code"
    added = add()
    assert (added.status, added.role, added.rule_codes) == ("routed", "co", ["by_hand"])
    assert (added.department_id, added.severity) == (department_named(session, "putuo.fire").id, Severity.HIGH)
    event = session.scalars(select(Event).where(Event.action == "add")).one()
    assert (event.reason, event.to_status, event.actor_id) == ("堵消防通道", "routed", bureau.user_id)
    report.status, report.withdrawn_at = ReportStatus.WITHDRAWN, NOW
    session.flush()
    assert code_of(lambda: add(function="ecology")) == "report_withdrawn"


def test_who_came_when(session: Session, report: Report, lead: Referral, bureau: Actor) -> None:
    make_referral(session, report, "putuo.cdc", function_code="drinking_water_supervision", role=ReferralRole.CO)
    doctor, cdc, market = officer(session), officer(session, "putuo.cdc"), officer(session, "putuo.market")
    place = {"place": "曹杨路100号", "meets_at": SOON, "note": "", "now": NOW}
    both = ["putuo.health", "putuo.cdc"]
    assert code_of(lambda: call_joint(session, doctor, report.id, ["putuo.market"], **place)) == (
        "joint_party_without_referral"
    )
    assert code_of(lambda: call_joint(session, market, report.id, both, **place)) == "not_found"
    joint = call_joint(session, doctor, report.id, [*both, "putuo.cdc"], **place)
    answer_joint(session, cdc, joint.id, "putuo.cdc", will_come=True, note="两人", now=NOW)
    assert code_of(
        lambda: answer_joint(session, cdc, joint.id, "putuo.health", will_come=False, note="", now=NOW)
    ) == "forbidden"  # fmt: skip
    assert code_of(lambda: answer_joint(session, market, joint.id, "putuo.cdc", will_come=True, note="", now=NOW)) == (
        "not_found"
    )
    came = Attendance(SOON, SOON + timedelta(hours=1), ("张三", "李四"), "取样")
    attend_joint(session, cdc, joint.id, "putuo.cdc", came, now=SOON)
    attend_joint(session, doctor, joint.id, "putuo.health", Attendance(SOON, officers=("王五",)), now=SOON)
    backwards = Attendance(SOON, SOON - timedelta(hours=1))
    assert code_of(lambda: attend_joint(session, cdc, joint.id, "putuo.cdc", backwards, now=SOON)) == "bad_period"
    assert code_of(lambda: end_joint(session, cdc, joint.id, result="x", now=SOON)) == "forbidden"
    end_joint(session, bureau, joint.id, result="当场移除", now=SOON)
    assert code_of(lambda: attend_joint(session, cdc, joint.id, "putuo.cdc", came, now=SOON)) == "joint_ended"
    party = session.scalars(
        select(JointParty).where(JointParty.department_id == department_named(session, "putuo.cdc").id)
    ).one()
    assert (party.will_come, party.arrived_at, party.officers) == (True, SOON, ["张三", "李四"])
    told = session.scalars(select(Event.action).where(Event.subject_id == str(report.id)).order_by(Event.seq)).all()
    assert told == ["joint_call", "joint_answer", "joint_attend", "joint_attend", "joint_end"]


def test_calls_are_recorded_after_they_were_made(session: Session, lead: Referral) -> None:
    doctor = officer(session)
    call = {"number": "120", "whom": "急救", "note": "", "now": NOW}
    record_call(session, doctor, lead.id, called_at=NOW - timedelta(minutes=3), **call)
    assert code_of(lambda: record_call(session, doctor, lead.id, called_at=SOON, **call)) == "call_in_future"
    market = officer(session, "putuo.market")
    assert code_of(lambda: record_call(session, market, lead.id, called_at=NOW, **call)) == "not_found"
    kept = session.scalars(select(ReferralCall)).one()
    assert (kept.number, kept.caller_id, kept.recorded_at) == ("120", doctor.user_id, NOW)


def _ruled(session: Session, findings: list[str], function: str, department: str) -> Precedent:
    cityops = actor_of(make_user(session, Role.CITY_OPERATIONS), Role.CITY_OPERATIONS)
    case = make_referral(
        session, make_report(session, make_user(session)), "putuo.market", status=ReferralStatus.IN_ARBITRATION,
        finding_codes=findings, function_code=function,
    )  # fmt: skip
    ruling = ActionDetails(department=department, reason=f"指定{department}")
    act(session, cityops, case.id, ReferralAction.ARBITRATE, ruling, now=NOW)
    return session.scalars(select(Precedent).where(Precedent.referral_id == case.id)).one()


def test_the_next_case_is_shown_rulings_like_it(session: Session, bureau: Actor) -> None:
    near = _ruled(session, ["A-01", "A-03"], "medical_practice_supervision", "putuo.health")
    nearer = _ruled(session, ["A-01", "A-03", "A-05"], "drug_supervision", "putuo.market")
    same_function = _ruled(session, ["A-07"], "medical_practice_supervision", "putuo.health")
    _ruled(session, ["A-08"], "advertising_supervision", "putuo.market")
    case = make_referral(
        session, make_report(session, make_user(session)), finding_codes=["A-01", "A-03", "A-05"],
    )  # fmt: skip
    shown = [row.Precedent.id for row in similar_rulings(session, case, 5)]
    assert shown == [nearer.id, near.id, same_function.id]
    assert [row.Precedent.id for row in similar_rulings(session, case, 1)] == [nearer.id]
    file = get_case_file(session, bureau, case.id, 5)
    assert [row.department for row in file.precedents] == ["putuo.market", "putuo.health", "putuo.health"]


def test_a_case_file_is_not_for_the_field(session: Session, report: Report, lead: Referral) -> None:
    worker = Actor(report.author_id, "worker", "网格员", frozenset({Role.GRID_WORKER}))
    assert code_of(lambda: get_case_file(session, worker, lead.id, 5)) == "not_found"
    coordinator = actor_of(
        make_user(session, Role.STREET_COORDINATOR), Role.STREET_COORDINATOR, street_codes=[STREET]
    )  # fmt: skip
    assert get_case_file(session, coordinator, lead.id, 5).referral is lead
    assert code_of(lambda: get_case_file(session, officer(session, "putuo.market"), lead.id, 5)) == "not_found"
    assert code_of(lambda: get_case_file(session, coordinator, new_id(), 5)) == "not_found"
