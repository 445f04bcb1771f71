"""Annex A of OGC API – Features Part 1 (17-069r4): tested against the abstract test suite, which is no certification.

All abstract tests of the classes core, GeoJSON, HTML and OpenAPI 3.0 are here and in the two files beside (test_ogc_ats_items.py:
features; test_ogc_ats_forms.py: GeoJSON, HTML, OpenAPI) under their own ids (/conf/core/…, called /ats/core/… before 1.0.1);
those of GML are not, since no GML is served. Part 2 is in test_ogc_ats_crs.py.
"""

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from tests.api.ats import (
    EVERY,
    GEOJSON,
    OTHER_PATHS,
    Suite,
    by_rel,
    check_links,
    check_shape,
    definition,
    follow,
    positions,
)
from tests.api.gis import CRS84, Gis, Place

SUITE = Suite()
CONF = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"


@SUITE.of("/conf/core/http")
def http(gis: Gis, place: Place) -> None:
    for path in OTHER_PATHS:
        assert gis.ask(path).status_code == 200
        assert gis.ask(path, method="HEAD").status_code == 200
        assert gis.ask(path, method="PUT").status_code == 405
    assert gis.ask("/nowhere").status_code == 404


@SUITE.of("/conf/core/crs84")
def crs84(gis: Gis, place: Place) -> None:
    for name in EVERY:
        assert gis.get(f"/collections/{name}")["crs"][0] == CRS84
    assert gis.get(f"/collections/reports/items/{place.report.id}")["geometry"]["coordinates"] == [121.402, 31.241]


@SUITE.of("/conf/core/root-op")
def root_op(gis: Gis, place: Place) -> None:
    assert gis.ask("/").status_code == gis.ask("").status_code == 200


@SUITE.of("/conf/core/root-success")
def root_success(gis: Gis, place: Place) -> None:
    body = gis.get("/")
    check_shape(body, "landingPage")
    check_links(body["links"], "self", "alternate", "service-desc", "service-doc", "conformance", "data")
    for link in body["links"]:
        follow(gis, link)


@SUITE.of("/conf/core/api-definition-op")
def api_definition_op(gis: Gis, place: Place) -> None:
    links = gis.get("/")["links"]
    assert follow(gis, by_rel(links, "service-desc")[0]).json["openapi"]
    assert follow(gis, by_rel(links, "service-doc")[0]).text.startswith("<!doctype html>")


@SUITE.of("/conf/core/api-definition-success")
def api_definition_success(gis: Gis, place: Place) -> None:
    assert [error.message for error in OpenAPIV30SpecValidator(definition(gis)).iter_errors()] == []


@SUITE.of("/conf/core/conformance-op")
def conformance_op(gis: Gis, place: Place) -> None:
    follow(gis, by_rel(gis.get("/")["links"], "conformance")[0])


@SUITE.of("/conf/core/conformance-success")
def conformance_success(gis: Gis, place: Place) -> None:
    body = gis.get("/conformance")
    check_shape(body, "confClasses")
    assert {f"{CONF}/{name}" for name in ("core", "geojson", "html", "oas30")} <= set(body["conformsTo"])


@SUITE.of("/conf/core/fc-md-op")
def fc_md_op(gis: Gis, place: Place) -> None:
    follow(gis, by_rel(gis.get("/")["links"], "data")[0])


@SUITE.of("/conf/core/fc-md-success")
def fc_md_success(gis: Gis, place: Place) -> None:
    check_shape(gis.get("/collections"), "collections")


@SUITE.of("/conf/core/fc-md-links")
def fc_md_links(gis: Gis, place: Place) -> None:
    check_links(gis.get("/collections")["links"], "self", "alternate")


@SUITE.of("/conf/core/fc-md-items")
def fc_md_items(gis: Gis, place: Place) -> None:
    assert [one["id"] for one in gis.get("/collections")["collections"]] == list(EVERY)


@SUITE.of("/conf/core/fc-md-items-links")
def fc_md_items_links(gis: Gis, place: Place) -> None:
    for one in gis.get("/collections")["collections"]:
        check_links(one["links"], "items")
        assert {link["type"] for link in by_rel(one["links"], "items")} == {GEOJSON, "text/html"}
        for link in one["links"]:
            follow(gis, link)


@SUITE.of("/conf/core/fc-md-extent")
def fc_md_extent(gis: Gis, place: Place) -> None:
    for one in gis.get("/collections")["collections"]:
        west, south, east, north = one["extent"]["spatial"]["bbox"][0]
        for feature in gis.get(f"/collections/{one['id']}/items")["features"]:
            for lon, lat in positions(feature["geometry"]):
                assert west <= lon <= east and south <= lat <= north


@SUITE.of("/conf/core/sfc-md-op")
def sfc_md_op(gis: Gis, place: Place) -> None:
    for name in EVERY:
        gis.get(f"/collections/{name}")


@SUITE.of("/conf/core/sfc-md-success")
def sfc_md_success(gis: Gis, place: Place) -> None:
    for listed in gis.get("/collections")["collections"]:
        one = gis.get(f"/collections/{listed['id']}")
        check_shape(one, "collection")
        assert {**one, "links": None} == {**listed, "links": None}
        assert all(link in one["links"] for link in listed["links"])


@pytest.mark.parametrize("test_id", SUITE)
def test_abstract(test_id: str, gis: Gis, place: Place) -> None:
    SUITE[test_id](gis, place)
