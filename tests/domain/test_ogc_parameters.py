"""What parameters of OGC API – Features mean, and the systems positions are given in."""

from datetime import UTC, datetime

import pytest
from pyproj import CRS

from backend.domain import permissions
from backend.domain.errors import DomainError
from backend.domain.ogc.collections import collection, collections
from backend.domain.ogc.parameters import Area, Span, parse_area, parse_limit, parse_span, parse_system, parse_value
from grids.systems import EPSG, default_system, stored_system, systems

MOMENT = datetime(2026, 11, 20, 2, tzinfo=UTC)


@pytest.mark.parametrize("uri", list(systems())[1:])
def test_the_order_of_axes_is_the_authoritys(uri: str) -> None:
    system = systems()[uri]
    first = CRS.from_epsg(system.srid).axis_info[0]
    assert system.northing_first == (first.direction == "north")
    assert system.northing_first is (system.srid != 3857)


def test_the_first_system_is_the_default_and_ours_is_among_them() -> None:
    assert next(iter(systems().values())) == default_system()
    assert (stored_system().srid, stored_system().northing_first) == (4490, True)


def test_a_box_is_turned_to_x_first() -> None:
    geographic = systems()[f"{EPSG}4490"]
    assert parse_area("31,121,32,122", geographic) == Area(geographic, ((121, 31, 122, 32),))
    plane = systems()[f"{EPSG}4549"]
    assert parse_area("3458000,633000,3459000,634000", plane) == Area(plane, ((633000, 3458000, 634000, 3459000),))


def test_a_box_across_the_antimeridian_is_two() -> None:
    found = parse_area("170,-10,-170,10", default_system())
    assert found is not None and found.boxes == ((170, -10, 180, 10), (-180, -10, -170, 10))


def test_a_box_beyond_a_projection_is_empty_and_a_huge_one_is_cut() -> None:
    plane = systems()[f"{EPSG}4528"]
    assert parse_area("0,0,1,1", plane) == Area(plane, ())
    huge = parse_area("-1e300,-1e300,1e300,1e300", plane)
    assert huge is not None and huge.boxes == (plane.bounds,)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2026-11-20T02:00:00Z", Span(MOMENT, MOMENT)),
        ("2026-11-20t10:00:00.000+08:00", Span(MOMENT, MOMENT)),
        ("../2026-11-20T02:00:00Z", Span(None, MOMENT)),
        ("/2026-11-20T02:00:00Z", Span(None, MOMENT)),
        ("2026-11-20T02:00:00Z/..", Span(MOMENT, None)),
        ("2026-11-20T02:00:00Z/", Span(MOMENT, None)),
        (None, None),
    ],
)
def test_moments_and_intervals(text: str | None, span: Span | None) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize(
    "text", ["..", "/", "../", "a/b", "2026-11-20T02:00:00Z/x", "２０26-11-20T02:00:00Z", "2026-02-30T00:00:00Z"]
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(DomainError, match="ogc_bad_parameter"):
        parse_span(text)


def test_limits_and_systems() -> None:
    assert [parse_limit(None), parse_limit("1"), parse_limit("5001"), parse_limit("9" * 18)] == [100, 1, 5000, 5000]
    assert parse_system("crs", None) == default_system()
    assert parse_system("crs", f"[{EPSG}4490]") == stored_system()


def test_values_are_those_of_the_database() -> None:
    reports = collection("reports").fields
    assert parse_value(reports["severity"], "high") == "high"
    assert parse_value(collection("referrals").fields["is_emergency"], "true") is True
    with pytest.raises(DomainError):
        parse_value(reports["severity"], "HIGH")


def test_every_collection_is_whole() -> None:
    for one in collections().values():
        assert one.permission in permissions.PERMISSIONS
        assert any(field.time for field in one.fields.values()) and one.queryables
        for field in one.fields.values():
            assert (
                field.zh and field.en and field.kind in ("string", "uuid", "number", "integer", "boolean", "datetime")
            )
            if field.label_of:
                assert one.fields[field.label_of].choices is not None
