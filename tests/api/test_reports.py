"""GET /reports and /reports/{id}: what each role sees, filters, pages that neither lose nor double, and texts as they are."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.ids import new_id
from backend.domain.vocabulary import (
    Category,
    Flag,
    Outcome,
    ReferralStatus,
    Role,
    Severity,
    Verdict,
)
from backend.persistence.models import Report, RoleAssignment, User
from tests.api.asking import Person
from tests.conftest import NOW
from tests.factories import (
    OTHER_STREET,
    department_named,
    make_officer,
    make_photo,
    make_referral,
    make_report,
    make_site,
    make_user,
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


@pytest.fixture
def hit(session: Session) -> Report:
    """A water report that differs in everything from the plain one that stands beside it."""
    make_report(session, make_user(session))
    report = make_report(
        session,
        make_user(session),
        category=Category.WATER_VENDING,
        outcome=Outcome.PROBLEM,
        severity=Severity.HIGH,
        verdict=Verdict.BORDERLINE,
        street_code=OTHER_STREET,
        grid_code=f"{OTHER_STREET}001007",
        site_id=make_site(session, name="康复堂").id,
        flags=[Flag.BORDERLINE.value, Flag.STALE_FIX.value],
        captured_at=NOW - timedelta(days=3),
        received_at=NOW + timedelta(minutes=5),
        description="水机旁有垃圾箱",
    )
    make_referral(session, report, "putuo.cdc", function_code="drinking_water_supervision")
    return report


@pytest.mark.parametrize("query", [
    {"category": "water_vending"}, {"status": "referred"}, {"status": "referred,closed"}, {"has_referral": "true"},
    {"outcome": "problem"}, {"severity": "high"}, {"verdict": "borderline"}, {"street": OTHER_STREET},
    {"grid_code": f"{OTHER_STREET}001007"}, {"flag": "stale_fix"}, {"department": "putuo.cdc"},
    {"captured_to": (NOW - timedelta(days=1)).isoformat()}, {"received_after": NOW.isoformat()}, {"q": "垃圾箱"},
    {"q": "康复堂"},
])  # fmt: skip
def test_every_filter_finds_the_one(bureau: Reader, hit: Report, query: dict[str, str]) -> None:
    assert bureau.ids(**query) == [str(hit.id)]


@pytest.mark.parametrize("query", [
    {"has_referral": "false"}, {"captured_from": NOW.isoformat()}, {"category": "illegal_practice"},
    {"status": "recorded"},
])  # fmt: skip
def test_every_filter_leaves_the_one_out(bureau: Reader, hit: Report, query: dict[str, str]) -> None:
    others = bureau.ids(**query)
    assert len(others) == 1 and others != [str(hit.id)]


@pytest.mark.parametrize("query", [
    {"department": "putuo.market"}, {"department": "nobody"}, {"task_id": str(new_id())}, {"q": "100%"}, {"q": "_"},
    {"has_referral": "true", "status": "recorded"},
])  # fmt: skip
def test_what_matches_nothing_is_an_empty_page(bureau: Reader, hit: Report, query: dict[str, str]) -> None:
    assert bureau.ids(**query) == []


def test_author_and_site_narrow(bureau: Reader, hit: Report) -> None:
    assert bureau.ids(author=str(hit.author_id)) == bureau.ids(site_id=str(hit.site_id)) == [str(hit.id)]


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


def test_a_list_tells_since_when_photos_are_waited_for(session: Session, bureau: Reader) -> None:
    author = make_user(session)
    waiting, complete, none = (
        make_report(session, author, photos_expected=n, photos_here=n // 2 + 1) for n in (3, 1, 0)
    )
    for number, named_at, arrived_at in (
        (1, NOW - timedelta(days=2), NOW), (2, NOW - timedelta(days=1), None), (3, NOW, None)
    ):  # fmt: skip
        make_photo(session, waiting, number, named_at=named_at, arrived_at=arrived_at)
    make_photo(session, complete, 4, arrived_at=NOW)
    told = {item["report_id"]: item["photos_waiting_since"] for item in bureau.get("/reports")["items"]}
    assert told == {
        str(waiting.id): (NOW - timedelta(days=1)).isoformat(),
        str(complete.id): None,
        str(none.id): None,
    }
    detail = bureau.get(f"/reports/{waiting.id}")
    assert detail["photos_waiting_since"] == detail["photo_state"]["waiting_since"] == told[str(waiting.id)]


def test_a_page_costs_the_same_however_long(session: Session, bureau: Reader, count_queries: Watch) -> None:
    def add(count: int) -> None:
        for _ in range(count):
            report = make_report(session, make_user(session), site_id=make_site(session).id, photos_expected=1)
            make_referral(session, report)
            make_photo(session, report, 1)

    counts = []
    for more in (1, 12):
        add(more)
        with count_queries() as seen:
            assert len(bureau.ids()) >= more
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 5


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
