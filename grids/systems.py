"""Coordinate reference systems that features are given out in: their URIs, the order of their axes, how far they reach.

The order of axes is the authority's (EPSG has latitude, or northing, first for most of ours); pyproj knows it. Not here:
datum shifts of web maps (datums.py), transforming stored geometry (the database does).
"""

from dataclasses import dataclass
from functools import cache

from pyproj import CRS, Transformer

Box = tuple[
    float, float, float, float
]  # west, south, east, north: easting or longitude first, whatever the authority says

OGC = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
STORED = 4490
# What a client may ask for, the default first: WGS 84 (longitude first), CGCS2000, WGS 84 (latitude first), web maps, and the
# two Gauss-Krüger systems of Shanghai's surveys: central meridian 120° E, without and with the zone's number before the easting.
CODES = (4490, 4326, 3857, 4549, 4528)
WHOLE: Box = (-180.0, -90.0, 180.0, 90.0)
MARGIN_DEGREES = 3.0  # a projection is asked for a little beyond its zone, never where its formulas break down


@dataclass(frozen=True, slots=True)
class System:
    """One system. ``srid``: its number in PostGIS, which always keeps x first; ``northing_first``: the authority's order is
    the other way round; ``bounds``: what lies outside is in no box of it; ``reach``: the same in degrees, beyond which nothing
    can be given in it; ``digits``: decimals that keep a millimetre."""

    uri: str
    name: str
    srid: int
    northing_first: bool
    is_geographic: bool
    bounds: Box
    reach: Box
    digits: int


@cache
def systems() -> dict[str, System]:
    """Every system by its URI, CRS84 first."""
    crs84 = System(OGC, "WGS 84 longitude-latitude", 4326, False, True, WHOLE, WHOLE, 8)
    return {one.uri: one for one in (crs84, *map(_of_epsg, CODES))}


def default_system() -> System:
    """WGS 84 with longitude first: what every client understands."""
    return systems()[OGC]


def stored_system() -> System:
    """CGCS2000, as positions are stored."""
    return systems()[f"{EPSG}{STORED}"]


def _of_epsg(code: int) -> System:
    crs = CRS.from_epsg(code)
    northing_first = crs.axis_info[0].direction == "north"
    if crs.is_geographic:
        return System(f"{EPSG}{code}", crs.name, code, northing_first, True, WHOLE, WHOLE, 8)
    return System(f"{EPSG}{code}", crs.name, code, northing_first, False, *_reach(crs), 3)


def _reach(crs: CRS) -> tuple[Box, Box]:
    """How far a projected system is used, in its own units and in degrees."""
    area = crs.area_of_use
    if area is None:
        raise ValueError(f"{crs.name} has no area of use")
    west, east = max(area.west - MARGIN_DEGREES, -180.0), min(area.east + MARGIN_DEGREES, 180.0)
    to_plane = Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    left, bottom, right, top = to_plane.transform_bounds(west, area.south, east, area.north)
    return (left, bottom, right, top), (west, area.south, east, area.north)
