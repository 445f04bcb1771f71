"""The set's own view: the features of one run with their cleaned shapes, measures and numbers, shared by all checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from grids.model import GridFeature, Severity, Tolerances
from grids.plane import GeometryArray


@dataclass(frozen=True)
class Cover:
    """`shapes` are valid polygons or empty (axes put right, self-crossings untied), one per feature."""

    features: Sequence[GridFeature]
    shapes: GeometryArray
    tolerances: Tolerances

    @cached_property
    def tree(self) -> STRtree:
        return STRtree(self.shapes)

    @cached_property
    def union(self) -> Geometry:
        """All ground covered. Only shapes at odds with a neighbour need the slow union; the rest fit by their vertices."""
        odd = self.ill_fitting
        fitting = shapely.coverage_union_all(self.shapes[~odd]) if (~odd).any() else None
        rest = shapely.union_all(self.shapes[odd]) if odd.any() else None
        return shapely.union_all([part for part in (fitting, rest) if part is not None])

    @cached_property
    def ill_fitting(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """True for shapes with an edge that is not exactly a neighbour's edge where they meet (overlap, or a T-junction)."""
        edges = shapely.coverage_invalid_edges(self.shapes)
        result: np.ndarray[tuple[int], np.dtype[np.bool_]] = ~shapely.is_empty(edges)
        return result

    def where(self, piece: Geometry) -> tuple[float, float]:
        """A point in the largest part of a piece (lon, lat)."""
        parts = shapely.get_parts(piece)
        largest = parts[int(np.argmax(shapely.area(parts)))] if len(parts) else piece
        point = shapely.point_on_surface(largest)
        return float(shapely.get_x(point)), float(shapely.get_y(point))

    def severity(self, amount_m2: float, tolerance_m2: float) -> Severity | None:
        """error above the tolerance, warning above the noise, None where nothing should be said."""
        if amount_m2 > tolerance_m2:
            return "error"
        return "warning" if self.tolerances.warn_small and amount_m2 > self.tolerances.noise_m2 else None
