"""A referral that is still being made: the columns of its row, before it is written with the rest of its batch.

Not here: the row itself (persistence/models/referrals), which is what everything else works with.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.domain.vocabulary import Category, ReferralRole, ReferralStatus, Severity


@dataclass(slots=True)
class NewReferral:
    """Exactly the columns of ``Referral`` but ``seq``, which the database numbers."""

    id: UUID
    report_id: UUID
    report_seq: int
    category: Category
    position: str | None
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
    deadlines: dict[str, Any]
    created_at: datetime
    routed_at: datetime | None
    accepted_at: datetime | None = None
    handled_at: datetime | None = None
    closed_at: datetime | None = None
    handler_id: UUID | None = None
    verifier_id: UUID | None = None
    outcome_code: str | None = None
    outcome_note: str | None = None
    return_code: str | None = None
    return_reason: str | None = None
    return_count: int = 0
    proposed_department_id: UUID | None = None
    merged_into_id: UUID | None = None
    ruled_at: datetime | None = None
    version: int = 1
