"""What a report says once it is understood: frozen values. Not here: reading JSON (parsing.py), doubts (checks.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.domain.vocabulary import Category, Datum, Outcome, PhotoRole, PhotoSource, PositionSource, Severity

AnswerValue = bool | int | float | str | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Position:
    """A fix as the phone gave it: degrees in its own ``datum``, accuracy radius in metres."""

    lon: float
    lat: float
    accuracy_m: float | None
    datum: Datum
    fixed_at: datetime | None
    source: PositionSource
    mocked: bool


@dataclass(frozen=True, slots=True)
class SiteRef:
    """The premise as the worker saw it; ``uscc`` may be missing with a reason, since an unlicensed shop has none."""

    id: UUID | None
    name: str
    address: str
    uscc: str | None
    uscc_missing_reason: str | None


@dataclass(frozen=True, slots=True)
class FormRef:
    """Which checklist, in which version, was on the phone."""

    code: str
    version: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, by its checklist code."""

    code: str
    note: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo announced by its hash; the bytes come by another way, later or never."""

    sha256: str
    bytes: int
    mime: str
    role: PhotoRole
    taken_at: datetime | None
    source: PhotoSource


@dataclass(frozen=True, slots=True)
class Monotonic:
    """The phone's steady clock at capture: milliseconds since the boot named by ``boot_id``."""

    boot_id: str
    elapsed_ms: int


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """The payload of ``report.submit``. ``attributes`` hold only what the worker knows: an absent name is unknown."""

    report_id: UUID
    task_id: UUID | None
    category: Category
    outcome: Outcome
    captured_at: datetime
    position: Position | None
    site: SiteRef | None
    form: FormRef
    answers: Mapping[str, AnswerValue]
    findings: tuple[Finding, ...]
    attributes: Mapping[str, bool]
    description: str
    photos: tuple[Photo, ...]
    monotonic: Monotonic | None
