"""/cases: every filter, every order with its pages, who sees what, counts."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend.api.schemas.cases import CaseCountSchema, CasePageSchema
from backend.domain.ids import new_id
from backend.domain.vocabulary import Category, ReferralRole, ReferralStatus, Role, Severity
from backend.persistence.models import Referral
from tests.api.asking import Person
from tests.conftest import NOW
from tests.factories import OTHER_STREET, STREET, make_case, make_grids, make_officer, make_site, make_user

Watch = Callable[[], AbstractContextManager[list[str]]]
S = ReferralStatus


@pytest.fixture
def bureau(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.BUREAU_TRIAGER))


def ids(answer: Any) -> list[str]:
    return [item["id"] for item in answer["items"]]


def texts(*cases: Referral) -> list[str]:
    return [str(case.id) for case in cases]


def through(person: Person, **query: Any) -> list[str]:
    """The ids of all pages of two."""
    found, cursor = [], None
    for _ in range(20):
        page = person.get("/cases", limit=2, **query, **({"cursor": cursor} if cursor else {}))
        found += ids(page)
        cursor = page["next_cursor"]
        if cursor is None:
            return found
    raise AssertionError("pages without an end")


def test_every_filter_narrows(session: Session, bureau: Person) -> None:
    grid = make_grids(session, 1)[0]
    site = make_site(session, grid)
    handler = make_officer(session)
    early = NOW - timedelta(days=40)
    plain = make_case(session)
    odd = make_case(
        session, "putuo.market", grid=grid, site=site, status=S.CLOSED, severity=Severity.HIGH, is_emergency=True,
        category=Category.WATER_VENDING, function_code="drinking_water_supervision", role=ReferralRole.CO,
        finding_codes=["C-01", "C-02"], outcome_code="unfounded", handler_id=handler.id, return_count=2,
        created_at=early, closed_at=early + timedelta(days=1), street_code=OTHER_STREET,
        report={"flags": ["borderline"], "photos_expected": 2, "photos_here": 1, "captured_at": early},
    )  # fmt: skip
    waiting = make_case(session, None)
    everything = texts(waiting, odd, plain)
    assert ids(bureau.get("/cases")) == everything
    for query in (
        {"category": "water_vending"}, {"status": "closed"}, {"severity": "high"}, {"street": OTHER_STREET},
        {"grid": grid.code}, {"department": "putuo.market"}, {"function": "drinking_water_supervision"},
        {"role": "co"}, {"emergency": "true"}, {"finding": "C-02"}, {"outcome": "unfounded"},
        {"flag": "borderline"}, {"photos_waiting": "true"}, {"created_to": "2026-10-11"},
        {"captured_to": "2026-10-11"}, {"closed_from": "2026-10-12"}, {"closed_to": "2026-10-12"},
        {"handler": str(handler.id)}, {"returned": 2}, {"site": str(site.id)}, {"report": str(odd.report_id)},
        {"created_from": "2026-10-11", "created_to": "2026-10-11"},
        {"captured_from": "2026-10-11", "captured_to": "2026-10-11", "status": "closed,routed"},
    ):  # fmt: skip
        assert ids(bureau.get("/cases", **query)) == texts(odd), query
        assert bureau.get("/cases/count", **query)["total"] == 1, query


def test_several_values_and_several_filters(session: Session, bureau: Person) -> None:
    plain = make_case(session)
    odd = make_case(
        session, "putuo.market", status=S.CLOSED, is_emergency=True, category=Category.WATER_VENDING, return_count=2,
        created_at=NOW - timedelta(days=40), street_code=OTHER_STREET,
        report={"flags": ["borderline"], "photos_expected": 2, "photos_here": 1},
    )  # fmt: skip
    waiting = make_case(session, None)
    for query, hits in (
        ({"status": "closed,pending_triage"}, [waiting, odd]),
        ({"status": ["closed", "pending_triage"]}, [waiting, odd]),
        ({"department": "putuo.market,putuo.health"}, [odd, plain]),
        ({"street": f"{STREET},{OTHER_STREET}"}, [waiting, odd, plain]),
        ({"category": "illegal_practice", "emergency": "false"}, [waiting, plain]),
        ({"photos_waiting": "false"}, [waiting, plain]),
        ({"created_from": "2026-10-12"}, [waiting, plain]),
        ({"status": ""}, [waiting, odd, plain]),
        ({"department": "nobody"}, []),
        ({"returned": 3}, []),
        ({"flag": "borderline", "emergency": "false"}, []),
        ({"handler": str(new_id())}, []),
    ):
        assert ids(bureau.get("/cases", **query)) == texts(*hits), query
        assert bureau.get("/cases/count", **query)["total"] == len(hits), query


def test_a_day_is_a_day_in_shanghai(session: Session, bureau: Person) -> None:
    before = make_case(session, created_at=datetime(2026, 11, 17, 15, 59, 59, tzinfo=UTC))
    first = make_case(session, created_at=datetime(2026, 11, 17, 16, 0, tzinfo=UTC))
    last = make_case(session, created_at=datetime(2026, 11, 18, 15, 59, 59, tzinfo=UTC))
    after = make_case(session, created_at=datetime(2026, 11, 18, 16, 0, tzinfo=UTC))
    assert ids(bureau.get("/cases", created_from="2026-11-18", created_to="2026-11-18")) == texts(last, first)
    assert ids(bureau.get("/cases", created_to="2026-11-17")) == texts(before)
    assert ids(bureau.get("/cases", created_from="2026-11-19")) == texts(after)


def test_every_order_with_pages_across_ties(session: Session, bureau: Person) -> None:
    cases = [
        make_case(session, severity=severity, is_emergency=emergency)
        for severity, emergency in (
            (Severity.LOW, False), (Severity.HIGH, False), (Severity.MEDIUM, False), (Severity.HIGH, False),
            (Severity.LOW, True), (Severity.HIGH, False), (Severity.EMERGENCY, True), (Severity.LOW, False),
            (Severity.MEDIUM, False),
        )
    ]  # fmt: skip
    assert through(bureau, sort="newest") == texts(*reversed(cases))
    assert through(bureau, sort="oldest") == texts(*cases)
    rank = list(reversed(Severity))
    urgent = sorted(cases, key=lambda c: (not c.is_emergency, rank.index(c.severity), c.seq))
    assert through(bureau, sort="urgent") == texts(*urgent)
    assert through(bureau, sort="urgent", severity="high,low") == texts(
        *[c for c in urgent if c.severity in (Severity.HIGH, Severity.LOW)]
    )


def test_the_inbox_of_who_sees_in_several_ways_is_one_list(app: Flask, session: Session) -> None:
    """A coordinator sees what he reported and what his street has; what is both stands there once."""
    coordinator = make_user(session, Role.STREET_COORDINATOR)
    both = make_case(session, author=coordinator, severity=Severity.LOW)
    street = make_case(session, severity=Severity.HIGH, name="祥和诊所")
    own = make_case(
        session, author=coordinator, severity=Severity.MEDIUM, street_code=OTHER_STREET, name="祥和诊所",
        report={"street_code": OTHER_STREET},
    )  # fmt: skip
    make_case(session, street_code=OTHER_STREET, name="祥和诊所", report={"street_code": OTHER_STREET})
    person = Person(app, session, coordinator)
    assert through(person, sort="newest") == texts(own, street, both)
    assert through(person, sort="oldest") == texts(both, street, own)
    assert through(person, sort="urgent") == texts(street, own, both)
    assert through(person, sort="urgent", q="祥和诊所") == texts(street, own)
    assert person.get("/cases/count")["total"] == 3


def test_a_cursor_belongs_to_its_order(session: Session, bureau: Person) -> None:
    for _ in range(3):
        make_case(session)
    cursor = bureau.get("/cases", limit=1)["next_cursor"]
    assert bureau.get("/cases", limit=1, cursor=cursor)["items"]
    for bad in (
        {"sort": "urgent", "cursor": cursor},
        {"cursor": "%%"},
        {"cursor": "MTI"},
        {"cursor": "bmV3ZXN0LjEuLTE"},
    ):
        assert bureau.get("/cases", 422, **bad)["code"] == "bad_cursor"


@pytest.mark.parametrize(
    "query",
    [
        {"status": "lost"}, {"severity": "worst"}, {"returned": "0"}, {"returned": "many"}, {"handler": "me"},
        {"created_from": "yesterday"}, {"sort": "random"}, {"flag": "x"}, {"emergency": "perhaps"}, {"surprise": 1},
        {"q": "x" * 101}, {"q": "\x00"}, {"street": "3101070051"}, {"department": ",".join(["a"] * 51)},
    ],
)  # fmt: skip
def test_bad_filters_are_refused(bureau: Person, query: dict[str, Any]) -> None:
    assert bureau.get("/cases", 422, **query)["code"] == "invalid_input"
    if "sort" not in query:
        assert bureau.get("/cases/count", 422, **query)["code"] == "invalid_input"


def test_nobody_finds_or_counts_what_he_may_not_see(app: Flask, session: Session) -> None:
    worker = make_user(session)
    mine = make_case(session, author=worker, name="祥和诊所")
    far = make_case(
        session, "putuo.market", name="祥和诊所", street_code=OTHER_STREET, function_code="market_supervision",
        report={"street_code": OTHER_STREET},
    )  # fmt: skip
    both = texts(far, mine)
    for user, seen in (
        (worker, texts(mine)),
        (make_user(session), []),
        (make_user(session, Role.STREET_COORDINATOR), texts(mine)),
        (make_officer(session), texts(mine)),
        (make_officer(session, "putuo.market"), texts(far)),
        (make_officer(session, "putuo.cdc"), []),
        (make_user(session, Role.AUDITOR), both),
        (make_user(session, Role.CITY_OPERATIONS), both),
    ):
        person = Person(app, session, user)
        for query in ({}, {"q": "祥和"}, {"q": "祥和诊所"}, {"sort": "urgent"}):
            assert sorted(ids(person.get("/cases", **query))) == sorted(seen), (user.username, query)
        counts = person.get("/cases/count", q="祥和")
        assert counts["total"] == len(seen)
        assert sum(entry["count"] for entry in counts["department"]) == len(seen)
        for case in (mine, far):
            found = ids(person.get("/cases", report=str(case.report_id)))
            assert found == [one for one in seen if one == str(case.id)]


def test_counts_divide_what_matches(session: Session, bureau: Person) -> None:
    make_case(session)
    make_case(session, severity=Severity.HIGH, category=Category.WATER_VENDING)
    make_case(session, None, street_code=None)
    counts = bureau.get("/cases/count")
    CaseCountSchema().load(counts)
    assert counts == {
        "total": 3,
        "status": [{"code": "routed", "count": 2}, {"code": "pending_triage", "count": 1}],
        "category": [{"code": "illegal_practice", "count": 2}, {"code": "water_vending", "count": 1}],
        "severity": [{"code": "medium", "count": 2}, {"code": "high", "count": 1}],
        "street": [{"code": STREET, "count": 2}, {"code": None, "count": 1}],
        "department": [{"code": "putuo.health", "count": 2}, {"code": None, "count": 1}],
    }
    nothing = bureau.get("/cases/count", q="没有这样的词")
    assert nothing == {"total": 0, **{name: [] for name in counts if name != "total"}}


def test_a_case_says_what_its_report_says(app: Flask, session: Session) -> None:
    officer = make_officer(session)
    site = make_site(session, name="登记名称", address="登记地址1号", uscc="91310107MA1FY0XX0K")
    case = make_case(session, site=site, description="现场有牙椅", handler_id=officer.id, status=S.HANDLING,
                     report={"site": None, "flags": ["no_grid"]})  # fmt: skip
    page = Person(app, session, officer).get("/cases")
    CasePageSchema().load(page)
    (shown,) = page["items"]
    assert {name: shown[name] for name in ("site_name", "site_address", "uscc", "description", "flags")} == {
        "site_name": "登记名称", "site_address": "登记地址1号", "uscc": "91310107MA1FY0XX0K",
        "description": "现场有牙椅", "flags": ["no_grid"],
    }  # fmt: skip
    assert shown["handler"] == {"id": str(officer.id), "name": "测试员"}
    assert shown["allowed_actions"] == ["transfer", "assign", "handle"]
    assert (shown["id"], shown["department"], shown["version"]) == (str(case.id), "putuo.health", 1)
    assert not {"reporter_name", "author"} & shown.keys()


@pytest.mark.parametrize("query", [{}, {"sort": "urgent", "status": "routed,closed"}, {"q": "诊所"}, {"q": "示例诊所"}])
def test_a_page_costs_the_same_however_long(
    session: Session, bureau: Person, count_queries: Watch, query: dict[str, Any]
) -> None:
    counts = []
    for more in (2, 12):
        for _ in range(more):
            make_case(session)
        with count_queries() as seen:
            assert bureau.get("/cases", **query)["items"]
        counts.append(len(seen))
        with count_queries() as seen:
            bureau.get("/cases/count", **{name: value for name, value in query.items() if name != "sort"})
        assert len(seen) <= 3
    assert counts[0] == counts[1] <= 5
