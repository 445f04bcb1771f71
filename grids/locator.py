"""Where is a fix: the grid that holds a point, or the grids that share its accuracy circle. Pure, vectorised, no clock.

Coordinates are lon/lat degrees, CGCS2000 (WGS-84 fixes as they come); accuracies are metres.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from grids.cellindex import NOWHERE, CellIndex
from grids.plane import FloatArray, GeometryArray, as_array, degree_lengths_m

Verdict = Literal["inside", "borderline", "outside", "no_grid"]
IntArray = npt.NDArray[np.intp]

NEARBY_M = 2_000.0
MAX_ACCURACY_M = 50_000.0
CIRCLE_CORNERS = 64
# A polygon of 64 corners as large as its circle: shares of the circle then add up without a bias.
_CORNER_RADIUS = float(np.sqrt(np.pi / (CIRCLE_CORNERS / 2 * np.sin(2 * np.pi / CIRCLE_CORNERS))))
_ANGLES = np.linspace(0.0, 2 * np.pi, CIRCLE_CORNERS, endpoint=False)
_CORNERS = _CORNER_RADIUS * np.column_stack([np.cos(_ANGLES), np.sin(_ANGLES)])


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a fix lies.

    inside: the point, or its whole circle, lies in the grid `code`. borderline: the circle crosses a border; `code` is
    the preferred candidate or the one with the largest share, `candidates` are (code, share of the circle), largest
    first; the rest of the circle lies in no grid. outside: in no grid, the nearest is `distance_m` away. no_grid: farther
    than the nearby limit, or there are no grids. `distance_m` is from the point to the nearest grid: 0 in a grid, None
    beyond the nearby limit.
    """

    verdict: Verdict
    code: str | None
    candidates: tuple[tuple[str, float], ...]
    distance_m: float | None


