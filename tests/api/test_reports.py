"""GET /reports and /reports/{id}: what each role sees, filters, pages that neither lose nor double, and texts as they are."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.api.schemas.reports import ReportPageSchema, ReportSchema
from backend.domain.ids import new_id
from backend.domain.vocabulary import (
    Category,
    Flag,
    Outcome,
    PhotoRole,
    PhotoSource,
    ReferralStatus,
    ReportStatus,
    Role,
    Severity,
    Verdict,
)
from backend.persistence.models import EmergencyCall, Report, ReportAmendment, ReportPhoto, RoleAssignment, User
from backend.services.referrals import refer_reports
from tests.api.asking import Person
from tests.conftest import NOW
from tests.factories import (
    OTHER_STREET,
    department_named,
    make_officer,
    make_referral,
    make_report,
    make_site,
    make_user,
    token_for,
)

Watch = Callable[[], AbstractContextManager[list[str]]]
NASTY = "<script>alert('x')</script> & \"引号\" ../../etc ' OR 1=1 --"


class Reader(Person):
    """Reads lists of reports."""

    def ids(self, **query: Any) -> list[str]:
        return [item["report_id"] for item in self.get("/reports", **query)["items"]]


@pytest.fixture
def reader(app: Flask, session: Session) -> Callable[[User], Reader]:
    return lambda user: Reader(app, session, user)


@pytest.fixture
def bureau(session: Session, reader: Callable[[User], Reader]) -> Reader:
    return reader(make_user(session, Role.BUREAU_TRIAGER))


def names(reports: Iterable[Report]) -> list[str]:
    return [str(report.id) for report in reports]


def test_every_role_sees_exactly_its_own(session: Session, reader: Callable[[User], Reader]) -> None:
    worker, colleague = make_user(session), make_user(session)
    own = make_report(session, worker)
    other = make_report(session, colleague)
    elsewhere = make_report(session, colleague, street_code=OTHER_STREET)
    referred = make_report(session, colleague, street_code=OTHER_STREET)
    make_referral(session, referred, "putuo.market", function_code="market_supervision")
    everything = names([referred, elsewhere, other, own])
    expected = {
        worker: [str(own.id)],
        make_user(session, Role.STREET_COORDINATOR): names([other, own]),
        make_user(session, Role.STREET_COORDINATOR, street_code=OTHER_STREET): names([referred, elsewhere]),
        make_officer(session, "putuo.market"): [str(referred.id)],
        make_officer(session, "putuo.health"): [],
        make_user(session, None): None,
        **{
            make_user(session, role): everything
            for role in (Role.BUREAU_TRIAGER, Role.CITY_OPERATIONS, Role.ADMINISTRATOR, Role.AUDITOR)
        },
    }
    for user, seen in expected.items():
        if seen is None:
            reader(user).get("/reports", expect=403)
            continue
        assert reader(user).ids() == seen
        for report in (own, other, elsewhere, referred):
            reader(user).get(f"/reports/{report.id}", expect=200 if str(report.id) in seen else 404)


def test_several_roles_are_united_without_doubles(session: Session, app: Flask) -> None:
    """A coordinator who reports himself, in a department's case: one report seen three ways is listed once."""
    person = make_officer(session, "putuo.health")
    from_roles = make_user(session, Role.STREET_COORDINATOR)
    session.flush()
    for assignment in _assignments(session, from_roles):
        assignment.user_id = person.id
    session.flush()
    thrice = make_report(session, person)
    make_referral(session, thrice)
    make_referral(session, thrice, "putuo.health", function_code="tcm_supervision")
    street = make_report(session, make_user(session))
    referred = make_report(session, make_user(session), street_code=OTHER_STREET)
    make_referral(session, referred)
    make_report(session, make_user(session), street_code=OTHER_STREET)
    reader = Reader(app, session, person)
    assert reader.ids() == names([referred, street, thrice])
    assert reader.ids(department="putuo.health") == names([referred, thrice])
    first = reader.get("/reports", limit=2)
    assert len(first["items"]) == 2
    rest = reader.get("/reports", limit=2, cursor=first["next_cursor"])
    assert [item["report_id"] for item in rest["items"]] == [str(thrice.id)]
    assert rest["next_cursor"] is None


def _assignments(session: Session, user: User) -> list[RoleAssignment]:
    return list(session.scalars(select(RoleAssignment).where(RoleAssignment.user_id == user.id)))


def test_every_filter_narrows(session: Session, bureau: Reader) -> None:
    worker = make_user(session)
    site = make_site(session, name="康复堂")
    plain = make_report(session, worker)
    hit = make_report(
        session,
        worker_b := make_user(session),
        category=Category.WATER_VENDING,
        outcome=Outcome.PROBLEM,
        severity=Severity.HIGH,
        verdict=Verdict.BORDERLINE,
        street_code=OTHER_STREET,
        grid_code=f"{OTHER_STREET}001007",
        site_id=site.id,
        flags=[Flag.BORDERLINE.value, Flag.STALE_FIX.value],
        captured_at=NOW - timedelta(days=3),
        received_at=NOW + timedelta(minutes=5),
        description="水机旁有垃圾箱",
    )
    make_referral(session, hit, "putuo.cdc", function_code="drinking_water_supervision")
    session.flush()
    for query in (
        {"category": "water_vending"},
        {"status": "referred"},
        {"status": "referred,closed"},
        {"has_referral": "true"},
        {"outcome": "problem"},
        {"severity": "high"},
        {"verdict": "borderline"},
        {"street": OTHER_STREET},
        {"grid_code": f"{OTHER_STREET}001007"},
        {"author": str(worker_b.id)},
        {"site_id": str(site.id)},
        {"flag": "stale_fix"},
        {"department": "putuo.cdc"},
        {"captured_to": (NOW - timedelta(days=1)).isoformat()},
        {"received_after": NOW.isoformat()},
        {"q": "垃圾箱"},
        {"q": "康复堂"},
    ):
        assert bureau.ids(**query) == [str(hit.id)], query
    assert bureau.ids(has_referral="false") == [str(plain.id)]
    assert bureau.ids(captured_from=NOW.isoformat()) == [str(plain.id)]
    for query in (
        {"department": "putuo.market"},
        {"department": "nobody"},
        {"task_id": str(new_id())},
        {"has_referral": "true", "status": "recorded"},
        {"q": "100%"},
        {"q": "_"},
    ):
        assert bureau.ids(**query) == [], query


