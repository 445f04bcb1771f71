"""The set's own view: the features of one run with their cleaned shapes, measures and numbers, shared by all checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon, STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from grids.model import GridFeature, Severity, Tolerances
from grids.plane import GeometryArray, areas_m2, as_array

NEIGHBOURHOOD = 150  # shapes in one step of the slow union


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
        rest = self._slow_union(self.shapes[odd]) if odd.any() else None
        return shapely.union_all([part for part in (fitting, rest) if part is not None])

    def _slow_union(self, shapes: GeometryArray) -> Geometry:
        """Union by neighbourhoods, whose holes below the noise are filled before the next step.

        Where all borders are off by a hair every common edge leaves holes; carried along they would make the union of
        50,000 grids several times slower, and none of them is worth a word.
        """
        bounds = shapely.bounds(shapes)
        columns = max(1, int((len(shapes) / NEIGHBOURHOOD) ** 0.5))
        spans = np.array_split(np.argsort(bounds[:, 0]), columns)
        strips = [span[np.argsort(bounds[span, 1])] for span in spans]
        groups = [group for strip in strips for group in np.array_split(strip, columns) if len(group)]
        return shapely.union_all([self._without_noise(shapely.union_all(shapes[group])) for group in groups])

    def _without_noise(self, shape: Geometry) -> Geometry:
        parts = []
        for part in shapely.get_parts(shape):
            rings = as_array(shapely.polygons(shapely.get_rings(part)))
            real = areas_m2(rings) > self.tolerances.noise_m2
            parts.append(Polygon(part.exterior, [ring.exterior for ring in rings[1:][real[1:]]]))
        return MultiPolygon(parts)

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
