"""Datum shifts between WGS-84/CGCS2000, GCJ-02 and BD-09, vectorised. Positions only: no geometry, no policy on use.

WGS-84 and CGCS2000 are taken as equal (they agree to better than 1 m, a phone's fix does not). GCJ-02 is the obfuscated
datum of Chinese web maps, BD-09 Baidu's second shift on top. Both are published only as code; the formulas are the
commonly known ones. Outside the box 72.004…137.8347 E, 0.8293…55.8271 N GCJ-02 equals WGS-84 by definition.
Decoding may be restricted (测绘法): whether a caller may use it is a setting of the product, not of this module.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Datum = Literal["WGS-84", "CGCS2000", "GCJ-02", "BD-09"]
DATUMS: tuple[Datum, ...] = ("WGS-84", "CGCS2000", "GCJ-02", "BD-09")

# GCJ-02 uses Krasovsky's ellipsoid, whatever the datum of its input.
_A = 6378245.0
_EE = 0.00669342162296594323
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_BD_PI = np.pi * 3000.0 / 180.0
_TARGET_DEG = 1e-13  # ≈ 1e-8 m: the stop of the iterated inverses
_MAX_ROUNDS = 30


def is_in_gcj_area(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """True where GCJ-02 shifts at all. Degrees; the box is part of the published algorithm."""
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    return (x >= _WEST) & (x <= _EAST) & (y >= _SOUTH) & (y <= _NORTH)


def _waves(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    root = np.sqrt(np.abs(x))
    common = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    return east, north


def _gcj_shift(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    east, north = _waves(lon - 105.0, lat - 35.0)
    phi = np.radians(lat)
    magic = 1.0 - _EE * np.sin(phi) ** 2
    root = np.sqrt(magic)
    lon_shift = np.degrees(east * root / (_A * np.cos(phi)))
    lat_shift = np.degrees(north * magic * root / (_A * (1.0 - _EE)))
    return lon_shift, lat_shift


def wgs84_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """WGS-84/CGCS2000 degrees to GCJ-02 degrees; unchanged outside the GCJ-02 area."""
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    inside = is_in_gcj_area(x, y)
    dx, dy = _gcj_shift(np.where(inside, x, 105.0), np.where(inside, y, 35.0))
    return np.where(inside, x + dx, x), np.where(inside, y + dy, y)


def gcj02_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """GCJ-02 degrees to WGS-84/CGCS2000 degrees, iterated to 1e-7 m.

    Whether a position shifts is asked of its preimage, not of the GCJ-02 position itself: within 800 m of the edge of
    the area the two differ. A position with no preimage inside the area is taken as unshifted.
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    near = (x > 71.9) & (x < 138.0) & (y > 0.7) & (y < 56.0)
    safe_x, safe_y = np.where(near, x, 105.0), np.where(near, y, 35.0)

    def forward(u: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray]:
        du, dv = _gcj_shift(u, v)
        return u + du, v + dv

    u, v = _invert(forward, safe_x, safe_y)
    # The preimage of a point on the very edge may come out a rounding error beyond it.
    edge_u, edge_v = np.clip(u, _WEST, _EAST), np.clip(v, _SOUTH, _NORTH)
    shifted = near & (np.abs(u - edge_u) < 1e-11) & (np.abs(v - edge_v) < 1e-11)
    return np.where(shifted, u, x), np.where(shifted, v, y)


def gcj02_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """GCJ-02 degrees to BD-09 degrees."""
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_PI)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def bd09_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """BD-09 degrees to GCJ-02 degrees, iterated to 1e-7 m."""
    return _invert(gcj02_to_bd09, np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))


def _invert(
    forward: Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]], lon: FloatArray, lat: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Fixed-point inverse of a slow shift: each round gains two digits.

    At 105 E exactly GCJ-02 has a kink (a square root) and two preimages 1e-12 degrees apart: 2e-7 m there, less elsewhere.
    """
    u, v = lon.copy(), lat.copy()
    for _ in range(_MAX_ROUNDS):
        x, y = forward(u, v)
        dx, dy = lon - x, lat - y
        u, v = u + dx, v + dy
        # NaN stays NaN and must not keep the loop running.
        if not (np.abs(np.nan_to_num(dx)) > _TARGET_DEG).any() and not (np.abs(np.nan_to_num(dy)) > _TARGET_DEG).any():
            break
    return u, v


def to_cgcs2000(lon: npt.ArrayLike, lat: npt.ArrayLike, datum: Datum) -> tuple[FloatArray, FloatArray]:
    """Degrees in `datum` to CGCS2000 degrees (lon, lat). Raises ValueError for a datum that is not in DATUMS."""
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if datum in ("WGS-84", "CGCS2000"):
        return x, y
    if datum == "GCJ-02":
        return gcj02_to_wgs84(x, y)
    if datum == "BD-09":
        return gcj02_to_wgs84(*bd09_to_gcj02(x, y))
    raise ValueError(f"unknown datum: {datum!r}")


def from_cgcs2000(lon: npt.ArrayLike, lat: npt.ArrayLike, datum: Datum) -> tuple[FloatArray, FloatArray]:
    """CGCS2000 degrees to degrees in `datum` (lon, lat), for a shifted base map. Raises ValueError as above."""
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if datum in ("WGS-84", "CGCS2000"):
        return x, y
    if datum == "GCJ-02":
        return wgs84_to_gcj02(x, y)
    if datum == "BD-09":
        return gcj02_to_bd09(*wgs84_to_gcj02(x, y))
    raise ValueError(f"unknown datum: {datum!r}")
