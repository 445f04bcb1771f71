"""A tile of points as a Mapbox Vector Tile: one by one where they are few, otherwise counted by cells. Made in the database.

A cell is drawn as one feature: how many (``count``), what most of them are (``category``), the gravest ``severity``; a lone one
has its ``id`` and stands where it is, several stand in the middle of their cell. Sums over all tiles of a zoom are the number
of the list: tiles and cells are half open, and nothing is ever left out. Not here: what is counted (the layers beside this).
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    Text,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
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

    ``counted``: sums by (cell, category, rank) with ``marked``, ``number`` and ``seqs`` (the sum of the rows' numbers: of a
    lone one the row's own), all that is within the tile; ``marked`` is called ``marked_as`` in the tile, if anything.
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
    if tile.z > EXACT_ZOOM:  # mostly few
        number, content = session.execute(_singly(layer, tile)).one()
        if number <= MOST_POINTS:
            return bytes(content) if number else b""
    number, content = session.execute(_in_cells(layer, tile)).one()
    if 0 < number <= (MOST_POINTS if tile.z == EXACT_ZOOM else layer.few if tile.z < EXACT_ZOOM else 0):
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
    # counts taken back cancel out first, so that what is no more has no say in what is gravest
    ranks = _summed(parts, (parts.c.cell, parts.c.category, parts.c.rank)).subquery("ranks")
    kinds = _summed(ranks, (ranks.c.cell, ranks.c.category), func.max(ranks.c.rank).label("rank")).subquery("kinds")
    most_first = aggregate_order_by(kinds.c.category, kinds.c.number.desc(), kinds.c.category)
    of_each = [func.sum(kinds.c.number).filter(kinds.c.category == kind.value).label(kind.value) for kind in Category]
    cells = _summed(
        kinds,
        (kinds.c.cell,),
        func.max(kinds.c.rank).label("rank"),
        func.array_agg(most_first, type_=ARRAY(Text))[1].label("category"),
        *of_each,
    ).subquery("cells")
    return _encoded(_cell_features(layer, cells, tile), layer.name)


def _summed(parts: Any, keys: Sequence[Any], *more: Any) -> Statement:
    sums = [func.sum(parts.c[name]).label(name) for name in ("marked", "number", "seqs")]
    return select(*keys, *sums, *more).group_by(*keys).having(func.sum(parts.c.number) > 0)


def _cell_features(layer: PointLayer, cells: Any, tile: Tile) -> Statement:
    middle = cast(cells.c.cell, Integer).op("<<")(_whole(2 * (EXTENT_BITS - CELL_BITS))).op("|")(_whole(MIDDLE))
    names = {rank: severity for severity, rank in RANKS.items()}
    marked = [cast(cells.c.marked, Integer).label(layer.marked_as)] if layer.marked_as else []
    # one look-up for each lone one: a join would be guessed too large and read the whole table
    its_number = (layer.seq == cast(cells.c.seqs, BigInteger)) & (cells.c.number == 1)
    lone = layer.anyone.where(its_number).limit(1).lateral("lone")
    return (
        select(
            _point(func.coalesce(_spot(lone.c.key, tile), middle)),
            lone.c.number,
            cast(cells.c.number, Integer).label("count"),
            cells.c.category,
            case(names, value=cells.c.rank).label("severity"),
            *marked,
            *[cast(cells.c[kind.value], Integer).label(kind.value) for kind in Category],
            *[column for column in lone.c if column.name not in SAID_OF_ALL],
        )
        .select_from(cells)
        .outerjoin(lone, true())
        .order_by(cells.c.cell)
    )


def _singly(layer: PointLayer, tile: Tile) -> Statement:
    """Two columns: how many there are, MOST_POINTS + 1 at most, and the tile with one feature for each."""
    rows = layer.singly.order_by("number").limit(MOST_POINTS + 1).subquery("rows")
    spot = _spot(rows.c.key, tile).label("spot")
    told = [column for column in rows.c if column.name not in ("number", "key")]
    # worked out once for each row: without the limit the database would do it for every bit
    spotted = select(rows.c.number, spot, *told).order_by(rows.c.number).limit(MOST_POINTS + 1).subquery("spotted")
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
