"""Checks between features, and between features and their parents: overlap, outside the parent, gap, hole."""

from collections.abc import Iterator, Mapping

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from grids.model import Problem
from grids.plane import GeometryArray, areas_m2, as_array
from grids.validate.cover import Cover
from grids.validate.texts import problem

_DISTRICT_LENGTH = 6


def check_overlaps(cover: Cover) -> Iterator[Problem]:
    """Pairs of features that cover the same ground; the higher number is reported, the lower one named."""
    odd = cover.ill_fitting
    # A feature whose edges all fit can still lie around one that does not: every pair with an odd one is asked.
    first, second = cover.tree.query(cover.shapes[odd], predicate="intersects")
    first = np.flatnonzero(odd)[first]
    pairs = np.unique(np.sort(np.column_stack([first, second])[first != second], axis=1), axis=0)
    if not len(pairs):
        return
    low, high = pairs[:, 0], pairs[:, 1]
    shared = shapely.intersection(cover.shapes[low], cover.shapes[high])
    amounts = areas_m2(_areas_only(shared))
    for index in np.flatnonzero(amounts > cover.tolerances.noise_m2):
        amount = float(amounts[index])
        severity = cover.severity(amount, cover.tolerances.overlap_m2)
        if severity:
            number, other = cover.features[high[index]].number, cover.features[low[index]].number
            where = cover.where(_areas_only(shared[index : index + 1])[0])
            yield problem("overlap", number, where=where, amount_m2=amount, other_feature=other, severity=severity)


def check_outside(cover: Cover, outlines: Mapping[str, Geometry]) -> Iterator[Problem]:
    """Ground of a feature that its street, or else its district, does not hold. No outline, no judgement."""
    parents: dict[str, list[int]] = {}
    for index, feature in enumerate(cover.features):
        street = feature.street_code or feature.code[:9]
        parent = street if street in outlines else street[:_DISTRICT_LENGTH]
        if parent in outlines:
            parents.setdefault(parent, []).append(index)
    for parent, indexes in parents.items():
        outline, chosen = outlines[parent], np.array(indexes)
        shapely.prepare(outline)
        chosen = chosen[~shapely.covers(outline, cover.shapes[chosen])]
        beyond = shapely.difference(cover.shapes[chosen], outline)
        amounts = areas_m2(beyond)
        for index, piece, amount in zip(chosen.tolist(), beyond, amounts.tolist(), strict=True):
            severity = cover.severity(amount, cover.tolerances.outside_m2)
            if severity:
                number = cover.features[index].number
                where = cover.where(piece)
                yield problem(
                    "outside_parent", number, where=where, amount_m2=amount, severity=severity, street=parent
                )  # fmt: skip


def check_gaps(cover: Cover, outlines: Mapping[str, Geometry]) -> Iterator[Problem]:
    """Ground inside the outlines (or inside the whole, where there are none) that no feature covers.

    A gap names the nearest feature and, as the other, the second nearest; one inside a single feature is a hole.
    """
    covered = cover.union
    if covered.is_empty:
        return
    holed = cover.shapes[np.isin(np.arange(len(cover.shapes)), _with_holes(cover.shapes))]
    frame = [*outlines.values()] if outlines else [_filled(covered)]
    frame += [_filled(shape) for shape in holed]
    pieces = shapely.get_parts(shapely.difference(shapely.union_all(frame), covered))
    amounts = areas_m2(pieces)
    for index in np.flatnonzero(amounts > cover.tolerances.noise_m2):
        piece, amount = pieces[index], float(amounts[index])
        severity = cover.severity(amount, cover.tolerances.gap_m2)
        if not severity:
            continue
        near = np.sort(cover.tree.query_nearest(piece, all_matches=True, max_distance=1e-9))
        numbers = [cover.features[i].number for i in near]
        if len(near) == 1 and shapely.covers(_filled(cover.shapes[near[0]]), piece):
            yield problem("hole", numbers[0], where=cover.where(piece), amount_m2=amount, severity=severity)
        else:
            first, second = (*numbers[:2], None, None)[:2]
            yield problem(
                "gap", first, where=cover.where(piece), amount_m2=amount, other_feature=second, severity=severity
            )  # fmt: skip


def _with_holes(shapes: GeometryArray) -> list[int]:
    parts, owner = shapely.get_parts(shapes, return_index=True)
    return [int(index) for index in np.unique(owner[shapely.get_num_interior_rings(parts) > 0])]


def _filled(shape: Geometry) -> Geometry:
    """The shape without its holes."""
    return shapely.union_all(shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(shape))))


def _areas_only(shapes: GeometryArray) -> GeometryArray:
    """Collections of areas and lines (what an intersection leaves) reduced to their areas."""
    mixed = np.flatnonzero(shapely.get_type_id(shapes) == 7)
    result = shapes.copy()
    for index in mixed:
        parts = shapely.get_parts(shapes[index])
        areal = parts[np.isin(shapely.get_type_id(parts), (3, 6))]
        result[index] = shapely.union_all(as_array(areal))
    return result
