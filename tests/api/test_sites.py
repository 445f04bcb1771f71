"""/sites over HTTP: entering, placing, changing, proposals, and who sees which."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from backend.domain.errors import DomainError
from backend.domain.payloads import parse_payload
from backend.domain.vocabulary import Category, GridRole, Role, SiteStatus
from backend.persistence.models import GridVersion, RoleAssignment, SyncScope
from backend.services.scope import publish_sites
from backend.services.sites import propose_site
from tests.api.caller import Caller
from tests.conftest import NOW
from tests.factories import (
    OTHER_STREET,
    STREET,
    actor_of,
    department_named,
    make_grids,
    make_officer,
    make_referral,
    make_report,
    make_responsible,
    make_site,
    make_task,
    make_user,
)

SITES = "/api/v1/sites"
INSIDE = {"lon": 121.402, "lat": 31.242, "datum": "wgs84"}
OUTSIDE = {"lon": 121.2, "lat": 31.242, "datum": "wgs84"}


@pytest.fixture
def grids(session):
    return make_grids(session, 3)


@pytest.fixture
def sign_in(app, session, client):
    return lambda role=Role.GRID_WORKER, **values: Caller(
        app, session, client, make_user(session, role, **values), SITES
    )


@pytest.fixture
def coordinator(sign_in):
    return sign_in(Role.STREET_COORDINATOR)


def test_a_position_decides_grid_and_street(grids, coordinator):
    body = {"name": "东门售水机", "category": "water_vending", "position": INSIDE, "uscc": "91310000710932822" + "0",
            "licence": {"approval_no": "(沪)卫水字(2024)第0001号"}}  # fmt: skip
    made = coordinator.post(body=body)
    assert made.status_code == 201, made.text
    assert (made.json["grid_code"], made.json["street_code"]) == (grids[0].code, STREET)
    assert made.json["position"] == {"lon": 121.402, "lat": 31.242, "datum": "cgcs2000"}
    assert made.json["raw_position"]["datum"] == "wgs84" and made.json["status"] == "active"
    assert [line["action"] for line in made.json["history"]] == ["create"]


def test_a_shifted_datum_is_converted_before_placing(grids, coordinator):
    # GCJ-02 lies about 465 m off: the same numbers fall into another grid or none
    body = {"name": "机", "category": "water_vending", "position": {**INSIDE, "datum": "gcj02"}, "street_code": STREET}
    made = coordinator.post(body=body).json
    assert made["grid_code"] != grids[0].code
    assert abs(made["position"]["lon"] - INSIDE["lon"]) > 0.003


@pytest.mark.parametrize(
    ("values", "status", "code"),
    [
        ({"position": OUTSIDE}, 422, "street_needed"),
        ({}, 422, "street_needed"),
        ({"position": {**INSIDE, "lon": 31.242, "lat": 88.0}}, 422, "street_needed"),
        ({"grid_code": "310107005999999"}, 422, "unknown_grid"),
        ({"position": INSIDE, "uscc": "913100007109328221"}, 422, "bad_uscc"),
        ({"position": INSIDE, "uscc_missing_reason": "lost"}, 422, "not_a_choice"),
        ({"street_code": OTHER_STREET}, 403, None),
    ],
)
def test_what_a_site_needs(grids, coordinator, values, status, code):
    reply = coordinator.post(body={"name": "店", "category": "unlicensed_business", **values})
    assert reply.status_code == status, reply.text
    if code:
        assert code in [error["code"] for error in reply.json["errors"]]


@pytest.mark.parametrize("role", [Role.GRID_WORKER, Role.AUDITOR, Role.CITY_OPERATIONS, Role.DEPARTMENT_OFFICER])
def test_who_may_not_write(session, grids, sign_in, role):
    caller = sign_in(role, department_id=department_named(session, "putuo.health").id)
    site = make_site(session, grids[0])
    assert caller.post(body={"name": "店", "category": "water_vending", "position": INSIDE}).status_code == 403
    assert caller.post(f"/{site.id}", {"name": "x"}).status_code == 403
    assert caller.post(f"/{site.id}/actions/close", {"reason": "x"}).status_code == 403
    assert caller.send(b"x").status_code == 403


def test_who_sees_what(app, client, session, grids, sign_in, coordinator):
    worker = sign_in()
    make_responsible(session, worker.user, grids[:1])
    in_grid, at_work, foreign = (make_site(session, grids[n], name=f"场所{n}") for n in range(3))
    make_task(session, grids[1], worker.user, site_id=at_work.id)
    assert worker.items("name") == ["场所1", "场所0"]
    assert worker.get(f"/{foreign.id}").status_code == 404
    assert coordinator.items("name") == ["场所2", "场所1", "场所0"]
    stranger = sign_in(Role.STREET_COORDINATOR, street_code=OTHER_STREET)
    assert stranger.items("name") == []
    for path, body in ((f"/{in_grid.id}", {"name": "x"}), (f"/{in_grid.id}/actions/close", {"reason": "x"})):
        assert stranger.post(path, body).status_code == 404
    officer = make_officer(session)
    report = make_report(session, worker.user, grids[2], site_id=foreign.id)
    make_referral(session, report)
    caller = Caller(app, session, client, officer, SITES)
    assert caller.items("name") == ["场所2"]
    assert sign_in(Role.AUDITOR).items("name") == ["场所2", "场所1", "场所0"]


def test_visits_are_shown_as_far_as_they_may_be_seen(session, grids, sign_in, coordinator):
    site = make_site(session, grids[0])
    worker, colleague = sign_in(), make_user(session)
    make_responsible(session, worker.user, grids)
    make_report(session, worker.user, grids[0], site_id=site.id, captured_at=NOW - timedelta(days=2))
    make_report(session, colleague, grids[0], site_id=site.id)
    assert len(coordinator.get(f"/{site.id}").json["visits"]) == 2
    mine = worker.get(f"/{site.id}").json["visits"]
    assert [visit["captured_at"] for visit in mine] == [(NOW - timedelta(days=2)).isoformat()]


def test_changing_and_who_was_first(session, grids, coordinator):
    site = make_site(session, grids[0], external_code="A1")
    changed = coordinator.post(f"/{site.id}", {"address": "新址2号", "version": 1})
    assert (changed.status_code, changed.json["version"], changed.json["grid_code"]) == (200, 2, grids[0].code)
    assert changed.json["history"][-1]["data"] == {"from": {"address": "示例路1号"}, "to": {"address": "新址2号"}}
    late = coordinator.post(f"/{site.id}", {"address": "别处", "version": 1})
    assert (late.status_code, late.json["code"]) == (409, "stale_version")
    same = coordinator.post(f"/{site.id}", {"address": "新址2号"})
    assert same.json["version"] == 2, "nothing changed, nothing counted"
    moved = coordinator.post(f"/{site.id}", {"position": {**INSIDE, "lon": 121.406}})
    assert moved.json["grid_code"] == grids[1].code
    away = coordinator.post(f"/{site.id}", {"position": OUTSIDE, "street_code": STREET})
    assert (away.json["grid_code"], away.json["street_code"]) == (None, STREET)


def test_life_of_a_proposal(session, grids, coordinator):
    worker = make_user(session)
    make_responsible(session, worker, grids[:1])
    proposal = parse_payload(
        "site.propose",
        {"site_id": "0199f1c2-5a00-7000-8000-0000000000aa", "name": "弄堂里的诊所", "address": "某弄3号",
         "category": "illegal_practice", "note": "夜里开门", "uscc": "不清楚",
         "position": {**INSIDE, "accuracy_m": 8, "fixed_at": NOW.isoformat(), "source": "gps", "mocked": False}},
    )  # fmt: skip
    actor = actor_of(worker, Role.GRID_WORKER, street_codes=[STREET])
    site = propose_site(session, actor, proposal, now=NOW)
    session.flush()
    publish_sites(session, [site.id], NOW)
    assert (site.status, site.grid_code, site.street_code) == (SiteStatus.PROPOSED, grids[0].code, STREET)
    with pytest.raises(DomainError) as refusal:
        propose_site(session, actor, proposal, now=NOW)
    assert refusal.value.code == "site_exists"
    shown = coordinator.get(f"/{site.id}").json
    assert shown["history"][0]["action"] == "propose" and shown["history"][0]["data"] == {"note": "夜里开门"}
    assert coordinator.post(f"/{site.id}/actions/close", {"reason": "x"}).json["code"] == "illegal_transition"
    assert coordinator.post(f"/{site.id}/actions/reject").json["code"] == "reason_required"
    assert coordinator.post(f"/{site.id}/actions/fly").status_code == 404
    confirmed = coordinator.post(f"/{site.id}/actions/confirm", {"version": 1})
    assert (confirmed.status_code, confirmed.json["status"]) == (200, "active")
    held = select(SyncScope.user_id).where(SyncScope.type == "site", SyncScope.object_id == str(site.id))
    assert session.scalars(held).all() == [worker.id]
    closed = coordinator.post(f"/{site.id}/actions/close", {"reason": "已搬走"})
    assert closed.json["status"] == "closed"
    assert session.scalars(held).all() == []
    assert coordinator.post(f"/{site.id}", {"name": "x"}).json["code"] == "illegal_transition"


NO_PLACE = {"site_id": "0199f1c2-5a00-7000-8000-0000000000ab", "name": " ", "address": "", "category": "water_vending"}
FAR_AWAY = {**NO_PLACE, "position": {**OUTSIDE, "accuracy_m": 8, "fixed_at": None, "source": "gps", "mocked": False}}


def propose_as(session, worker, data, now=NOW):
    """What comes by phone: a worker's request names no streets, those are for coordinators."""
    site = propose_site(session, actor_of(worker, Role.GRID_WORKER), parse_payload("site.propose", data), now=now)
    session.flush()
    return site


