"""Point-in-polygon for very many points: a uniform table of cells over all polygons. Answers ranks; knows no codes.

A cell that no edge touches lies wholly in one polygon (or in none) and answers by itself. In a border cell the way from
the cell's centre to the point is followed: each edge crossed flips "inside". Only edges that touch the cell can be
crossed, since a cell is convex. Wherever rounding could matter the point is handed back for an exact test.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from grids.plane import FloatArray, GeometryArray

CELLS_PER_POLYGON = 40  # 80 answers 1.7 × as fast and takes 2 × as long to build
MIN_CELLS, MAX_CELLS = 1 << 16, 1 << 22
LONGEST_PIECE_CELLS = 4  # longer edges are looked at in pieces, or their bounding boxes would hold too many cells
# Per round; the working set of a round should stay in the cache.
CHUNK = 1 << 16
EDGE_CHUNK = 1 << 14
NOWHERE = -1
EPS = float(np.finfo(np.float64).eps)

IntArray = npt.NDArray[np.int64]
RankArray = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Frame:
    """The table's place: `west`, `south` in degrees, square cells of `size` degrees."""

    west: float
    south: float
    size: float
    columns: int
    rows: int

    def centres(self, cell: IntArray) -> tuple[FloatArray, FloatArray]:
        row, column = np.divmod(cell, self.columns)
        return self.west + (column + 0.5) * self.size, self.south + (row + 0.5) * self.size


def _frame(polygons: GeometryArray) -> _Frame:
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(polygons))
    wanted = min(max(CELLS_PER_POLYGON * len(polygons), MIN_CELLS), MAX_CELLS)
    width, height = max(east - west, 1e-9), max(north - south, 1e-9)
    size = max((width * height / wanted) ** 0.5, max(width, height) / MAX_CELLS * 64)
    # One spare cell around; the odd fraction keeps round coordinates off the table's own lines.
    return _Frame(
        west - 1.2360679 * size, south - 1.2360679 * size, size, int(width / size) + 4, int(height / size) + 4
    )


def _edges(polygons: GeometryArray) -> tuple[FloatArray, RankArray]:
    """(n, 4) start and end of every ring's edges in the order of the polygons, and the polygon of each."""
    # Parts first: of a multi-polygon get_rings gives nothing at all.
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    ring_owner = part_owner[ring_part]
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    follows = ring[1:] == ring[:-1]
    follows &= (coordinates[1:] != coordinates[:-1]).any(axis=1)  # repeated vertices are legal and no edge
    edges = np.hstack([coordinates[:-1][follows], coordinates[1:][follows]])
    return edges, ring_owner[ring[1:][follows]].astype(np.int32)


