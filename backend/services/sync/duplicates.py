"""Reports that say again what another said shortly before. Not here: other doubts (judging.py)."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from geoalchemy2 import WKTElement
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.domain.calendar import local_day
from backend.domain.thresholds import Thresholds, thresholds_at
from backend.domain.vocabulary import Flag
from backend.persistence.models import Report
from backend.services.reports.submit import Submission

METRES_PER_DEGREE = 111_320.0

# EXISTS stops at the first match, and each half has an index of its own.
STORED_BEFORE = text("""
    SELECT n.id
    FROM unnest(CAST(:ids AS uuid[]), CAST(:categories AS text[]), CAST(:times AS timestamptz[]),
                CAST(:points AS text[]), CAST(:sites AS uuid[])) AS n (id, category, captured_at, point, site_id)
    WHERE EXISTS (
        SELECT 1 FROM reports o
        WHERE o.site_id = n.site_id AND o.category = n.category AND o.outcome = 'problem'
          AND o.captured_at BETWEEN n.captured_at - :window AND n.captured_at + :window)
    OR EXISTS (
        SELECT 1 FROM reports o
        WHERE o.position && ST_Expand(ST_GeomFromText(n.point, 4490), :degrees)
          AND ST_DistanceSphere(o.position, ST_GeomFromText(n.point, 4490)) <= :radius
          AND o.category = n.category AND o.outcome = 'problem'
          AND o.captured_at BETWEEN n.captured_at - :window AND n.captured_at + :window)
""")


def mark_duplicates(session: Session, pairs: Sequence[tuple[Report, Submission]], now: datetime) -> None:
    """Flag problem reports like an earlier one: same category at the same site or near by, within the window.

    The reports need not be written yet; those of one batch are compared with each other as well.
    """
    limits = thresholds_at(local_day(now))
    found = _stored_before(session, [report for report, _ in pairs], limits)
    found |= _in_the_batch(pairs, limits)
    for report, _ in pairs:
        if report.id in found:
            report.flags = sorted({*report.flags, Flag.POSSIBLE_DUPLICATE.value})


def _stored_before(session: Session, reports: Sequence[Report], limits: Thresholds) -> set[object]:
    rows = session.scalars(
        STORED_BEFORE,
        {
            "ids": [report.id for report in reports],
            "categories": [report.category.value for report in reports],
            "times": [report.captured_at for report in reports],
            "points": [report.position.data if isinstance(report.position, WKTElement) else None for report in reports],
            "sites": [report.site_id for report in reports],
            "window": timedelta(seconds=limits.duplicate_window_seconds),
            "radius": limits.duplicate_distance_m,
            # a degree of longitude is never shorter than half one of latitude between 60 degrees north and south
            "degrees": limits.duplicate_distance_m / METRES_PER_DEGREE * 2,
        },
    )
    return set(rows)


def _in_the_batch(pairs: Sequence[tuple[Report, Submission]], limits: Thresholds) -> set[object]:
    found: set[object] = set()
    for number, (report, submission) in enumerate(pairs):
        if any(_alike(report, submission, *other, limits) for other in pairs[:number]):
            found.add(report.id)
    return found


def _alike(report: Report, mine: Submission, other: Report, theirs: Submission, limits: Thresholds) -> bool:
    apart = abs((report.captured_at - other.captured_at).total_seconds())
    if report.category != other.category or apart > limits.duplicate_window_seconds:
        return False
    if report.site_id is not None and report.site_id == other.site_id:
        return True
    here, there = mine.draft.position, theirs.draft.position
    if here is None or there is None or here.datum != there.datum:
        return False
    east = (here.lon - there.lon) * math.cos(math.radians(here.lat))
    return math.hypot(east, here.lat - there.lat) * METRES_PER_DEGREE <= limits.duplicate_distance_m
