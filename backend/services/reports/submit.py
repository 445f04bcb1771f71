"""Makes rows of drafts: placed, judged, numbered, with the photos they name. A batch costs as many statements as one.

Doubt becomes a flag, never a refusal of evidence. Not here: parsing (domain/reports), routing (referrals), writing the rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.reports import ReportDraft
from backend.domain.vocabulary import Flag, Outcome, ReportStatus, Severity, Verdict
from backend.persistence.bulk import Writes
from backend.persistence.database import STORED_SRID
from backend.persistence.models import Event, ReportPhoto, Site, Task
from backend.persistence.queries.grids.versions import VersionSpan
from backend.services.grids.placing import Placed, PlacePoint, place_points
from backend.services.history import event_values
from backend.services.reports.rows import NewReport

SEVERITY_ORDER = {severity: rank for rank, severity in enumerate(Severity)}
VERDICT_FLAGS = {
    Verdict.OUTSIDE: Flag.OUTSIDE_GRID,
    Verdict.BORDERLINE: Flag.BORDERLINE,
    Verdict.NO_GRID: Flag.NO_GRID,
}


@dataclass(slots=True)
class Submission:
    """A draft with what the server knows of its circumstances; ``flags`` grows while it is judged."""

    draft: ReportDraft
    recorded_at: datetime
    seq: int
    task: Task | None
    site: Site | None
    flags: set[str]


@dataclass(frozen=True, slots=True)
class Reception:
    """What all submissions of one call share: who, when, how far his clock is ahead (ms), which photos are here already,
    and the published grid versions to place by (oldest first)."""

    actor: Actor
    now: datetime
    clock_offset_ms: int | None
    arrived: Mapping[str, datetime]
    spans: Sequence[VersionSpan]


def submit_reports(
    session: Session, reception: Reception, submissions: Sequence[Submission], writes: Writes
) -> list[NewReport]:
    """A new report for every submission, not yet written: it still lacks its routing. Its photos and its event are
    added to ``writes``; add the report there too once it is routed."""
    actor, now = reception.actor, reception.now
    places = _place(session, reception, submissions)
    reports = []
    for submission, placed in zip(submissions, places, strict=True):
        report = _report(reception, submission, placed)
        writes.add(ReportPhoto, *photo_rows(report.id, submission.draft.photos, reception.arrived, now, start=0))
        event = event_values(
            at=now,
            actor=actor,
            subject_type="report",
            subject_id=report.id,
            action="submit",
            to_status=ReportStatus.RECORDED.value,
            data={"captured_at": submission.draft.captured_at.isoformat(), "flags": sorted(submission.flags)},
        )
        writes.add(Event, event)
        reports.append(report)
    return reports


def _place(session: Session, reception: Reception, submissions: Sequence[Submission]) -> list[Placed | None]:
    points = [
        PlacePoint(
            s.draft.position.lon,
            s.draft.position.lat,
            s.draft.position.datum,
            s.draft.position.accuracy_m,
            s.draft.captured_at,
            s.task.grid_code if s.task else None,
        )
        for s in submissions
        if s.draft.position is not None
    ]
    found = iter(place_points(session, points, spans=reception.spans) if points else [])
    return [next(found) if s.draft.position is not None else None for s in submissions]


def _report(reception: Reception, submission: Submission, placed: Placed | None) -> NewReport:
    draft, actor = submission.draft, reception.actor
    if placed is not None and placed.verdict in VERDICT_FLAGS:
        submission.flags.add(VERDICT_FLAGS[placed.verdict].value)
    return NewReport(
        id=draft.report_id,
        seq=submission.seq,
        author_id=actor.user_id,
        device_id=actor.device_id,
        task_id=submission.task.id if submission.task else None,
        site_id=submission.site.id if submission.site else None,
        category=draft.category,
        outcome=draft.outcome,
        status=ReportStatus.RECORDED,
        severity=worst_severity(draft),
        captured_at=draft.captured_at,
        recorded_at=submission.recorded_at,
        received_at=reception.now,
        clock_offset_ms=reception.clock_offset_ms,
        **_place_columns(submission, placed),
        **_word_columns(draft),
        flags=sorted(submission.flags),
        photos_expected=len({photo.sha256 for photo in draft.photos}),
        photos_here=len({photo.sha256 for photo in draft.photos if photo.sha256 in reception.arrived}),
    )


def _word_columns(draft: ReportDraft) -> dict[str, Any]:
    """The worker's own words, as sent."""
    return {
        "site": _site(draft),
        "form_code": draft.form.code,
        "form_version": draft.form.version,
        "answers": dict(draft.answers),
        "attributes": dict(draft.attributes),
        "findings": [{"code": f.code, "note": f.note, "severity": f.severity.value} for f in draft.findings],
        "description": draft.description,
        "monotonic": _monotonic(draft),
    }