def _ramp(counts: IntArray) -> IntArray:
    """0 … counts[i] - 1 for every i, in one array."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total, dtype=np.int64) - np.repeat(ends - counts, counts)


def _touched_cells(edges: FloatArray, frame: _Frame) -> IntArray:
    """Sorted unique keys `cell * len(edges) + edge` of every cell that an edge touches, its closed border included."""
    parts = []
    for start in range(0, len(edges), EDGE_CHUNK):
        cell, edge = _touched_by(edges[start : start + EDGE_CHUNK], frame)
        parts.append(cell * len(edges) + (edge + start))
    keys = np.concatenate(parts)
    keys.sort()
    return _unique_sorted(keys)


def _touched_by(edges: FloatArray, frame: _Frame) -> tuple[IntArray, IntArray]:
    """(cell, edge) pairs; an edge in several pieces may repeat a pair."""
    local = (edges - np.array([frame.west, frame.south] * 2)) / frame.size
    span = np.maximum(np.abs(local[:, 2] - local[:, 0]), np.abs(local[:, 3] - local[:, 1]))
    pieces = np.maximum(1, np.ceil(span / LONGEST_PIECE_CELLS)).astype(np.int64)
    edge = np.repeat(np.arange(len(edges)), pieces)
    if len(edge) == len(edges):
        ax, ay, bx, by = local.T
    else:
        part = _ramp(pieces) / pieces[edge]
        step = 1.0 / pieces[edge]
        dx, dy = (local[:, 2] - local[:, 0])[edge], (local[:, 3] - local[:, 1])[edge]
        ax, ay = local[edge, 0] + part * dx, local[edge, 1] + part * dy
        bx, by = ax + step * dx, ay + step * dy
    slack = 1e-6  # of a cell; far above rounding, and a cell too many does no harm
    left = np.floor(np.minimum(ax, bx) - slack).astype(np.int64)
    low = np.floor(np.minimum(ay, by) - slack).astype(np.int64)
    wide = np.floor(np.maximum(ax, bx) + slack).astype(np.int64) - left + 1
    boxes = wide * (np.floor(np.maximum(ay, by) + slack).astype(np.int64) - low + 1)
    piece = np.repeat(np.arange(len(edge)), boxes)
    up, right = np.divmod(_ramp(boxes), wide[piece])
    column, row = left[piece] + right, low[piece] + up
    # Separating axis: the cell's centre is farther from the line than the cell reaches across it.
    dx, dy = (bx - ax), (by - ay)
    across = dx[piece] * (row + 0.5 - ay[piece]) - dy[piece] * (column + 0.5 - ax[piece])
    near = np.abs(across) <= ((0.5 + slack) * (np.abs(dx) + np.abs(dy)) + 1e-12)[piece]
    return (row * frame.columns + column)[near], edge[piece[near]]


def _unique_sorted(keys: IntArray) -> IntArray:
    fresh = np.ones(len(keys), dtype=np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
    return keys[fresh]


def _covered_centres(edges: FloatArray, owner: RankArray, frame: _Frame) -> tuple[IntArray, RankArray]:
    """(cell, polygon) for every cell whose centre lies in the polygon, highest rank first (even-odd along each row)."""
    ay, by = (edges[:, 1] - frame.south) / frame.size - 0.5, (edges[:, 3] - frame.south) / frame.size - 0.5
    first = np.ceil(np.minimum(ay, by)).astype(np.int64)  # half-open: a row through a vertex counts it once
    counts = np.ceil(np.maximum(ay, by)).astype(np.int64) - first
    edge = np.repeat(np.arange(len(edges)), counts)
    row = first[edge] + _ramp(counts)
    share = (row - ay[edge]) / (by - ay)[edge]
    x = edges[edge, 0] + share * (edges[edge, 2] - edges[edge, 0])
    column = np.ceil((x - frame.west) / frame.size - 0.5).astype(np.int64)
    # The rank goes in upside down, so that the lowest rank is written last and wins.
    top = int(owner.max()) if len(owner) else 0
    keys = ((top - owner[edge].astype(np.int64)) * frame.rows + row) * frame.columns + column
    keys.sort()
    enter, leave = keys[0::2], keys[1::2]
    lengths = leave - enter
    place = np.repeat(enter, lengths) + _ramp(lengths)
    upside_down, cell = np.divmod(place, frame.rows * frame.columns)
    return cell, (top - upside_down).astype(np.int32)


class CellIndex:
    """Which of `polygons` (valid, no NaN, lon/lat) holds a point; the lowest index where several do."""

    def __init__(self, polygons: GeometryArray) -> None:
        self._frame = frame = _frame(polygons)
        self._edges, owner = _edges(polygons)
        keys = _touched_cells(self._edges, frame)
        edge_cell, edge = np.divmod(keys, len(self._edges))
        self._entry_edge = edge.astype(np.int32)
        border_cells = _unique_sorted(edge_cell)
        covered_cell, covered_rank = _covered_centres(self._edges, owner, frame)

        self._table: RankArray = np.full(frame.rows * frame.columns, NOWHERE, dtype=np.int32)
        self._table[covered_cell] = covered_rank
        slot_of = np.full(len(self._table), -1, dtype=np.int32)
        slot_of[border_cells] = np.arange(len(border_cells))
        self._table[border_cells] = -2 - np.arange(len(border_cells), dtype=np.int32)

        covered_slot = slot_of[covered_cell]
        kept = covered_slot >= 0
        polygons_count = len(polygons)
        inside_keys = np.sort(covered_slot[kept].astype(np.int64) * polygons_count + covered_rank[kept])
        edge_keys = slot_of[edge_cell].astype(np.int64) * polygons_count + owner[self._entry_edge]
        self._index_entries(edge_keys, inside_keys, polygons_count, len(border_cells))

    def _index_entries(self, edge_keys: IntArray, inside_keys: IntArray, polygons: int, slots: int) -> None:
        """An entry: a polygon that a border cell must ask, with its edges there and whether it holds the centre."""
        merged = np.concatenate([_unique_sorted(edge_keys), inside_keys])
        merged.sort()
        entries = _unique_sorted(merged)
        slot, rank = np.divmod(entries, polygons)
        self._entry_rank: RankArray = rank.astype(np.int32)
        self._entry_inside: BoolArray = np.zeros(len(entries), dtype=np.bool_)
        self._entry_inside[np.searchsorted(entries, inside_keys)] = True
        # Edges are sorted by cell, then by polygon: an entry's edges are one run.
        self._entry_start: IntArray = np.searchsorted(edge_keys, np.append(entries, np.iinfo(np.int64).max))
        self._slot_start: IntArray = np.searchsorted(slot, np.arange(slots + 1))

    def locate(self, lons: FloatArray, lats: FloatArray) -> tuple[RankArray, BoolArray]:
        """(rank or -1, must be asked exactly) for each point; NaN and infinite points lie nowhere."""
        ranks: RankArray = np.full(len(lons), NOWHERE, dtype=np.int32)
        unsure: BoolArray = np.zeros(len(lons), dtype=np.bool_)
        for start in range(0, len(lons), CHUNK):
            part = slice(start, start + CHUNK)
            ranks[part], unsure[part] = self._locate_chunk(lons[part], lats[part])
        return ranks, unsure

    def _locate_chunk(self, lons: FloatArray, lats: FloatArray) -> tuple[RankArray, BoolArray]:
        frame = self._frame
        x, y = (lons - frame.west) / frame.size, (lats - frame.south) / frame.size
        on_table = (x >= 0) & (x < frame.columns) & (y >= 0) & (y < frame.rows)
        if not on_table.all():
            x, y = np.where(on_table, x, 0.0), np.where(on_table, y, 0.0)  # cell 0 is a spare one: nowhere
        cell = y.astype(np.int64) * frame.columns + x.astype(np.int64)
        ranks = self._table[cell]
        unsure = np.zeros(len(ranks), dtype=np.bool_)
        border = np.flatnonzero(ranks < NOWHERE)
        if border.size:
            slots = -2 - ranks[border]
            ranks[border], unsure[border] = self._ask_border(lons[border], lats[border], cell[border], slots)
        return ranks, unsure

    def _ask_border(
        self, lons: FloatArray, lats: FloatArray, cell: IntArray, slots: RankArray
    ) -> tuple[RankArray, BoolArray]:
        first_entry, past_entry = self._slot_start[slots], self._slot_start[slots + 1]
        first_edge = self._entry_start[first_entry]
        edges = self._entry_start[past_entry] - first_edge
        past = np.cumsum(edges)
        point = np.repeat(np.arange(len(slots)), edges)
        entry_edge = np.arange(len(point), dtype=np.int64) + np.repeat(first_edge - (past - edges), edges)
        crossed, doubtful = self._crossings(lons, lats, cell, point, self._entry_edge[entry_edge])

        entries = past_entry - first_entry
        entry = np.arange(int(entries.sum())) + np.repeat(first_entry - (np.cumsum(entries) - entries), entries)
        shift = np.repeat((past - edges) - first_edge, entries)
        running = np.concatenate([[0], np.cumsum(crossed)])
        flips = running[self._entry_start[entry + 1] + shift] - running[self._entry_start[entry] + shift]
        inside = (flips % 2 == 1) ^ self._entry_inside[entry]
        nobody = np.iinfo(np.int32).max
        winners = np.minimum.reduceat(
            np.where(inside, self._entry_rank[entry], nobody), np.cumsum(entries) - entries, dtype=np.int32
        )
        unsure = np.zeros(len(slots), dtype=np.bool_)
        unsure[point[doubtful]] = True
        return np.where(winners == nobody, NOWHERE, winners), unsure

    def _crossings(
        self, lons: FloatArray, lats: FloatArray, cell: IntArray, point: IntArray, edge: RankArray
    ) -> tuple[BoolArray, BoolArray]:
        """Does the way from the cell's centre to the point cross the edge, and is rounding large enough to doubt it?"""
        centre_x, centre_y = self._frame.centres(cell)
        px, py = (lons - centre_x)[point], (lats - centre_y)[point]
        ends = self._edges[edge]
        ax, ay = ends[:, 0] - centre_x[point], ends[:, 1] - centre_y[point]
        bx, by = ends[:, 2] - centre_x[point], ends[:, 3] - centre_y[point]
        to_a, to_b, at_centre = px * ay - py * ax, px * by - py * bx, ax * by - ay * bx
        at_point = at_centre + to_a - to_b
        crossed = ((to_a > 0) != (to_b > 0)) & ((at_centre > 0) != (at_point > 0))
        # Error bounds of the products above, times a handsome factor; the centre's own membership was computed from
        # absolute coordinates (up to 180°), hence its wider bound.
        reach = np.abs(ax) + np.abs(ay) + np.abs(bx) + np.abs(by) + self._frame.size
        way, span = 16 * EPS * self._frame.size * reach, 16 * EPS * reach * reach
        doubtful = (np.abs(to_a) <= way) | (np.abs(to_b) <= way)
        doubtful |= (np.abs(at_point) <= span) | (np.abs(at_centre) <= span + 16 * EPS * 180.0 * reach)
        return crossed, doubtful
