"""Invented grids: a seamless, jagged partition of an outline for demonstrations and benchmarks. Never official data.

How: seeds inside each street, evened out; their Voronoi edges, bent at random; all edges and outlines noded together on
one fine lattice and polygonised. Neighbours therefore share their vertices exactly, T-junctions included.
"""

from collections.abc import Mapping

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry as Geometry

from grids.model import GridFeature
from grids.partition import partition
from grids.plane import Plane, area_m2

DISTRICT = "310107"
PER_COMMUNITY = 12
LAST_PLAIN_COMMUNITY = 599  # 6xx is kept for grids that span communities
LAST_SERIAL = 999
SAMPLE_NOTICE = "示例数据，非官方网格 · SAMPLE, not official"


def generate(
    outline: Geometry,
    count: int,
    *,
    seed: int,
    streets: Mapping[str, Geometry] | None = None,
    district: str = DISTRICT,
    street_names: Mapping[str, str] | None = None,
    spans_communities: bool = False,
) -> list[GridFeature]:
    """`count` grids that fill `outline` (lon/lat polygon) without gap or overlap; same arguments, same result.

    `streets` maps 9-digit street codes to polygons that fill the outline; without it one street `district` + "001" is
    taken. Grids are shared out by area, at least one a street. `spans_communities`: the community part is 601, 602 …
    Raises ValueError where `count` is below the number of streets or beyond what the codes hold.
    """
    parents = dict(streets) if streets else {district + "001": outline}
    clipped = {code: shapely.intersection(polygon, outline) for code, polygon in sorted(parents.items())}
    plane = Plane.around([outline])
    quotas = share_out(count, {code: area_m2(polygon) for code, polygon in clipped.items()})
    cells = partition(clipped, quotas, seed=seed, plane=plane)
    features: list[GridFeature] = []
    for street_code, polygons in cells.items():
        street_name = (street_names or {}).get(street_code, f"示例{street_code[6:]}街道")
        codes = grid_codes(street_code, len(polygons), spans_communities=spans_communities)
        for index, (code, polygon) in enumerate(zip(codes, polygons, strict=True), start=1):
            features.append(
                GridFeature(
                    number=len(features) + 1,
                    code=code,
                    name=f"{street_name}第{chinese_number(index)}网格",
                    street_code=street_code,
                    external_code=None,
                    geometry=polygon,
                    attributes={"notice": SAMPLE_NOTICE},
                )
            )
    return features


def share_out(count: int, areas: Mapping[str, float]) -> dict[str, int]:
    """Whole numbers by area, each at least 1, that add up to `count` (largest remainders); ValueError if too few."""
    if count < len(areas):
        raise ValueError(f"{count} grids cannot fill {len(areas)} streets")
    spare = count - len(areas)
    total = sum(areas.values())
    exact = {code: spare * area / total for code, area in areas.items()}
    result = {code: 1 + int(share) for code, share in exact.items()}
    by_remainder = sorted(exact, key=lambda code: (-(exact[code] % 1), code))
    for code in by_remainder[: count - sum(result.values())]:
        result[code] += 1
    return result


