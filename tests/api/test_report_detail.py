"""GET /reports/{id}: everything that hangs on one report, the reason of its routing in words, texts as they were sent."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend.api.schemas.reports import ReportPageSchema, ReportSchema
from backend.domain.vocabulary import Outcome, ReportStatus, Role, Severity
from backend.persistence.models import EmergencyCall, Report, ReportAmendment
from tests.api.asking import Person
from tests.conftest import NOW
from tests.factories import make_photo, make_referral, make_report, make_user, refer, token_for

NASTY = "<script>alert('x')</script> & \"引号\" ../../etc ' OR 1=1 --"


@pytest.fixture
def bureau(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.BUREAU_TRIAGER))


@pytest.fixture
def whole(session: Session) -> Report:
    """A report with everything that can hang on one."""
    worker = make_user(session)
    report = make_report(
        session,
        worker,
        outcome=Outcome.PROBLEM,
        severity=Severity.EMERGENCY,
        findings=[{"code": "A-04", "note": NASTY, "severity": "emergency"}],
        attributes={"has_licence": False},
        description=NASTY,
        site={"id": None, "name": NASTY, "address": "示例路", "uscc": None, "uscc_missing_reason": None},
        position="SRID=4490;POINT(121.4 31.24)",
        accuracy_m=12.5,
        photos_expected=3,
        photos_here=2,
    )
    refer(session, report)
    make_photo(session, report, 1, arrived_at=NOW)
    make_photo(session, report, 2, arrived_at=NOW)
    make_photo(session, report, 3)
    session.add(
        ReportAmendment(id="a1", report_id=report.id, author_id=worker.id, note=NASTY, recorded_at=NOW, received_at=NOW)
    )
    session.add(
        EmergencyCall(
            id="e1", report_id=report.id, caller_id=worker.id, number="120", called_at=NOW, note="", received_at=NOW
        )
    )
    session.flush()
    return report


def test_one_report_whole(bureau: Person, whole: Report) -> None:
    shown = bureau.get(f"/reports/{whole.id}")
    assert shown["photo_state"]["text"] == "3 张照片已到 2 张，自 2026-11-20 10:00 起等待"
    assert [(photo["here"], photo["waiting_since"] is None) for photo in shown["photos"]] == [
        (True, True), (True, True), (False, False),
    ]  # fmt: skip
    assert shown["position"] == {"lon": 121.4, "lat": 31.24, "accuracy_m": 12.5}
    assert [a["note"] for a in shown["amendments"]] == [NASTY]
    assert [c["number"] for c in shown["emergency_calls"]] == ["120"]
    assert {event["subject_type"] for event in shown["history"]} == {"report", "referral"}
    assert shown["referrals"][0]["department"] == "putuo.health"
    assert shown["stage"] == "consultation"


def test_the_reason_of_the_routing_can_be_read(bureau: Person, whole: Report) -> None:
    routing = bureau.get(f"/reports/{whole.id}")["routing"]
    first = routing["referrals"][0]
    assert first["rules"][0]["zh"] != first["rules"][0]["code"]
    assert "普陀区卫生健康委员会（主办）" in first["text"] and "A-04" in first["text"]
    assert "紧急，请先电话联系。" in first["text"]
    assert all(entry["why"] and entry["zh"] for entry in routing["rejected"]) and routing["rejected"]
    english = bureau.get(f"/reports/{whole.id}", language="en")
    assert english["photo_state"]["text"].startswith("2 of 3 photos here")
    assert "Emergency: phone first." in english["routing"]["referrals"][0]["text"]


def test_html_comes_back_as_it_was_and_as_json(app: Flask, session: Session, whole: Report) -> None:
    auditor = make_user(session, Role.AUDITOR)
    headers = {"Authorization": f"Bearer {token_for(app, session, auditor)}"}
    session.commit()
    answer = app.test_client().get(f"/api/v1/reports/{whole.id}", headers=headers)
    assert answer.mimetype == "application/json"
    assert answer.json is not None
    assert answer.json["description"] == NASTY == answer.json["site_name"]
    assert [item["report_id"] for item in Person(app, session, auditor).get("/reports", q="<script>")["items"]] == [
        str(whole.id)
    ]


def test_answers_have_the_documented_shape(bureau: Person, whole: Report) -> None:
    """Lists are dumped past their schemas for speed; this holds the two together."""
    ReportPageSchema().load(bureau.get("/reports"))
    ReportSchema().load(bureau.get(f"/reports/{whole.id}"))


def test_a_report_without_anything_is_shown_too(session: Session, bureau: Person) -> None:
    bare = make_report(session, make_user(session), street_code=None, status=ReportStatus.RECORDED)
    shown = bureau.get(f"/reports/{bare.id}")
    ReportSchema().load(shown)
    assert (shown["position"], shown["routing"], shown["referrals"], shown["stage"]) == (None, None, [], "collection")


def test_an_author_takes_his_report_back_once(app: Flask, session: Session) -> None:
    worker = make_user(session)
    report = make_report(session, worker)
    make_referral(session, report)
    author, other = Person(app, session, worker), Person(app, session, make_user(session))
    street = Person(app, session, make_user(session, Role.STREET_COORDINATOR))
    bureau = Person(app, session, make_user(session, Role.BUREAU_TRIAGER))
    path = f"/reports/{report.id}/actions/withdraw"
    assert other.post(path, 404, reason="x")["code"] == "not_found"
    assert street.post(path, 403, reason="x")["code"] == "forbidden"
    assert bureau.post(path, 403, reason="x")["code"] == "forbidden"
    assert author.post(path, 422, reason=" ")["code"] in ("invalid_input", "reason_required")
    told = author.post(path, reason="看错门牌")
    assert (told["status"], told["referrals"][0]["status"]) == ("withdrawn", "routed")
    assert author.post(path, 409, reason="再撤")["code"] == "illegal_transition"
    assert [event["action"] for event in told["history"]] == ["withdraw"]
