"""The triage inbox and the desk: working order, one answer with everything, who sees it, what may be taken back."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend.api.schemas.desk import DeskSchema
from backend.api.schemas.triage import TriagePageSchema
from backend.domain.vocabulary import ReferralStatus, Role
from backend.persistence.models import Event, Grid, Referral, Report, Site
from tests.api.asking import Person
from tests.conftest import NOW
from tests.factories import (
    OTHER_STREET,
    make_case,
    make_grids,
    make_officer,
    make_photo,
    make_report,
    make_site,
    make_user,
)
from tests.factories.clocks import start_clocks

Watch = Callable[[], AbstractContextManager[list[str]]]
S = ReferralStatus


@pytest.fixture
def bureau(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.BUREAU_TRIAGER))


@pytest.fixture
def grid(session: Session) -> Grid:
    return make_grids(session, 1)[0]


@pytest.fixture
def site(session: Session, grid: Grid) -> Site:
    return make_site(session, grid)


def make_rich_case(session: Session, grid: Grid, site: Site) -> Referral:
    """Placed in a grid at a site, with a finding, answers known and unknown to the form, and a photo that is here."""
    told = {
        "placing": {"version_id": str(grid.version_id), "candidates": [{"code": grid.code, "share": 0.8}]},
        "position": "SRID=4490;POINT(121.4 31.24)", "accuracy_m": 20.0,
        "raw_position": {"lon": 121.4, "lat": 31.24, "datum": "gcj02", "source": "gps", "fixed_at": None, "mocked": False},
        "findings": [{"code": "A-02", "note": "", "severity": "low"}],
        "answers": {"Z-99": "?", "A-02": True}, "attributes": {"has_licence": False},
        "photos_expected": 1, "photos_here": 1,
    }  # fmt: skip
    return make_case(session, None, grid=grid, site=site, report=told)


def test_the_inbox_is_in_working_order(session: Session, bureau: Person) -> None:
    late = make_case(session, None)
    soon = make_case(session, None)
    start_clocks(session, soon, NOW - timedelta(days=30))
    emergency = make_case(session, None, is_emergency=True)
    returned = make_case(session, status=S.RETURNED)
    make_case(session)  # with its department, which must act
    order = [str(case.id) for case in (emergency, soon, late, returned)]
    found, cursor = [], None
    for _ in range(4):
        page = bureau.get("/cases/triage", limit=1, **({"cursor": cursor} if cursor else {}))
        assert not TriagePageSchema().validate(page)
        found += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert (found, cursor, page["total"]) == (order, None, 4)
    assert {count["status"]: count["count"] for count in page["counts"]} == {"pending_triage": 3, "returned": 1}
    assert bureau.get("/cases/triage", status="returned")["total"] == 1
    bureau.get("/cases/triage", 422, cursor="bm9ucw")


def test_each_desk_has_its_own_inbox(app: Flask, session: Session) -> None:
    mine = make_case(session)
    make_case(session, "putuo.market")
    disputed = make_case(session, status=S.IN_ARBITRATION)
    for user, seen in ((make_officer(session), mine), (make_user(session, Role.CITY_OPERATIONS), disputed)):
        assert [row["id"] for row in Person(app, session, user).get("/cases/triage")["items"]] == [str(seen.id)]


def test_a_desk_holds_everything(session: Session, bureau: Person, grid: Grid, site: Site) -> None:
    case = make_rich_case(session, grid, site)
    twin = make_rich_case(session, grid, site)
    make_photo(session, session.get_one(Report, case.report_id), 7, arrived_at=NOW)
    make_report(session, make_user(session), grid, site_id=site.id)
    start_clocks(session, case)
    desk = bureau.get(f"/referrals/{case.id}/desk")
    assert not DeskSchema().validate(desk)
    assert desk["candidates"][0]["chosen"] is True
    assert desk["candidates"][0]["geometry"]["type"] == "MultiPolygon"
    assert [(answer["code"], answer["zh"] is None) for answer in desk["answers"]] == [("A-02", False), ("Z-99", True)]
    assert desk["report"]["findings"][0]["zh"] == "无卫生监督信息公示牌"
    assert desk["photos"][0]["preview"] == f"/api/v1/media/{7:064x}/preview"
    [alike] = desk["alike"]
    assert (alike["referral_id"], alike["shared_findings"]) == (str(twin.id), ["A-02"])
    assert alike["same_site"] and alike["can_merge"]
    assert (desk["site_history"]["visits"], desk["site_history"]["problems"], desk["penalties"]) == (2, 1, 0)
    assert {clock["kind"] for clock in desk["clocks"]["clocks"]} == {"triage", "overall"}
    assert desk["departments"][0]["hint"] == "rules"
    assert desk["departments"][0]["code"] == "putuo.health"
    needs = {one["action"]: {need["field"]: need["need"] for need in one["needs"]} for one in desk["actions"]}
    assert needs["route"] == {"department": "one_of", "function": "one_of", "reason": "optional"}
    assert needs["merge"] == {"target": "required", "reason": "required"}
    dismissal = next(one for one in desk["actions"] if one["action"] == "dismiss")
    assert dismissal["needs"][0]["choices"] == ["unfounded", "cannot_verify", "not_applicable"]


def test_a_desk_never_costs_more_statements(
    app: Flask, session: Session, bureau: Person, grid: Grid, site: Site, count_queries: Watch
) -> None:
    plain = make_case(session, None)
    rich = make_rich_case(session, grid, site)
    for _ in range(3):
        start_clocks(session, make_rich_case(session, grid, site))
    counts = []
    for case in (plain, rich):
        with count_queries() as sent:
            bureau.get(f"/referrals/{case.id}/desk")
        counts.append(len(sent))
    # a place that is known is asked about, one that is not is not
    assert counts[0] <= counts[1] <= 45


def test_who_reported_is_not_for_the_department_and_the_desk_not_for_the_field(app: Flask, session: Session) -> None:
    worker = make_user(session)
    case = make_case(session, author=worker)
    event = {"subject_type": "report", "subject_id": str(case.report_id), "actor_id": worker.id, "at": NOW}
    session.add(Event(id=case.id, action="submit", data={}, **event))
    officer = Person(app, session, make_officer(session)).get(f"/referrals/{case.id}/desk")
    assert officer["report"]["reporter"] is None
    assert worker.name not in str(officer)
    street = Person(app, session, make_user(session, Role.STREET_COORDINATOR)).get(f"/referrals/{case.id}/desk")
    assert street["report"]["reporter"]["name"] == worker.name
    assert (street["actions"], street["departments"]) == ([], [])
    Person(app, session, worker).get(f"/referrals/{case.id}/desk", 403)
    elsewhere = make_user(session, Role.STREET_COORDINATOR, street_code=OTHER_STREET)
    Person(app, session, elsewhere).get(f"/referrals/{case.id}/desk", 404)


def actions(desk: dict[str, Any]) -> list[str]:
    return [one["action"] for one in desk["actions"]]


def act(person: Person, case: Referral, action: str, expect: int = 200, **body: Any) -> Any:
    return person.post(f"/referrals/{case.id}/actions/{action}", expect, **body)


def test_a_dispatch_is_taken_back_by_who_sent_it(app: Flask, session: Session, bureau: Person) -> None:
    case = make_case(session, None)
    act(bureau, case, "route", department="putuo.market")
    assert "recall" in actions(bureau.get(f"/referrals/{case.id}/desk"))
    colleague = Person(app, session, make_user(session, Role.BUREAU_TRIAGER))
    assert "recall" not in actions(colleague.get(f"/referrals/{case.id}/desk"))
    assert act(colleague, case, "recall", 409)["code"] == "recall_too_late"
    back = act(bureau, case, "recall")
    assert (back["status"], back["department"], back["routed_at"]) == ("pending_triage", None, None)
    # once it was taken back there is nothing to take back, and what a department already had goes on by reason
    assert act(bureau, case, "recall", 409)["code"] == "illegal_transition"


def test_a_dispatch_cannot_be_taken_back_late(app: Flask, session: Session, bureau: Person) -> None:
    case = make_case(session, None)
    act(bureau, case, "confirm")
    app.extensions["gridpatrol"].gateways.clock.at = NOW + timedelta(seconds=601)
    assert act(bureau, case, "recall", 409)["code"] == "recall_too_late"


def test_who_changed_his_mind_twice_cannot_recall(session: Session, bureau: Person) -> None:
    case = make_case(session, None)
    act(bureau, case, "confirm")
    act(bureau, case, "route", department="putuo.market", reason="误派")
    assert act(bureau, case, "recall", 409)["code"] == "recall_too_late"