@pytest.mark.parametrize("data", [NO_PLACE, FAR_AWAY], ids=["no place", "outside every grid"])
def test_a_proposal_in_no_grid_is_kept_in_the_workers_street(session, grids, coordinator, sign_in, data):
    worker = make_user(session, street_code=STREET)
    site = propose_as(session, worker, data)
    assert (site.grid_code, site.street_code, site.name) == (None, STREET, "未命名场所")
    assert sign_in(Role.STREET_COORDINATOR, street_code=OTHER_STREET).get(f"/{site.id}").status_code == 404
    assert coordinator.items("id") == [str(site.id)]
    assert coordinator.post(f"/{site.id}/actions/confirm").json["status"] == "active"


def test_whose_role_names_no_street_works_where_his_grids_are(session, grids):
    version = session.get_one(GridVersion, grids[0].version_id)
    elsewhere = make_grids(session, 1, street_code=OTHER_STREET, origin=(121.5, 31.3), version=version)
    worker = make_user(session, street_code=None)
    make_responsible(session, worker, elsewhere, GridRole.BACKUP)
    make_responsible(session, worker, grids[2:], GridRole.LEAD, until=date(2026, 11, 25))
    assert propose_as(session, worker, NO_PLACE).street_code == STREET, "he leads there"
    later = {**NO_PLACE, "site_id": str(uuid4())}
    assert propose_as(session, worker, later, NOW + timedelta(days=9)).street_code == OTHER_STREET


