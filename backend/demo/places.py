"""Places for invented visits: well inside a grid, on its border, just outside the district. Not here: sites (premises.py)."""

from collections.abc import Iterator, Sequence
from random import Random

import shapely
from shapely.geometry.base import BaseGeometry

from grids.model import GridFeature

WELL_INSIDE_DEGREES = 0.0006  # about 60 m from any border
BEYOND_DEGREES = 0.004  # about 400 m

Spot = tuple[float, float]  # longitude, latitude


def spots_in(geometry: BaseGeometry, chance: Random) -> Iterator[tuple[float, float]]:
    """Endless places (lon, lat) well inside a grid."""
    inner: BaseGeometry = shapely.buffer(geometry, -WELL_INSIDE_DEGREES)
    inner = geometry if inner.is_empty else inner
    shapely.prepare(inner)
    west, south, east, north = inner.bounds
    while True:
        lon, lat = chance.uniform(west, east), chance.uniform(south, north)
        if shapely.contains_xy(inner, lon, lat):
            yield round(lon, 7), round(lat, 7)


def nearest_border(geometry: BaseGeometry, spot: tuple[float, float]) -> tuple[float, float]:
    """The place on the grid's border next to ``spot``."""
    line = shapely.shortest_line(shapely.boundary(geometry), shapely.Point(spot))
    lon, lat = shapely.get_coordinates(line)[0]
    return float(lon), float(lat)


def beyond_district(features: Sequence[GridFeature], spot: Spot) -> Spot:
    """The place some hundred metres outside of the district, in the direction of ``spot`` as seen from its middle."""
    outline = shapely.union_all([feature.geometry for feature in features])
    middle = shapely.centroid(outline)
    east, north = spot[0] - middle.x, spot[1] - middle.y
    length = (east**2 + north**2) ** 0.5 or 1.0
    ray = shapely.LineString([(middle.x, middle.y), (middle.x + east / length, middle.y + north / length)])
    reach = max(
        shapely.distance(middle, shapely.Point(xy))
        for xy in shapely.get_coordinates(shapely.intersection(ray, shapely.boundary(outline)))
    )
    far = float(reach) + BEYOND_DEGREES
    return middle.x + east / length * far, middle.y + north / length * far
