"""What there is to tell, as plain values. Not here: telling it (announcing.py, deliveries.py)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from backend.domain.notices import Audience
from backend.domain.vocabulary import Category, NoticeKind, ReferralRole, ReferralStatus, Severity


class CaseRow(Protocol):
    """What is told of a referral, written or still being made."""

    id: UUID
    report_id: UUID
    category: Category
    street_code: str | None
    function_code: str
    department_id: UUID | None
    role: ReferralRole
    status: ReferralStatus
    severity: Severity
    is_emergency: bool
    finding_codes: list[Any]
    rule_codes: list[Any]
    legal_basis: list[Any]
    deadline_profile: str
    created_at: datetime
    routed_at: datetime | None
    accepted_at: datetime | None
    handled_at: datetime | None
    closed_at: datetime | None
    outcome_code: str | None
    return_code: str | None
    return_count: int
    version: int


@dataclass(frozen=True, slots=True)
class CaseNews:
    """A referral that came into the status it has now, by which action, and whose act that was (None: a rule's, a clock's)."""

    referral: CaseRow
    action: str
    actor_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class InformedNews:
    """A department that is told of a report without a referral (知会), for the function that it answers for."""

    report_id: UUID
    category: Category
    street_code: str | None
    function_code: str
    department_id: UUID
    is_emergency: bool = False


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """Any other notice. ``data`` fills the title (data/notices.yaml): name, day; of a case also category, street_code,
    function."""

    kind: NoticeKind
    audience: Audience
    referral_id: UUID | None = None
    report_id: UUID | None = None
    is_emergency: bool = False
    data: dict[str, Any] = field(default_factory=dict)
    caused_by: UUID | None = None
