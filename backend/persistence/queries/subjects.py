"""Whether an actor may see the subject of a history: asked of the slice it belongs to. Not here: the history itself."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import Role
from backend.persistence.models import (
    CrimeTransfer,
    Department,
    Penalty,
    QuarantineEntry,
    Referral,
    Report,
    RuleSetRow,
    Site,
    Task,
)
from backend.persistence.queries import (
    crime_transfers,
    penalties,
    quarantine,
    referrals,
    reports,
    rule_sets,
    sites,
    tasks,
)

READERS_OF_ALL = (Role.AUDITOR, Role.ADMINISTRATOR)
Visible = Callable[[Actor, datetime], ColumnElement[bool]]
SUBJECTS: dict[str, tuple[InstrumentedAttribute[Any], Visible]] = {
    "report": (Report.id, lambda actor, _now: reports.visible_to(actor)),
    "referral": (Referral.id, lambda actor, _now: referrals.visible_to(actor)),
    "task": (Task.id, tasks.visible_to),
    "site": (Site.id, sites.visible_to),
    "department": (Department.id, lambda _actor, _now: true()),
    "penalty": (Penalty.id, penalties.visible_to),
    "crime_transfer": (CrimeTransfer.id, lambda actor, _now: crime_transfers.file_visible_to(actor)),
    "rule_set": (RuleSetRow.id, lambda actor, _now: rule_sets.visible_to(actor)),
    "sync_item": (QuarantineEntry.item_id, quarantine.visible_to),
}


def require_visible(session: Session, actor: Actor, subject_type: str, subject_id: str, now: datetime) -> None:
    """Raise DomainError('not_found') unless ``actor`` may read what happened to this subject.

    Grids, people, devices: auditors and administrators alone, whether the subject still exists or not.
    """
    if any(actor.has(role) for role in READERS_OF_ALL):
        return
    known = SUBJECTS.get(subject_type)
    if known is None:
        raise DomainError("not_found")
    column, visible = known
    try:
        key = UUID(subject_id) if isinstance(column.type, Uuid) else subject_id
    except ValueError:
        raise DomainError("not_found") from None
    if session.scalar(select(column).where(column == key, visible(actor, now)).limit(1)) is None:
        raise DomainError("not_found")
