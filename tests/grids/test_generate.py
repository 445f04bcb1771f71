"""Invented partitions: seamless, deterministic, rightly coded."""

import json
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

import grids
from grids.codes import check_grid_code
from grids.generate import chinese_number, generate, grid_codes, sample_district, share_out
from grids.plane import area_m2


def assert_seamless(features, outline):
    shapes = [feature.geometry for feature in features]
    assert shapely.coverage_is_valid(shapes)  # every common border has the same vertices on both sides
    whole = shapely.coverage_union_all(shapes)
    assert area_m2(shapely.symmetric_difference(whole, outline)) < 0.05  # a micrometre along the outline
    assert sum(area_m2(s) for s in shapes) == pytest.approx(area_m2(outline), rel=1e-6)


def test_the_sample_is_a_district_of_putuos_size(outline, streets, grids):
    assert area_m2(outline) == pytest.approx(55.5e6, rel=1e-3)
    centre = shapely.centroid(outline)
    assert (centre.x, centre.y) == pytest.approx((121.395, 31.25), abs=1e-3)
    assert len(streets) == 10
    assert len(grids) == 45
    assert len({grid.code for grid in grids}) == 45
    for grid in grids:
        assert check_grid_code(grid.code, streets).spans_communities
        assert grid.geometry.geom_type == "Polygon"
        assert "SAMPLE" in grid.attributes["notice"]
    assert grids[0].name == "曹杨新村街道第一网格"
    assert_seamless(grids, outline)


def test_streets_and_outline_are_exactly_their_grids(outline, streets, grids):
    for code, street in streets.items():
        own = shapely.coverage_union_all([grid.geometry for grid in grids if grid.street_code == code])
        assert own.equals_exact(street, 0.0)
    assert shapely.coverage_is_valid(list(streets.values()))
    assert outline.geom_type == "Polygon"
    assert not outline.interiors


def test_equal_seeds_give_equal_grids(outline, streets):
    one, two = (generate(outline, 60, seed=5, streets=streets) for _ in range(2))
    assert one == two
    other = generate(outline, 60, seed=6, streets=streets)
    assert [g.geometry for g in one] != [g.geometry for g in other]


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 150))
def test_any_count_fills_the_outline(district, seed, count):
    features = generate(district[0], count, seed=seed)
    assert len(features) == count
    assert [feature.number for feature in features] == list(range(1, count + 1))
    assert_seamless(features, district[0])


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(10, 400))
def test_streets_are_respected(district, seed, count):
    outline, streets, _ = district
    features = generate(outline, count, seed=seed, streets=streets)
    assert len({feature.code for feature in features}) == count
    assert_seamless(features, outline)
    for feature in features:
        assert feature.code.startswith(feature.street_code)
        beyond = shapely.difference(feature.geometry, streets[feature.street_code])
        assert area_m2(beyond) < 0.01


def test_outlines_of_odd_shape_are_filled():
    horseshoe = shapely.box(121.0, 31.0, 121.1, 31.1).difference(shapely.box(121.02, 31.02, 121.08, 31.1))
    ring = shapely.Point(121.5, 31.5).buffer(0.05).difference(shapely.Point(121.5, 31.5).buffer(0.03))
    for outline in (horseshoe, ring):
        features = generate(outline, 40, seed=1)
        assert len(features) == 40
        assert_seamless(features, outline)


def test_borders_are_jagged(grids):
    vertices = [shapely.get_num_coordinates(grid.geometry) for grid in grids]
    assert sum(vertices) / len(vertices) > 10


def test_codes_hold_a_whole_street():
    for count in (1, 12, 13, 599 * 12, 599 * 12 + 1):
        codes = grid_codes("310107005", count)
        assert len(set(codes)) == count
        assert all(
            len(code) == 15 and "001" <= code[9:12] <= "599" and code[12:] != "000" for code in (codes[0], codes[-1])
        )
    with pytest.raises(ValueError, match="cannot hold"):
        grid_codes("310107005", 599 * 999 + 1)


def test_too_few_grids_for_the_streets_is_an_error(outline, streets):
    with pytest.raises(ValueError, match="cannot fill"):
        generate(outline, 9, seed=1, streets=streets)


@given(st.lists(st.floats(1.0, 1e6), min_size=1, max_size=12), st.integers(0, 500))
def test_shares_add_up_and_nobody_goes_empty(areas, spare):
    shares = share_out(len(areas) + spare, {str(i): area for i, area in enumerate(areas)})
    assert sum(shares.values()) == len(areas) + spare
    assert min(shares.values()) >= 1


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (100, "一百"), (103, "一百零三"), (110, "一百一十"),
     (1001, "一千零一"), (1010, "一千零一十"), (5000, "五千"), (10_000, "10000")],
)  # fmt: skip
def test_chinese_numbers(number, text):
    assert chinese_number(number) == text


def test_many_seeds_give_a_sound_sample():
    for seed in range(3):
        outline, streets, features = sample_district(seed)
        assert (len(streets), len(features)) == (10, 45)
        assert_seamless(features, outline)


def test_the_stored_sample_is_what_the_generator_makes(outline):
    stored = json.loads((Path(grids.__file__).parent / "data" / "sample_grids.geojson").read_text(encoding="utf-8"))
    made = sample_district(20260301)[2]
    assert [f["properties"]["code"] for f in stored["features"]] == [grid.code for grid in made]
    for feature, grid in zip(stored["features"], made, strict=True):
        assert shape(feature["geometry"]).equals(grid.geometry)
        assert "SAMPLE" in feature["properties"]["notice"]
