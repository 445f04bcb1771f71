"""Reports: what a worker's words mean, whether they are doubtful, and how far their handling has come."""

from backend.domain.reports.checks import check_draft
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
from backend.domain.reports.parsing import parse_photos, parse_position, parse_report
from backend.domain.reports.stages import STAGE_OF_STATUS, report_status_of, stage_of
from backend.domain.shapes import PayloadError

__all__ = [
    "STAGE_OF_STATUS",
    "AnswerValue",
    "Finding",
    "FormRef",
    "Monotonic",
    "PayloadError",
    "Photo",
    "Position",
    "ReportDraft",
    "SiteRef",
    "check_draft",
    "parse_photos",
    "parse_position",
    "parse_report",
    "report_status_of",
    "stage_of",
]
