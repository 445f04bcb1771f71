"""Makes nearly equal vertices equal, so that what two editors drew apart by centimetres fits again. Moves, never judges."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from grids.model import GridFeature
from grids.plane import FloatArray, as_array, degree_lengths_m


def snap_features(features: Sequence[GridFeature], snap_m: float) -> list[GridFeature]:
    """The features with vertices nearer than `snap_m` metres to each other made one (the first of them in file order).

    Rounding to a lattice would not do: two vertices a millimetre apart may lie on both sides of a rounding limit.
    """
    shapes = as_array([feature.geometry for feature in features])
    points = shapely.get_coordinates(shapes)
    if not len(points) or snap_m <= 0:
        return list(features)
    unique, inverse = np.unique(points, axis=0, return_inverse=True)
    first = np.full(len(unique), len(points))
    np.minimum.at(first, inverse.ravel(), np.arange(len(points)))
    leader = _leaders(unique, first, snap_m)
    moved = shapely.set_coordinates(shapes.copy(), unique[leader[inverse.ravel()]])
    return [replace(feature, geometry=shape) for feature, shape in zip(features, moved, strict=True)]


def _leaders(points: FloatArray, first: npt.NDArray[np.intp], snap_m: float) -> npt.NDArray[np.intp]:
    """For each point the one that its cluster gathers on: the earliest of all that are linked to it by short steps."""
    lat = float(np.clip((points[:, 1].min() + points[:, 1].max()) / 2, -89.9, 89.9))
    metres = as_array(shapely.points(points * np.array(degree_lengths_m(lat))))
    one, other = STRtree(metres).query(metres, predicate="dwithin", distance=snap_m)
    earliest = first.copy()
    while True:
        spread = earliest.copy()
        np.minimum.at(spread, one, earliest[other])
        if (spread == earliest).all():
            break
        earliest = spread
    by_first = np.empty(int(first.max()) + 1, dtype=np.intp)
    by_first[first] = np.arange(len(points))
    return by_first[earliest]
