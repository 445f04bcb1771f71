"""Annex A of Part 1, the tests of features and of what is asked for; see test_ogc_ats_core.py."""

from datetime import timedelta

import pytest

from tests.api.ats import EVERY, GEOJSON, OTHER_PATHS, Suite, check_links, check_shape, first, follow, parameter
from tests.api.gis import Gis, Place
from tests.conftest import NOW
from tests.factories import make_report

SUITE = Suite()


@SUITE.of("/conf/core/fc-op")
def fc_op(gis: Gis, place: Place) -> None:
    for name in EVERY:
        assert gis.ask(f"/collections/{name}/items").mimetype == GEOJSON


@SUITE.of("/conf/core/fc-limit-definition")
def fc_limit_definition(gis: Gis, place: Place) -> None:
    limit = parameter(gis, "limit")
    assert (limit["in"], limit["required"], limit["style"], limit["explode"]) == ("query", False, "form", False)
    assert limit["schema"]["type"] == "integer" and limit["schema"]["minimum"] == 1
    assert limit["schema"]["default"] <= limit["schema"]["maximum"]


@SUITE.of("/conf/core/fc-limit-response")
def fc_limit_response(gis: Gis, place: Place) -> None:
    assert len(gis.ids("reports", limit=2)) == 2
    most = parameter(gis, "limit")["schema"]["maximum"]
    assert len(gis.ids("reports", limit=most + 1)) == 3


@SUITE.of("/conf/core/fc-bbox-definition")
def fc_bbox_definition(gis: Gis, place: Place) -> None:
    bbox = parameter(gis, "bbox")
    assert (bbox["in"], bbox["required"], bbox["style"], bbox["explode"]) == ("query", False, "form", False)
    assert bbox["schema"] == {
        "type": "array",
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
        "items": {"type": "number"},
    }


@SUITE.of("/conf/core/fc-bbox-response")
def fc_bbox_response(gis: Gis, place: Place) -> None:
    for box in ("121.4,31.24,121.41,31.25", "121.4,31.24,0,121.41,31.25,100"):
        found = gis.get("/collections/reports/items", bbox=box)["features"]
        assert {feature["id"] for feature in found} == {str(place.report.id), str(place.unplaced_report.id)}
    gis.get("/collections/reports/items", expect=400, bbox="121.4,31.24,121.41")
    gis.get("/collections/reports/items", expect=400, bbox="121.4,91,121.41,92")


@SUITE.of("/conf/core/fc-time-definition")
def fc_time_definition(gis: Gis, place: Place) -> None:
    time = parameter(gis, "datetime")
    assert (time["in"], time["required"], time["style"], time["explode"]) == ("query", False, "form", False)
    assert time["schema"] == {"type": "string"}


@SUITE.of("/conf/core/fc-time-response")
def fc_time_response(gis: Gis, place: Place) -> None:
    hour = timedelta(hours=1)
    later = make_report(gis.session, place.worker, captured_at=NOW + hour)
    at, then = "2026-11-20T02:30:00Z", "2026-11-20T03:00:00Z"
    assert gis.ids("reports", datetime=then) == [str(later.id)]
    assert gis.ids("reports", datetime=f"{at}/{then}") == [str(later.id)]
    for opened in ("..", ""):
        assert gis.ids("reports", datetime=f"{at}/{opened}") == [str(later.id)]
        assert len(gis.ids("reports", datetime=f"{opened}/{at}")) == 3


@SUITE.of("/conf/core/query-param-unknown")
def query_param_unknown(gis: Gis, place: Place) -> None:
    for path in (*OTHER_PATHS, "/collections/reports/items", f"/collections/reports/items/{place.report.id}"):
        gis.get(path, expect=400, unknownparameter="1")


@SUITE.of("/conf/core/query-param-invalid")
def query_param_invalid(gis: Gis, place: Place) -> None:
    for name, wrong in (("limit", "-1"), ("bbox", "x"), ("datetime", "x"), ("severity", "x"), ("f", "x")):
        gis.get("/collections/reports/items", expect=400, **{name: wrong})


@SUITE.of("/conf/core/fc-response")
def fc_response(gis: Gis, place: Place) -> None:
    for name in EVERY:
        body = gis.get(f"/collections/{name}/items")
        check_shape(body, "featureCollection")
        assert body["type"] == "FeatureCollection" and body["features"]


@SUITE.of("/conf/core/fc-links")
def fc_links(gis: Gis, place: Place) -> None:
    for name in EVERY:
        reply = gis.ask(f"/collections/{name}/items", limit=1)
        check_links(reply.json["links"], "self", "alternate", "collection")
        for link in reply.json["links"]:
            follow(gis, link)
            assert f'<{link["href"]}>; rel="{link["rel"]}"' in ", ".join(reply.headers.getlist("Link"))


@SUITE.of("/conf/core/fc-timeStamp")
def fc_time_stamp(gis: Gis, place: Place) -> None:
    assert gis.get("/collections/reports/items")["timeStamp"] == "2026-11-20T02:00:00Z"


@SUITE.of("/conf/core/fc-numberMatched")
def fc_number_matched(gis: Gis, place: Place) -> None:
    for name in EVERY:
        body = gis.get(f"/collections/{name}/items", limit=1)
        assert body["numberMatched"] == len(gis.ids(name))


@SUITE.of("/conf/core/fc-numberReturned")
def fc_number_returned(gis: Gis, place: Place) -> None:
    for page in gis.pages("reports", limit=2):
        assert page["numberReturned"] == len(page["features"])


@SUITE.of("/conf/core/f-op")
def f_op(gis: Gis, place: Place) -> None:
    for name in EVERY:
        assert gis.ask(f"/collections/{name}/items/{first(gis, name)}").status_code == 200


@SUITE.of("/conf/core/f-success")
def f_success(gis: Gis, place: Place) -> None:
    for name in EVERY:
        listed = gis.get(f"/collections/{name}/items", limit=1)["features"][0]
        one = gis.get(f"/collections/{name}/items/{listed['id']}")
        check_shape(one, "feature")
        assert {key: value for key, value in one.items() if key != "links"} == listed


@SUITE.of("/conf/core/f-links")
def f_links(gis: Gis, place: Place) -> None:
    for name in EVERY:
        links = gis.get(f"/collections/{name}/items/{first(gis, name)}")["links"]
        check_links(links, "self", "alternate", "collection")
        for link in links:
            follow(gis, link)


@pytest.mark.parametrize("test_id", SUITE)
def test_abstract(test_id: str, gis: Gis, place: Place) -> None:
    SUITE[test_id](gis, place)
