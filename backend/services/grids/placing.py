"""Places positions in the grids that were valid when they were captured. Not here: what a doubtful place means.

A batch costs one statement for the versions and one more for each version that this process has not held yet.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Datum, Verdict
from backend.persistence.queries.grids.versions import VersionSpan, published_spans
from backend.services.grids.locators import LOCATORS, VersionLocator
from grids import datums
from grids.locator import Placement

# The words of the public protocol for the datums of the ground floor.
DATUM_NAMES: dict[Datum, datums.Datum] = {
    Datum.WGS84: "WGS-84",
    Datum.CGCS2000: "CGCS2000",
    Datum.GCJ02: "GCJ-02",
    Datum.BD09: "BD-09",
}
BEFORE_FIRST_VERSION = "before_first_version"
NO_VERSION = "no_version"
# Which answer counts where several districts are asked: the lower, the better.
RANK = {Verdict.INSIDE: 0, Verdict.BORDERLINE: 1, Verdict.OUTSIDE: 2, Verdict.NO_GRID: 3}


@dataclass(frozen=True, slots=True)
class PlacePoint:
    """A position as captured: degrees in ``datum``, ``accuracy_m`` a radius ≥ 0 or None, ``prefer_code`` a grid.

    ``prefer_code``, the task's grid, is chosen where it is one of the grids that the accuracy circle touches.
    """

    lon: float
    lat: float
    datum: Datum
    accuracy_m: float | None
    at: datetime
    prefer_code: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A grid the accuracy circle touches and the share of the circle in it (0 … 1)."""

    grid_code: str
    share: float


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a position fell; ``lon``/``lat`` are CGCS2000 degrees.

    ``distance_m``: from the point to the nearest grid, 0 in a grid, None where none is near. ``note``: None,
    'before_first_version' (captured earlier than any version, placed by the first) or 'no_version' (nothing published).
    """

    lon: float
    lat: float
    verdict: Verdict
    grid_id: UUID | None = None
    grid_code: str | None = None
    street_code: str | None = None
    version_id: UUID | None = None
    candidates: tuple[Candidate, ...] = ()
    distance_m: float | None = None
    note: str | None = None


def locator_at(session: Session, district_code: str, at: datetime) -> VersionLocator | None:
    """The locator of the version valid at ``at``, the first one for earlier moments; None: nothing published."""
    span, _ = choose_span(published_spans(session, district_code), at)
    return LOCATORS.get(session, span.id) if span else None


def place_points(
    session: Session,
    points: Sequence[PlacePoint],
    district_code: str | None = None,
    *,
    spans: Sequence[VersionSpan] | None = None,
) -> list[Placed]:
    """Place every point by the version valid at its own ``at``; same order and length as ``points``.

    ``spans``: the published versions where the caller knows them (``published_spans``). ``district_code`` None asks every
    district and takes the best answer. The number of statements does not grow with the batch. Nothing raises for a
    position that lies nowhere: verdict 'outside', or 'no_grid' where no version exists.
    """
    if not points:
        return []
    lons, lats = convert(points)
    if spans is None:
        spans = published_spans(session, district_code)
    results = [
        Placed(float(lon), float(lat), Verdict.NO_GRID, note=NO_VERSION) for lon, lat in zip(lons, lats, strict=True)
    ]
    for district in dict.fromkeys(span.district_code for span in spans):
        own = [span for span in spans if span.district_code == district]
        for index, placed in _place_in(session, own, points, lons, lats):
            results[index] = min(results[index], placed, key=_worth)
    return results


def _worth(placed: Placed) -> tuple[int, float, bool]:
    nearness = placed.distance_m if placed.distance_m is not None else math.inf
    return RANK[placed.verdict], nearness, placed.version_id is None


def locate(session: Session, point: PlacePoint) -> tuple[Placed, Mapping[str, str]]:
    """Place one position; also the names of that version's grids by code."""
    [placed] = place_points(session, [point])
    if placed.version_id is None:
        return placed, {}
    return placed, LOCATORS.get(session, placed.version_id).names


def convert(points: Sequence[PlacePoint]) -> tuple[datums.FloatArray, datums.FloatArray]:
    """Longitudes and latitudes of ``points`` in CGCS2000 degrees."""
    lons = np.array([point.lon for point in points], dtype=np.float64)
    lats = np.array([point.lat for point in points], dtype=np.float64)
    for datum in {point.datum for point in points}:
        chosen = np.array([point.datum == datum for point in points])
        lons[chosen], lats[chosen] = datums.to_cgcs2000(lons[chosen], lats[chosen], DATUM_NAMES[datum])
    return lons, lats


def choose_span(spans: Sequence[VersionSpan], at: datetime) -> tuple[VersionSpan | None, str | None]:
    """The version of one district (oldest first) that holds at ``at``, and a note where none of them really does."""
    if not spans:
        return None, NO_VERSION
    if at < spans[0].valid_from:
        return spans[0], BEFORE_FIRST_VERSION
    return [span for span in spans if span.valid_from <= at][-1], None


def _place_in(
    session: Session,
    spans: Sequence[VersionSpan],
    points: Sequence[PlacePoint],
    lons: datums.FloatArray,
    lats: datums.FloatArray,
) -> Iterable[tuple[int, Placed]]:
    groups: dict[tuple[UUID, str | None], list[int]] = {}
    for index, point in enumerate(points):
        span, note = choose_span(spans, point.at)
        if span is not None:
            groups.setdefault((span.id, note), []).append(index)
    for (version_id, note), indexes in groups.items():
        version = LOCATORS.get(session, version_id)
        placements = version.locator.place_many(
            lons[indexes],
            lats[indexes],
            [points[index].accuracy_m or 0.0 for index in indexes],
            [points[index].prefer_code for index in indexes],
        )
        for index, placement in zip(indexes, placements, strict=True):
            yield index, _placed(version, placement, float(lons[index]), float(lats[index]), note)


def _placed(version: VersionLocator, placement: Placement, lon: float, lat: float, note: str | None) -> Placed:
    code = placement.code
    return Placed(
        lon=lon,
        lat=lat,
        verdict=Verdict(placement.verdict),
        grid_id=version.grid_ids[code] if code else None,
        grid_code=code,
        street_code=code[:9] if code else None,
        version_id=version.version_id,
        candidates=tuple(Candidate(candidate, share) for candidate, share in placement.candidates),
        distance_m=placement.distance_m,
        note=note,
    )
