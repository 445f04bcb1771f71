"""The only place where the status of a transfer changes: its clock starts and the event is written beside it."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.crime_transfers import due_after, next_status
from backend.domain.vocabulary import CrimeTransferAction, CrimeTransferStatus
from backend.persistence.models import CrimeTransfer
from backend.services.history import record


def begin(transfer: CrimeTransfer, moment: datetime) -> None:
    """A transfer is proposed: the clock of the decision runs."""
    transfer.status = CrimeTransferStatus.PROPOSED
    _start_clock(transfer, moment)


def set_status(
    session: Session,
    actor: Actor,
    transfer: CrimeTransfer,
    action: CrimeTransferAction,
    *,
    at: datetime,
    now: datetime,
    reason: str | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Move ``transfer`` as the table says, count its version up, start the next clock from ``at`` and write the event.

    ``at`` is when it happened, ``now`` when it was recorded. Raises DomainError('illegal_transition').
    """
    before = transfer.status
    transfer.status = next_status(before, action)
    transfer.version += 1
    due = _start_clock(transfer, at)
    told = {
        "referral_id": str(transfer.referral_id),
        "happened_at": at.isoformat(),
        "due_at": due.isoformat() if due else None,
        **(data or {}),
    }
    record(
        session,
        at=now,
        actor=actor,
        subject_type="crime_transfer",
        subject_id=transfer.id,
        action=action.value,
        from_status=before.value,
        to_status=transfer.status.value,
        reason=reason,
        data=told,
    )


def _start_clock(transfer: CrimeTransfer, moment: datetime) -> datetime | None:
    clock = due_after(transfer.status, moment)
    if clock is None:
        return None
    column, due = clock
    setattr(transfer, column, due)
    return due
