"""A report that is still being made: the columns of its row, before it is written with the rest of its batch.

Not here: the row itself (persistence/models/reports), which is what everything else works with.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.domain.vocabulary import Category, Outcome, ReportStatus, Severity, Verdict


@dataclass(slots=True)
class NewReport:
    """Exactly the columns of ``Report``; ``position`` as EWKT in the stored datum.

    A plain object, since making a mapped one takes longer than judging, placing and routing what it says.
    """

    id: UUID
    seq: int
    author_id: UUID
    device_id: UUID | None
    task_id: UUID | None
    site_id: UUID | None
    category: Category
    outcome: Outcome
    status: ReportStatus
    severity: Severity | None
    captured_at: datetime
    recorded_at: datetime
    received_at: datetime
    clock_offset_ms: int | None
    raw_position: dict[str, Any] | None
    position: str | None
    accuracy_m: float | None
    verdict: Verdict
    placing: dict[str, Any]
    grid_id: UUID | None
    grid_code: str | None
    street_code: str | None
    site: dict[str, Any] | None
    form_code: str | None
    form_version: int | None
    answers: dict[str, Any]
    attributes: dict[str, Any]
    findings: list[Any]
    description: str
    monotonic: dict[str, Any] | None
    flags: list[str]
    photos_expected: int
    photos_here: int
    routing: dict[str, Any] | None = None
    photos_wanted_at: datetime | None = None
    photos_wanted_by: UUID | None = None
    withdrawn_at: datetime | None = None
    withdrawn_reason: str | None = None
    version: int = 1
