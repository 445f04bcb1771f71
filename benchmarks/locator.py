"""How fast points find their grid: 50,000 grids, one thread. Measures only; nothing is asserted here."""

import json
import sys
import time

import numpy as np
import shapely

from grids.generate import generate, sample_district
from grids.locator import Locator

GRIDS = 50_000
POINTS = 1_000_000
ROUNDS = 3
PLACED = 3_000
SEED = 20260301


def run(count: int = GRIDS, points: int = POINTS) -> dict[str, float]:
    """Seconds to build the index and points/s through it, best of three rounds; points lie within the district.

    Points come in random order, the hard case: every one is a cache miss. Placements have a 15 m accuracy circle. The
    `cpu` figures leave out what other processes took from this one's single thread.
    """
    outline, streets, _ = sample_district(SEED)
    start = time.perf_counter()
    features = generate(outline, count, seed=SEED, streets=streets)
    generated = time.perf_counter() - start
    codes, shapes = [feature.code for feature in features], [feature.geometry for feature in features]
    builds, build_cpu, rates, cpu_rates = [], [], [], []
    for _ in range(ROUNDS):
        start, start_cpu = time.perf_counter(), time.process_time()
        locator = Locator(codes, shapes)
        builds.append(time.perf_counter() - start)
        build_cpu.append(time.process_time() - start_cpu)
    lons, lats = _points_inside(outline, points)
    for _ in range(ROUNDS):
        start, start_cpu = time.perf_counter(), time.process_time()
        found = locator.locate_points(lons, lats)
        rates.append(points / (time.perf_counter() - start))
        cpu_rates.append(points / (time.process_time() - start_cpu))
    locator.place(float(lons[0]), float(lats[0]), 15.0)
    start = time.perf_counter()
    locator.place_many(lons[:PLACED], lats[:PLACED], [15.0] * PLACED)
    placed = PLACED / (time.perf_counter() - start)
    return {
        "grids": float(len(features)),
        "generate_seconds": generated,
        "build_seconds": min(builds),
        "build_cpu_seconds": min(build_cpu),
        "points_per_second": max(rates),
        "points_per_cpu_second": max(cpu_rates),
        "located_share": float((found >= 0).mean()),
        "placements_per_second": placed,
    }


def _points_inside(outline: shapely.Geometry, count: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(SEED)
    west, south, east, north = shapely.bounds(outline)
    shapely.prepare(outline)
    lons, lats = rng.uniform(west, east, 3 * count), rng.uniform(south, north, 3 * count)
    inside = np.flatnonzero(shapely.contains_xy(outline, lons, lats))[:count]
    return lons[inside], lats[inside]


if __name__ == "__main__":
    json.dump({key: round(value, 4) for key, value in run().items()}, sys.stdout, indent=2)
    sys.stdout.write("\n")
