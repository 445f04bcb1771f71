"""Metres for degrees: areas, the local length of a degree, an equal-area plane. No topology is judged here.

Topology stays in lon/lat: a straight lon/lat edge of 1 km bends by about 1 cm in any plane, which would invent gaps
where one grid's vertex lies on another's edge.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer, network
from shapely.geometry.base import BaseGeometry as Geometry

# PROJ must not fetch grid files from the network.
network.set_network_enabled(active=False)  # type: ignore[attr-defined]  # in pyproj's manual, not in its stubs

FloatArray = npt.NDArray[np.float64]
GeometryArray = npt.NDArray[np.object_]

SEMI_MAJOR_M = 6378137.0  # CGCS2000 and WGS-84 share it; their flattenings differ in the 8th digit
ECCENTRICITY_SQUARED = 0.006694380022903416  # CGCS2000: f = 1/298.257222101


def as_array(geometries: Sequence[Geometry | None] | GeometryArray | Geometry) -> GeometryArray:
    """Geometries as an object array (np.array would try to iterate multi-part ones); one geometry as an array of one."""
    if isinstance(geometries, Geometry):
        geometries = [geometries]
    if isinstance(geometries, np.ndarray):
        return geometries
    array = np.empty(len(geometries), dtype=object)
    for index, geometry in enumerate(geometries):
        array[index] = geometry
    return array


def degree_lengths_m(lat: FloatArray | float) -> tuple[FloatArray, FloatArray]:
    """Length in metres of one degree of longitude and of latitude at `lat` (degrees) on the CGCS2000 ellipsoid."""
    phi = np.radians(np.asarray(lat, dtype=np.float64))
    root = 1.0 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    prime_vertical = SEMI_MAJOR_M / np.sqrt(root)
    meridian = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / root**1.5
    return np.radians(prime_vertical * np.cos(phi)), np.radians(meridian)


class Plane:
    """A Lambert equal-area plane centred on (`lon`, `lat`): areas are true everywhere, lengths near the centre."""

    def __init__(self, lon: float, lat: float) -> None:
        plane = CRS.from_proj4(f"+proj=laea +lat_0={lat:.9f} +lon_0={lon:.9f} +ellps=GRS80 +units=m +no_defs")
        sphere = CRS.from_proj4("+proj=longlat +ellps=GRS80 +no_defs")
        self._there = Transformer.from_crs(sphere, plane, always_xy=True)
        self._back = Transformer.from_crs(plane, sphere, always_xy=True)

    @classmethod
    def around(cls, geometries: Sequence[Geometry] | GeometryArray) -> "Plane":
        """A plane centred on the bounds of `geometries` (lon/lat); on Putuo where there are none."""
        array = as_array(geometries)
        bounds = shapely.total_bounds(array) if len(array) else np.array([np.nan] * 4)
        if not np.isfinite(bounds).all():
            return cls(121.395, 31.25)
        lon, lat = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
        return cls(float(np.clip(lon, -180, 180)), float(np.clip(lat, -89, 89)))

    def to_plane(self, lonlat: FloatArray) -> FloatArray:
        """(n, 2) lon/lat degrees to (n, 2) metres."""
        return np.column_stack(self._there.transform(lonlat[:, 0], lonlat[:, 1]))

    def to_lonlat(self, metres: FloatArray) -> FloatArray:
        """(n, 2) metres to (n, 2) lon/lat degrees."""
        return np.column_stack(self._back.transform(metres[:, 0], metres[:, 1]))

    def project(self, geometry: Geometry) -> Geometry:
        """A lon/lat geometry with its vertices carried to metres."""
        return shapely.transform(geometry, self.to_plane)


def areas_m2(geometries: Sequence[Geometry | None] | GeometryArray) -> FloatArray:
    """Areas in m² of lon/lat geometries; 0 for None and for lines and points.

    Measured in degrees and stretched by the size of a degree at the centroid: right to 1e-6 for anything the size of a
    district, and still right for a splinter along a long edge, whose bend in a plane would be taken for width.
    """
    array = as_array(geometries)
    if not len(array):
        return np.zeros(0)
    centres = shapely.centroid(array)
    centres[shapely.is_empty(centres)] = None  # GEOS refuses to read the coordinates of an empty point
    lat = np.clip(np.nan_to_num(shapely.get_y(centres)), -89.9, 89.9)
    lon_m, lat_m = degree_lengths_m(lat)
    return np.nan_to_num(shapely.area(array)) * lon_m * lat_m


def area_m2(geometry: Geometry) -> float:
    """Area in m² of one lon/lat geometry."""
    return float(areas_m2([geometry])[0])
