"""What every layer file is made of: fields, cells with a shape, and notes of what a format could not hold."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from backend.gateways.tables import Cell

FieldKind = Literal["text", "whole", "real", "time", "day"]
LONGEST_NAME = 10  # bytes of a field's name in a Shapefile
_POINT = struct.Struct("<BIdd")
WKB_POINT = 1


@dataclass(frozen=True, slots=True)
class LayerField:
    """A field: ``name`` in ASCII and at most LONGEST_NAME, for programs; ``label`` for people."""

    name: str
    label: str
    kind: FieldKind


@dataclass(frozen=True, slots=True)
class Note:
    """Something the format could not hold as it was: ``characters_replaced`` or ``texts_cut``, in how many cells."""

    code: str
    count: int


class LayerWriter(Protocol):
    """A layer under way."""

    def add(self, row: Sequence[Cell], shape: bytes | None) -> None:
        """Write one row; times are naive and local; ``shape`` is WKB in degrees, None: it lies nowhere."""
        ...

    def notes(self) -> list[Note]:
        """What could not be held so far."""
        ...


def point(lon: float | None, lat: float | None) -> bytes | None:
    """A point as WKB; None where there is none."""
    return None if lon is None or lat is None else _POINT.pack(1, WKB_POINT, lon, lat)


def as_point(wkb: bytes) -> tuple[float, float] | None:
    """Longitude and latitude of a point made here; None for any other shape."""
    if len(wkb) != _POINT.size:
        return None
    _, kind, lon, lat = _POINT.unpack(wkb)
    return (lon, lat) if kind == WKB_POINT else None


def as_text(value: Cell) -> str | None:
    """A cell as text for a format without that type; times to the minute."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value)
