"""Annex A of OGC API – Features Part 2 (18-058r1): tested against the abstract test suite, which is no certification.

All abstract tests are here under their own ids. The systems of the test engine are pyproj's, those of the service PostGIS's.
"""

import re
from functools import cache
from typing import Any

import pytest
from pyproj import CRS, Transformer

from tests.api.ats import EVERY, Suite, first, parameter, positions
from tests.api.gis import CRS84, EPSG, Gis, Place

SUITE = Suite()
EXPECTED = [CRS84, *(f"{EPSG}{code}" for code in (4490, 4326, 3857, 4549, 4528))]
OGC_URI = re.compile(r"http://www\.opengis\.net/def/crs/(OGC|EPSG)/[0-9.]+/\w+")
URI_PARAMETER = ("query", False, "string", "uri", "form", False)


@cache
def known(uri: str) -> Transformer:
    """From CRS84 to a system, axes in the authority's order: what this engine knows of it."""
    target = CRS.from_user_input("OGC:CRS84") if uri == CRS84 else CRS.from_epsg(int(uri.rsplit("/", 1)[1]))
    return Transformer.from_crs(CRS.from_user_input("OGC:CRS84"), target)


def described(gis: Gis, name: str) -> tuple[Any, ...]:
    found = parameter(gis, name)
    return (found["in"], found["required"], found["schema"]["type"], found["schema"]["format"], found["style"],
            found["explode"])  # fmt: skip


@SUITE.of("/conf/crs/crs-uri")
def crs_uri(gis: Gis, place: Place) -> None:
    for one in gis.get("/collections")["collections"]:
        assert one["crs"] == EXPECTED
        assert all(OGC_URI.fullmatch(uri) for uri in (*one["crs"], one["storageCrs"]))


@SUITE.of("/conf/crs/default-crs")
def default_crs(gis: Gis, place: Place) -> None:
    for one in gis.get("/collections")["collections"]:
        assert CRS84 in one["crs"]


@SUITE.of("/conf/crs/storageCrs")
def storage_crs(gis: Gis, place: Place) -> None:
    for one in gis.get("/collections")["collections"]:
        assert one["storageCrs"] in one["crs"]


@SUITE.of("/conf/crs/crs-parameter")
def crs_parameter(gis: Gis, place: Place) -> None:
    assert described(gis, "crs") == URI_PARAMETER
    for name in EVERY:
        for uri in EXPECTED:
            for path in (f"/collections/{name}/items", f"/collections/{name}/items/{first(gis, name)}"):
                reply = gis.ask(path, crs=uri)
                assert (reply.status_code, reply.headers["Content-Crs"]) == (200, f"<{uri}>")


@SUITE.of("/conf/crs/crs-parameter-default")
def crs_parameter_default(gis: Gis, place: Place) -> None:
    for name in EVERY:
        assert gis.ask(f"/collections/{name}/items").headers["Content-Crs"] == f"<{CRS84}>"
        assert gis.ask(f"/collections/{name}/items/{first(gis, name)}").headers["Content-Crs"] == f"<{CRS84}>"


@SUITE.of("/conf/crs/crs-parameter-invalid")
def crs_parameter_invalid(gis: Gis, place: Place) -> None:
    for name in EVERY:
        for path in (f"/collections/{name}/items", f"/collections/{name}/items/{first(gis, name)}"):
            for wrong in ("http://example.org/crs/unknown", f"{EPSG}4214", "EPSG:4490", ""):
                gis.get(path, expect=400, crs=wrong)


@SUITE.of("/conf/crs/crs-parameter-transform")
def crs_parameter_transform(gis: Gis, place: Place) -> None:
    for name in EVERY:
        plain = gis.get(f"/collections/{name}/items")["features"]
        for uri in EXPECTED:
            engine = known(uri)
            tolerance = 1e-7 if uri in EXPECTED[:3] else 0.01
            for before, after in zip(plain, gis.get(f"/collections/{name}/items", crs=uri)["features"], strict=True):
                assert before["id"] == after["id"]
                for here, there in zip(positions(before["geometry"]), positions(after["geometry"]), strict=True):
                    assert engine.transform(*here) == pytest.approx(there, abs=tolerance)


@SUITE.of("/conf/crs/bbox-crs-parameter")
def bbox_crs_parameter(gis: Gis, place: Place) -> None:
    assert described(gis, "bbox-crs") == URI_PARAMETER
    low, high = (121.4005, 31.2405), (121.4035, 31.2435)
    for name in EVERY:
        expected = gis.ids(name, bbox=",".join(map(str, (*low, *high))))
        assert expected
        for uri in EXPECTED:
            corners = (*known(uri).transform(*low), *known(uri).transform(*high))
            assert gis.ids(name, bbox=",".join(f"{number:.9f}" for number in corners), bbox_crs=uri) == expected


@SUITE.of("/conf/crs/bbox-crs-parameter-default")
def bbox_crs_parameter_default(gis: Gis, place: Place) -> None:
    box = "121.4005,31.2405,121.4035,31.2435"
    for name in EVERY:
        assert gis.ids(name, bbox=box) == gis.ids(name, bbox=box, bbox_crs=CRS84)


@SUITE.of("/conf/crs/bbox-crs-parameter-invalid")
def bbox_crs_parameter_invalid(gis: Gis, place: Place) -> None:
    for wrong in ("http://example.org/crs/unknown", f"{EPSG}4214"):
        gis.get("/collections/reports/items", expect=400, bbox="121,31,122,32", bbox_crs=wrong)


@pytest.mark.parametrize("test_id", SUITE)
def test_abstract(test_id: str, gis: Gis, place: Place) -> None:
    SUITE[test_id](gis, place)


def test_a_position_far_from_a_projections_zone_has_none_in_it(gis: Gis, place: Place) -> None:
    place.report.position = "SRID=4490;POINT(87.6 43.8)"
    gis.session.flush()
    for uri, is_there in ((f"{EPSG}4549", False), (f"{EPSG}3857", True), (f"{EPSG}4490", True)):
        told = gis.get(f"/collections/reports/items/{place.report.id}", crs=uri)
        assert (told["geometry"] is not None) is is_there
    place.report.position = "SRID=4490;POINT(0 90)"
    assert gis.get(f"/collections/reports/items/{place.report.id}", crs=f"{EPSG}3857")["geometry"] is None
