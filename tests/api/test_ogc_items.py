"""/ogc/collections/…/items: whose features, which of them, page by page, in which system. The standard's own tests are in
test_ogc_ats_*.py.
"""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend.domain.vocabulary import GridVersionStatus, Role
from backend.persistence.models import GridVersion
from tests.api.gis import COLLECTIONS, EPSG, Gis, Place
from tests.conftest import NOW
from tests.factories import OTHER_STREET, make_grids, make_officer, make_report, make_user

REFUSED = [
    {"bbox": "1,2,3"}, {"bbox": "a,b,c,d"}, {"bbox": "nan,0,1,1"}, {"bbox": "0,5,1,1"}, {"bbox": "-181,0,1,1"},
    {"bbox": "1,2,9,3,4,5"}, {"bbox": ""}, {"bbox": "121,31,122,32", "bbox-crs": f"{EPSG}4490"},
    {"bbox": "1,2,0,1", "bbox-crs": f"{EPSG}3857"}, {"bbox-crs": f"{EPSG}4214"}, {"crs": f"{EPSG}4214"}, {"crs": "4326"},
    {"datetime": "2026-11-20"}, {"datetime": "2026-11-20T02:00:00"}, {"datetime": "2026-11-20T02:00:00Z/"*2},
    {"datetime": "../.."}, {"datetime": ""}, {"datetime": "2026-11-21T00:00:00Z/2026-11-20T00:00:00Z"},
    {"datetime": "2026-13-20T02:00:00Z"}, {"datetime": "0001-01-01T00:00:00+14:00"},
    {"limit": "0"}, {"limit": "-1"}, {"limit": "1.5"}, {"limit": "x"}, {"cursor": "?"}, {"cursor": "LTE"}, {"f": "xml"},
    {"lang": "fr"}, {"status": "unknown"}, {"site_id": "1"}, {"street_code": "1" * 201}, {"street_code": "\x00"},
]  # fmt: skip


@pytest.fixture
def bureau(app: Flask, session: Session) -> Gis:
    return Gis(app, session, make_user(session, Role.BUREAU_TRIAGER))


def test_everybody_finds_what_he_may_see_and_nothing_else(
    app: Flask, session: Session, place: Place, bureau: Gis
) -> None:
    street = Gis(app, session, make_user(session, Role.STREET_COORDINATOR, street_code=OTHER_STREET))
    worker = Gis(app, session, place.worker)
    officer = Gis(app, session, make_officer(session))
    stranger = Gis(app, session, make_officer(session, "putuo.market"))
    counts = {name: [len(who.ids(name)) for who in (bureau, worker, street, officer, stranger)] for name in COLLECTIONS}
    assert counts == {
        "grids": [3, 2, 0, 3, 3],
        "sites": [2, 1, 0, 1, 0],
        "reports": [3, 2, 1, 1, 0],
        "referrals": [1, 1, 0, 1, 0],
    }
    for name, one in (("reports", place.report), ("referrals", place.referral), ("sites", place.site)):
        path = f"/collections/{name}/items/{one.id}"
        assert worker.get(path)["id"] == str(one.id)
        assert street.get(path, expect=404)["code"] == "not_found"
    assert bureau.get("/collections/tracks", expect=404) and bureau.get("/collections/reports/items/x", expect=404)


def test_nobody_reads_without_signing_in_and_without_a_role_nobody_does(app: Flask, session: Session) -> None:
    nobody = Gis(app, session, None)
    for path in ("/collections", "/collections/reports", "/collections/reports/items", "/collections/reports/schema"):
        assert nobody.get(path, expect=401)["code"] == "unauthenticated"
        assert Gis(app, session, make_user(session, None)).get(path, expect=403)["code"] == "forbidden"
    for path in ("", "/", "/conformance", "/api"):
        assert nobody.get(path)


def test_a_report_as_it_is_told(place: Place, bureau: Gis) -> None:
    told = bureau.get(f"/collections/reports/items/{place.report.id}")
    assert told["geometry"] == {"type": "Point", "coordinates": [121.402, 31.241]}
    assert told["properties"] | {"site_id": None} == {
        "category": "illegal_practice", "category_zh": "非法行医", "outcome": "problem", "outcome_zh": "发现问题",
        "status": "referred", "status_zh": "已通报", "severity": "high", "severity_zh": "高", "verdict": "inside",
        "verdict_zh": "网格内", "finding_codes": "A-01,A-02", "site_id": None, "site_name": "张三诊所",
        "grid_code": "310107005001001", "street_code": "310107005", "street_name": "曹杨新村街道", "accuracy_m": 8.5,
        "photos": 0, "captured_at": "2026-11-20T02:00:00Z", "received_at": "2026-11-20T02:00:00Z",
    }  # fmt: skip


