"""Later reports that speak of an earlier referral: it happened again, a recheck passed, a field task verified.

Not here: making those tasks (services/review), routing of the new report itself (routing.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from backend.domain.calendar import local_day
from backend.domain.case_rules import CaseRules, case_rules_at
from backend.domain.ids import new_id
from backend.domain.referrals import founded_codes
from backend.domain.vocabulary import (
    LinkKind,
    Outcome,
    ReferralAction,
    ReferralRole,
    ReferralStatus,
    TaskPurpose,
)
from backend.persistence.bulk import Writes
from backend.persistence.models import ReferralLink
from backend.persistence.statements import array, rows
from backend.services.history import record
from backend.services.referrals.acting import lock_rows
from backend.services.referrals.following import follow_reports
from backend.services.referrals.nearby import Placed, near_values
from backend.services.referrals.rows import NewReferral
from backend.services.referrals.status import set_status
from backend.services.scope import publish_reports

RECURRENCE = "recurrence"

# What was closed as founded, at the same site or, for the same category, near by; the visit must have come after it.
CLOSED_BEFORE = """
    SELECT n.id, r.id, r.report_id, r.function_code, ST_DistanceSphere(o.position, n.position)
    FROM json_to_recordset(%(reports)s::json)
      AS n (id uuid, category text, captured_at timestamptz, position geometry, site_id uuid)
    JOIN LATERAL (
        SELECT s.id, s.position FROM reports s WHERE s.site_id = n.site_id
        UNION
        SELECT p.id, p.position FROM reports p
        WHERE p.position && ST_Expand(n.position, %(degrees)s)
          AND ST_DistanceSphere(p.position, n.position) <= %(radius)s AND p.category = n.category
    ) o ON o.id <> n.id
    JOIN referrals r ON r.report_id = o.id
    WHERE r.status = 'closed' AND r.role = 'lead' AND r.outcome_code = ANY(%(founded)s::text[])
      AND r.closed_at <= n.captured_at AND r.closed_at >= n.captured_at - %(window)s
    ORDER BY r.report_id, r.id
"""


class Visited(Placed, Protocol):
    """What is read of a new report, written or still being made."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Visit:
    """A new report; with the referral its task was made for and why, where it was made for one."""

    report: Visited
    referral_id: UUID | None = None
    purpose: TaskPurpose | None = None


@dataclass(frozen=True, slots=True)
class _Earlier:
    referral_id: UUID
    report_id: UUID
    function_code: str
    distance_m: float | None


def note_visits(
    session: Session,
    visits: Sequence[Visit],
    referred: Mapping[UUID, Sequence[tuple[NewReferral, str | None]]],
    writes: Writes,
    *,
    now: datetime,
) -> None:
    """Link new reports to earlier referrals they speak of; what happened again is reopened (回潮).

    A problem at the site of a founded, closed case, or within ``recurrence_distance_m`` of one of the same category, no
    later than ``recurrence_days`` after closing, is a recurrence: the two are linked, and where the rules gave it to the
    same function as lead again the old case is reopened. Reports are written by the caller, links too (``writes``).
    """
    rules = case_rules_at(local_day(now))
    problems = [visit for visit in visits if visit.report.outcome == Outcome.PROBLEM]
    found = _closed_before(session, [visit.report for visit in problems], rules) if problems else {}
    again: dict[UUID, tuple[_Earlier, Visited]] = {}
    for visit in visits:
        fresh = referred.get(visit.report.id, ())
        functions = {referral.function_code for referral, _ in fresh if referral.role == ReferralRole.LEAD}
        for earlier in found.get(visit.report.id, ()):
            _link(writes, earlier.referral_id, visit.report, LinkKind.RECURRENCE, now, earlier.distance_m)
            if earlier.function_code in functions:
                again.setdefault(earlier.referral_id, (earlier, visit.report))
        if visit.referral_id is not None:
            _note_task(session, visit, writes, now)
    for earlier, report in again.values():
        _reopen(session, earlier, report, now)


def _closed_before(session: Session, reports: Sequence[Visited], rules: CaseRules) -> dict[UUID, list[_Earlier]]:
    values = near_values(reports, rules.recurrence_distance_m, timedelta(days=rules.recurrence_days))
    values["founded"] = array(founded_codes())
    found: dict[UUID, list[_Earlier]] = {}
    for report_id, *earlier in rows(session, CLOSED_BEFORE, values):
        found.setdefault(report_id, []).append(_Earlier(*earlier))
    return found


def _note_task(session: Session, visit: Visit, writes: Writes, now: datetime) -> None:
    """What a visit says that was made for a referral; a closed door or a refusal says nothing about it."""
    assert visit.referral_id is not None
    if visit.purpose == TaskPurpose.VERIFICATION:
        kind = LinkKind.VERIFICATION
    elif visit.report.outcome == Outcome.NO_PROBLEM:
        kind = LinkKind.RECHECK_PASSED
    else:
        return
    _link(writes, visit.referral_id, visit.report, kind, now)
    data = {"report_id": str(visit.report.id), "outcome": visit.report.outcome.value}
    record(
        session, at=now, actor=None, subject_type="referral", subject_id=visit.referral_id, action=kind.value, data=data
    )  # fmt: skip


def _link(
    writes: Writes, referral_id: UUID, report: Visited, kind: LinkKind, now: datetime, distance_m: float | None = None
) -> None:
    writes.add(
        ReferralLink,
        {
            "id": new_id(),
            "referral_id": referral_id,
            "report_id": report.id,
            "kind": kind,
            "distance_m": round(distance_m, 1) if distance_m is not None else None,
            "made_at": now,
        },
    )


def _reopen(session: Session, earlier: _Earlier, report: Visited, now: datetime) -> None:
    [(before, referral)] = lock_rows(session, {earlier.referral_id: earlier.report_id}).values()
    if referral.status != ReferralStatus.CLOSED:
        return  # somebody reopened it meanwhile
    data = {"report_id": str(report.id), "distance_m": earlier.distance_m, "outcome_code": referral.outcome_code}
    referral.closed_at = referral.verifier_id = None
    set_status(session, None, referral, ReferralAction.REOPEN, now=now, reason_code=RECURRENCE, data=data)
    publish_reports(session, follow_reports(session, None, before, referral, now=now), now)
