"""Reading ``report.submit``: strict in shape, silent about meaning. Not here: doubts about it (checks.py)."""

import math
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from backend.domain import shapes
from backend.domain.reports.drafts import (
    AnswerValue,
    Finding,
    FormRef,
    Monotonic,
    Photo,
    Position,
    ReportDraft,
    SiteRef,
)
from backend.domain.shapes import Data, fail
from backend.domain.vocabulary import Category, Datum, Outcome, PhotoRole, PhotoSource, PositionSource, Severity

FINDINGS_LIMIT = 50
PHOTOS_LIMIT = 50
ANSWERS_LIMIT = 200
ATTRIBUTES_LIMIT = 50
CODE_LIMIT = 64
NAME_LIMIT = 300
USCC_LIMIT = 40  # 18 characters, or the old 15-digit number, or what a sign really says
ACCURACY_LIMIT_M = 1_000_000.0
PHOTO_BYTES_LIMIT = 2**31 - 1

CATEGORIES = shapes.enum_map(Category)
OUTCOMES = shapes.enum_map(Outcome)
SEVERITIES = shapes.enum_map(Severity)
DATUMS = shapes.enum_map(Datum)
POSITION_SOURCES = shapes.enum_map(PositionSource)
PHOTO_ROLES = shapes.enum_map(PhotoRole)
PHOTO_SOURCES = shapes.enum_map(PhotoSource)

_MIME = re.compile(r"[a-z0-9][a-z0-9.+-]{0,63}/[a-z0-9][a-z0-9.+-]{0,63}").fullmatch


def parse_report(payload: Any) -> ReportDraft:
    """The payload of ``report.submit`` as a draft; PayloadError(code, path) for what cannot be understood.

    Unknown fields are passed over (a newer phone may send more); nothing is judged here.
    """
    if type(payload) is not dict:
        raise shapes.PayloadError("wrong_type", "payload")
    site = shapes.mapping(payload, "site", "")
    form = shapes.mapping(payload, "form", "")
    monotonic = shapes.mapping(payload, "monotonic", "")
    return ReportDraft(
        report_id=shapes.uuid(payload, "report_id", ""),
        task_id=shapes.uuid(payload, "task_id", "", optional=True),
        category=shapes.choice(payload, "category", "", CATEGORIES),
        outcome=shapes.choice(payload, "outcome", "", OUTCOMES),
        captured_at=shapes.time(payload, "captured_at", ""),
        position=parse_position(payload),
        site=None if site is None else _site(site),
        form=fail("missing", "", "form") if form is None else _form(form),
        answers=_answers(payload),
        findings=tuple(
            _finding(entry, f"findings.{index}")
            for index, entry in enumerate(shapes.objects(payload, "findings", "", FINDINGS_LIMIT))
        ),
        attributes=_attributes(payload),
        description=shapes.text(payload, "description", "", default=""),
        photos=parse_photos(payload),
        monotonic=None if monotonic is None else _monotonic(monotonic),
    )


def parse_position(data: Data, key: str = "position") -> Position | None:
    """The position below ``key``, or None where absent or null."""
    found = shapes.mapping(data, key, "")
    if found is None:
        return None
    return Position(
        lon=shapes.number(found, "lon", key, -180.0, 180.0),
        lat=shapes.number(found, "lat", key, -90.0, 90.0),
        accuracy_m=shapes.number(found, "accuracy_m", key, 0.0, ACCURACY_LIMIT_M, optional=True),
        datum=shapes.choice(found, "datum", key, DATUMS),
        fixed_at=shapes.time(found, "fixed_at", key, optional=True),
        source=shapes.choice(found, "source", key, POSITION_SOURCES),
        mocked=shapes.boolean(found, "mocked", key, False),
    )


def parse_photos(data: Data) -> tuple[Photo, ...]:
    """The announced photos. One hash named twice is one photo (the first entry counts): the bytes are the same."""
    photos: dict[str, Photo] = {}
    for index, entry in enumerate(shapes.objects(data, "photos", "", PHOTOS_LIMIT)):
        path = f"photos.{index}"
        mime = shapes.text(entry, "mime", path, 128)
        if _MIME(mime) is None:
            fail("bad_mime", path, "mime")
        digest = shapes.sha256(entry, "sha256", path)
        photo = Photo(
            sha256=digest,
            bytes=shapes.integer(entry, "bytes", path, 1, PHOTO_BYTES_LIMIT),
            mime=mime,
            role=shapes.choice(entry, "role", path, PHOTO_ROLES),
            taken_at=shapes.time(entry, "taken_at", path, optional=True),
            source=shapes.choice(entry, "source", path, PHOTO_SOURCES),
        )
        photos.setdefault(digest, photo)
    return tuple(photos.values())


def _site(data: Data) -> SiteRef:
    site_id: UUID | None = shapes.uuid(data, "id", "site", optional=True)
    return SiteRef(
        id=site_id,
        name=shapes.text(data, "name", "site", NAME_LIMIT, default=""),
        address=shapes.text(data, "address", "site", NAME_LIMIT, default=""),
        uscc=shapes.text(data, "uscc", "site", USCC_LIMIT, default=None) or None,
        uscc_missing_reason=shapes.text(data, "uscc_missing_reason", "site", CODE_LIMIT, default=None),
    )


def _form(data: Data) -> FormRef:
    return FormRef(
        shapes.text(data, "code", "form", CODE_LIMIT), shapes.integer(data, "version", "form", 1, shapes.SAFE_INTEGER)
    )


def _finding(data: Data, path: str) -> Finding:
    return Finding(
        code=shapes.text(data, "code", path, CODE_LIMIT),
        note=shapes.text(data, "note", path, default=""),
        severity=shapes.choice(data, "severity", path, SEVERITIES),
    )


def _monotonic(data: Data) -> Monotonic:
    return Monotonic(
        shapes.text(data, "boot_id", "monotonic", CODE_LIMIT),
        shapes.integer(data, "elapsed_ms", "monotonic", 0, shapes.SAFE_INTEGER),
    )


def _attributes(data: Data) -> Mapping[str, bool]:
    found = shapes.mapping(data, "attributes", "", ATTRIBUTES_LIMIT)
    known: dict[str, bool] = {}
    for name, value in (found or {}).items():
        shapes.check_text(name, CODE_LIMIT, "attributes", "name")
        if type(value) is bool:
            known[name] = value
        elif value is not None:  # null says "not known", as absence does
            fail("wrong_type", "attributes", name)
    return known


def _answers(data: Data) -> Mapping[str, AnswerValue]:
    found = shapes.mapping(data, "answers", "", ANSWERS_LIMIT) or {}
    return {
        shapes.check_text(code, CODE_LIMIT, "answers", "code"): _answer(value, code) for code, value in found.items()
    }


def _answer(value: Any, code: str) -> AnswerValue:
    kind = type(value)
    if value is None or kind is bool:
        return bool(value) if kind is bool else None
    if kind is str:
        return shapes.check_text(value, shapes.TEXT_LIMIT, "answers", code)
    if kind is int or kind is float:
        if kind is float and not math.isfinite(value):
            fail("not_finite", "answers", code)
        if not -shapes.SAFE_INTEGER <= value <= shapes.SAFE_INTEGER:
            fail("out_of_range", "answers", code)
        return int(value) if kind is int else float(value)
    if kind is list and len(value) <= FINDINGS_LIMIT and all(type(entry) is str for entry in value):
        return tuple(shapes.check_text(entry, CODE_LIMIT, "answers", code) for entry in value)
    return fail("wrong_type", "answers", code)
