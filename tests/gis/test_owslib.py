"""OWSLib reads every collection to its end, by box and time, with schema and queryables."""

import pytest
from owslib.ogcapi.features import Features
from owslib.util import Authentication

from tests.gis.conftest import COUNTS, UNPLACED, Service


@pytest.fixture
def api(service: Service) -> Features:
    return Features(service.ogc, auth=Authentication(username=service.username, password=service.password))


@pytest.mark.slow
def test_it_knows_the_service(api: Features) -> None:
    assert api.feature_collections() == list(COUNTS)
    assert "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs" in api.conformance()["conformsTo"]
    assert api.api()["openapi"] == "3.0.3"
    assert "severity" in api.collection_queryables("reports")["properties"]
    assert api.collection("reports")["storageCrs"].endswith("/4490")


@pytest.mark.slow
@pytest.mark.parametrize("limit", [10, 23, 5000])
@pytest.mark.parametrize("collection", COUNTS)
def test_every_page(api: Features, collection: str, limit: int) -> None:
    page = api.collection_items(collection, limit=limit)
    ids = [feature["id"] for feature in page["features"]]
    assert page["numberMatched"] == COUNTS[collection]
    while link := next((one for one in page["links"] if one["rel"] == "next"), None):
        cursor = link["href"].split("cursor=")[1].split("&")[0]
        page = api.collection_items(collection, limit=limit, cursor=cursor)
        assert page["features"], "no page is empty, not even after one that was exactly full"
        ids += [feature["id"] for feature in page["features"]]
    assert len(ids) == len(set(ids)) == COUNTS[collection]


@pytest.mark.slow
def test_box_time_value_and_one(api: Features) -> None:
    assert api.collection_items("reports", bbox=[121.43, 31, 121.46, 32], limit=1)["numberMatched"] == 100 + UNPLACED
    span = "2026-11-20T02:00:00Z/2026-11-20T02:09:00Z"
    assert api.collection_items("reports", datetime_=span)["numberMatched"] == 10
    found = api.collection_items("reports", category="water_vending", limit=1)
    assert found["numberMatched"] == 115
    assert api.collection_item("reports", found["features"][0]["id"])["properties"]["category"] == "water_vending"
