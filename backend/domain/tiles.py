"""Tiles of the web map (XYZ, Web Mercator) and the one number a place on it has: its map key. Not here: what tiles show.

A map key is the place's column and row at level 31 with their bits in turns (row first), 62 bits in all. So the points of any
tile, and of any cell of a tile, are one range of keys. The database makes the same number (migration 0017, ``map_key``).
"""

import math
from dataclasses import dataclass

from backend.domain.errors import DomainError

KEY_LEVEL = 31  # 1.9 cm at the equator
MAX_ZOOM = 22
EXTENT = 4096  # a tile's own coordinates
CELL_BITS = 4  # a tile of clusters is 16 × 16 cells
EXACT_ZOOM = 15  # from here on points are shown one by one as far as MOST_POINTS goes
MOST_POINTS = 1_000
FEW_POINTS = 200  # so few are shown one by one at any zoom
NORTH_END = 85.0511287798066  # degrees; Web Mercator is a square up to here


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: zoom, column from the west, row from the north."""

    z: int
    x: int
    y: int

    def keys(self) -> tuple[int, int]:
        """The first map key within, and the first behind it."""
        shift = 2 * (KEY_LEVEL - self.z)
        first = interleaved(self.x, self.y) << shift
        return first, first + (1 << shift)

    def shape(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        side = 1 << self.z
        return (
            self.x / side * 360 - 180,
            _latitude((self.y + 1) / side),
            (self.x + 1) / side * 360 - 180,
            _latitude(self.y / side),
        )


def tile_at(z: int, x: int, y: int) -> Tile:
    """The tile of these numbers. Raises DomainError('tile_out_of_range')."""
    if not 0 <= z <= MAX_ZOOM or not (0 <= x < 1 << z and 0 <= y < 1 << z):
        raise DomainError("tile_out_of_range", limit=MAX_ZOOM)
    return Tile(z, x, y)


def map_key(lon: float, lat: float) -> int:
    """The map key of a place in degrees; what lies beyond the square counts as at its edge."""
    last = (1 << KEY_LEVEL) - 1
    inner = min(max(lat, -NORTH_END), NORTH_END)
    column = math.floor((lon + 180) / 360 * (1 << KEY_LEVEL))
    row = math.floor((1 - math.asinh(math.tan(math.radians(inner))) / math.pi) / 2 * (1 << KEY_LEVEL))
    return interleaved(min(max(column, 0), last), min(max(row, 0), last))


def tile_of(key: int, z: int) -> Tile:
    """The tile at zoom ``z`` in which a map key lies."""
    code = key >> 2 * (KEY_LEVEL - z)
    return Tile(z, _every_other(code), _every_other(code >> 1))


def interleaved(column: int, row: int) -> int:
    """The bits of both in turns: bit n of ``column`` becomes bit 2n, bit n of ``row`` bit 2n + 1."""
    return _spread(column) | _spread(row) << 1


def _spread(number: int) -> int:
    """``number`` with a zero before each bit."""
    for shift, mask in ((16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F),
                        (2, 0x3333333333333333), (1, 0x5555555555555555)):  # fmt: skip
        number = (number | number << shift) & mask
    return number


def _every_other(number: int) -> int:
    return sum((number >> 2 * bit & 1) << bit for bit in range(KEY_LEVEL))


def _latitude(share: float) -> float:
    """Degrees north of a row given as a share of the square from its top."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * share))))
