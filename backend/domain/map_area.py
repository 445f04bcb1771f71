"""An area drawn on the map, written as an encoded polyline: one short text that fits into an address.

The format is Google's "encoded polyline" with six decimals (lat before lon), the ring left open. Not here: who is in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from shapely import GeometryCollection, MultiPolygon, Polygon, make_valid
from shapely.geometry.base import BaseGeometry

MOST_CORNERS = 200
LONGEST_TEXT = MOST_CORNERS * 14  # two numbers of at most seven characters each
WIDEST = 2.0  # degrees from side to side: more than any district
PRECISION = 1_000_000
# The text's own alphabet: 63 + six bits; the sixth says that more follow.
FIRST, CHUNK, MORE = 63, 0x1F, 0x20


@dataclass(frozen=True, slots=True)
class Area:
    """An area as it was written, and what it means: ``wkt``, a valid multipolygon in degrees."""

    text: str
    wkt: str


class AreaError(ValueError):
    """An area that is none: the text cannot be read, has too few or too many corners, or no sane size."""


def read_area(text: str) -> Area:
    """The area that ``text`` writes; what crosses itself is taken
    apart. The same text always gives the same area. Raises AreaError."""
    corners = list(_corners(text))
    if not 3 <= len(corners) <= MOST_CORNERS:
        raise AreaError(f"Not a valid area: it has between 3 and {MOST_CORNERS} corners.")
    if any(not (-180 <= lon <= 180 and -90 <= lat <= 90) for lon, lat in corners):
        raise AreaError("Not a valid area: a corner lies outside the world.")
    # by structure: taking apart the lines themselves takes many seconds where they cross each other thousands of times
    shape = MultiPolygon(list(_polygons(make_valid(Polygon(corners), method="structure", keep_collapsed=False))))
    if shape.is_empty:
        raise AreaError("Not a valid area: the corners enclose nothing.")
    west, south, east, north = shape.bounds
    if max(east - west, north - south) > WIDEST:
        raise AreaError(f"Not a valid area: the area is wider than {WIDEST:g} degrees.")
    return Area(text, shape.normalize().wkt)


def write_area(corners: list[tuple[float, float]]) -> str:
    """The text of an area with these corners (lon, lat in degrees), as a client writes it."""
    text, last = "", (0, 0)
    for lon, lat in corners:
        place = (round(lat * PRECISION), round(lon * PRECISION))
        text += "".join(_written(now - before) for now, before in zip(place, last, strict=True))
        last = place
    return text


def _corners(text: str) -> Iterator[tuple[float, float]]:
    if len(text) > LONGEST_TEXT:
        raise AreaError(f"Not a valid area: it has at most {MOST_CORNERS} corners.")
    lat = lon = 0
    numbers = list(_numbers(text))
    if len(numbers) % 2:
        raise AreaError("Not a valid area: the last corner lacks a number.")
    for north, east in zip(numbers[::2], numbers[1::2], strict=True):
        lat, lon = lat + north, lon + east
        yield lon / PRECISION, lat / PRECISION


def _numbers(text: str) -> Iterator[int]:
    value = shift = 0
    for character in text:
        bits = ord(character) - FIRST
        if not 0 <= bits < 64 or shift > 30:
            raise AreaError("Not a valid area: the text is no encoded polyline.")
        value |= (bits & CHUNK) << shift
        shift += 5
        if not bits & MORE:
            yield ~(value >> 1) if value & 1 else value >> 1
            value = shift = 0
    if shift:
        raise AreaError("Not a valid area: the text breaks off.")


def _written(number: int) -> str:
    value, text = (~(number << 1) if number < 0 else number << 1), ""
    while value >= MORE:
        text += chr((value & CHUNK | MORE) + FIRST)
        value >>= 5
    return text + chr(value + FIRST)


def _polygons(shape: BaseGeometry) -> Iterator[Polygon]:
    if isinstance(shape, Polygon):
        if not shape.is_empty:
            yield shape
    elif isinstance(shape, MultiPolygon | GeometryCollection):
        for part in shape.geoms:
            yield from _polygons(part)
