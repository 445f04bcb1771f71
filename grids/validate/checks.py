"""validate: the order of the checks, and those that look at one feature alone."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry as Geometry

from grids.codes import GridCodeError, parse_grid_code
from grids.model import GridFeature, Problem, Tolerances
from grids.plane import GeometryArray, Plane, area_m2, as_array
from grids.validate.cover import Cover
from grids.validate.shift import check_shift
from grids.validate.snapping import snap_features
from grids.validate.texts import problem
from grids.validate.topology import check_gaps, check_outside, check_overlaps

_POLYGONAL = (3, 6)
_TYPE_NAMES = ("Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
# Wider than China, so that only a real exchange of axes is called one.
_SWAPPED_X, _SWAPPED_Y = (3.0, 55.0), (70.0, 140.0)


def validate(
    features: Sequence[GridFeature],
    *,
    parent_outlines: Mapping[str, Geometry] | None = None,
    street_codes: Collection[str] | None = None,
    tolerances: Tolerances | None = None,
    previous: Sequence[GridFeature] | None = None,
) -> list[Problem]:
    """Every problem of a set of grids (lon/lat CGCS2000), ordered by feature number; [] if it can be published.

    `parent_outlines`: polygons by 9-digit street or 6-digit district code; without it gaps are holes in the whole.
    `street_codes`: the streets that exist; without it prefixes are held against `street_code` alone. `previous`: the
    version before, to notice a wrong datum. Codes of problems are the keys of `grids.validate.texts.TEXTS`.
    """
    limits = tolerances or Tolerances()
    if not features:
        return []
    outlines = {code: shapely.make_valid(shape) for code, shape in (parent_outlines or {}).items()}
    judged = snap_features(features, limits.snap_m) if limits.snap_m > 0 else list(features)
    problems = [*_check_labels(judged, street_codes), *_check_duplicates(judged)]
    shapes, found = _check_kinds(judged)
    problems += found
    problems += _check_rings(judged, shapes)
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = [_polygonal(shapely.make_valid(shape)) for shape in shapes[broken]]
    cover = Cover(judged, shapes, limits)
    problems += [*_check_slivers(cover), *check_overlaps(cover)]
    problems += [*check_outside(cover, outlines), *check_gaps(cover, outlines)]
    problems += check_shift(cover, previous, outlines)
    return sorted(problems, key=lambda p: (p.feature is None, p.feature or 0, p.code))


def _indexes(mask: npt.NDArray[np.bool_]) -> list[int]:
    return [int(index) for index in np.flatnonzero(mask)]


def _check_labels(features: Sequence[GridFeature], street_codes: Collection[str] | None) -> Iterator[Problem]:
    for feature in features:
        if not feature.name.strip():
            yield problem("missing_name", feature.number)
        if not feature.code.strip():
            yield problem("missing_code", feature.number)
            continue
        try:
            parent = parse_grid_code(feature.code).street_code
        except GridCodeError:
            yield problem("malformed_code", feature.number, text=feature.code[:40])
            continue
        known = street_codes is None or parent in street_codes
        if not known or (feature.street_code and feature.street_code != parent):
            yield problem("prefix_mismatch", feature.number, text=feature.code, street=feature.street_code or "—")


def _check_duplicates(features: Sequence[GridFeature]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for feature in features:
        if not feature.code:
            continue
        other = first.setdefault(feature.code, feature.number)
        if other != feature.number:
            yield problem("duplicate_code", feature.number, other_feature=other, text=feature.code[:40])


def _check_kinds(features: Sequence[GridFeature]) -> tuple[GeometryArray, list[Problem]]:
    """(polygons or empty, problems). Exchanged axes are reported and put right, so that the other checks still see them."""
    shapes = as_array([feature.geometry for feature in features])
    problems: list[Problem] = []
    kinds, empty = shapely.get_type_id(shapes), shapely.is_empty(shapes)
    for index in _indexes(empty | ~np.isin(kinds, _POLYGONAL)):
        number, kind = features[index].number, int(kinds[index])
        if empty[index] or kind < 0:
            problems.append(problem("empty_geometry", number))
        else:
            name = _TYPE_NAMES[kind] if kind < len(_TYPE_NAMES) else "GeometryCollection"
            where = shapely.get_coordinates(shapes[index])[0]
            problems.append(problem("not_polygon", number, where=(float(where[0]), float(where[1])), kind=name))
        shapes[index] = Polygon()
    west, south, east, north = shapely.bounds(shapes).T if len(shapes) else np.empty((4, 0))
    swapped = (west > _SWAPPED_X[0]) & (east < _SWAPPED_X[1]) & (south > _SWAPPED_Y[0]) & (north < _SWAPPED_Y[1])
    for index in _indexes(swapped):
        where = ((west[index] + east[index]) / 2, (south[index] + north[index]) / 2)
        problems.append(problem("swapped_axes", features[index].number, where=(float(where[0]), float(where[1]))))
    shapes[swapped] = shapely.transform(shapes[swapped], lambda points: points[:, ::-1])
    return shapes, problems


def _check_rings(features: Sequence[GridFeature], shapes: GeometryArray) -> Iterator[Problem]:
    for index in _indexes(~shapely.is_valid(shapes)):
        reason = shapely.is_valid_reason(shapes[index])
        words, _, place = reason.partition("[")
        try:
            lon, lat = (float(number) for number in place.rstrip("]").split())
            where = (lon, lat)
        except ValueError:
            point = shapely.get_coordinates(shapes[index])[0]
            where = (float(point[0]), float(point[1]))
        # A loop run the wrong way counts negative in the plain area: half the difference is the ground in dispute.
        untied = area_m2(_polygonal(shapely.make_valid(shapes[index])))
        amount = abs(untied - area_m2(shapes[index])) / 2
        yield problem("self_crossing", features[index].number, where=where, amount_m2=amount, reason=words.strip())


def _polygonal(shape: Geometry) -> Geometry:
    """Only the areas of a shape that was untied: make_valid leaves stray lines beside them."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return MultiPolygon(parts[shapely.get_type_id(parts) == 3].tolist())


def _check_slivers(cover: Cover) -> Iterator[Problem]:
    parts, owner = shapely.get_parts(cover.shapes, return_index=True)
    flat = shapely.transform(parts, Plane.around(parts).to_plane)
    with np.errstate(
        invalid="ignore", over="ignore"
    ):  # half a world away has no place in the plane, nor is it a sliver
        areas, lengths = shapely.area(flat), shapely.length(flat)
        compactness = 4 * np.pi * areas / np.maximum(lengths**2, 1e-12)
    small = (areas < cover.tolerances.sliver_m2) | (compactness < cover.tolerances.sliver_compactness)
    for index in _indexes(small & ~shapely.is_empty(parts)):  # an empty shape was reported as such
        number = cover.features[owner[index]].number
        yield problem("sliver", number, where=cover.where(parts[index]), amount_m2=float(areas[index]))
