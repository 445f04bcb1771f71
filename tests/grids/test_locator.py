"""The locator against brute force, and placing with an accuracy."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import STRtree

from grids.generate import generate
from grids.locator import Locator

GEOD = Geod(ellps="GRS80")


def brute_force(codes, shapes, lons, lats):
    """The lowest code of all shapes that the point touches, asked of every shape."""
    order = sorted(range(len(codes)), key=lambda i: codes[i])
    found = np.full(len(lons), -1)
    for index in reversed(order):
        found[shapely.intersects_xy(shapes[index], lons, lats)] = index
    return found


@pytest.fixture(scope="module")
def many(district):
    features = generate(district[0], 700, seed=11, streets=district[1])
    rng = np.random.default_rng(0)
    order = rng.permutation(len(features))  # codes out of order: indexes must still be those of the input
    return [features[i].code for i in order], [features[i].geometry for i in order]


def test_random_points_agree_with_brute_force(many):
    codes, shapes = many
    west, south, east, north = shapely.total_bounds(shapes)
    rng = np.random.default_rng(3)
    lons, lats = rng.uniform(west - 0.01, east + 0.01, 20_000), rng.uniform(south - 0.01, north + 0.01, 20_000)
    found = Locator(codes, shapes).locate_points(lons, lats)
    assert (found == brute_force(codes, shapes, lons, lats)).all()
    assert (found >= 0).mean() > 0.3


def test_points_on_borders_go_to_the_lowest_code(many):
    codes, shapes = many
    corners = shapely.get_coordinates(shapes)
    locator = Locator(codes, shapes)
    found = locator.locate_points(corners[:, 0], corners[:, 1])
    assert (found >= 0).all()
    assert (found == brute_force(codes, shapes, corners[:, 0], corners[:, 1])).all()
    # Points that rounding leaves on, or a hair beside, an edge.
    rings = shapely.get_exterior_ring(shapes)
    beside = shapely.get_coordinates(shapely.line_interpolate_point(rings, 0.37, normalized=True))
    found = locator.locate_points(beside[:, 0], beside[:, 1])
    assert (found == brute_force(codes, shapes, beside[:, 0], beside[:, 1])).all()


def test_axis_parallel_grids_and_points_on_their_lines():
    shapes = [shapely.box(x, y, x + 1, y + 1) for y in range(8) for x in range(8)]
    codes = [f"{i:03d}" for i in reversed(range(64))]
    x, y = np.meshgrid(np.arange(-1, 10, 0.25), np.arange(-1, 10, 0.25))
    found = Locator(codes, shapes).locate_points(x.ravel(), y.ravel())
    assert (found == brute_force(codes, shapes, x.ravel(), y.ravel())).all()


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    kind=st.sampled_from(["overlapping", "thin", "holes", "multi"]),
    scale=st.sampled_from([1e-4, 1.0, 50.0]),
)
def test_odd_shapes_agree_with_brute_force(seed, kind, scale):
    rng = np.random.default_rng(seed)
    shapes = []
    for _ in range(rng.integers(1, 25)):
        corners = rng.uniform(0, 1, (rng.integers(3, 9), 2)) * scale
        shape = shapely.convex_hull(shapely.multipoints(corners))
        if kind == "thin":
            shape = shapely.LineString(corners[:2]).buffer(scale * 1e-4, quad_segs=1)
        elif kind == "holes":
            shape = shapely.difference(shape, shapely.buffer(shapely.centroid(shape), scale * 0.05, quad_segs=2))
        elif kind == "multi":
            shape = shapely.union(shape, shapely.box(*(rng.uniform(1.1, 1.5, 2) * scale), 2 * scale, 2 * scale))
        shapes.append(shape)
    codes = [str(number) for number in rng.permutation(len(shapes))]
    corners = shapely.get_coordinates(shapes)
    points = np.vstack([rng.uniform(-0.1, 2.1, (400, 2)) * scale, corners, (corners + np.roll(corners, 1, axis=0)) / 2])
    found = Locator(codes, shapes).locate_points(points[:, 0], points[:, 1])
    assert (found == brute_force(codes, shapes, points[:, 0], points[:, 1])).all()


def test_what_is_no_place_lies_nowhere(many):
    locator = Locator(*many)
    odd = [np.nan, np.inf, -np.inf, 1e300, 121.4, 121.4]
    assert (locator.locate_points(odd, [31.25, 31.25, 31.25, 31.25, np.nan, -1e300]) == -1).all()
    placement = locator.place(float("nan"), 31.25, 10.0)
    assert (placement.verdict, placement.code, placement.distance_m) == ("no_grid", None, None)


def test_no_grids_at_all():
    locator = Locator([], [])
    assert locator.locate_points([121.4], [31.2]).tolist() == [-1]
    assert locator.place(121.4, 31.2, 20.0).verdict == "no_grid"
    assert Locator(["a"], [shapely.Polygon()]).locate_points([0.0], [0.0]).tolist() == [-1]


def test_payload_runs_beside_the_codes(many):
    codes, shapes = many
    locator = Locator(codes, shapes, ids=list(range(len(codes))))
    middle = shapely.point_on_surface(shapes[42])
    index = int(locator.locate_points([middle.x], [middle.y])[0])
    assert locator.payload["ids"][index] == 42
    with pytest.raises(ValueError, match="one length"):
        Locator(codes, shapes, ids=[1])
    with pytest.raises(ValueError, match="unique"):
        Locator(["a", "a"], shapes[:2])
    with pytest.raises(ValueError, match="finite"):
        Locator(["a"], [shapely.transform(shapes[0], lambda points: points * np.inf)])


# ------------------------------------------------------------------ placing with an accuracy

SQUARE = shapely.box(121.400, 31.240, 121.410, 31.250)
RIGHT = shapely.box(121.410, 31.240, 121.420, 31.250)


@pytest.fixture
def two():
    return Locator(["b", "a"], [SQUARE, RIGHT])


def test_a_circle_within_one_grid_is_inside(two):
    placement = two.place(121.405, 31.245, 100.0)
    assert placement.verdict == "inside"
    assert placement.candidates == (("b", 1.0),)
    assert placement.distance_m == 0.0


def test_a_circle_across_a_border_is_borderline_with_shares(two):
    placement = two.place(121.410, 31.245, 50.0)
    assert placement.verdict == "borderline"
    assert dict(placement.candidates) == pytest.approx({"a": 0.5, "b": 0.5}, abs=1e-6)
    assert placement.code == "a"  # equal shares: the lowest code
    nearer = two.place(121.4099, 31.245, 50.0)
    assert nearer.code == "b"
    assert nearer.candidates[0][0] == "b"
    assert two.place(121.4099, 31.245, 50.0, "a").code == "a"
    assert two.place(121.4099, 31.245, 50.0, "somewhere else").code == "b"


def test_shares_leave_room_for_ground_without_a_grid(two):
    placement = two.place(121.405, 31.250, 30.0)
    assert placement.verdict == "borderline"
    assert placement.candidates == (("b", pytest.approx(0.5, abs=1e-6)),)
    outside_centre = two.place(121.405, 31.2501, 30.0)
    assert outside_centre.verdict == "borderline"
    assert outside_centre.code == "b"
    assert 0 < outside_centre.candidates[0][1] < 0.5


@settings(max_examples=60, deadline=None)
@given(st.floats(0.0, 360.0), st.floats(5.0, 400.0), st.floats(1.0, 300.0))
def test_the_circle_is_measured_in_metres_whatever_the_direction(bearing, distance, radius):
    """From a point `distance` off a tiny grid, the circle reaches it exactly if the radius is longer."""
    lon, lat, _ = GEOD.fwd(121.4, 31.24, bearing, distance)
    speck = shapely.Point(121.4, 31.24).buffer(1e-7)  # about a centimetre
    placement = Locator(["a"], [speck]).place(lon, lat, radius)
    if radius > distance * 1.002 + 0.5:
        assert placement.verdict == "borderline"
    elif radius < distance * 0.998 - 0.5:
        assert placement.verdict == "outside"
        assert placement.distance_m == pytest.approx(distance, rel=1e-3, abs=0.05)


def test_bare_points(two):
    assert two.place(121.405, 31.245).verdict == "inside"
    assert two.place(121.405, 31.245, 0.0).candidates == (("b", 1.0),)
    on_border = two.place(121.410, 31.245)
    assert (on_border.verdict, on_border.code) == ("inside", "a")
    assert two.place(121.410, 31.245, None, "b").code == "b"
    assert two.place(121.405, 31.245, None, "a").code == "b"


def test_outside_tells_the_distance_and_no_grid_does_not(two):
    lon, lat, _ = GEOD.fwd(121.405, 31.250, 0.0, 1500.0)
    near = two.place(lon, lat, 20.0)
    assert (near.verdict, near.code, near.candidates) == ("outside", None, ())
    assert near.distance_m == pytest.approx(1500.0, rel=1e-3)
    lon, lat, _ = GEOD.fwd(121.405, 31.250, 0.0, 2500.0)
    far = two.place(lon, lat, 20.0)
    assert (far.verdict, far.distance_m) == ("no_grid", None)
    lon, lat, _ = GEOD.fwd(121.420, 31.245, 90.0, 900.0)  # east: a degree of longitude is shorter
    assert two.place(lon, lat).distance_m == pytest.approx(900.0, rel=1e-3)


def test_overlapping_grids_never_share_more_than_the_circle():
    placement = Locator(["a", "b"], [SQUARE, SQUARE]).place(121.405, 31.245, 30.0)
    assert placement.verdict == "borderline"
    assert sum(share for _, share in placement.candidates) <= 1.0 + 1e-9


@pytest.mark.parametrize("accuracy", [-1.0, float("nan")])
def test_an_impossible_accuracy_is_an_error(two, accuracy):
    with pytest.raises(ValueError, match="accuracy"):
        two.place(121.405, 31.245, accuracy)


def test_a_vast_accuracy_still_gets_an_answer(two):
    placement = two.place(121.405, 31.245, float("inf"))
    assert placement.verdict == "borderline"
    assert 0 < sum(share for _, share in placement.candidates) < 0.01


def test_many_at_once_equal_one_by_one(many):
    codes, shapes = many
    locator = Locator(codes, shapes)
    rng = np.random.default_rng(8)
    lons, lats = rng.uniform(121.33, 121.46, 120), rng.uniform(31.2, 31.3, 120)
    radii = [None if i % 5 == 0 else float(rng.uniform(1, 300)) for i in range(120)]
    wanted = [codes[i] if i % 3 else None for i in range(120)]
    placements = locator.place_many(lons, lats, radii, wanted)
    assert placements == [locator.place(*fix) for fix in zip(lons, lats, radii, wanted, strict=True)]
    assert {p.verdict for p in placements} >= {"borderline", "outside"}
    tree = STRtree(shapes)
    for placement, lon, lat, radius in zip(placements, lons, lats, radii, strict=True):
        total = sum(share for _, share in placement.candidates)
        assert total <= 1.0 + 1e-6
        if placement.verdict == "inside" and radius is None:
            assert codes.index(placement.code) in tree.query(shapely.Point(lon, lat), predicate="intersects")
