"""Is the whole set off by a constant few hundred metres? Then its datum is not what it says (GCJ-02, BD-09)."""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from grids.datums import from_cgcs2000
from grids.model import GridFeature, Problem
from grids.plane import FloatArray, as_array, degree_lengths_m
from grids.validate.cover import Cover
from grids.validate.texts import problem

_FEWEST_PAIRS = 3
_MATCH_M = 60.0  # the shift varies by some metres across a district; the two datums' shifts differ by hundreds
_SURE_MATCH_M = 40.0
_LIKE_AREA = 0.03


def check_shift(
    cover: Cover, previous: Sequence[GridFeature] | None, outlines: Mapping[str, Geometry]
) -> list[Problem]:
    """At most one problem. Grids of equal code in the previous version tell the vector; where too few have one, the
    outlines do, but then only a vector that is just that of GCJ-02 or BD-09 counts.
    """
    centre = _centre(cover)
    if centre is None:
        return []
    old = [feature for feature in previous or () if not feature.geometry.is_empty]
    vectors = _vectors_by_code(cover, old)
    limits = cover.tolerances
    if len(vectors) >= _FEWEST_PAIRS:
        vector = np.median(vectors, axis=0)
        spread = float(np.median(np.hypot(*(vectors - vector).T)))
        if limits.shift_min_m <= np.hypot(*vector) <= limits.shift_max_m and spread <= limits.shift_spread_m:
            return [_problem(vector, centre, _guess(vector, centre, _MATCH_M), "上一版本", "the previous version")]
        return []
    reference = [feature.geometry for feature in old] or list(outlines.values())
    offset = _vector_by_outline(cover, reference)
    guess = None if offset is None else _guess(offset, centre, _SURE_MATCH_M)
    if offset is None or guess is None:
        return []
    words = ("上一版本", "the previous version") if old else ("上级范围", "the parent's outline")
    return [_problem(offset, centre, guess, *words)]


def _centre(cover: Cover) -> tuple[float, float] | None:
    bounds = shapely.total_bounds(cover.shapes)
    if not np.isfinite(bounds).all():
        return None
    return float((bounds[0] + bounds[2]) / 2), float((bounds[1] + bounds[3]) / 2)


def _metres(difference: FloatArray, lat: float) -> FloatArray:
    return difference * np.array(degree_lengths_m(lat))


def _centroids(shapes: Sequence[Geometry]) -> FloatArray:
    return shapely.get_coordinates(shapely.centroid(as_array(shapes)))


def _vectors_by_code(cover: Cover, old: Sequence[GridFeature]) -> FloatArray:
    """(n, 2) metres east and north from the old to the new centroid of grids with equal codes."""
    before = {feature.code: feature.geometry for feature in old if feature.code}
    pairs = [
        (before[feature.code], shape)
        for feature, shape in zip(cover.features, cover.shapes, strict=True)
        if feature.code in before and not shape.is_empty
    ]
    if not pairs:
        return np.empty((0, 2))
    origin, moved = _centroids([pair[0] for pair in pairs]), _centroids([pair[1] for pair in pairs])
    return _metres(moved - origin, float(np.mean(moved[:, 1])))


def _vector_by_outline(cover: Cover, reference: Sequence[Geometry]) -> FloatArray | None:
    """Metres from the reference's centroid to the set's, if both have about the same area."""
    if not reference:
        return None
    whole = shapely.union_all(as_array([shapely.make_valid(shape) for shape in reference]))
    if abs(whole.area - cover.union.area) > _LIKE_AREA * max(whole.area, 1e-12):
        return None
    origin, moved = _centroids([whole])[0], _centroids([cover.union])[0]
    return _metres(moved - origin, float(moved[1]))


def _guess(vector: FloatArray, centre: tuple[float, float], match_m: float) -> str | None:
    """GCJ-02 or BD-09 if the vector is that datum's own shift here."""
    for datum in ("GCJ-02", "BD-09"):
        shifted = np.array(from_cgcs2000(*centre, datum=datum), dtype=np.float64)
        expected = _metres(shifted - np.array(centre), centre[1])
        if np.hypot(*(vector - expected)) <= match_m:
            return datum
    return None


def _problem(
    vector: FloatArray, centre: tuple[float, float], guess: str | None, reference: str, reference_en: str
) -> Problem:
    east, north = (float(part) for part in vector)
    return problem(
        "datum_shift",
        None,
        where=centre,
        length=float(np.hypot(east, north)),
        east=east,
        north=north,
        guess_zh=f"，与 {guess} 的偏移一致" if guess else "，疑似坐标基准有误",
        guess_en=f", which is the shift of {guess}" if guess else "",
        reference=reference,
        reference_en=reference_en,
    )