class Locator:
    """An index over one version of the grids. Building it takes seconds at most; it never changes afterwards.

    `codes` and `geometries` (lon/lat polygons) run in parallel; `payload` are further parallel columns, e.g. ids, kept
    as `locator.payload["ids"][index]`. Raises ValueError for unequal lengths, repeated codes or non-finite coordinates.
    """

    def __init__(
        self,
        codes: Sequence[str],
        geometries: Sequence[Geometry | None] | GeometryArray,
        *,
        nearby_m: float = NEARBY_M,
        **payload: Sequence[object],
    ) -> None:
        if any(len(column) != len(codes) for column in (geometries, *payload.values())):
            raise ValueError("codes, geometries and payload must be of one length")
        if len(set(codes)) != len(codes):
            raise ValueError("codes must be unique")
        self.codes: tuple[str, ...] = tuple(codes)
        self.payload: Mapping[str, Sequence[object]] = dict(payload)
        self.nearby_m = nearby_m
        shapes = as_array(geometries)
        if not np.isfinite(shapely.get_coordinates(shapes)).all():
            raise ValueError("geometries must have finite coordinates")
        usable = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
        # Ranks follow the codes, so that "lowest rank" means "lowest code" in every step below.
        self._input_index: IntArray = np.array(sorted(usable, key=lambda i: self.codes[i]), dtype=np.intp)
        ranked = shapes[self._input_index]
        invalid = ~shapely.is_valid(ranked)
        ranked[invalid] = shapely.make_valid(ranked[invalid])
        self._ranked: GeometryArray = ranked
        self._ranked_codes = [self.codes[i] for i in self._input_index]
        self._rank_of = {code: rank for rank, code in enumerate(self._ranked_codes)}
        self._cells = CellIndex(ranked) if len(ranked) else None

    @cached_property
    def _stretch(self) -> FloatArray:
        """Metres per degree (east, north) in the middle of the grids."""
        bounds = shapely.total_bounds(self._ranked)
        return np.array(degree_lengths_m(float(np.clip((bounds[1] + bounds[3]) / 2, -89.9, 89.9))))

    @cached_property
    def _even_tree(self) -> STRtree:
        """For "which is nearest": degrees of longitude are shorter, so nearest in degrees is not nearest. One stretch
        for all is good to 0.1 % within a city; the distance itself is then measured at the point.
        """
        return STRtree(shapely.transform(self._ranked, lambda lonlat: lonlat * self._stretch))

    @cached_property
    def _tree(self) -> STRtree:
        return STRtree(self._ranked)

    def locate_points(self, lons: npt.ArrayLike, lats: npt.ArrayLike) -> IntArray:
        """Index into `codes` of the grid that holds each point, -1 for none. A point on a border belongs to the lowest
        of the codes it touches. NaN and infinite points lie in none.
        """
        ranks = self._locate_ranks(np.asarray(lons, np.float64).ravel(), np.asarray(lats, np.float64).ravel())
        if not len(self._input_index):
            return np.full(len(ranks), NOWHERE, dtype=np.intp)
        return np.where(ranks < 0, NOWHERE, self._input_index[ranks])

    def _locate_ranks(self, lons: FloatArray, lats: FloatArray) -> IntArray:
        if lons.shape != lats.shape:
            raise ValueError("as many longitudes as latitudes are needed")
        if self._cells is None:
            return np.full(len(lons), NOWHERE, dtype=np.intp)
        ranks, unsure = self._cells.locate(lons, lats)
        exact = np.flatnonzero(unsure)
        if exact.size:
            found, rank = self._tree.query(shapely.points(lons[exact], lats[exact]), predicate="intersects")
            lowest = np.full(exact.size, len(self._ranked))
            np.minimum.at(lowest, found, rank)
            ranks[exact] = np.where(lowest == len(self._ranked), NOWHERE, lowest)
        return ranks.astype(np.intp)

    def place(
        self, lon: float, lat: float, accuracy_m: float | None = None, prefer_code: str | None = None
    ) -> Placement:
        """Place one fix; see `place_many`."""
        return self.place_many([lon], [lat], [accuracy_m], [prefer_code])[0]

    def place_many(
        self,
        lons: npt.ArrayLike,
        lats: npt.ArrayLike,
        accuracies: Sequence[float | None] | None = None,
        prefer_codes: Sequence[str | None] | None = None,
    ) -> list[Placement]:
        """Place fixes with their accuracy radii (metres; None or 0 = the bare point). `prefer_codes` wins where it is a
        candidate. Radii above 50 km count as 50 km. Raises ValueError for a negative or NaN accuracy.
        """
        x, y = np.asarray(lons, np.float64).ravel(), np.asarray(lats, np.float64).ravel()
        radii = _radii(accuracies, len(x))
        preferred = list(prefer_codes) if prefer_codes is not None else [None] * len(x)
        if not len(x) == len(y) == len(radii) == len(preferred):
            raise ValueError("as many longitudes, latitudes, accuracies and preferred codes are needed")
        inside = self._clearly_inside(x, y, radii)
        rest = [i for i in range(len(x)) if i not in inside]
        if rest:
            doubtful = self._place_exactly(x[rest], y[rest], radii[rest], [preferred[i] for i in rest])
            inside |= zip(rest, doubtful, strict=True)
        return [inside[i] for i in range(len(x))]

    def _clearly_inside(self, x: FloatArray, y: FloatArray, radii: FloatArray) -> dict[int, Placement]:
        """Fixes whose circle's bounding box meets one grid and not its border: most of them, and the quickest to tell."""
        round_ones = np.flatnonzero((radii > 0) & np.isfinite(x) & (np.abs(y) <= 89.0))
        if not round_ones.size or self._cells is None:
            return {}
        lon, lat = x[round_ones], y[round_ones]
        lon_m, lat_m = degree_lengths_m(lat)
        east, north = radii[round_ones] / lon_m, radii[round_ones] / lat_m
        boxes = as_array(shapely.box(lon - east, lat - north, lon + east, lat + north))
        found, rank = self._tree.query(boxes, predicate="intersects")
        met = np.bincount(found, minlength=len(boxes))
        alone = met[found] == 1
        found, rank = found[alone], rank[alone]
        within = ~shapely.intersects(shapely.boundary(self._ranked[rank]), boxes[found])
        codes = [self._ranked_codes[one] for one in rank[within].tolist()]
        fixes = round_ones[found[within]].tolist()
        return {i: Placement("inside", code, ((code, 1.0),), 0.0) for i, code in zip(fixes, codes, strict=True)}

    def _place_exactly(
        self, x: FloatArray, y: FloatArray, radii: FloatArray, preferred: Sequence[str | None]
    ) -> list[Placement]:
        known = np.isfinite(x) & np.isfinite(y) & (np.abs(y) <= 90.0)
        radii = np.where(known, radii, 0.0)
        ranks = self._locate_ranks(np.where(known, x, np.nan), y)
        shares = self._circle_shares(x, y, radii)
        distances = self._distances(x, y, known & (ranks < 0))
        distances[~known] = np.nan
        placements = []
        for i, wanted in enumerate(preferred):
            rank = int(ranks[i])
            held = shares.get(i) if radii[i] else self._touching(x[i], y[i], rank, wanted)
            placements.append(self._placement(held, rank >= 0, float(distances[i]), wanted))
        return placements

    def _touching(self, lon: float, lat: float, rank: int, preferred: str | None) -> dict[int, float] | None:
        """A bare point on a border belongs to the preferred grid if it touches it, else to the lowest code."""
        if rank < 0:
            return None
        wanted = self._rank_of.get(preferred) if preferred is not None else None
        if wanted is not None and wanted != rank and shapely.intersects_xy(self._ranked[wanted], lon, lat):
            return {wanted: 1.0}
        return {rank: 1.0}

    def _circle_shares(self, x: FloatArray, y: FloatArray, radii: FloatArray) -> dict[int, dict[int, float]]:
        """Per fix with a radius: rank -> share of its circle. The circle is an ellipse in degrees; area shares are not
        changed by that stretching.
        """
        round_ones = np.flatnonzero(radii > 0)
        if not round_ones.size or self._cells is None:
            return {}
        lon_m, lat_m = degree_lengths_m(np.clip(y[round_ones], -89.9, 89.9))
        reach = radii[round_ones, None] / np.column_stack([lon_m, lat_m])
        centres = np.column_stack([x, y])[round_ones]
        circles = as_array(shapely.polygons(centres[:, None, :] + reach[:, None, :] * _CORNERS))
        shapely.prepare(circles)
        found, rank = self._tree.query(circles, predicate="intersects")
        pieces: FloatArray = shapely.area(shapely.intersection(circles[found], self._ranked[rank]))
        pieces /= shapely.area(circles[found])
        shares: dict[int, dict[int, float]] = {}
        for fix, one_rank, share in zip(round_ones[found].tolist(), rank.tolist(), pieces.tolist(), strict=True):
            if share > 1e-9:  # a circle that only touches a grid has no share in it
                shares.setdefault(fix, {})[one_rank] = min(1.0, share)
        return shares

    def _distances(self, x: FloatArray, y: FloatArray, wanted: npt.NDArray[np.bool_]) -> FloatArray:
        """Metres from each wanted point to the nearest grid; NaN beyond `nearby_m`, 0 where not wanted."""
        result = np.where(wanted, np.nan, 0.0)
        chosen = np.flatnonzero(wanted)
        if not chosen.size or self._cells is None:
            return np.where(result == 0, result, np.nan)
        points = np.column_stack([x[chosen], y[chosen]])
        scales = np.column_stack(degree_lengths_m(np.clip(points[:, 1], -89.9, 89.9)))
        found, rank = self._even_tree.query_nearest(
            shapely.points(points * self._stretch), max_distance=1.1 * self.nearby_m, all_matches=False
        )
        lengths = _lengths_m(self._ranked[rank], points[found], scales[found])
        result[chosen[found]] = np.where(lengths <= self.nearby_m, lengths, np.nan)
        return result

    def _placement(
        self, shares: Mapping[int, float] | None, in_grid: bool, distance: float, preferred: str | None
    ) -> Placement:
        distance_m = None if np.isnan(distance) else distance
        if not shares:
            return Placement("no_grid" if distance_m is None else "outside", None, (), distance_m)
        total = max(1.0, sum(shares.values()))  # above 1 only where grids overlap
        unsorted = [(self._ranked_codes[rank], share / total) for rank, share in shares.items()]
        candidates = sorted(unsorted, key=lambda candidate: (-candidate[1], candidate[0]))
        code = preferred if any(preferred == candidate for candidate, _ in candidates) else candidates[0][0]
        whole = in_grid and len(candidates) == 1 and candidates[0][1] > 1 - 1e-9
        if whole:
            candidates = [(candidates[0][0], 1.0)]
        return Placement("inside" if whole else "borderline", code, tuple(candidates), distance_m)


def _radii(accuracies: Sequence[float | None] | None, count: int) -> FloatArray:
    if accuracies is None:
        return np.zeros(count)
    radii = np.array([0.0 if accuracy is None else accuracy for accuracy in accuracies], dtype=np.float64)
    if np.isnan(radii).any() or (radii < 0).any():
        raise ValueError("an accuracy is a length in metres, 0 or more")
    return np.minimum(radii, MAX_ACCURACY_M)


def _lengths_m(shapes: GeometryArray, points: FloatArray, scales: FloatArray) -> FloatArray:
    """Metres from each point to its shape, measured in the plane that touches the ellipsoid at the point."""
    coordinates, index = shapely.get_coordinates(shapes, return_index=True)
    local = shapely.set_coordinates(shapes.copy(), (coordinates - points[index]) * scales[index])
    lengths: FloatArray = shapely.distance(local, shapely.points(0.0, 0.0))
    return lengths