def grid_codes(street_code: str, count: int, *, spans_communities: bool = False) -> list[str]:
    """`count` unique 15-digit codes of one street. Raises ValueError beyond what three and three digits hold."""
    first, last = (601, 699) if spans_communities else (1, LAST_PLAIN_COMMUNITY)
    communities = min(last - first + 1, -(-count // PER_COMMUNITY))
    per_community = -(-count // communities)
    if per_community > LAST_SERIAL:
        raise ValueError(f"a street cannot hold {count} grid codes")
    return [f"{street_code}{first + i // per_community:03d}{i % per_community + 1:03d}" for i in range(count)]


def chinese_number(number: int) -> str:
    """1 … 9999 in Chinese (一, 十二, 一百零三); digits beyond that."""
    if not 0 < number < 10_000:
        return str(number)
    digits, text, gap = "零一二三四五六七八九", "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += ("零" if gap and text else "") + digits[digit] + name
        gap = digit == 0
    return text.removeprefix("一") if text.startswith("一十") else text


def _blob(rng: np.random.Generator, area_m2: float, plane: Plane) -> Geometry:
    """A lopsided, rough-edged outline of the given area around the plane's centre, longer from west-north-west."""
    angles = np.linspace(0.0, 2 * np.pi, 240, endpoint=False)
    radius = np.ones_like(angles)
    for wave in range(2, 9):
        radius += rng.normal(0.0, 0.09 / wave) * np.cos(wave * angles + rng.uniform(0, 2 * np.pi))
    radius += rng.normal(0.0, 0.006, len(angles))
    x, y = 1.75 * radius * np.cos(angles), radius * np.sin(angles)
    turn = np.radians(-22.0)
    ring = np.column_stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)])
    ring *= np.sqrt(area_m2 / shapely.area(Polygon(ring)))
    ring -= shapely.get_coordinates(shapely.centroid(Polygon(ring)))
    return Polygon(plane.to_lonlat(ring))


SAMPLE_CENTRE = (121.395, 31.25)
SAMPLE_AREA_M2 = 55.5e6
SAMPLE_GRIDS = 45
# Ten streets by code with a rough place (degrees from the centre), so that real neighbours are neighbours here.
SAMPLE_STREETS: dict[str, tuple[str, float, float]] = {
    "310107005": ("曹杨新村街道", 0.012, -0.010),
    "310107014": ("长风新村街道", 0.002, -0.022),
    "310107015": ("长寿路街道", 0.046, -0.018),
    "310107016": ("甘泉路街道", 0.036, 0.010),
    "310107017": ("石泉路街道", 0.027, 0.000),
    "310107020": ("宜川路街道", 0.047, 0.001),
    "310107021": ("真如镇街道", 0.007, 0.003),
    "310107022": ("万里街道", 0.008, 0.018),
    "310107102": ("长征镇", -0.016, -0.006),
    "310107103": ("桃浦镇", -0.040, 0.022),
}


def _pulled_inside(blob: Geometry, dx: float, dy: float) -> tuple[float, float]:
    """The place (degrees from the centre), drawn towards the centre until it lies well inside the outline."""
    core = shapely.buffer(blob, -0.004)
    for part in np.linspace(1.0, 0.05, 20):
        lon, lat = SAMPLE_CENTRE[0] + part * dx, SAMPLE_CENTRE[1] + part * dy
        if shapely.contains_xy(core, lon, lat):
            return lon, lat
    return SAMPLE_CENTRE


def sample_district(seed: int) -> tuple[Geometry, dict[str, Geometry], list[GridFeature]]:
    """An invented SAMPLE (示例) of a district of Putuo's size: (outline, streets by 9-digit code, 45 grids).

    About 55.5 km² around 121.395 E 31.25 N. Names and codes of the ten streets are real, every border is invented.
    The streets are unions of their grids and the outline is the union of the streets, so all three fit exactly.
    """
    rng = np.random.default_rng(seed)
    plane = Plane(*SAMPLE_CENTRE)
    blob = _blob(rng, SAMPLE_AREA_M2, plane)
    places = np.array([_pulled_inside(blob, dx, dy) for _, dx, dy in SAMPLE_STREETS.values()])
    rough = partition({"": blob}, {"": len(places)}, seed=seed, plane=plane, seeds={"": places})[""]
    streets = dict(zip(SAMPLE_STREETS, rough, strict=True))
    names = {code: name for code, (name, _, _) in SAMPLE_STREETS.items()}
    grids = generate(
        shapely.union_all(rough), SAMPLE_GRIDS, seed=seed, streets=streets, street_names=names, spans_communities=True
    )
    fitted: dict[str, Geometry] = {
        code: shapely.coverage_union_all([grid.geometry for grid in grids if grid.street_code == code])
        for code in streets
    }
    return shapely.coverage_union_all(list(fitted.values())), fitted, grids
