"""Reading the payload of every kind of item of sync.md.

Not here: the envelope of the call (api), what an item does (services).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.domain import shapes
from backend.domain.reports.drafts import Photo, Position, ReportDraft
from backend.domain.reports.parsing import (
    CATEGORIES,
    CODE_LIMIT,
    NAME_LIMIT,
    USCC_LIMIT,
    parse_photos,
    parse_position,
    parse_report,
)
from backend.domain.shapes import Data, PayloadError
from backend.domain.vocabulary import Category, ItemKind

_PHONE = re.compile(r"\+?[0-9][0-9 \-]{1,29}", re.ASCII).fullmatch


@dataclass(frozen=True, slots=True)
class ReportAmendment:
    """``report.amend``: a later word or photo; the report itself is never changed."""

    report_id: UUID
    note: str
    photos: tuple[Photo, ...]


@dataclass(frozen=True, slots=True)
class ReportWithdrawal:
    """``report.withdraw``: kept and marked."""

    report_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class TaskStep:
    """``task.accept``, ``task.start``, ``task.submit`` and ``task.decline`` (the last with a reason)."""

    task_id: UUID
    reason: str | None


@dataclass(frozen=True, slots=True)
class SiteProposal:
    """``site.propose``: a premise found on the way."""

    site_id: UUID
    name: str
    address: str
    category: Category
    position: Position | None
    kind: str | None
    uscc: str | None
    uscc_missing_reason: str | None
    note: str


@dataclass(frozen=True, slots=True)
class EmergencyCall:
    """``emergency.call``: that, when and whom the worker called; the call itself needs no server."""

    report_id: UUID | None
    number: str
    called_at: datetime
    note: str


Payload = ReportDraft | ReportAmendment | ReportWithdrawal | TaskStep | SiteProposal | EmergencyCall


def _amend(data: Data) -> ReportAmendment:
    return ReportAmendment(
        shapes.uuid(data, "report_id", ""), shapes.text(data, "note", "", default=""), parse_photos(data)
    )


def _withdraw(data: Data) -> ReportWithdrawal:
    return ReportWithdrawal(shapes.uuid(data, "report_id", ""), _reason(data))


def _task_step(data: Data) -> TaskStep:
    return TaskStep(shapes.uuid(data, "task_id", ""), None)


def _decline(data: Data) -> TaskStep:
    return TaskStep(shapes.uuid(data, "task_id", ""), _reason(data))


def _propose(data: Data) -> SiteProposal:
    return SiteProposal(
        site_id=shapes.uuid(data, "site_id", ""),
        name=shapes.text(data, "name", "", NAME_LIMIT),
        address=shapes.text(data, "address", "", NAME_LIMIT, default=""),
        category=shapes.choice(data, "category", "", CATEGORIES),
        position=parse_position(data),
        kind=shapes.text(data, "kind", "", CODE_LIMIT, default=None),
        uscc=shapes.text(data, "uscc", "", USCC_LIMIT, default=None) or None,
        uscc_missing_reason=shapes.text(data, "uscc_missing_reason", "", CODE_LIMIT, default=None),
        note=shapes.text(data, "note", "", default=""),
    )


def _call(data: Data) -> EmergencyCall:
    number = shapes.text(data, "number", "", 31)
    if _PHONE(number) is None:
        shapes.fail("bad_number", "", "number")
    return EmergencyCall(
        shapes.uuid(data, "report_id", "", optional=True),
        number,
        shapes.time(data, "called_at", ""),
        shapes.text(data, "note", "", default=""),
    )


def _reason(data: Data) -> str:
    reason: str = shapes.text(data, "reason", "")
    if not reason.strip():
        shapes.fail("missing", "", "reason")
    return reason


PARSERS: dict[ItemKind, Callable[[Any], Payload]] = {
    ItemKind.REPORT_SUBMIT: parse_report,
    ItemKind.REPORT_AMEND: _amend,
    ItemKind.REPORT_WITHDRAW: _withdraw,
    ItemKind.TASK_ACCEPT: _task_step,
    ItemKind.TASK_START: _task_step,
    ItemKind.TASK_SUBMIT: _task_step,
    ItemKind.TASK_DECLINE: _decline,
    ItemKind.SITE_PROPOSE: _propose,
    ItemKind.EMERGENCY_CALL: _call,
}
_BY_NAME: dict[str, Callable[[Any], Payload]] = {str(kind): parser for kind, parser in PARSERS.items()}


def parse_payload(kind: Any, payload: Any) -> Payload:
    """The frozen value of an item's payload; PayloadError where the kind or the payload cannot be understood."""
    parser = _BY_NAME.get(kind) if isinstance(kind, str) else None
    if parser is None:
        raise PayloadError("unknown_kind", "kind")
    if type(payload) is not dict:
        raise PayloadError("wrong_type", "payload")
    return parser(payload)