def test_a_referral_stands_where_its_report_was_made(place: Place, bureau: Gis) -> None:
    told = bureau.get(f"/collections/referrals/items/{place.referral.id}")
    assert told["geometry"]["coordinates"] == [121.402, 31.241]
    assert told["properties"]["report_id"] == str(place.report.id)
    assert (told["properties"]["department"], told["properties"]["finding_codes"]) == ("putuo.health", "A-01")
    assert told["properties"]["status_zh"] == "已派发"


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_people_who_report_are_in_no_answer(place: Place, bureau: Gis, collection: str) -> None:
    for form in ("json", "html"):
        text = bureau.ask(f"/collections/{collection}/items", f=form).text
        assert "测试员" not in text and str(place.worker.id) not in text
        assert "13800000000" not in text and "13900000000" not in text and "李四" not in text


def test_boxes(place: Place, bureau: Gis) -> None:
    unplaced = str(place.unplaced_report.id)
    here = [unplaced, str(place.report.id)]
    assert bureau.ids("reports", bbox="121.40,31.24,121.41,31.25") == here
    assert bureau.ids("reports", bbox="121.40,31.24,-5,121.41,31.25,5") == here
    assert bureau.ids("reports", bbox="31.24,121.40,31.25,121.41", bbox_crs=f"{EPSG}4490") == here
    assert bureau.ids("reports", bbox="3458541,633565,3458543,633566", bbox_crs=f"{EPSG}4549") == here
    assert bureau.ids("reports", bbox="3458543,633565,3458550,633566", bbox_crs=f"{EPSG}4549") == [unplaced]
    assert bureau.ids("reports", bbox="-1e9,-1e9,1e9,1e9", bbox_crs=f"{EPSG}4549")[1:] == here
    assert bureau.ids("reports", bbox="9e9,9e9,9e9,9e9", bbox_crs=f"{EPSG}3857") == [unplaced]
    # a west beyond the east goes round by the antimeridian: all but a strip
    assert bureau.ids("reports", bbox="121.43,31,121.40,32") == [str(place.elsewhere.id), unplaced]
    assert len(bureau.ids("grids", bbox="121.4039,31.24,121.4041,31.241")) == 2


def test_times(session: Session, place: Place, bureau: Gis) -> None:
    hour = timedelta(hours=1)
    later = make_report(session, place.worker, place.grids[0], captured_at=NOW + hour)
    iso = lambda moment: moment.isoformat().replace("+00:00", "Z")  # noqa: E731  # three words, used a dozen times
    assert bureau.ids("reports", datetime=iso(NOW + hour)) == [str(later.id)]
    assert bureau.ids("reports", datetime=f"{iso(NOW + hour / 2)}/..") == [str(later.id)]
    assert bureau.ids("reports", datetime=f"{iso(NOW + hour / 2)}/") == [str(later.id)]
    assert bureau.ids("reports", datetime="2026-11-20T11:00:00+08:00") == [str(later.id)]
    assert (
        len(bureau.ids("reports", datetime=f"../{iso(NOW)}"))
        == len(bureau.ids("reports", datetime=f"/{iso(NOW)}"))
        == 3
    )
    assert len(bureau.ids("reports", datetime=f"{iso(NOW)}/{iso(NOW + hour)}")) == 4
    # a site stands in the register from its entry on
    assert len(bureau.ids("sites", datetime=iso(NOW + hour))) == 2
    assert bureau.ids("sites", datetime=iso(NOW - hour)) == []


def test_grids_of_the_version_that_held(session: Session, place: Place, bureau: Gis) -> None:
    old = session.get_one(GridVersion, place.grids[0].version_id)
    old.valid_to, old.status = NOW, GridVersionStatus.REPLACED
    session.flush()
    made = [str(grid.id) for grid in make_grids(session, 2, valid_from=NOW)]
    assert bureau.ids("grids") == made
    assert bureau.ids("grids", datetime="2026-11-20T02:00:00Z") == made
    before = bureau.ids("grids", datetime="2026-11-20T01:59:59Z")
    assert before == [str(grid.id) for grid in place.grids]
    assert sorted(bureau.ids("grids", datetime="2026-11-01T00:00:00Z/..")) == sorted(before + made)
    assert bureau.get(f"/collections/grids/items/{before[0]}")["properties"]["valid_to"] == "2026-11-20T02:00:00Z"


def test_values_of_attributes(place: Place, bureau: Gis) -> None:
    assert bureau.ids("reports", outcome="problem", severity="high") == [str(place.report.id)]
    assert bureau.ids("reports", site_id=str(place.site.id)) == [str(place.report.id)]
    assert bureau.ids("referrals", department="putuo.health", is_emergency="false") == [str(place.referral.id)]
    assert bureau.ids("referrals", department="putuo.market") == []
    assert bureau.ids("referrals", grid_code=place.grids[0].code) == [str(place.referral.id)]
    assert bureau.ids("sites", kind="water") == [str(place.site.id)]
    assert bureau.ids("grids", code=place.grids[1].code) == [str(place.grids[1].id)]


