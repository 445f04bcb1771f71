"""/sites over HTTP: entering, placing, changing, proposals, and who sees which."""

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import select

from backend.domain.errors import DomainError
from backend.domain.payloads import parse_payload
from backend.domain.vocabulary import Category, Role, SiteStatus
from backend.persistence.models import SyncScope
from backend.services.scope import publish_sites
from backend.services.sites import propose_site
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
    token_for,
)

SITES = "/api/v1/sites"
INSIDE = {"lon": 121.402, "lat": 31.242, "datum": "wgs84"}
OUTSIDE = {"lon": 121.2, "lat": 31.242, "datum": "wgs84"}


class Caller:
    """Somebody signed in. What the test has added is committed first, since a request ends with a rollback."""

    def __init__(self, app, session, client, user):
        self.user, self._session, self._client = user, session, client
        self._headers = {"Authorization": f"Bearer {token_for(app, session, user)}"}

    def get(self, path="", **query):
        self._session.commit()
        return self._client.get(SITES + path, query_string=query, headers=self._headers)

    def post(self, path="", body=None):
        self._session.commit()
        return self._client.post(
            SITES + path, data=orjson.dumps(body or {}), content_type="application/json", headers=self._headers
        )

    def send(self, content, **query):
        self._session.commit()
        return self._client.post(
            SITES + "/import", data=content, content_type="text/csv", query_string=query, headers=self._headers
        )

    def names(self, **query):
        reply = self.get(**query)
        assert reply.status_code == 200, reply.text
        return [item["name"] for item in reply.json["items"]]


@pytest.fixture
def grids(session):
    return make_grids(session, 3)


@pytest.fixture
def sign_in(app, session, client):
    return lambda role=Role.GRID_WORKER, **values: Caller(app, session, client, make_user(session, role, **values))


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


def test_who_sees_what(session, grids, sign_in, coordinator):
    worker = sign_in()
    make_responsible(session, worker.user, grids[:1])
    in_grid, at_work, foreign = (make_site(session, grids[n], name=f"场所{n}") for n in range(3))
    make_task(session, grids[1], worker.user, site_id=at_work.id)
    assert worker.names() == ["场所1", "场所0"]
    assert worker.get(f"/{foreign.id}").status_code == 404
    assert coordinator.names() == ["场所2", "场所1", "场所0"]
    stranger = sign_in(Role.STREET_COORDINATOR, street_code=OTHER_STREET)
    assert stranger.names() == []
    for path, body in ((f"/{in_grid.id}", {"name": "x"}), (f"/{in_grid.id}/actions/close", {"reason": "x"})):
        assert stranger.post(path, body).status_code == 404
    officer = make_officer(session)
    report = make_report(session, worker.user, grids[2], site_id=foreign.id)
    make_referral(session, report)
    caller = Caller(coordinator._client.application, session, coordinator._client, officer)
    assert caller.names() == ["场所2"]
    assert sign_in(Role.AUDITOR).names() == ["场所2", "场所1", "场所0"]


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


def test_a_proposal_without_a_place_is_kept_in_the_workers_street(session, grids):
    data = {"site_id": "0199f1c2-5a00-7000-8000-0000000000ab", "name": " ", "address": "", "category": "water_vending"}
    actor = actor_of(make_user(session), Role.GRID_WORKER, street_codes=[STREET])
    site = propose_site(session, actor, parse_payload("site.propose", data), now=NOW)
    session.flush()
    assert (site.grid_code, site.street_code, site.name) == (None, STREET, "未命名场所")


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
        assert bureau.names(**query) == expected, query
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


REGISTER = """sbbh,name,state,address,lng,lant,type,X,Y,经营单位
SSJ-1,东门售水机,曹杨新村街道,一路1号,121.402,31.242,现制现售水机,1,2,甲公司
SSJ-2,西门售水机,曹杨新村,二路2号,121.406,31.242,现制现售水机,1,2,
SSJ-3,界外售水机,曹杨新村街道,三路3号,121.2,31.242,现制现售水机,,,
"""


def test_import_the_districts_register_twice(session, grids, coordinator):
    content = REGISTER.encode("gbk")
    query = {"category": "water_vending", "datum": "wgs84"}
    dry = coordinator.send(content, dry_run="true", **query)
    assert (dry.status_code, dry.json["faults"], dry.json["created"]) == (200, [], 0)
    first = coordinator.send(content, **query).json
    assert (first["created"], first["updated"], first["unchanged"]) == (3, 0, 0)
    assert first["ignored_columns"] == ["X", "Y"]
    assert [(note["row"], note["code"]) for note in first["notes"]] == [(4, "outside_grids")]
    (site,) = coordinator.get(external_code="SSJ-1").json["items"]
    assert (site["grid_code"], site["licence"], site["kind"]) == (grids[0].code, {"operator": "甲公司"}, "现制现售水机")
    again = coordinator.send(content, **query).json
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 3)
    less = "sbbh,name,lng,lat\nSSJ-1,东门售水机,121.406,31.242\n".encode()
    assert coordinator.send(less, **query).json["updated"] == 1
    (site,) = coordinator.get(external_code="SSJ-1").json["items"]
    assert (site["grid_code"], site["licence"], site["address"]) == (grids[1].code, {"operator": "甲公司"}, "一路1号")


def test_an_import_names_every_wrong_row(session, grids, coordinator):
    rows = [
        "编号,名称,街道,经度,纬度,坐标系,统一社会信用代码",
        "1,,曹杨新村街道,,,,",
        "2,乙,火星街道,,,,",
        "3,丙,长风新村街道,,,,",
        "4,丁,曹杨新村街道,121.402,,wgs84,",
        "5,戊,曹杨新村街道,121.402,31.242,,",
        "6,己,曹杨新村街道,31.242,121.402,高德,",
        "7,庚,曹杨新村街道,121.402,31.242,火星坐标,913100007109328221",
        "8,辛,曹杨新村街道,,,,",
        "8,壬,曹杨新村街道,,,,",
        "9,癸,,,,,",
    ]
    reply = coordinator.send("\n".join(rows).encode(), category="water_vending")
    assert (reply.status_code, reply.json["code"]) == (422, "rows_rejected")
    assert [(e["row"], e["column"], e["code"]) for e in reply.json["errors"]] == [
        (2, "名称", "required"),
        (3, "街道", "unknown_street"),
        (4, "街道", "foreign_street"),
        (5, "经度", "half_position"),
        (6, "坐标系", "required"),
        (7, "经度", "swapped_axes"),
        (8, "统一社会信用代码", "bad_uscc"),
        (10, "编号", "duplicate_row"),
        (11, "街道", "street_needed"),
    ]
    assert coordinator.names() == []


def test_an_import_costs_the_same_however_long(session, grids, coordinator, count_queries):
    def cost(first, count):
        rows = [f"{n},机{n},曹杨新村街道,121.402,31.242" for n in range(first, first + count)]
        table = "\n".join(["sbbh,name,state,lng,lat", *rows]).encode()
        with count_queries() as seen:
            assert coordinator.send(table, category="water_vending", datum="wgs84").json["created"] == count
        return len(seen)

    cost(0, 1)
    assert cost(10, 2) == cost(100, 300)