@pytest.mark.parametrize("query", [
    {"limit": "0"}, {"limit": "501"}, {"limit": "x"}, {"cursor": "!!"}, {"cursor": "LTE"}, {"category": "spirits"},
    {"author": "me"}, {"received_after": "yesterday"}, {"captured_from": "0001-01-01T00:00:00Z"}, {"status": "open"},
    {"nonsense": "1"}, {"q": "\x00"}, {"has_referral": "perhaps"},
])  # fmt: skip
def test_a_wrong_query_is_named(bureau: Reader, query: dict[str, str]) -> None:
    assert bureau.get("/reports", expect=422, **query)["code"] in ("invalid_input", "bad_cursor")


def test_pages_neither_lose_nor_double_while_reports_arrive(session: Session, bureau: Reader) -> None:
    worker = make_user(session)
    same_moment = [make_report(session, worker, received_at=NOW, captured_at=NOW) for _ in range(7)]
    wanted = names(reversed(same_moment))
    seen, cursor = [], None
    while True:
        page = bureau.get("/reports", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [item["report_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        make_report(session, worker, received_at=NOW, captured_at=NOW)  # arrives between two pages
    assert seen == wanted


def test_a_search_reads_on_where_its_window_ended(
    session: Session, bureau: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.persistence.queries.reports.pages.SEARCH_WINDOW", 3)
    worker = make_user(session)
    old = make_report(session, worker, description="要找的")
    for _ in range(5):
        make_report(session, worker)
    first = bureau.get("/reports", q="要找的")
    assert first["items"] == [] and first["next_cursor"]
    second = bureau.get("/reports", q="要找的", cursor=first["next_cursor"])
    assert [item["report_id"] for item in second["items"]] == [str(old.id)]


def test_a_page_costs_the_same_however_long(session: Session, bureau: Reader, count_queries: Watch) -> None:
    def add(count: int) -> None:
        for _ in range(count):
            report = make_report(session, make_user(session), site_id=make_site(session).id, photos_expected=1)
            make_referral(session, report)
            _photo(session, report, 1)

    counts = []
    for more in (1, 12):
        add(more)
        with count_queries() as seen:
            assert len(bureau.ids()) >= more
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 5


def _photo(session: Session, report: Report, number: int, **values: Any) -> ReportPhoto:
    photo = ReportPhoto(
        **{
            "report_id": report.id,
            "sha256": f"{number:064x}",
            "ordinal": number,
            "byte_count": 1000,
            "mime": "image/jpeg",
            "role": PhotoRole.DETAIL,
            "source": PhotoSource.CAMERA,
            "named_at": NOW,
            **values,
        }
    )
    session.add(photo)
    session.flush()
    return photo


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
    refer_reports(session, [report], now=NOW)
    _photo(session, report, 1, arrived_at=NOW)
    _photo(session, report, 2, arrived_at=NOW)
    _photo(session, report, 3)
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


def test_one_report_whole(bureau: Reader, whole: Report) -> None:
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


def test_the_reason_of_the_routing_can_be_read(bureau: Reader, whole: Report) -> None:
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
    assert Reader(app, session, auditor).ids(q="<script>") == [str(whole.id)]


def test_answers_have_the_documented_shape(bureau: Reader, whole: Report) -> None:
    """Lists are dumped past their schemas for speed; this holds the two together."""
    ReportPageSchema().load(bureau.get("/reports"))
    ReportSchema().load(bureau.get(f"/reports/{whole.id}"))


def test_a_report_without_anything_is_shown_too(session: Session, bureau: Reader) -> None:
    bare = make_report(session, make_user(session), street_code=None, status=ReportStatus.RECORDED)
    shown = bureau.get(f"/reports/{bare.id}")
    ReportSchema().load(shown)
    assert (shown["position"], shown["routing"], shown["referrals"], shown["stage"]) == (None, None, [], "collection")


def test_stage_of_a_list_follows_the_slowest_referral(session: Session, bureau: Reader) -> None:
    report = make_report(session, make_user(session))
    make_referral(session, report, status=ReferralStatus.HANDLING)
    make_referral(session, report, None, function_code="street_office")
    assert bureau.get("/reports")["items"][0]["stage"] == "analysis"
    assert department_named(session, "putuo.health").name in {
        r["department_name"] for r in bureau.get("/reports")["items"][0]["referrals"]
    }


def test_without_a_token_nothing_is_told(app: Flask) -> None:
    assert app.test_client().get("/api/v1/reports").status_code == 401


def test_an_id_that_is_none_is_not_found(bureau: Reader) -> None:
    for nonsense in ("not-a-uuid", str(new_id()), "%00", "..%2f"):
        assert bureau.get(f"/reports/{nonsense}", expect=404)["code"] == "not_found"
