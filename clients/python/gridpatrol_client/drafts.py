"""Payloads of every kind of item, with the names the contract gives them. Values are not judged: that is the server's."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from gridpatrol_client.album import PhotoFile
from gridpatrol_client.stamps import new_id, time_text

TASK_STEPS = ("accept", "start", "submit")


@dataclass(frozen=True, slots=True)
class Draft:
    """Something to be recorded. ``report_id``: the report its photos belong to."""

    kind: str
    payload: dict[str, Any]
    photos: Sequence[PhotoFile] = ()
    report_id: str | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """A fix as the device gave it, in its own datum: wgs84, gcj02, bd09 or cgcs2000."""

    lon: float
    lat: float
    accuracy_m: float | None = None
    datum: str = "wgs84"
    fixed_at: datetime | None = None
    source: str = "gps"
    mocked: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """Where it was seen: a registered site by its id, or words."""

    id: str | None = None
    name: str = ""
    address: str = ""
    uscc: str | None = None
    uscc_missing_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One point of the checklist that is not in order."""

    code: str
    severity: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class NamedPhoto:
    """A photo of the album and its part in the report."""

    file: PhotoFile
    role: str = "detail"
    taken_at: datetime | None = None
    source: str = "camera"


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """What the worker saw. ``form``: code and version of the checklist that is on the phone."""

    category: str
    outcome: str
    captured_at: datetime
    form: tuple[str, int]
    task_id: str | None = None
    position: Position | None = None
    site: Site | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    attributes: Mapping[str, bool] = field(default_factory=dict)
    description: str = ""
    photos: Sequence[NamedPhoto] = ()
    monotonic: tuple[str, int] | None = None


def submit_report(report: ReportDraft) -> Draft:
    """``report.submit``: immutable once recorded; later words are amendments."""
    report_id = new_id()
    payload = {
        "report_id": report_id,
        "task_id": report.task_id,
        "category": report.category,
        "outcome": report.outcome,
        "captured_at": time_text(report.captured_at),
        "position": _position(report.position),
        "site": asdict(report.site) if report.site else None,
        "form": {"code": report.form[0], "version": report.form[1]},
        "answers": dict(report.answers),
        "findings": [asdict(finding) for finding in report.findings],
        "attributes": dict(report.attributes),
        "description": report.description,
        "photos": [_photo(photo) for photo in report.photos],
        "monotonic": (
            {"boot_id": report.monotonic[0], "elapsed_ms": report.monotonic[1]} if report.monotonic else None
        ),
    }
    return Draft("report.submit", payload, [photo.file for photo in report.photos], report_id)


def amend_report(report_id: str, note: str = "", photos: Sequence[NamedPhoto] = ()) -> Draft:
    """``report.amend``: a later word or photo to an own report."""
    payload = {"report_id": report_id, "note": note, "photos": [_photo(photo) for photo in photos]}
    return Draft("report.amend", payload, [photo.file for photo in photos], report_id)


def withdraw_report(report_id: str, reason: str) -> Draft:
    """``report.withdraw``: it is kept, and marked."""
    return Draft("report.withdraw", {"report_id": report_id, "reason": reason})


def task_step(task_id: str, step: str) -> Draft:
    """``task.accept``, ``task.start`` or ``task.submit``."""
    if step not in TASK_STEPS:
        raise ValueError(f"no step of a task: {step}")
    return Draft(f"task.{step}", {"task_id": task_id})


def decline_task(task_id: str, reason: str) -> Draft:
    """``task.decline``: with a code of the vocabulary ``decline_reasons``, or in words."""
    return Draft("task.decline", {"task_id": task_id, "reason": reason})


def propose_site(
    name: str, category: str, *, address: str = "", position: Position | None = None, **more: str | None
) -> Draft:
    """``site.propose``: a premise found on the way. ``more``: kind, uscc, uscc_missing_reason, note."""
    payload = {
        "site_id": new_id(),
        "name": name,
        "address": address,
        "category": category,
        "position": _position(position),
        **more,
    }
    return Draft("site.propose", payload)


def emergency_call(number: str, called_at: datetime, *, report_id: str | None = None, note: str = "") -> Draft:
    """``emergency.call``: the record of a call; the phone dials first."""
    payload = {"report_id": report_id, "number": number, "called_at": time_text(called_at), "note": note}
    return Draft("emergency.call", payload)


def _position(position: Position | None) -> dict[str, Any] | None:
    if position is None:
        return None
    return {**asdict(position), "fixed_at": time_text(position.fixed_at) if position.fixed_at else None}


def _photo(photo: NamedPhoto) -> dict[str, Any]:
    return {
        "sha256": photo.file.sha256,
        "bytes": photo.file.bytes,
        "mime": photo.file.mime,
        "role": photo.role,
        "taken_at": time_text(photo.taken_at) if photo.taken_at else None,
        "source": photo.source,
    }
