"""The only place where the status of a rule set changes: the event is written beside. Also when each approved set ends.

Not here: who may act and what an act needs (acting.py).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.routing import RuleSet
from backend.domain.rule_sets import Span, cut_ends, next_status
from backend.domain.vocabulary import RuleSetAction, RuleSetStatus
from backend.persistence.models import Division, RuleSetRow
from backend.persistence.queries.rule_sets import visible_to
from backend.services.history import record

SUBJECT = "rule_set"


def set_rule_set_status(
    session: Session,
    actor: Actor | None,
    row: RuleSetRow,
    action: RuleSetAction,
    *,
    now: datetime,
    reason: str | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Move ``row`` as the table of the life cycle says and write the event. Raises DomainError('illegal_transition')."""
    before = row.status
    row.status = next_status(before, action)
    record(
        session,
        at=now,
        actor=actor,
        subject_type=SUBJECT,
        subject_id=row.id,
        action=action.value,
        from_status=before.value,
        to_status=row.status.value,
        reason=reason,
        data={"code": row.code, "version": row.version, "content_sha256": row.content_sha256, **(data or {})},
    )


def locked(session: Session, actor: Actor, rule_set_id: UUID) -> RuleSetRow:
    """The set, for this unit of work alone. The district first: who approves or retires in one district takes turns, so that
    ends are always cut by what is really approved. Raises DomainError('not_found')."""
    known = select(RuleSetRow.district_code).where(RuleSetRow.id == rule_set_id, visible_to(actor))
    district = session.scalar(known)
    if district is None:
        raise DomainError("not_found")
    session.execute(select(Division.code).where(Division.code == district).with_for_update(key_share=True))
    row = select(RuleSetRow).where(RuleSetRow.id == rule_set_id).with_for_update()
    return session.scalars(row, execution_options={"populate_existing": True}).one()


def refit_ends(session: Session, district: str) -> list[Span]:
    """Let every approved set of a district end where its successor begins; the spans as they are afterwards."""
    session.flush()
    approved = RuleSetRow.district_code == district, RuleSetRow.status == RuleSetStatus.APPROVED
    rows = session.scalars(select(RuleSetRow).where(*approved)).all()
    ends = cut_ends(claimed(row) for row in rows)
    for row in rows:
        if row.valid_to != ends[row.id]:
            row.valid_to, row.warned_at = ends[row.id], None
    session.flush()
    return [Span(row.id, row.valid_from, row.valid_to) for row in rows]


def claimed(row: RuleSetRow) -> Span:
    """The days a set claims by its content, whatever cut them since."""
    rule_set = RuleSet.from_data(row.content)
    return Span(row.id, rule_set.valid_from, rule_set.valid_to)
