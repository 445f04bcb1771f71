"""Case files, calls, joint handling and one more department over HTTP: who may, who sees, and what bad input is told."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend.api.schemas.casework import CaseFileSchema, JointSchema
from backend.domain.ids import new_id
from backend.domain.vocabulary import ReferralRole, Role
from backend.persistence.models import EmergencyCall, Media, Referral, Report
from tests.api.asking import Person
from tests.conftest import NOW
from tests.factories import OTHER_STREET, make_officer, make_referral, make_report, make_user

Watch = Callable[[], AbstractContextManager[list[str]]]
CALL = {"number": "120", "whom": "急救中心", "called_at": "2026-11-20T01:50:00Z", "note": "已派车"}
JOINT = {"place": "曹杨路100号", "meets_at": "2026-11-21T01:30:00Z"}


@pytest.fixture
def report(session: Session) -> Report:
    return make_report(session, make_user(session))


@pytest.fixture
def referral(session: Session, report: Report) -> Referral:
    return make_referral(session, report, is_emergency=True)


@pytest.fixture
def people(app: Flask, session: Session, report: Report) -> dict[str, Person]:
    author = session.get_one(type(make_user(session)), report.author_id)
    users = {
        "author": author,
        "health": make_officer(session),
        "cdc": make_officer(session, "putuo.cdc"),
        "market": make_officer(session, "putuo.market"),
        "street": make_user(session, Role.STREET_COORDINATOR),
        "another street": make_user(session, Role.STREET_COORDINATOR, street_code=OTHER_STREET),
        **{role.value: make_user(session, role) for role in Role if role.value.startswith(("bureau", "city", "aud"))},
    }
    return {name: Person(app, session, user) for name, user in users.items()}


def test_who_finds_a_case_file(people: dict[str, Person], referral: Referral) -> None:
    expected = {"author": 403, "market": 404, "cdc": 404, "another street": 404}
    for name, person in people.items():
        person.get(f"/referrals/{referral.id}/case-file", expected.get(name, 200))
    people["bureau_triager"].get(f"/referrals/{new_id()}/case-file", 404)


def test_an_emergency_says_whom_to_ring_first(people: dict[str, Person], session: Session, referral: Referral) -> None:
    ring = EmergencyCall(
        id="call-1", report_id=referral.report_id, caller_id=make_user(session).id, number="110", called_at=NOW, note="",
        received_at=NOW,
    )  # fmt: skip
    session.add(ring)
    path = f"/referrals/{referral.id}"
    file = people["health"].post(f"{path}/calls", **CALL)
    CaseFileSchema().load(file)
    assert [entry["number"] for entry in file["call_first"]] == ["110", "120", "119"]
    assert [(call["number"], call["from_field"], call["caller"]) for call in file["calls"]] == [
        ("120", False, "测试员"), ("110", True, None),
    ]  # fmt: skip
    assert people["health"].post(f"{path}/calls", 422, **{**CALL, "number": ""})["code"] == "invalid_input"
    late = {**CALL, "called_at": "2026-11-20T03:00:00Z"}
    assert people["health"].post(f"{path}/calls", 422, **late)["code"] == "call_in_future"
    people["auditor"].post(f"{path}/calls", 403, **CALL)
    people["author"].post(f"{path}/calls", 403, **CALL)
    people["market"].post(f"{path}/calls", 404, **CALL)
    referral.is_emergency = False
    assert people["health"].get(f"{path}/case-file")["call_first"] == []


def test_a_joint_handling_from_the_call_to_the_end(
    people: dict[str, Person], session: Session, report: Report, referral: Referral
) -> None:
    health, cdc, bureau = people["health"], people["cdc"], people["bureau_triager"]
    path = f"/reports/{report.id}"
    both = ["putuo.health", "putuo.cdc"]
    told = health.post(f"{path}/joint-handlings", 422, departments=both, **JOINT)
    assert (told["code"], "putuo.cdc" in told["detail"]) == ("joint_party_without_referral", True)
    health.post(f"{path}/referrals", 403, function="drinking_water_supervision", reason="协办")
    added = bureau.post(f"{path}/referrals", 201, function="drinking_water_supervision", reason="需取样")
    assert (added["department"], added["role"], added["rules"]) == ("putuo.cdc", "co", ["by_hand"])
    joint = health.post(f"{path}/joint-handlings", 201, departments=both, **JOINT)
    JointSchema().load(joint)
    place = f"/joint-handlings/{joint['id']}"
    cdc.post(f"{place}/answer", department="putuo.cdc", will_come=True)
    cdc.post(f"{place}/answer", 403, department="putuo.health", will_come=True)
    people["market"].post(f"{place}/answer", 404, department="putuo.cdc", will_come=True)
    came = {"department": "putuo.cdc", "arrived_at": "2026-11-21T01:35:00Z", "officers": ["张三", "李四"]}
    cdc.post(f"{place}/attendance", **came)
    people["author"].post(f"{place}/attendance", 403, **came)
    ended = health.post(f"{place}/end", result="当场移除")
    assert (ended["result"], ended["parties"][0]["officers"]) == ("当场移除", ["张三", "李四"])
    assert health.post(f"{place}/end", 409, result="再来")["code"] == "joint_ended"
    shown = cdc.get(f"/referrals/{added['id']}/case-file")["joint_handlings"]
    assert [(entry["id"], entry["result"]) for entry in shown] == [(joint["id"], "当场移除")]
    actions = [event["action"] for event in bureau.get(path)["history"]]
    assert [a for a in actions if a.startswith("joint")] == ["joint_call", "joint_answer", "joint_attend", "joint_end"]


def test_a_dispute_by_http(people: dict[str, Person], session: Session, referral: Referral) -> None:
    health, market = people["health"], people["market"]
    bureau, cityops = people["bureau_triager"], people["city_operations"]
    path = f"/referrals/{referral.id}/actions"
    back = {"return_code": "not_our_function", "reason": "占道为主", "proposed_department": "putuo.market"}
    paper = {"title": "职责清单", "document_no": "普府办〔2026〕1号"}
    health.post(f"{path}/return", **back, materials=[paper])
    assert bureau.post(f"{path}/route", 422, department="putuo.market")["code"] == "reason_required"
    bureau.post(f"{path}/route", department="putuo.market", reason="按退单建议")
    disputed = market.post(f"{path}/return", return_code="not_our_function", reason="属卫健")
    assert (disputed["status"], disputed["allowed_actions"]) == ("in_arbitration", [])
    assert cityops.get(f"/referrals/{referral.id}")["allowed_actions"] == ["arbitrate"]
    ruling = {"department": "putuo.health", "reason": "无证行医由卫健查处", "legal_basis": "684号令5、7条"}
    bureau.post(f"{path}/arbitrate", 403, **ruling)
    ruled = cityops.post(f"{path}/arbitrate", **ruling)
    assert (ruled["status"], ruled["department"], ruled["ruled_at"]) == (
        "routed",
        "putuo.health",
        "2026-11-20T02:00:00+00:00",
    )
    assert health.get(f"/referrals/{referral.id}")["allowed_actions"] == ["accept"]
    assert health.post(f"{path}/return", 409, **back)["code"] == "ruling_is_binding"
    next_one = make_referral(session, make_report(session, make_user(session)))
    [precedent] = health.get(f"/referrals/{next_one.id}/case-file")["precedents"]
    assert (precedent["disputed_by"], precedent["department"]) == (["putuo.health", "putuo.market"], "putuo.health")
    [material] = health.get(f"/referrals/{referral.id}/case-file")["materials"]
    assert (material["action"], material["document_no"]) == ("return", "普府办〔2026〕1号")


@pytest.mark.parametrize(
    "material",
    [
        {"title": "空"},
        {"title": ""},
        {"title": "x", "sha256": "zz"},
        {"title": "x", "note": "y", "bytes": 1},
        "text",
        None,
    ],
)
def test_a_material_that_says_nothing_is_refused(people: dict[str, Person], referral: Referral, material: Any) -> None:
    told = people["health"].post(f"/referrals/{referral.id}/actions/accept", 422, materials=[material])
    assert told["code"] == "invalid_input"


def test_a_photo_is_handed_in_by_its_hash(people: dict[str, Person], session: Session, referral: Referral) -> None:
    path = f"/referrals/{referral.id}/actions/accept"
    photo = {"title": "现场", "sha256": "d" * 64}
    missing = people["health"].post(path, 422, materials=[photo])
    assert (missing["code"], "d" * 64 in missing["detail"]) == ("material_missing", True)
    handed = Media(sha256="d" * 64, byte_count=3, mime="image/jpeg", stored_at=NOW)
    session.add(handed)
    session.flush()
    assert people["health"].post(path, 422, materials=[photo])["code"] == "material_missing"  # not his to hand in
    session.expire_all()
    assert referral.status == "routed"


def test_a_case_file_costs_the_same_however_much_hangs_on_it(
    people: dict[str, Person], session: Session, referral: Referral, count_queries: Watch
) -> None:
    counts = []
    make_referral(session, session.get_one(Report, referral.report_id), "putuo.cdc", role=ReferralRole.CO,
                  function_code="drinking_water_supervision")  # fmt: skip
    for more in (1, 5):
        for _ in range(more):
            people["health"].post(f"/referrals/{referral.id}/calls", **CALL)
            people["health"].post(
                f"/reports/{referral.report_id}/joint-handlings", 201, departments=["putuo.cdc"], **JOINT
            )
        with count_queries() as seen:
            people["health"].get(f"/referrals/{referral.id}/case-file")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12


def test_a_report_without_problem_can_be_referred_by_hand_and_is_found(
    people: dict[str, Person], session: Session
) -> None:
    bare = make_report(session, make_user(session), site={"name": "安康推拿馆", "address": "梧桐路9号"})
    bureau = people["bureau_triager"]
    added = bureau.post(
        f"/reports/{bare.id}/referrals", 201, function="tcm_supervision", reason="照片可见针刺", role="lead"
    )
    assert [item["id"] for item in bureau.get("/cases", q="安康推拿")["items"]] == [added["id"]]
    clocks = people["health"].get(f"/referrals/{added['id']}/clocks")["clocks"]
    assert {clock["kind"] for clock in clocks} == {"accept", "overall"}
    assert people["health"].get("/inbox")["items"][0]["referral_id"] == added["id"]
    assert bureau.get(f"/reports/{bare.id}")["status"] == "referred"
