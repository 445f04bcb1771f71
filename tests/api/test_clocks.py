"""Deadlines by HTTP: who sees and asks what, who decides, two deciders at once; and the calendar."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend.api.schemas.clocks import CalendarSchema, ClockRequestPageSchema, ReferralClocksSchema
from backend.domain.calendar import LOCAL_ZONE
from backend.domain.ids import new_id
from backend.domain.vocabulary import Role
from backend.gateways.clock import FixedClock
from backend.persistence.models import Referral
from backend.services.clocks import notice_due
from tests.api.asking import Asker, Person, told
from tests.factories import make_officer, make_referral, make_report, make_user, token_for
from tests.factories.clocks import start_clocks
from tests.services.test_calendars import FILE_2027

Watch = Callable[[], AbstractContextManager[list[str]]]
TWO_DAYS = {"value": 2, "unit": "working_day"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE)


@pytest.fixture
def referral(session: Session) -> Referral:
    made = make_referral(session, make_report(session, make_user(session)))
    start_clocks(session, made)
    return made


@pytest.fixture
def person(app: Flask, session: Session) -> Callable[..., Person]:
    return lambda role, **values: Person(app, session, make_user(session, role, **values))


@pytest.fixture
def health(app: Flask, session: Session) -> Person:
    return Person(app, session, make_officer(session))


@pytest.fixture
def bureau(person: Callable[..., Person]) -> Person:
    return person(Role.BUREAU_TRIAGER)


def clock_id(who: Person, referral: Referral, kind: str = "accept") -> str:
    shown = who.get(f"/referrals/{referral.id}/clocks")
    return next(clock["id"] for clock in shown["clocks"] if clock["kind"] == kind)


def test_clocks_are_shown_to_whoever_sees_the_referral(
    app: Flask, session: Session, referral: Referral, health: Person, person: Callable[..., Person]
) -> None:
    path = f"/referrals/{referral.id}/clocks"
    for who in (health, person(Role.AUDITOR), person(Role.STREET_COORDINATOR), person(Role.ADMINISTRATOR)):
        shown = who.get(path)
        ReferralClocksSchema().load(shown)
        assert {(clock["kind"], clock["name"]) for clock in shown["clocks"]} == {
            ("accept", "签收"),
            ("overall", "全程"),
        }
    Person(app, session, make_officer(session, "putuo.market")).get(path, 404)
    person(Role.GRID_WORKER).get(path, 404)
    health.get(f"/referrals/{new_id()}/clocks", 404)


def test_a_legal_clock_names_its_law(session: Session, bureau: Person) -> None:
    report = make_report(session, make_user(session))
    referral = make_referral(session, report, "putuo.market", function_code="market_supervision")
    start_clocks(session, referral)
    clocks = bureau.get(f"/referrals/{referral.id}/clocks")["clocks"]
    (legal,) = [clock for clock in clocks if clock["level"] == "legal"]
    assert (legal["kind"], legal["legal_basis"]["article"], legal["legal_basis"]["mark"]) == (
        "market_check",
        "23条",
        "确认",
    )


def test_asked_approved_and_listed(
    referral: Referral, health: Person, bureau: Person, person: Callable[..., Person]
) -> None:
    path = f"/referrals/{referral.id}/clock-requests"
    asked = health.post(
        path, 201, kind="extension", clock_id=clock_id(health, referral), span=TWO_DAYS, reason="等检验结果"
    )
    assert (asked["state"], asked["level"], asked["clock"], asked["decided_by"]) == ("requested", 1, "accept", None)
    waiting = bureau.get("/clock-requests", state="requested")
    ClockRequestPageSchema().load(waiting)
    assert [item["id"] for item in waiting["items"]] == [asked["id"]]
    decision = f"{path}/{asked['id']}/decision"
    assert person(Role.CITY_OPERATIONS).post(decision, 403, decision="approve")["code"] == "wrong_level"
    assert health.post(decision, 403, decision="approve")["code"] == "forbidden"
    assert bureau.post(decision, 422, decision="maybe")["code"] == "invalid_input"
    assert bureau.post(decision, 422, decision="refuse")["code"] == "reason_required"
    decided = bureau.post(decision, decision="approve", note="同意")
    assert (decided["state"], decided["note"], decided["decided_by"]["name"]) == ("approved", "同意", "测试员")
    assert bureau.post(decision, 409, decision="approve")["code"] == "already_decided"
    assert bureau.get("/clock-requests", state="requested")["items"] == []
    shown = health.get(f"/referrals/{referral.id}/clocks")
    accept = next(clock for clock in shown["clocks"] if clock["kind"] == "accept")
    assert (accept["due_at"], accept["extended"]) == ("2026-11-26T15:59:59+00:00", 2)
    assert [request["id"] for request in shown["requests"]] == [asked["id"]]
    history = health.get("/history", subject_type="referral", subject_id=str(referral.id))["items"]
    assert {event["action"] for event in history} == {"clock_request", "clock_approve"}


def test_suspended_and_resumed(referral: Referral, health: Person, bureau: Person, clock: FixedClock) -> None:
    path = f"/referrals/{referral.id}"
    asked = health.post(
        f"{path}/clock-requests", 201, kind="suspension", until="2026-12-01T12:00:00+08:00", reason="停业"
    )
    bureau.post(f"{path}/clock-requests/{asked['id']}/decision", decision="approve")
    states = {c["kind"]: c["state"] for c in health.get(f"{path}/clocks")["clocks"]}
    assert states == {"accept": "suspended", "overall": "suspended"}
    clock.at = at("2026-11-24T10:00")
    resumed = health.post(f"{path}/clocks/resume", reason="复业")
    assert {c["kind"]: (c["state"], c["due_at"][:10]) for c in resumed["clocks"]} == {
        "accept": ("running", "2026-11-26"), "overall": ("running", "2026-12-29"),
    }  # fmt: skip
    assert health.post(f"{path}/clocks/resume", 409)["code"] == "not_suspended"


def test_an_excuse_stands_beside_the_fact(session: Session, referral: Referral, health: Person, bureau: Person) -> None:
    notice_due(session, at("2026-11-25T09:00"))
    path = f"/referrals/{referral.id}/clock-requests"
    asked = health.post(path, 201, kind="excuse", clock_id=clock_id(health, referral), reason="系统停机")
    bureau.post(f"{path}/{asked['id']}/decision", decision="approve")
    accept = health.get(f"/referrals/{referral.id}/clocks")["clocks"][0]
    assert (accept["overdue_at"], accept["excuse_reason"]) == ("2026-11-24T15:59:59+00:00", "系统停机")
    assert accept["excused_by"]["name"] == "测试员"


def test_refusals_have_their_codes(
    app: Flask, session: Session, referral: Referral, health: Person, bureau: Person
) -> None:
    path, accept = f"/referrals/{referral.id}/clock-requests", clock_id(health, referral)
    good = {"kind": "extension", "clock_id": accept, "span": TWO_DAYS, "reason": "x"}
    market = Person(app, session, make_officer(session, "putuo.market"))
    assert market.post(path, 404, **good)["code"] == "not_found"
    assert bureau.post(path, 403, **good)["code"] == "forbidden"
    for status, code, changes in (
        (422, "invalid_input", {"span": None}),
        (422, "invalid_input", {"clock_id": None}),
        (422, "invalid_input", {"kind": "suspension"}),
        (422, "invalid_input", {"kind": "excuse", "clock_id": None}),
        (422, "invalid_input", {"kind": "holiday"}),
        (422, "invalid_input", {"reason": ""}),
        (422, "invalid_input", {"reason": "\x00"}),
        (422, "invalid_input", {"span": {"value": 1, "unit": "week"}}),
        (422, "bad_span", {"span": {"value": 0, "unit": "working_day"}}),
        (422, "other_unit", {"span": {"value": 1, "unit": "hour"}}),
        (422, "extension_too_long", {"span": {"value": 3, "unit": "working_day"}}),
        (409, "not_overdue", {"kind": "excuse"}),
        (404, "not_found", {"clock_id": str(new_id())}),
        (422, "suspension_too_long", {"kind": "suspension", "until": "2026-11-19T00:00:00+08:00"}),
    ):
        assert health.post(path, status, **{**good, **changes})["code"] == code, changes
    assert bureau.post(f"{path}/{new_id()}/decision", 404, decision="approve")["code"] == "not_found"
    assert bureau.get("/clock-requests", 422, state="lost")["code"] == "invalid_input"
    assert bureau.get("/clock-requests", 422, cursor="!")["code"] == "bad_cursor"


def test_officers_list_their_own_and_pages_go_on(
    app: Flask, session: Session, health: Person, bureau: Person, count_queries: Watch
) -> None:
    counts = []
    for size in (2, 6):
        for _ in range(size):
            referral = make_referral(session, make_report(session, make_user(session)))
            accept = start_clocks(session, referral)["accept"]
            health.post(
                f"/referrals/{referral.id}/clock-requests", 201, kind="extension", clock_id=str(accept.id), span=TWO_DAYS,
                reason="x",
            )  # fmt: skip
        with count_queries() as seen:
            first = bureau.get("/clock-requests", limit=100)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 3
    half = bureau.get("/clock-requests", limit=4)
    rest = bureau.get("/clock-requests", limit=4, cursor=half["next_cursor"])
    assert half["items"] + rest["items"] == first["items"] and rest["next_cursor"] is None
    assert health.get("/clock-requests")["items"] == first["items"]
    assert Person(app, session, make_officer(session, "putuo.market")).get("/clock-requests")["items"] == []
    Person(app, session, make_user(session)).get("/clock-requests", 403)


def test_two_deciders_at_once_and_one_is_told(live_app: Flask, live_session: Session) -> None:
    referral = make_referral(live_session, make_report(live_session, make_user(live_session)))
    accept = start_clocks(live_session, referral)["accept"]
    officer = Person(live_app, live_session, make_officer(live_session))
    path = f"/api/v1/referrals/{referral.id}/clock-requests"
    asked = officer.post(
        path.removeprefix("/api/v1"), 201, kind="extension", clock_id=str(accept.id), span=TWO_DAYS, reason="x"
    )
    tokens = [token_for(live_app, live_session, make_user(live_session, Role.BUREAU_TRIAGER)) for _ in range(3)]
    live_session.commit()
    barrier, answers = threading.Barrier(3), []

    def decide(token: str, body: dict[str, Any]) -> None:
        barrier.wait()
        answer = live_app.test_client().post(
            f"{path}/{asked['id']}/decision", json=body, headers={"Authorization": f"Bearer {token}"}
        )
        answers.append((answer.status_code, answer.json.get("code")))

    bodies = ({"decision": "approve"}, {"decision": "approve"}, {"decision": "refuse", "note": "不同意"})
    threads = [threading.Thread(target=decide, args=pair) for pair in zip(tokens, bodies, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answers, key=str) == [(200, None), (409, "already_decided"), (409, "already_decided")]
    live_session.refresh(accept)
    assert accept.extended in (0, 2)


def test_the_calendar_by_http(
    app: Flask, session: Session, client: FlaskClient, person: Callable[..., Person], bureau: Person
) -> None:
    referral = make_referral(session, make_report(session, make_user(session)), deadline_profile="low")
    start_clocks(session, referral)
    before = bureau.get("/calendar", year=2026)
    CalendarSchema().load(before)
    assert (before["missing"], before["years"][0]["year"]) == ([{"year": 2027, "clocks": 1}], 2026)
    assert {"day": "2026-10-10", "kind": "workday", "name": "National Day"} in before["days"]
    metric = "gridpatrol_clocks_without_calendar"
    assert f"{metric} 1.0" in client.get("/metrics").text
    administrator = Asker(client, token_for(app, session, make_user(session, Role.ADMINISTRATOR)))
    session.commit()
    bad = administrator.post("/calendar", FILE_2027.encode("gbk") + "2027-13-01,放假,\n".encode("gbk"), "text/csv")
    assert told(bad) == (422, "rows_rejected")
    assert (bad.json["errors"][0]["column"], bad.json["errors"][0]["code"]) == ("日期", "bad_date")
    answer = administrator.post("/calendar?source=国办发明电", FILE_2027.encode("gbk"), "text/csv")
    assert (answer.status_code, answer.json) == (201, {"years": [2027], "amended": [], "computed": 1})
    after = bureau.get("/calendar")
    assert (after["missing"], after["days"], after["years"][0]["source"]) == ([], [], "国办发明电")
    assert f"{metric} 0.0" in client.get("/metrics").text
    assert told(administrator.post("/calendar", "{}", "application/json")) == (415, "unsupported_media_type")
    assert told(administrator.post("/calendar", b"", "text/csv"))[1] == "unreadable_table"
    assert bureau.post("/calendar", 403)["code"] == "forbidden"
