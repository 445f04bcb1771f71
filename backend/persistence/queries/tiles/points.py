"""A tile of points as a Mapbox Vector Tile: one by one where they are few, otherwise counted by cells. Made in the database.

A cell is drawn as one feature: how many (``count``), what most of them are (``category``), the gravest ``severity``; a lone one
has its ``id`` and stands where it is, several stand in the middle of their cell. Sums over all tiles of a zoom are the number
of the list: tiles and cells are half open, and nothing is ever left out. Not here: what is counted (the layers beside this).
"""

import functools
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from backend.domain.tiles import CELL_BITS, EXACT_ZOOM, EXTENT, FEW_POINTS, KEY_LEVEL, MOST_POINTS, Tile
from backend.domain.vocabulary import Category, Severity

Statement = Select[*tuple[Any, ...]]
RANKS = {severity.value: rank for rank, severity in enumerate(Severity, start=1)}
EXTENT_BITS = EXTENT.bit_length() - 1
SAID_OF_ALL = ("number", "key", "category", "severity")
MIDDLE = 0b11 << 2 * (EXTENT_BITS - CELL_BITS - 1)  # of a cell, as bits in turns


@dataclass(frozen=True, slots=True)
class PointLayer:
    """What a layer's tile is made of.

    ``counted``: sums by (cell, category, rank) with ``marked``, ``number`` and ``seqs`` (the rows' own numbers, their bits
    added without carrying: of a lone one its own), all that is within the tile; ``marked`` is called ``marked_as`` there, if
    anything.
    ``singly``: the rows themselves with ``number``, ``key``, ``id``, ``category`` and whatever else is told of a single one;
    ``anyone``: the same of no matter which row, to be found by its number, the column ``seq``.
    ``few``: so many are shown one by one at any zoom.
    """

    name: str
    counted: Statement
    singly: Statement
    anyone: Statement
    seq: Any
    marked_as: str | None = None
    few: int = FEW_POINTS


def point_tile(session: Session, layer: PointLayer, tile: Tile) -> bytes:
    """The tile; empty where there is nothing. One statement, or two where points are shown one by one."""
    number, content = session.execute(_in_cells(layer, tile)).one()
    if 0 < number <= (MOST_POINTS if tile.z >= EXACT_ZOOM else layer.few):
        content = session.execute(_singly(layer, tile)).one()[1]
    return bytes(content) if number else b""


def cell_of(key: Any, tile: Tile) -> ColumnElement[int]:
    """The number of the tile's cell in which a map key lies: its column and row, bits in turns."""
    last = (1 << 2 * CELL_BITS) - 1
    cell: ColumnElement[int] = cast(
        _shifted(key, 2 * (KEY_LEVEL - tile.z - CELL_BITS)).op("&")(literal(last, BigInteger)), Integer
    )
    return cell


def within_tile(key: Any, tile: Tile) -> ColumnElement[bool]:
    """True for map keys within the tile."""
    first, behind = tile.keys()
    inside: ColumnElement[bool] = (key >= first) & (key < behind)
    return inside


def rank_of(severity: Any) -> ColumnElement[int]:
    """How grave, rising; 0 for none."""
    return case(RANKS, value=severity, else_=0)


def seconds(moment: Any) -> ColumnElement[int]:
    """Whole seconds since 1970: what a time slider compares."""
    return cast(func.floor(func.extract("epoch", moment)), BigInteger)


def _in_cells(layer: PointLayer, tile: Tile) -> Statement:
    """Two columns: how many there are, and the tile with one feature for each cell that has any."""
    parts = layer.counted.subquery("parts")
    # whole numbers of four bytes: sums of eight become decimals, which cost many times as much
    of_each = [
        cast(func.sum(parts.c.number).filter(parts.c.category == kind.value), Integer).label(kind.value)
        for kind in Category
    ]
    cells = (
        select(
            parts.c.cell,
            func.max(parts.c.rank).label("rank"),
            cast(func.sum(parts.c.marked), Integer).label("marked"),
            cast(func.sum(parts.c.number), Integer).label("number"),
            func.bit_xor(parts.c.seqs).label("seqs"),
            *of_each,
        )
        .where(parts.c.number > 0)  # what was counted and taken back again is no more
        .group_by(parts.c.cell)
        .subquery("cells")
    )
    return _encoded(_cell_features(layer, cells, tile), layer.name)


