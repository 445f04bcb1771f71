"""Every problem code is provoked on a sound district, and nothing else is said."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely import Polygon, affinity

from grids.datums import from_cgcs2000
from grids.generate import generate
from grids.model import GridFeature, Tolerances
from grids.plane import area_m2, degree_lengths_m
from grids.validate import snap_features, validate
from grids.validate.texts import TEXTS


@pytest.fixture
def judge(streets):
    def run(features, **options):
        return validate(features, parent_outlines=streets, street_codes=set(streets), **options)

    return run


def square(metres, lon=121.395, lat=31.25):
    lon_m, lat_m = (float(v) for v in degree_lengths_m(lat))
    return shapely.box(lon, lat, lon + metres / lon_m, lat + metres / lat_m)


def shifted(features, east, north):
    lon_m, lat_m = (float(v) for v in degree_lengths_m(31.25))
    return [replace(f, geometry=affinity.translate(f.geometry, east / lon_m, north / lat_m)) for f in features]


def in_datum(features, datum):
    def carry(points):
        return np.column_stack(from_cgcs2000(points[:, 0], points[:, 1], datum))

    return [replace(f, geometry=shapely.transform(f.geometry, carry)) for f in features]


def only(problems, code):
    assert {p.code for p in problems} == {code}, problems
    return problems


def test_a_sound_district_has_no_problem(judge, grids):
    assert judge(grids) == []
    assert validate(grids) == []
    assert judge(grids, previous=grids) == []
    assert validate([]) == []


def test_a_generated_district_has_no_problem(outline, streets, judge):
    features = generate(outline, 300, seed=2, streets=streets)
    assert judge(features) == []
    assert validate(features, parent_outlines={"310107": outline}) == []


def test_missing_labels(judge, grids):
    grids[3] = replace(grids[3], code="", street_code="310107005")
    grids[5] = replace(grids[5], name="  ")
    assert [(p.feature, p.code) for p in judge(grids)] == [(4, "missing_code"), (6, "missing_name")]


def test_malformed_code(judge, grids):
    grids[0] = replace(grids[0], code="31010700560100")
    (found,) = only(judge(grids), "malformed_code")
    assert found.feature == 1
    assert "31010700560100" in found.what_zh
    assert "31010700560100" in found.what_en


def test_prefix_mismatch(judge, grids):
    grids[0] = replace(grids[0], code="310107103601099")  # its street_code still says 310107005
    grids[1] = replace(grids[1], code="310106005601001", street_code="310106005")
    found = judge(grids)
    assert [(p.feature, p.code) for p in found if p.code == "prefix_mismatch"] == [
        (1, "prefix_mismatch"),
        (2, "prefix_mismatch"),
    ]


def test_duplicate_code(judge, grids):
    grids[1] = replace(grids[1], code=grids[0].code)
    (found,) = only(judge(grids), "duplicate_code")
    assert (found.feature, found.other_feature) == (2, 1)


def test_empty_and_missing_geometry(judge, grids):
    area = area_m2(grids[2].geometry)
    grids[2] = replace(grids[2], geometry=Polygon())
    found = judge(grids)
    assert [p.feature for p in found if p.code == "empty_geometry"] == [3]
    assert {p.code for p in found} == {"empty_geometry", "gap"}
    gap = next(p for p in found if p.code == "gap")
    assert gap.amount_m2 == pytest.approx(area, rel=1e-6)


@pytest.mark.parametrize("shape", [shapely.Point(121.4, 31.25), shapely.LineString([(121.4, 31.25), (121.41, 31.25)])])
def test_not_a_polygon(grids, shape):
    extra = replace(grids[0], number=46, code="310107005601099", geometry=shape)
    (found,) = only(validate([*grids, extra]), "not_polygon")
    assert (found.feature, found.where) == (46, (121.4, 31.25))
    assert shape.geom_type in found.what_en


def test_swapped_axes_and_what_else_is_wrong(judge, grids):
    everything = [replace(g, geometry=shapely.transform(g.geometry, lambda p: p[:, ::-1])) for g in grids]
    (found,) = only(
        judge([*grids[:4], everything[4], *grids[5:]]), "swapped_axes"
    )  # put right, it fits: no gap is told
    assert found.feature == 5
    assert [p.feature for p in only(judge(everything), "swapped_axes")] == list(range(1, 46))


def test_self_crossing_with_place_and_size():
    lon_m, lat_m = (float(v) for v in degree_lengths_m(31.25))
    bow = Polygon([(0, 0), (300, 200), (300, 0), (0, 400 / 3)])
    shape = shapely.transform(bow, lambda p: p / [lon_m, lat_m] + [121.4, 31.25])
    (found,) = [p for p in validate([feature(shape)]) if p.code == "self_crossing"]
    crossing = shapely.LineString([(0, 0), (300, 200)]).intersection(shapely.LineString([(300, 0), (0, 400 / 3)]))
    assert found.where[0] == pytest.approx(121.4 + crossing.x / lon_m, abs=1e-7)
    assert found.where[1] == pytest.approx(31.25 + crossing.y / lat_m, abs=1e-7)
    parts = shapely.get_parts(shapely.make_valid(bow))
    assert found.amount_m2 == pytest.approx(min(part.area for part in parts), rel=1e-3)


def feature(shape, number=1, code="310107005601001"):
    return GridFeature(number, code, "一", code[:9], None, shape)


def test_overlap_with_both_numbers_place_and_size():
    one = square(100)
    lon_m = float(degree_lengths_m(31.25)[0])
    two = affinity.translate(one, 90 / lon_m, 0)
    (found,) = only(validate([feature(one), feature(two, 2, "310107005601002")]), "overlap")
    assert (found.feature, found.other_feature, found.severity) == (2, 1, "error")
    assert found.amount_m2 == pytest.approx(1000, rel=1e-3)
    assert shapely.intersection(one, two).contains(shapely.Point(found.where))


def test_the_same_ground_twice_and_one_grid_within_another():
    whole, inner = square(300), square(50, 121.396, 31.251)
    twice = validate([feature(whole), feature(whole, 2, "310107005601002")])
    assert [(p.code, p.feature, p.other_feature) for p in twice] == [("overlap", 2, 1)]
    assert twice[0].amount_m2 == pytest.approx(90_000, rel=1e-3)
    within = validate([feature(inner), feature(whole, 2, "310107005601002")])
    assert [(p.code, p.feature, p.other_feature) for p in within] == [("overlap", 2, 1)]
    assert within[0].amount_m2 == pytest.approx(2500, rel=1e-3)


def test_gap_between_grids(judge, grids):
    grown = grids[10].geometry
    grids[10] = replace(grids[10], geometry=shapely.difference(grown, square(30, *point_in(grown))))
    problems = judge(grids)
    (found,) = only(problems, "hole")
    assert found.feature == 11
    assert found.amount_m2 == pytest.approx(900, rel=1e-3)
    corner = shapely.get_coordinates(shapely.boundary(grown))[0]
    bitten = shapely.difference(grown, shapely.Point(corner).buffer(0.0003))
    grids[10] = replace(grids[10], geometry=bitten)
    found = judge(grids)
    assert {p.code for p in found} == {"gap"}
    assert sum(p.amount_m2 for p in found) == pytest.approx(area_m2(grown) - area_m2(bitten), rel=1e-6)
    assert all(p.feature is not None and p.where is not None for p in found)
    assert any(11 in (p.feature, p.other_feature) for p in found)


def point_in(shape):
    point = shapely.point_on_surface(shape)
    return point.x, point.y


def test_a_hole_filled_by_another_grid_is_sound():
    whole, inner = square(300), square(50, 121.396, 31.251)
    ring = shapely.difference(whole, inner)
    assert validate([feature(ring), feature(inner, 2, "310107005601002")]) == []
    (found,) = only(validate([feature(ring)]), "hole")
    assert found.amount_m2 == pytest.approx(2500, rel=1e-3)


def test_a_gap_without_outlines_is_a_hole_in_the_whole(grids):
    middle = min(grids, key=lambda g: g.geometry.distance(shapely.Point(121.4, 31.25)))
    rest = [g for g in grids if g.number != middle.number]
    (found,) = only(validate(rest), "gap")
    assert found.amount_m2 == pytest.approx(area_m2(middle.geometry), rel=1e-6)
    assert found.feature != found.other_feature


def test_outside_the_parent(judge, grids, streets):
    edge = max(grids, key=lambda g: g.geometry.bounds[2])
    wide = shapely.union(edge.geometry, square(60, edge.geometry.bounds[2] - 0.0003, shapely.centroid(edge.geometry).y))
    grids[edge.number - 1] = replace(edge, geometry=wide)
    found = [p for p in judge(grids) if p.code == "outside_parent"]
    assert [p.feature for p in found] == [edge.number]
    expected = area_m2(shapely.difference(wide, streets[edge.street_code]))
    assert found[0].amount_m2 == pytest.approx(expected, rel=1e-6)
    assert not streets[edge.street_code].contains(shapely.Point(found[0].where))


def test_slivers():
    big, small = square(300), square(5, 121.41, 31.25)
    thin = affinity.scale(square(1000, 121.42, 31.25), 1.0, 0.0008)
    found = only(validate([feature(shapely.union(big, small)), feature(thin, 2, "310107005601002")]), "sliver")
    assert [p.feature for p in found] == [1, 2]
    assert found[0].amount_m2 == pytest.approx(25, rel=1e-2)
    assert shapely.buffer(small, 1e-9).contains(shapely.Point(found[0].where))


# ------------------------------------------------------------------ wrong datums


@pytest.mark.parametrize(("datum", "length"), [("GCJ-02", (400, 560)), ("BD-09", (600, 1400))])
def test_a_wrong_datum_is_noticed_by_the_previous_version(judge, grids, datum, length):
    (found,) = [p for p in judge(in_datum(grids, datum), previous=grids) if p.code == "datum_shift"]
    assert found.feature is None
    assert datum in found.what_zh
    assert datum in found.what_en
    metres = float(found.what_en.split("about ")[1].split(" m")[0])
    assert length[0] < metres < length[1]


def test_any_constant_shift_is_noticed_with_its_vector(grids):
    (found,) = [p for p in validate(shifted(grids, 300, -400), previous=grids) if p.code == "datum_shift"]
    assert "500" in found.what_en
    assert "+300" in found.what_en
    assert "-400" in found.what_en
    assert "GCJ" not in found.what_en


def test_a_small_move_or_a_redrawing_is_no_datum(grids, outline, streets):
    assert validate(shifted(grids, 20, 10), previous=grids) == []
    redrawn = generate(outline, 45, seed=99, streets=streets, spans_communities=True)
    assert validate(redrawn, previous=grids) == []


def test_without_common_codes_only_a_known_datum_counts(grids, streets):
    renamed = [replace(g, code=g.code[:12] + f"{500 + g.number}") for g in grids]
    found = validate(in_datum(renamed, "GCJ-02"), previous=grids)
    assert [p.code for p in found] == ["datum_shift"]
    assert validate(shifted(renamed, 300, 400), previous=grids) == []
    assert "datum_shift" in {p.code for p in validate(in_datum(grids, "GCJ-02"), parent_outlines=streets)}


# ------------------------------------------------------------------ tolerances


def test_small_amounts_are_warnings_or_nothing():
    one = square(100)
    two = affinity.translate(one, 99.995 / float(degree_lengths_m(31.25)[0]), 0)
    pair = [feature(one), feature(two, 2, "310107005601002")]
    (found,) = validate(pair)
    assert (found.code, found.severity) == ("overlap", "warning")
    assert found.amount_m2 == pytest.approx(0.5, rel=0.05)
    assert validate(pair, tolerances=Tolerances(warn_small=False)) == []
    assert [p.severity for p in validate(pair, tolerances=Tolerances(overlap_m2=0.1))] == ["error"]
    assert validate(pair, tolerances=Tolerances(noise_m2=0.6)) == []


def test_snapping_closes_what_rounding_opened(grids):
    rng = np.random.default_rng(4)
    rough = [replace(g, geometry=shapely.transform(g.geometry, lambda p: p + rng.uniform(-4e-7, 4e-7))) for g in grids]
    rough = [replace(g, geometry=shapely.make_valid(g.geometry)) for g in rough]
    assert validate(rough) != []
    assert validate(rough, tolerances=Tolerances(snap_m=0.2)) == []
    snapped = snap_features(rough, 0.2)
    assert validate(snapped) == []
    assert snap_features([], 1.0) == []


def test_problems_are_sorted_and_speak_two_languages(judge, grids):
    grids[7] = replace(grids[7], name="", code="1")
    grids[1] = replace(grids[1], geometry=Polygon())
    found = judge(grids)
    numbers = [p.feature for p in found if p.feature is not None]
    assert numbers == sorted(numbers)
    for problem in found:
        assert problem.code in TEXTS
        assert problem.what_zh.endswith("。")
        assert problem.what_en.endswith(".")
        assert "{" not in problem.what_zh + problem.what_en