def test_whose_role_has_ended_proposed_it_where_he_worked_last(session, grids):
    worker = make_user(session, street_code=OTHER_STREET)
    roles = session.scalars(select(RoleAssignment).where(RoleAssignment.user_id == worker.id))
    roles.one().valid_to = NOW.date()
    assert propose_as(session, worker, FAR_AWAY).street_code == OTHER_STREET


@pytest.mark.parametrize("role", [Role.BUREAU_TRIAGER, Role.ADMINISTRATOR])
def test_a_site_of_no_street_is_for_the_district_to_decide(session, grids, coordinator, sign_in, role):
    site = propose_as(session, make_user(session, street_code=None), FAR_AWAY)
    assert site.street_code is None
    assert coordinator.get(f"/{site.id}").status_code == 404
    assert sign_in(Role.CITY_OPERATIONS).get(f"/{site.id}").status_code == 200
    assert sign_in(Role.CITY_OPERATIONS).post(f"/{site.id}/actions/confirm").status_code == 403
    district = sign_in(role)
    assert district.items("id") == [str(site.id)]
    assert district.post(f"/{site.id}", {"name": "无名机"}).json["street_code"] is None
    assert district.post(f"/{site.id}", {"street_code": STREET}).json["street_code"] == STREET
    assert coordinator.post(f"/{site.id}/actions/reject", {"reason": "不存在"}).json["status"] == "closed"


def test_filters_and_pages(session, grids, sign_in, count_queries):
    bureau = sign_in(Role.BUREAU_TRIAGER)
    bureau.post(body={"name": "有坐标", "category": "water_vending", "position": INSIDE, "kind": "机"})
    make_site(session, grids[1], name="诊所_1", external_code="X1", last_visited_at=NOW)
    make_site(session, grids[2], name="关了的", status=SiteStatus.CLOSED, category=Category.UNLICENSED_BUSINESS)
    cases = [
        ({"status": "active"}, ["诊所_1", "有坐标"]),
        ({"category": "water_vending,unlicensed_business"}, ["关了的", "有坐标"]),
        ({"kind": "机"}, ["有坐标"]),
        ({"grid_code": grids[1].code}, ["诊所_1"]),
        ({"street": OTHER_STREET}, []),
        ({"external_code": "X1"}, ["诊所_1"]),
        ({"not_visited_since": NOW.isoformat()}, ["关了的", "有坐标"]),
        ({"bbox": "121.40,31.24,121.404,31.244"}, ["有坐标"]),
        ({"bbox": "121.5,31.24,121.6,31.244"}, []),
        ({"q": "_"}, ["诊所_1"]),
    ]
    for query, expected in cases:
        assert bureau.items("name", **query) == expected, query
    for query in ({"bbox": "1,2,3"}, {"bbox": "5,5,1,1"}, {"bbox": "nan,0,1,1"}, {"cursor": "%"}, {"status": "x"}):
        assert bureau.get(**query).status_code == 422, query
    first = bureau.get(limit=2).json
    make_site(session, grids[0], name="刚加的")
    assert [item["name"] for item in bureau.get(limit=2, cursor=first["next_cursor"]).json["items"]] == ["有坐标"]

    def cost():
        with count_queries() as seen:
            bureau.get(limit=100)
        return len(seen)

    before = cost()
    for grid in grids * 5:
        make_site(session, grid)
    assert cost() == before <= 5