@pytest.mark.parametrize("query", REFUSED, ids=str)
def test_what_is_no_value_is_refused_by_name(bureau: Gis, query: dict[str, str]) -> None:
    told = bureau.get("/collections/reports/items", expect=400, **query)
    assert told["code"] == "ogc_bad_parameter"
    assert told["errors"][0]["path"] in query and told["errors"][0]["message"]


@pytest.mark.parametrize("query", [{"Limit": "1"}, {"offset": "1"}, {"department": "x"}, {"name": "x"}], ids=str)
def test_what_is_no_parameter_is_refused_by_name(bureau: Gis, query: dict[str, str]) -> None:
    told = bureau.get("/collections/reports/items", expect=400, **query)
    assert told["code"] == "ogc_unknown_parameter" and next(iter(query)) in told["detail"]


def test_a_parameter_given_twice(bureau: Gis) -> None:
    assert bureau.ask("/collections/reports/items?limit=1&limit=2").json["code"] == "ogc_bad_parameter"


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 7, 8])
@pytest.mark.parametrize("collection", COLLECTIONS)
def test_pages_lose_and_double_nothing(
    session: Session, place: Place, bureau: Gis, collection: str, limit: int
) -> None:
    for _ in range(5):
        make_report(session, place.worker, place.grids[0])
    pages = list(bureau.pages(collection, limit=limit))
    ids = [feature["id"] for page in pages for feature in page["features"]]
    expected = {"grids": 3, "sites": 2, "reports": 8, "referrals": 1}[collection]
    assert len(ids) == len(set(ids)) == expected
    assert [page["numberReturned"] for page in pages] == [len(page["features"]) for page in pages]
    assert pages[0]["numberMatched"] == expected
    # a last page that is exactly full links to none that would be empty
    assert len(pages) == -(-expected // limit)


def test_more_than_the_most_is_the_most(session: Session, place: Place, bureau: Gis, monkeypatch: Any) -> None:
    monkeypatch.setattr("backend.domain.ogc.parameters.MAX_LIMIT", 2)
    assert len(bureau.ids("reports", limit=999999)) == 2


def test_too_many_are_not_counted(place: Place, bureau: Gis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.persistence.queries.ogc.pages.MOST_COUNTED", 2)
    page = bureau.get("/collections/reports/items", limit=1)
    assert "numberMatched" not in page and page["numberReturned"] == 1


def test_a_new_version_between_two_pages_of_grids(session: Session, place: Place, bureau: Gis, clock: Any) -> None:
    pages = bureau.pages("grids", limit=2)
    found = [feature["id"] for feature in next(pages)["features"]]
    old = session.get_one(GridVersion, place.grids[0].version_id)
    old.valid_to, old.status = NOW + timedelta(minutes=1), GridVersionStatus.REPLACED
    make_grids(session, 2, valid_from=NOW + timedelta(minutes=1))
    session.commit()
    clock.at = NOW + timedelta(minutes=2)
    found += [feature["id"] for page in pages for feature in page["features"]]
    assert found == [str(grid.id) for grid in place.grids]


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_statements_do_not_grow(
    session: Session, place: Place, bureau: Gis, count_queries: Any, collection: str
) -> None:
    with count_queries() as one:
        bureau.ids(collection, limit=1)
    for _ in range(5):
        make_report(session, place.worker, place.grids[0])
    with count_queries() as more:
        bureau.ids(collection)
    assert len(more) <= len(one) <= 6


def test_validators(place: Place, bureau: Gis) -> None:
    first = bureau.ask("/collections/reports/items")
    tag = first.headers["ETag"]
    assert tag.startswith("W/") and first.headers["Cache-Control"] == "private, no-cache"
    assert {"Accept", "Authorization"} <= {name.strip() for name in first.headers["Vary"].split(",")}
    again = bureau.ask("/collections/reports/items", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    place.report.severity = None
    assert bureau.ask("/collections/reports/items", headers={"If-None-Match": tag}).status_code == 200
    head = bureau.ask("/collections/reports/items", method="HEAD")
    assert (head.status_code, head.data) == (200, b"")
    assert "GET" in bureau.ask("/collections/reports/items", method="OPTIONS").headers["Allow"]
    assert bureau.ask("/collections/reports/items", method="POST").status_code == 405


def test_answers_are_packed(session: Session, place: Place, bureau: Gis) -> None:
    for _ in range(20):
        make_report(session, place.worker, place.grids[0])
    reply = bureau.ask("/collections/reports/items", headers={"Accept-Encoding": "gzip"})
    assert reply.headers["Content-Encoding"] == "gzip"


def test_links_go_to_the_host_that_was_called(bureau: Gis) -> None:
    bureau.session.commit()
    reply = bureau.client.get("/ogc/collections", base_url="https://gis.example.org:8443", headers=bureau.headers)
    hrefs = [one["href"] for one in reply.json["links"]]
    assert hrefs and all(href.startswith("https://gis.example.org:8443/ogc") for href in hrefs)
