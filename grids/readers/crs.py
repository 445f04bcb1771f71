"""Coordinate systems of files: from any PROJ knows to lon/lat CGCS2000. Axis order is always east, north."""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from grids.datums import Datum, to_cgcs2000
from grids.errors import GridFileError
from grids.plane import SEMI_MAJOR_M, FloatArray, GeometryArray

BoolArray = npt.NDArray[np.bool_]
_LONGEST_WKT = 20_000
_AUTHORITY = re.compile(r"(?:urn:ogc:def:crs:)?(EPSG|OGC)(?::[0-9.]*)?:(?::)?(\w{2,8})", re.IGNORECASE)
_DATUM_WORDS: dict[str, Datum] = {"gcj02": "GCJ-02", "bd09": "BD-09", "wgs84": "WGS-84", "cgcs2000": "CGCS2000"}
# What a mainland Chinese file can hold; used to guess, never to refuse.
CHINA_LON, CHINA_LAT = (73.0, 136.0), (3.0, 54.0)


@dataclass(frozen=True, slots=True)
class Source:
    """A usable coordinate system. `name` for people; `exact` False where the datum shift is only known to metres."""

    name: str
    exact: bool
    geographic: bool
    transformer: Transformer | None = None
    datum: Datum | None = None

    def to_lonlat(self, geometries: GeometryArray) -> GeometryArray:
        """The geometries in lon/lat CGCS2000; points that cannot be carried over become infinite, not an error."""

        def carry(points: FloatArray) -> FloatArray:
            if self.transformer is not None:
                points = np.column_stack(self.transformer.transform(points[:, 0], points[:, 1]))
            if self.datum is not None:
                points = np.column_stack(to_cgcs2000(points[:, 0], points[:, 1], self.datum))
            return points

        moved: GeometryArray = shapely.transform(geometries, carry)
        return moved


def read_crs(text: str) -> Source:
    """A source from an authority code, an OGC URN, WKT (ESRI's too) or a datum's name (GCJ-02, BD-09).

    Raises GridFileError crs_unusable. Nothing else is accepted: PROJ would open files named in other kinds of text.
    """
    word = text.strip().strip("\ufeff\0")
    datum = _DATUM_WORDS.get(word.lower().replace("-", "").replace("_", ""))
    if datum is not None:
        return Source(datum, exact=True, geographic=True, datum=datum)
    return _describe(_parse(word))


def _parse(word: str) -> CRS:
    match = _AUTHORITY.fullmatch(word)
    try:
        if match:
            authority, code = match.group(1).upper(), match.group(2).upper()
            return CRS.from_authority("OGC" if authority == "OGC" else "EPSG", code)
        if len(word) <= _LONGEST_WKT and re.match(r"[A-Za-z_0-9]+\s*\[", word):
            return CRS.from_wkt(word)
    except (CRSError, ProjError) as error:
        raise GridFileError("crs_unusable", crs=_short(word)) from error
    raise GridFileError("crs_unusable", crs=_short(word))


def _short(word: str) -> str:
    return "".join(character for character in word if character.isprintable())[:60]


def _describe(crs: CRS) -> Source:
    name = crs.name
    while crs.is_bound or crs.is_compound:
        inner = crs.source_crs if crs.is_bound else crs.sub_crs_list[0]
        if inner is None:
            raise GridFileError("crs_unusable", crs=_short(name))
        crs = inner
    if not (crs.is_geographic or crs.is_projected) or crs.geodetic_crs is None:
        raise GridFileError("crs_unusable", crs=_short(name))
    exact = _shares_datum(crs)
    try:
        if exact and crs.is_geographic:
            return Source(name, exact, geographic=True)
        # WGS-84 and CGCS2000 are equal here, so only the projection is undone; between others PROJ shifts the datum.
        target = crs.geodetic_crs if exact else CRS.from_authority("EPSG", 4490)
        transformer = Transformer.from_crs(crs, target, always_xy=True)
    except ProjError as error:
        raise GridFileError("crs_unusable", crs=_short(name)) from error
    return Source(name, exact, crs.is_geographic, transformer)


def _shares_datum(crs: CRS) -> bool:
    """CGCS2000, WGS-84 or an ITRF by its ellipsoid (a .prj rarely names the datum alike), degrees from Greenwich."""
    geodetic, ellipsoid, meridian = crs.geodetic_crs, crs.ellipsoid, crs.prime_meridian
    if geodetic is None or ellipsoid is None or meridian is None:
        return False
    degrees = all(abs(axis.unit_conversion_factor - np.pi / 180) < 1e-12 for axis in geodetic.axis_info[:2])
    modern = abs(ellipsoid.semi_major_metre - SEMI_MAJOR_M) < 0.01 and 298.257 < ellipsoid.inverse_flattening < 298.2575
    return degrees and modern and meridian.longitude == 0.0


def looks_like_lonlat(geometries: GeometryArray) -> bool:
    """True if nearly all coordinates could be lon/lat (or lat/lon) of China."""
    points = shapely.get_coordinates(geometries)
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return False

    def within(values: FloatArray, bounds: tuple[float, float]) -> BoolArray:
        return (values >= bounds[0]) & (values <= bounds[1])

    straight = within(points[:, 0], CHINA_LON) & within(points[:, 1], CHINA_LAT)
    swapped = within(points[:, 1], CHINA_LON) & within(points[:, 0], CHINA_LAT)
    return bool((straight | swapped).mean() > 0.5)


def guess_projected(geometries: GeometryArray) -> str | None:
    """EPSG code of the CGCS2000 3-degree zone whose number stands before the eastings (40 525 000 → zone 40), or None."""
    points = shapely.get_coordinates(geometries)
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return None
    zones = np.unique(np.floor(np.median(points, axis=0) / 1e6).astype(np.int64))
    zone = next((int(zone) for zone in zones if 25 <= zone <= 45), None)
    return None if zone is None else f"EPSG:{4488 + zone}"
