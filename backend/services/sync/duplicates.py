"""Reports that say again what another said shortly before. Not here: other doubts (judging.py)."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from backend.domain.calendar import local_day
from backend.domain.thresholds import Thresholds, thresholds_at
from backend.domain.vocabulary import Flag
from backend.persistence.statements import rows
from backend.services.referrals import METRES_PER_DEGREE, near_values
from backend.services.reports import NewReport, Submission

# EXISTS stops at the first match, and each half has an index of its own.
STORED_BEFORE = """
    SELECT n.id
    FROM json_to_recordset(%(reports)s::json)
      AS n (id uuid, category text, captured_at timestamptz, position geometry, site_id uuid)
    WHERE EXISTS (
        SELECT 1 FROM reports o
        WHERE o.site_id = n.site_id AND o.category = n.category AND o.outcome = 'problem'
          AND o.captured_at BETWEEN n.captured_at - %(window)s AND n.captured_at + %(window)s)
    OR EXISTS (
        SELECT 1 FROM reports o
        WHERE o.position && ST_Expand(n.position, %(degrees)s)
          AND ST_DistanceSphere(o.position, n.position) <= %(radius)s
          AND o.category = n.category AND o.outcome = 'problem'
          AND o.captured_at BETWEEN n.captured_at - %(window)s AND n.captured_at + %(window)s)
"""


def mark_duplicates(session: Session, pairs: Sequence[tuple[NewReport, Submission]], now: datetime) -> None:
    """Flag problem reports like an earlier one: same category at the same site or near by, within the window.

    The reports need not be written yet; those of one batch are compared with each other as well.
    """
    limits = thresholds_at(local_day(now))
    found = _stored_before(session, [report for report, _ in pairs], limits)
    found |= _in_the_batch(pairs, limits)
    for report, _ in pairs:
        if report.id in found:
            report.flags = sorted({*report.flags, Flag.POSSIBLE_DUPLICATE.value})


def _stored_before(session: Session, reports: Sequence[NewReport], limits: Thresholds) -> set[object]:
    window = timedelta(seconds=limits.duplicate_window_seconds)
    values = near_values(reports, limits.duplicate_distance_m, window)
    return {report_id for (report_id,) in rows(session, STORED_BEFORE, values)}


def _in_the_batch(pairs: Sequence[tuple[NewReport, Submission]], limits: Thresholds) -> set[object]:
    found: set[object] = set()
    for number, (report, submission) in enumerate(pairs):
        if any(_alike(report, submission, *other, limits) for other in pairs[:number]):
            found.add(report.id)
    return found


def _alike(report: NewReport, mine: Submission, other: NewReport, theirs: Submission, limits: Thresholds) -> bool:
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