def _place_columns(submission: Submission, placed: Placed | None) -> dict[str, Any]:
    """Where it was: the raw position as sent, and what the server made of it."""
    draft = submission.draft
    grid_code, street_code, basis = _where(submission, placed)
    return {
        "raw_position": _raw_position(draft),
        "position": f"SRID={STORED_SRID};POINT({placed.lon!r} {placed.lat!r})" if placed else None,
        "accuracy_m": draft.position.accuracy_m if draft.position else None,
        "verdict": placed.verdict if placed else Verdict.NO_GRID,
        "placing": {**_placing(placed), "basis": basis},
        "grid_id": placed.grid_id if placed else None,
        "grid_code": grid_code,
        "street_code": street_code,
    }


def worst_severity(draft: ReportDraft) -> Severity | None:
    """The gravest severity of the findings; None where there is no problem, medium for a problem without a finding."""
    if draft.outcome != Outcome.PROBLEM:
        return None
    return max((f.severity for f in draft.findings), key=SEVERITY_ORDER.__getitem__, default=Severity.MEDIUM)


def _where(submission: Submission, placed: Placed | None) -> tuple[str | None, str | None, str]:
    """Grid, street and what they were taken from: the place of the fact itself (行政处罚法 22条), else of site or task."""
    if placed is not None and placed.grid_code is not None:
        return placed.grid_code, placed.street_code, "position"
    if submission.site is not None and submission.site.street_code is not None:
        return submission.site.grid_code, submission.site.street_code, "site"
    if submission.task is not None:
        return submission.task.grid_code, submission.task.street_code, "task"
    return None, None, "none"


def _placing(placed: Placed | None) -> dict[str, Any]:
    if placed is None:
        return {"candidates": []}
    return {
        "version_id": str(placed.version_id) if placed.version_id else None,
        "candidates": [{"code": c.grid_code, "share": round(c.share, 4)} for c in placed.candidates],
        "distance_m": round(placed.distance_m, 1) if placed.distance_m is not None else None,
        "note": placed.note,
    }


def _raw_position(draft: ReportDraft) -> dict[str, Any] | None:
    p = draft.position
    if p is None:
        return None
    return {
        "lon": p.lon,
        "lat": p.lat,
        "accuracy_m": p.accuracy_m,
        "datum": p.datum.value,
        "fixed_at": p.fixed_at.isoformat() if p.fixed_at else None,
        "source": p.source.value,
        "mocked": p.mocked,
    }


def _site(draft: ReportDraft) -> dict[str, Any] | None:
    s = draft.site
    if s is None:
        return None
    return {
        "id": str(s.id) if s.id else None,
        "name": s.name,
        "address": s.address,
        "uscc": s.uscc,
        "uscc_missing_reason": s.uscc_missing_reason,
    }


def _monotonic(draft: ReportDraft) -> dict[str, Any] | None:
    return {"boot_id": draft.monotonic.boot_id, "elapsed_ms": draft.monotonic.elapsed_ms} if draft.monotonic else None


def photo_rows(
    report_id: UUID, photos: Sequence[Any], arrived: Mapping[str, datetime], now: datetime, *, start: int
) -> list[dict[str, Any]]:
    """Columns of a row per distinct hash; a photo named twice in one report is one photo."""
    distinct = {photo.sha256: photo for photo in reversed(photos)}
    ordered = sorted(distinct.values(), key=photos.index)
    return [
        {
            "report_id": report_id,
            "sha256": photo.sha256,
            "ordinal": start + number,
            "byte_count": photo.bytes,
            "mime": photo.mime,
            "role": photo.role,
            "source": photo.source,
            "taken_at": photo.taken_at,
            "named_at": now,
            "arrived_at": arrived.get(photo.sha256),
        }
        for number, photo in enumerate(ordered)
    ]
