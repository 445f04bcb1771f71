"""/referrals: what each role finds, filters, acts with their answers, and two people acting at once."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.api.schemas.referrals import ReferralPageSchema, ReferralSchema
from backend.domain.ids import new_id
from backend.domain.vocabulary import ReferralRole, ReferralStatus, ReportStatus, Role
from backend.persistence.models import Event, Referral, Report
from tests.api.asking import Person
from tests.factories import (
    OTHER_STREET,
    make_officer,
    make_referral,
    make_report,
    make_user,
    token_for,
)

Watch = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def report(session: Session) -> Report:
    return make_report(session, make_user(session))


@pytest.fixture
def referral(session: Session, report: Report) -> Referral:
    return make_referral(session, report)


@pytest.fixture
def health(app: Flask, session: Session) -> Person:
    return Person(app, session, make_officer(session))


@pytest.fixture
def bureau(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.BUREAU_TRIAGER))


def ids(answer: Any) -> list[str]:
    return [item["id"] for item in answer["items"]]


def test_every_role_finds_exactly_its_own(app: Flask, session: Session) -> None:
    worker = make_user(session)
    mine = make_referral(session, make_report(session, worker))
    far = make_referral(
        session, make_report(session, make_user(session), street_code=OTHER_STREET), "putuo.market",
        function_code="market_supervision",
    )  # fmt: skip
    both = [str(far.id), str(mine.id)]
    for user, seen in (
        (worker, [str(mine.id)]),
        (make_user(session, Role.STREET_COORDINATOR), [str(mine.id)]),
        (make_officer(session), [str(mine.id)]),
        (make_officer(session, "putuo.market"), [str(far.id)]),
        (make_officer(session, "putuo.cdc"), []),
        (make_user(session, Role.AUDITOR), both),
        (make_user(session, Role.CITY_OPERATIONS), both),
    ):
        person = Person(app, session, user)
        assert ids(person.get("/referrals")) == seen
        for referral in (mine, far):
            person.get(f"/referrals/{referral.id}", 200 if str(referral.id) in seen else 404)


def test_filters_narrow_and_pages_go_on(session: Session, bureau: Person, report: Report) -> None:
    lead = make_referral(session, report, is_emergency=True)
    co = make_referral(session, report, None, function_code="street_office", role=ReferralRole.CO)
    other = make_referral(session, make_report(session, make_user(session)), "putuo.market")
    everything = [str(r.id) for r in (other, co, lead)]
    assert ids(bureau.get("/referrals")) == everything
    for query, hits in (
        ({"report_id": str(report.id)}, [co, lead]),
        ({"status": "pending_triage"}, [co]),
        ({"status": "pending_triage,routed"}, [other, co, lead]),
        ({"department": "putuo.market"}, [other]),
        ({"department": "nobody"}, []),
        ({"function": "street_office"}, [co]),
        ({"role": "co"}, [co]),
        ({"emergency": "true"}, [lead]),
        ({"street": OTHER_STREET}, []),
    ):
        assert ids(bureau.get("/referrals", **query)) == [str(r.id) for r in hits], query
    first = bureau.get("/referrals", limit=2)
    second = bureau.get("/referrals", limit=2, cursor=first["next_cursor"])
    assert (ids(first) + ids(second), second["next_cursor"]) == (everything, None)
    assert bureau.get("/referrals", expect=422, status="lost")["code"] == "invalid_input"


def test_answers_have_the_documented_shape(bureau: Person, referral: Referral) -> None:
    ReferralPageSchema().load(bureau.get("/referrals"))
    ReferralSchema().load(bureau.get(f"/referrals/{referral.id}"))


def test_a_page_costs_the_same_however_long(session: Session, bureau: Person, count_queries: Watch) -> None:
    counts = []
    for more in (1, 10):
        for _ in range(more):
            make_referral(session, make_report(session, make_user(session)))
        with count_queries() as seen:
            bureau.get("/referrals")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 4


def test_the_whole_way_by_http(health: Person, bureau: Person, report: Report, referral: Referral) -> None:
    path = f"/referrals/{referral.id}"
    assert health.get(path)["allowed_actions"] == ["accept", "return"]
    accepted = health.post(f"{path}/actions/accept", version=1)
    assert (accepted["status"], accepted["version"], accepted["allowed_actions"]) == (
        "accepted",
        2,
        ["transfer", "assign", "start_handling"],
    )
    health.post(f"{path}/actions/start_handling")
    handled = health.post(f"{path}/actions/handle", outcome_code="founded_case_filed", note="<b>已立案</b>")
    assert (handled["outcome_note"], handled["allowed_actions"]) == ("<b>已立案</b>", [])
    assert bureau.get(path)["allowed_actions"] == ["start_verifying"]
    bureau.post(f"{path}/actions/start_verifying")
    closed = bureau.post(f"{path}/actions/close", version=5)
    assert (closed["status"], closed["verifier"]["name"]) == ("closed", "测试员")
    shown = bureau.get(f"/reports/{report.id}")
    assert (shown["status"], shown["stage"]) == ("closed", "evaluation")
    assert [e["action"] for e in shown["history"]] == [
        "accept", "start_handling", "handle", "start_verifying", "close", "close", "recheck_not_made",
    ]  # fmt: skip


def test_refusals_have_their_codes(
    app: Flask, session: Session, health: Person, bureau: Person, referral: Referral
) -> None:
    path = f"/referrals/{referral.id}/actions"
    market = Person(app, session, make_officer(session, "putuo.market"))
    assert market.post(f"{path}/accept", 404)["code"] == "not_found"
    assert bureau.post(f"{path}/accept", 403)["code"] == "forbidden"
    assert health.post(f"{path}/accept", 409, version=9)["code"] == "stale_version"
    assert health.post(f"{path}/handle", 409, outcome_code="unfounded")["code"] == "illegal_transition"
    assert health.post(f"{path}/return", 422, return_code="other")["code"] == "reason_required"
    assert health.post(f"{path}/return", 422, return_code="mood", reason="x")["code"] == "unknown_code"
    assert health.post(f"{path}/explode", 404)["code"] == "not_found"
    assert health.post(f"/referrals/{new_id()}/actions/accept", 404)["code"] == "not_found"
    assert health.post(f"{path}/accept", 422, version="1")["code"] == "invalid_input"
    assert health.post(f"{path}/accept", 422, surprise=1)["code"] == "invalid_input"
    assert health.post(f"{path}/return", 422, reason="\x00", return_code="other")["code"] == "invalid_input"
    session.expire_all()
    assert (referral.status, referral.version) == (ReferralStatus.ROUTED, 1)


def test_returned_and_routed_by_http(health: Person, bureau: Person, referral: Referral) -> None:
    path = f"/referrals/{referral.id}/actions"
    back = health.post(
        f"{path}/return", return_code="not_our_function", reason="占道", proposed_department="putuo.chengguan"
    )
    assert (back["status"], back["proposed_department"], back["return_count"]) == ("returned", "putuo.chengguan", 1)
    routed = bureau.post(f"{path}/route", department="putuo.chengguan", reason="同意")
    assert (routed["department"], routed["status"]) == ("putuo.chengguan", "routed")
    health.get(f"/referrals/{referral.id}", 404)


def test_history_is_for_those_who_see_the_subject(
    app: Flask, session: Session, health: Person, bureau: Person, referral: Referral
) -> None:
    health.post(f"/referrals/{referral.id}/actions/accept")
    about = {"subject_type": "referral", "subject_id": str(referral.id)}
    auditor = Person(app, session, make_user(session, Role.AUDITOR))
    for person in (health, bureau, auditor):
        page = person.get("/history", **about)
        assert [(e["action"], e["from_status"], e["to_status"]) for e in page["items"]] == [
            ("accept", "routed", "accepted")
        ]
    stranger = Person(app, session, make_officer(session, "putuo.market"))
    assert stranger.get("/history", expect=404, **about)["code"] == "not_found"
    assert auditor.get("/history", subject_type="user", subject_id=str(new_id()))["items"] == []
    bureau.get("/history", expect=404, subject_type="user", subject_id=str(new_id()))
    bureau.get("/history", expect=404, subject_type="report", subject_id="../etc")
    bureau.get("/history", expect=422, subject_type="money", subject_id="1")


def _race(app: Flask, calls: list[tuple[str, str, dict[str, Any]]]) -> list[tuple[int, str | None]]:
    """Answers of POSTs that start together, each as (status, code), in the order of ``calls``."""
    barrier = threading.Barrier(len(calls))
    answers: list[Any] = [None] * len(calls)

    def run(number: int, token: str, path: str, body: dict[str, Any]) -> None:
        client = app.test_client()
        barrier.wait()
        answer = client.post(f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {token}"})
        answers[number] = (answer.status_code, (answer.json or {}).get("code"))

    threads = [threading.Thread(target=run, args=(n, *call)) for n, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_two_people_act_at_once_and_one_is_told(live_app: Flask, live_session: Session) -> None:
    report = make_report(live_session, make_user(live_session))
    referral = make_referral(live_session, report)
    tokens = [token_for(live_app, live_session, make_officer(live_session)) for _ in range(2)]
    live_session.commit()
    path = f"/referrals/{referral.id}/actions"
    returning = {"version": 1, "return_code": "duplicate", "reason": "重复"}
    answers = _race(live_app, [(tokens[0], f"{path}/accept", {"version": 1}), (tokens[1], f"{path}/return", returning)])
    assert sorted(answers, key=str) == [(200, None), (409, "stale_version")]
    live_session.expire_all()
    assert referral.version == 2
    assert len(live_session.scalars(select(Event).where(Event.subject_id == str(referral.id))).all()) == 1


def test_the_same_act_twice_without_a_version_is_refused_once(live_app: Flask, live_session: Session) -> None:
    referral = make_referral(live_session, make_report(live_session, make_user(live_session)))
    tokens = [token_for(live_app, live_session, make_officer(live_session)) for _ in range(3)]
    live_session.commit()
    answers = _race(live_app, [(token, f"/referrals/{referral.id}/actions/accept", {}) for token in tokens])
    assert sorted(answers, key=str) == [(200, None), (409, "illegal_transition"), (409, "illegal_transition")]


def test_the_last_two_referrals_closed_at_once_close_the_report(live_app: Flask, live_session: Session) -> None:
    """Each closing looks at the other referral: without the lock on the report both would find the other still open."""
    handler = make_officer(live_session)
    report = make_report(live_session, make_user(live_session))
    verifying = {"status": ReferralStatus.VERIFYING, "handler_id": handler.id}
    pair = [
        make_referral(live_session, report, **verifying),
        make_referral(live_session, report, "putuo.market", function_code="drug_supervision", **verifying),
    ]
    token = token_for(live_app, live_session, make_user(live_session, Role.BUREAU_TRIAGER))
    live_session.commit()
    answers = _race(live_app, [(token, f"/referrals/{referral.id}/actions/close", {}) for referral in pair])
    assert answers == [(200, None), (200, None)]
    live_session.expire_all()
    assert report.status == ReportStatus.CLOSED


def test_two_cases_merged_into_each_other_at_once_leave_one(live_app: Flask, live_session: Session) -> None:
    pair = [make_referral(live_session, make_report(live_session, make_user(live_session))) for _ in range(2)]
    tokens = [token_for(live_app, live_session, make_user(live_session, Role.BUREAU_TRIAGER)) for _ in pair]
    live_session.commit()
    for _ in range(5):
        calls = [
            (token, f"/referrals/{one.id}/actions/merge", {"target": str(other.id), "reason": "同一处"})
            for token, one, other in zip(tokens, pair, reversed(pair), strict=True)
        ]
        assert sorted(_race(live_app, calls), key=str) == [(200, None), (409, "merge_target_unfit")]
        live_session.expire_all()
        [merged] = [referral for referral in pair if referral.status == ReferralStatus.MERGED]
        merged.status, merged.merged_into_id = ReferralStatus.ROUTED, None
        live_session.commit()
