"""Placing by the version valid at capture time, on real rows."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Datum, GridVersionStatus, Verdict
from backend.persistence.models import GridVersion
from backend.services.grids.locators import LocatorCache
from backend.services.grids.placing import PlacePoint, locator_at, place_points
from grids.datums import wgs84_to_gcj02
from tests.conftest import NOW
from tests.factories import DISTRICT, STREET, make_grids

Watch = Callable[[], AbstractContextManager[list[str]]]
LON, LAT, SIZE = 121.40, 31.24, 0.004


def _point(lon: float, lat: float = LAT + SIZE / 2, **values: object) -> PlacePoint:
    return PlacePoint(**{"lon": lon, "lat": lat, "datum": Datum.WGS84, "accuracy_m": 5.0, "at": NOW, **values})


@pytest.fixture
def two_versions(session: Session) -> tuple[str, str]:
    """A row of grids until yesterday, since then one of half the size; returns the two versions' ids."""
    old = make_grids(session, 2, valid_from=NOW - timedelta(days=10))[0].version_id
    row = session.get_one(GridVersion, old)
    row.valid_to = NOW - timedelta(days=1)
    row.status = GridVersionStatus.REPLACED
    session.flush()
    new = make_grids(session, 4, size=SIZE / 2, valid_from=NOW - timedelta(days=1))[0].version_id
    return old, new


def test_placed_by_the_version_valid_at_capture(session: Session, two_versions: tuple[str, str]) -> None:
    lon, lat = LON + SIZE * 0.75, LAT + SIZE / 4
    before, edge, now = place_points(
        session,
        [
            _point(lon, lat, at=NOW - timedelta(days=2)),
            _point(lon, lat, at=NOW - timedelta(days=1)),
            _point(lon, lat),
        ],
    )
    assert (before.version_id, before.grid_code) == (two_versions[0], f"{STREET}001001")
    assert (edge.version_id, edge.grid_code) == (two_versions[1], f"{STREET}001002")
    assert (now.version_id, now.grid_code) == (two_versions[1], f"{STREET}001002")
    assert before.verdict is Verdict.INSIDE and before.note is None
    assert before.grid_id != now.grid_id


def test_a_capture_before_every_version_is_placed_by_the_first_and_says_so(
    session: Session, two_versions: tuple[str, str]
) -> None:
    [placed] = place_points(session, [_point(LON + SIZE / 4, at=NOW - timedelta(days=400))], DISTRICT)
    assert placed.version_id == two_versions[0]
    assert placed.note == "before_first_version"


def test_a_draft_places_nothing(session: Session) -> None:
    version = session.get_one(GridVersion, make_grids(session)[0].version_id)
    version.status = GridVersionStatus.DRAFT
    session.flush()
    [placed] = place_points(session, [_point(LON + SIZE / 4)])
    assert (placed.verdict, placed.note, placed.grid_code) == (Verdict.NO_GRID, "no_version", None)
    assert locator_at(session, DISTRICT, NOW) is None


def test_datums_are_converted_before_placing(session: Session) -> None:
    make_grids(session)
    lon, lat = LON + SIZE / 2, LAT + SIZE / 2
    shifted = [float(value) for value in wgs84_to_gcj02(lon, lat)]
    straight, converted, mistaken = place_points(
        session,
        [_point(lon, lat), _point(*shifted, datum=Datum.GCJ02), _point(*shifted)],
    )
    assert straight.grid_code == converted.grid_code == f"{STREET}001001"
    assert (converted.lon, converted.lat) == pytest.approx((lon, lat), abs=1e-9)
    assert mistaken.grid_code != straight.grid_code


def test_the_task_grid_wins_where_the_circle_crosses_a_border(session: Session) -> None:
    make_grids(session)
    border = LON + SIZE
    mine, none, far = place_points(
        session,
        [
            _point(border + 0.00002, accuracy_m=30, prefer_code=f"{STREET}001001"),
            _point(border + 0.00002, accuracy_m=30),
            _point(border + 0.00002, accuracy_m=30, prefer_code=f"{STREET}001004"),
        ],
    )
    assert mine.verdict is none.verdict is Verdict.BORDERLINE
    assert mine.grid_code == f"{STREET}001001"
    assert none.grid_code == far.grid_code == f"{STREET}001002"
    assert sum(one.share for one in mine.candidates) == pytest.approx(1.0)


def test_outside_near_and_far(session: Session) -> None:
    make_grids(session)
    near, far = place_points(session, [_point(LON - 0.001, accuracy_m=None), _point(LON - 3)])
    assert near.verdict is Verdict.OUTSIDE and near.distance_m == pytest.approx(95.4, abs=1)
    assert far.verdict is Verdict.NO_GRID and far.distance_m is None
    assert near.grid_code is far.grid_code is None


def test_statements_do_not_grow_with_the_batch(
    session: Session, two_versions: tuple[str, str], count_queries: Watch
) -> None:
    times = [NOW - timedelta(hours=12 * n) for n in range(20)]
    with count_queries() as first:
        place_points(session, [_point(LON + SIZE / 4, at=at) for at in times])
    assert len(first) <= 3  # the versions, and each version's polygons once
    with count_queries() as second:
        place_points(session, [_point(LON + SIZE / 4, at=at) for at in times * 20])
    assert len(second) == 1


def test_the_cache_forgets_the_least_used(
    session: Session, two_versions: tuple[str, str], count_queries: Watch
) -> None:
    cache = LocatorCache(size=1)
    old, new = two_versions
    with count_queries() as seen:
        assert cache.get(session, old) is cache.get(session, old)
        cache.get(session, new)
        cache.get(session, old)
    assert len(seen) == 3
