"""Annex A of Part 1, the tests of GeoJSON, HTML and OpenAPI 3.0; see test_ogc_ats_core.py."""

import re

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from tests.api.ats import (
    EVERY,
    GEOJSON,
    OTHER_PATHS,
    Suite,
    check_problem,
    check_shape,
    definition,
    first,
)
from tests.api.gis import Gis, Place

SUITE = Suite()


@SUITE.of("/conf/geojson/definition")
def geojson_definition(gis: Gis, place: Place) -> None:
    for name in EVERY:
        for path in (f"/collections/{name}/items", f"/collections/{name}/items/{first(gis, name)}"):
            assert gis.ask(path, headers={"Accept": GEOJSON}).headers["Content-Type"] == GEOJSON


@SUITE.of("/conf/geojson/content")
def geojson_content(gis: Gis, place: Place) -> None:
    for name in EVERY:
        for feature in gis.get(f"/collections/{name}/items")["features"]:
            check_shape(feature, "feature")
            assert set(feature) == {"type", "id", "geometry", "properties"}


@SUITE.of("/conf/html/definition")
def html_definition(gis: Gis, place: Place) -> None:
    for path in (*OTHER_PATHS, "/collections/reports/items", f"/collections/reports/items/{place.report.id}"):
        assert gis.ask(path, headers={"Accept": "text/html"}).mimetype == "text/html"


@SUITE.of("/conf/html/content")
def html_content(gis: Gis, place: Place) -> None:
    path = f"/collections/reports/items/{place.report.id}"
    page, told = gis.ask(path, f="html").text, gis.get(path)
    for value in told["properties"].values():
        # times are told in the district's zone
        assert value is None or str(value) in page or f"{str(value)[:10]}T10:00:00+08:00" in page
    assert "121.402" in page and all(re.search(f'<a href="[^"]*" rel="{one["rel"]}"', page) for one in told["links"])


@SUITE.of("/conf/oas30/completeness")
def oas30_completeness(gis: Gis, place: Place) -> None:
    for path, item in definition(gis)["paths"].items():
        named = {"200", "400", "500"} if path in ("/", "/conformance") else {"200", "400", "401", "403", "404", "500"}
        assert item["get"]["responses"].keys() == named


@SUITE.of("/conf/oas30/exception-codes")
def oas30_exception_codes(gis: Gis, place: Place) -> None:
    paths = definition(gis)["paths"]
    seen = {
        gis.ask("/collections/reports/items", limit=0): "400",
        gis.client.get("/ogc/collections/reports/items"): "401",
        gis.ask("/collections/reports/items/x"): "404",
    }
    for reply, status in seen.items():
        assert str(reply.status_code) == status and status in paths["/collections/reports/items"]["get"]["responses"]
        assert reply.mimetype == "application/problem+json"
        check_problem(definition(gis), reply.json)


@SUITE.of("/conf/oas30/security")
def oas30_security(gis: Gis, place: Place) -> None:
    document = definition(gis)
    assert document["components"]["securitySchemes"]["applicationPassword"] == {"type": "http", "scheme": "basic"}
    for path, item in document["paths"].items():
        status = gis.client.get("/ogc" + path.replace("{featureId}", str(place.report.id))).status_code
        assert (status == 401) is bool(item["get"]["security"]), path


@SUITE.of("/conf/oas30/definition-1")
def oas30_definition_1(gis: Gis, place: Place) -> None:
    assert gis.ask("/api").headers["Content-Type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert definition(gis)["openapi"].startswith("3.0.")


@SUITE.of("/conf/oas30/definition-2")
def oas30_definition_2(gis: Gis, place: Place) -> None:
    assert [error.message for error in OpenAPIV30SpecValidator(definition(gis)).iter_errors()] == []


@SUITE.of("/conf/oas30/oas-impl")
def oas30_implementation(gis: Gis, place: Place) -> None:
    document = definition(gis)
    for path, item in document["paths"].items():
        collection = item["get"]["tags"][0]
        feature_id = first(gis, collection) if "{featureId}" in path else ""
        reply = gis.client.get(
            document["servers"][0]["url"] + path.replace("{featureId}", feature_id), headers=gis.headers
        )  # fmt: skip
        assert reply.status_code == 200
        schema = item["get"]["responses"]["200"]["content"][reply.headers["Content-Type"]]["schema"]["$ref"]
        check_shape(reply.json, schema.rsplit("/", 1)[1])
        # every attribute that it lists may be asked for
        for one in item["get"]["parameters"]:
            if "default" in one["schema"]:
                gis.get(path.replace("{featureId}", feature_id), **{one["name"]: one["schema"]["default"]})


@pytest.mark.parametrize("test_id", SUITE)
def test_abstract(test_id: str, gis: Gis, place: Place) -> None:
    SUITE[test_id](gis, place)
