"""The geometry behind `generate`: noded line work, polygonised into cells with shared borders. No codes, no names."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from grids.plane import FloatArray, GeometryArray, Plane, as_array

LATTICE_DEG = 1e-11  # ≈ 1 µm: all line work is noded on this lattice, so that clipped ends meet the border they end on
BEND = 0.07  # sideways offset of an edge's inner vertices ÷ its length; small enough that bent edges rarely meet
RELAXATIONS = 3

IntArray = npt.NDArray[np.intp]


def partition(
    streets: Mapping[str, Geometry],
    quotas: Mapping[str, int],
    *,
    seed: int,
    plane: Plane,
    seeds: Mapping[str, FloatArray] | None = None,
) -> dict[str, list[Geometry]]:
    """Cut every street (lon/lat polygon) into `quotas[street]` polygons, ordered as its seeds are (west to east by
    default). `seeds` gives lon/lat points to grow from instead of random ones; they must lie inside their street.
    """
    rng = np.random.default_rng(seed)
    chosen: dict[str, FloatArray] = {}
    for code, street in streets.items():
        given = seeds.get(code) if seeds else None
        chosen[code] = _scatter(street, quotas[code], rng, plane) if given is None else given
    for bend in (BEND, 0.0):  # bent edges that cross may, very rarely, cut a seed off; straight ones cannot
        cells = _cut(streets, chosen, rng, plane, bend)
        if all(len(cells[code]) == len(chosen[code]) for code in streets):
            return cells
    raise ValueError("the outline is too narrow for that many grids")


def _scatter(street: Geometry, count: int, rng: np.random.Generator, plane: Plane) -> FloatArray:
    """`count` evened-out points inside `street`, ordered from west to east in bands from north to south."""
    shapely.prepare(street)
    west, south, east, north = shapely.bounds(street)
    kept = np.empty((0, 2))
    while len(kept) < count:
        tried = np.column_stack([rng.uniform(west, east, 2 * count + 8), rng.uniform(south, north, 2 * count + 8)])
        kept = np.vstack([kept, tried[shapely.contains_xy(street, tried[:, 0], tried[:, 1])]])
    points = kept[:count]
    for _ in range(RELAXATIONS if count > 1 else 0):
        centres = shapely.get_coordinates(shapely.centroid(_voronoi(points, street, plane)))
        inside = shapely.contains_xy(street, centres[:, 0], centres[:, 1])
        points = np.where(inside[:, None], centres, points)
    bands = max(1, round(np.sqrt(count)))
    band = np.floor((north - points[:, 1]) / (north - south) * bands)
    return points[np.lexsort([points[:, 0], band])]


def _voronoi(points: FloatArray, street: Geometry, plane: Plane) -> GeometryArray:
    """Voronoi cells (lon/lat) of `points` in their order, wide enough to cover `street` and cut to its bounds."""
    metres = plane.to_plane(points)
    west, south, east, north = shapely.bounds(plane.project(street))
    margin = 0.2 * max(east - west, north - south)
    frame = shapely.box(west - margin, south - margin, east + margin, north + margin)
    if len(points) == 1:
        cells = as_array([frame])
    else:
        multipoint = shapely.multipoints(metres)
        cells = shapely.get_parts(shapely.voronoi_polygons(multipoint, extend_to=frame, ordered=True))
    back: GeometryArray = shapely.transform(cells, plane.to_lonlat)
    return back


def _cut(
    streets: Mapping[str, Geometry],
    seeds: Mapping[str, FloatArray],
    rng: np.random.Generator,
    plane: Plane,
    bend: float,
) -> dict[str, list[Geometry]]:
    lines: list[GeometryArray] = []
    for code, street in streets.items():
        lines.append(as_array([shapely.boundary(street)]))
        if len(seeds[code]) > 1:
            edges = _bent(_unique_edges(_voronoi(seeds[code], street, plane)), seeds[code], rng, bend)
            lines.append(_inside(edges, street))
    noded = shapely.union_all(np.concatenate(lines), grid_size=LATTICE_DEG)
    faces = shapely.get_parts(shapely.polygonize([noded]))
    middles = shapely.point_on_surface(faces)
    cells: dict[str, list[Geometry]] = {}
    for code, street in streets.items():
        shapely.prepare(street)
        own = faces[shapely.contains_properly(street, middles)]
        cells[code] = _gather(own, seeds[code])
    return cells


def _unique_edges(cells: GeometryArray) -> FloatArray:
    """(n, 2, 2) edges of the cells, each once and in one direction, whichever cell it was met in."""
    coordinates, owner = shapely.get_coordinates(cells, return_index=True)
    follows = owner[1:] == owner[:-1]
    start, end = coordinates[:-1][follows], coordinates[1:][follows]
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    edges = np.where(swap[:, None], np.hstack([end, start]), np.hstack([start, end]))
    return np.unique(edges, axis=0).reshape(-1, 2, 2)


def _bent(edges: FloatArray, seeds: FloatArray, rng: np.random.Generator, bend: float) -> GeometryArray:
    """Each edge as a line of four pieces whose three inner vertices are moved sideways, never as far as a seed."""
    straight = as_array(shapely.linestrings(edges))
    nearest, distance = STRtree(as_array(shapely.points(seeds))).query_nearest(
        straight, return_distance=True, all_matches=False
    )
    most = np.empty(len(edges))
    most[nearest[0]] = distance
    limit = np.minimum(bend, 0.3 * most / np.maximum(shapely.length(straight), 1e-15))
    start, end = edges[:, None, 0, :], edges[:, None, 1, :]
    along = np.array([0.25, 0.5, 0.75]) + rng.uniform(-0.05, 0.05, (len(edges), 3))
    aside = rng.uniform(-1.0, 1.0, (len(edges), 3)) * limit[:, None]
    step = end - start
    inner = start + along[:, :, None] * step + aside[:, :, None] * np.stack([-step[..., 1], step[..., 0]], axis=-1)
    return as_array(shapely.linestrings(np.concatenate([start, inner, end], axis=1)))


def _inside(lines: GeometryArray, street: Geometry) -> GeometryArray:
    """The lines cut to the street; only those that cross its border pay for an exact cut."""
    shapely.prepare(street)
    lines = lines[shapely.intersects(street, lines)]
    whole = shapely.contains_properly(street, lines)
    cut = shapely.get_parts(shapely.intersection(lines[~whole], street))
    return np.concatenate([lines[whole], cut[shapely.get_dimensions(cut) == 1]])


def _gather(faces: GeometryArray, seeds: FloatArray) -> list[Geometry]:
    """One polygon per seed: the face around it, plus the splinters without a seed that touch it most.

    Fewer polygons than seeds where a face holds two: the caller tries again with straighter edges.
    """
    tree = STRtree(faces)
    seed_index, face_index = tree.query(shapely.points(seeds), predicate="intersects")
    owner = np.full(len(faces), -1, dtype=np.intp)
    owner[face_index] = seed_index
    if len(np.unique(owner[owner >= 0])) < len(seeds):
        return []
    _adopt(faces, owner, tree, seeds)
    order = np.argsort(owner, kind="stable")
    bounds = np.searchsorted(owner[order], np.arange(len(seeds) + 1))
    gathered = [faces[order[a:b]] for a, b in pairwise(bounds)]
    return [group[0] if len(group) == 1 else shapely.coverage_union_all(group) for group in gathered]


def _adopt(faces: GeometryArray, owner: IntArray, tree: STRtree, seeds: FloatArray) -> None:
    """Give faces without an owner to the neighbour with the longest common border, isolated ones to the nearest seed."""
    while (orphans := np.flatnonzero(owner < 0)).size:
        pairs = tree.query(faces[orphans], predicate="intersects")
        orphan, neighbour = orphans[pairs[0]], pairs[1]
        settled = owner[neighbour] >= 0
        orphan, neighbour = orphan[settled], neighbour[settled]
        rims = shapely.boundary(faces[orphan]), shapely.boundary(faces[neighbour])
        shared = shapely.length(shapely.intersection(*rims))
        orphan, neighbour, shared = orphan[shared > 0], neighbour[shared > 0], shared[shared > 0]
        if not orphan.size:
            middles = shapely.get_coordinates(shapely.point_on_surface(faces[orphans]))
            nearest = ((middles[:, None, :] - seeds[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
            owner[orphans] = nearest
            return
        best = np.lexsort([-neighbour, shared])  # the last write wins: longest border, then lowest face
        owner[orphan[best]] = owner[neighbour[best]]
