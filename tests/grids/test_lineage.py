"""Which grid came from which, for every way a version can change."""

from dataclasses import replace

import pytest
import shapely
from shapely import box

from grids.lineage import lineage
from grids.model import GridFeature


def grid(code, shape, number=1):
    return GridFeature(number, code, code, code[:9], None, shape)


A, B, C = box(121.0, 31.0, 121.1, 31.1), box(121.1, 31.0, 121.2, 31.1), box(121.2, 31.0, 121.3, 31.1)
LEFT, RIGHT = box(121.0, 31.0, 121.04, 31.1), box(121.04, 31.0, 121.1, 31.1)


def kinds(old, new):
    return {(link.predecessor_code, link.code): link.kind for link in lineage(old, new)}


def test_nothing_changed():
    links = lineage([grid("a", A), grid("b", B)], [grid("a", A), grid("b", B)])
    assert [(link.code, link.predecessor_code, link.kind) for link in links] == [("a", "a", "same"), ("b", "b", "same")]
    assert links[0].share_of_new == pytest.approx(1.0)


def test_a_new_code_for_an_old_shape():
    assert kinds([grid("a", A)], [grid("x", A)]) == {("a", "x"): "renamed"}


def test_a_split_keeps_both_halves_traceable():
    links = lineage([grid("a", A), grid("b", B)], [grid("a", LEFT), grid("n", RIGHT), grid("b", B)])
    split = {link.code: link for link in links if link.predecessor_code == "a"}
    assert {link.kind for link in split.values()} == {"split"}
    assert split["a"].share_of_predecessor == pytest.approx(0.4, abs=1e-3)
    assert split["n"].share_of_predecessor == pytest.approx(0.6, abs=1e-3)
    assert split["n"].share_of_new == pytest.approx(1.0, abs=1e-6)
    assert ("b", "b") in kinds([grid("b", B)], [grid("b", B)])


def test_a_merge_names_all_its_sources():
    assert kinds([grid("a", A), grid("b", B), grid("c", C)], [grid("m", shapely.union(A, B)), grid("c", C)]) == {
        ("a", "m"): "merge",
        ("b", "m"): "merge",
        ("c", "c"): "same",
    }


def test_a_moved_border_is_a_change():
    old = [grid("a", A), grid("b", B)]
    new = [grid("a", box(121.0, 31.0, 121.13, 31.1)), grid("b", box(121.13, 31.0, 121.2, 31.1))]
    assert kinds(old, new) == {("a", "a"): "changed", ("b", "b"): "changed", ("b", "a"): "changed"}


def test_new_ground_and_noise_have_no_link():
    nudged = shapely.transform(A, lambda p: p + 1e-6)
    assert kinds([grid("a", A), grid("b", B)], [grid("a", nudged), grid("c", C)]) == {("a", "a"): "same"}
    assert lineage([], [grid("a", A)]) == []
    assert lineage([grid("a", A)], []) == []


def test_a_whole_district_against_itself(grids):
    links = lineage(grids, [replace(feature, number=feature.number + 100) for feature in grids])
    assert len(links) == 45
    assert {link.kind for link in links} == {"same"}
