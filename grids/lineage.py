"""Which grid came from which: two versions compared by overlap. Shapes and codes only; dates are the caller's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from grids.model import GridFeature
from grids.plane import FloatArray, GeometryArray, areas_m2, as_array

LineageKind = Literal["same", "changed", "renamed", "split", "merge"]
SAME_SHARE = 0.995  # both ways: the border was at most redrawn by hand
MAIN_SHARE = 0.5
LEAST_SHARE = 0.01  # smaller exchanges are drawing noise


@dataclass(frozen=True, slots=True)
class LineageLink:
    """`code` (new) took over part of `predecessor_code` (old). Shares of area, 0 … 1."""

    code: str
    predecessor_code: str
    share_of_predecessor: float
    share_of_new: float
    kind: LineageKind


def lineage(old: Sequence[GridFeature], new: Sequence[GridFeature]) -> list[LineageLink]:
    """Links between two versions, ordered by new code, then by share; no link for ground that is new or given up.

    same: shape and code stay. renamed: the shape stays, the code does not. split: the new grid lies mostly in an old
    one that several share. merge: it holds most of several old ones. changed: any other exchange of ground.
    """
    if not old or not new:
        return []
    before, after = _valid(old), _valid(new)
    new_index, old_index = STRtree(before).query(after, predicate="intersects")
    areas_before, areas_after = areas_m2(before), areas_m2(after)
    shared = areas_m2(shapely.intersection(before[old_index], after[new_index]))
    of_old = shared / np.maximum(areas_before[old_index], 1e-9)
    of_new = shared / np.maximum(areas_after[new_index], 1e-9)
    kept = (of_old >= LEAST_SHARE) | (of_new >= LEAST_SHARE)
    pairs = _Pairs(old_index[kept], new_index[kept], np.minimum(of_old[kept], 1.0), np.minimum(of_new[kept], 1.0))
    heirs = np.bincount(pairs.old[pairs.of_new >= MAIN_SHARE], minlength=len(old))
    sources = np.bincount(pairs.new[pairs.of_old >= MAIN_SHARE], minlength=len(new))
    links = []
    for o, n, share_of_old, share_of_new in zip(*pairs.columns(), strict=True):
        same_code = old[o].code == new[n].code
        kind = _kind(share_of_old, share_of_new, same_code, bool(heirs[o] > 1), bool(sources[n] > 1))
        links.append(LineageLink(new[n].code, old[o].code, share_of_old, share_of_new, kind))
    return sorted(links, key=lambda link: (link.code, -link.share_of_new, link.predecessor_code))


@dataclass(frozen=True, slots=True)
class _Pairs:
    old: npt.NDArray[np.intp]
    new: npt.NDArray[np.intp]
    of_old: FloatArray
    of_new: FloatArray

    def columns(self) -> tuple[list[int], list[int], list[float], list[float]]:
        return self.old.tolist(), self.new.tolist(), self.of_old.tolist(), self.of_new.tolist()


def _valid(features: Sequence[GridFeature]) -> GeometryArray:
    shapes: GeometryArray = shapely.make_valid(as_array([feature.geometry for feature in features]))
    return shapes


def _kind(of_old: float, of_new: float, same_code: bool, is_split: bool, is_merged: bool) -> LineageKind:
    if min(of_old, of_new) >= SAME_SHARE:
        return "same" if same_code else "renamed"
    if is_split and of_new >= MAIN_SHARE:
        return "split"
    if is_merged and of_old >= MAIN_SHARE:
        return "merge"
    if not same_code and min(of_old, of_new) >= MAIN_SHARE:
        return "renamed"
    return "changed"