def _cell_features(layer: PointLayer, cells: Any, tile: Tile) -> Statement:
    middle = cells.c.cell.op("<<")(_whole(2 * (EXTENT_BITS - CELL_BITS))).op("|")(_whole(MIDDLE))
    names = {rank: severity for severity, rank in RANKS.items()}
    marked = [cells.c.marked.label(layer.marked_as)] if layer.marked_as else []
    most = func.greatest(*[cells.c[kind.value] for kind in Category])
    # one look-up for each lone one: a join would be guessed too large and read the whole table
    lone = layer.anyone.where(layer.seq == cells.c.seqs, cells.c.number == 1).limit(1).lateral("lone")
    return (
        select(
            _point(func.coalesce(_spot(lone.c.key, tile), middle)),
            lone.c.number,
            cells.c.number.label("count"),
            case(*[(cells.c[kind.value] == most, kind.value) for kind in Category]).label("category"),
            case(names, value=cells.c.rank).label("severity"),
            *marked,
            *[cells.c[kind.value] for kind in Category],
            *[column for column in lone.c if column.name not in SAID_OF_ALL],
        )
        .select_from(cells)
        .outerjoin(lone, true())
        .order_by(cells.c.cell)
    )


def _singly(layer: PointLayer, tile: Tile) -> Statement:
    """The same two columns, with one feature for each, MOST_POINTS at most."""
    rows = layer.singly.order_by("number").limit(MOST_POINTS).subquery("rows")
    spot = _spot(rows.c.key, tile).label("spot")
    told = [column for column in rows.c if column.name not in ("number", "key")]
    # worked out once for each row: without the limit the database would do it for every bit
    spotted = select(rows.c.number, spot, *told).order_by(rows.c.number).limit(MOST_POINTS).subquery("spotted")
    statement = select(_point(spotted.c.spot), spotted.c.number, literal(1).label("count"),
                       *[spotted.c[column.name] for column in told])  # fmt: skip
    return _encoded(statement.order_by(spotted.c.number), layer.name)


def _encoded(features: Statement, name: str) -> Statement:
    rows = features.subquery("feature")
    content = func.ST_AsMVT(literal_column("feature.*"), name, EXTENT, "geometry", "number", type_=LargeBinary)
    return select(func.coalesce(func.sum(rows.c.count), 0), content).select_from(rows)


def _spot(key: Any, tile: Tile) -> ColumnElement[int]:
    """Where a map key lies within the tile: its column and row of EXTENT, bits in turns."""
    free = KEY_LEVEL - tile.z  # bits of each that the tile leaves open
    inside = key.op("&")(literal((1 << 2 * free) - 1, BigInteger))
    return cast(_shifted(inside, 2 * (free - EXTENT_BITS)), Integer)


def _shifted(number: Any, bits: int) -> ColumnElement[int]:
    shifted: ColumnElement[int] = number.op(">>")(_whole(bits)) if bits >= 0 else number.op("<<")(_whole(-bits))
    return shifted


def _whole(number: int) -> ColumnElement[int]:
    return literal(number, Integer)  # the database shifts by nothing else


def _point(spot: ColumnElement[int]) -> ColumnElement[Any]:
    """The point of a place within the tile; the turns are taken apart bit by bit."""

    def every_other(first: int) -> ColumnElement[int]:
        bits = [spot.op(">>")(_whole(bit + first)).op("&")(_whole(1 << bit)) for bit in range(EXTENT_BITS)]
        return functools.reduce(lambda left, right: left.op("|")(right), bits)

    point: ColumnElement[Any] = func.ST_MakePoint(every_other(0), every_other(1), type_=NullType()).label("geometry")
    return point
