"""The life cycle of a patrol task (巡查任务) as a table. Not here: who may act (permissions.py)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from backend.domain.errors import DomainError
from backend.domain.vocabulary import TaskAction, TaskStatus

S, A = TaskStatus, TaskAction

TRANSITIONS: dict[tuple[TaskStatus, TaskAction], TaskStatus] = {
    (S.PLANNED, A.ASSIGN): S.ASSIGNED,
    (S.PLANNED, A.CANCEL): S.CANCELLED,
    (S.ASSIGNED, A.REASSIGN): S.ASSIGNED,
    (S.ASSIGNED, A.ACCEPT): S.ACCEPTED,
    (S.ASSIGNED, A.DECLINE): S.DECLINED,
    (S.ASSIGNED, A.CANCEL): S.CANCELLED,
    (S.ACCEPTED, A.REASSIGN): S.ASSIGNED,
    (S.ACCEPTED, A.DECLINE): S.DECLINED,
    (S.ACCEPTED, A.START): S.IN_PROGRESS,
    (S.ACCEPTED, A.CANCEL): S.CANCELLED,
    (S.IN_PROGRESS, A.REASSIGN): S.ASSIGNED,
    (S.IN_PROGRESS, A.SUBMIT): S.SUBMITTED,
    (S.IN_PROGRESS, A.CANCEL): S.CANCELLED,
    (S.SUBMITTED, A.COMPLETE): S.DONE,
    (S.SUBMITTED, A.SEND_BACK): S.IN_PROGRESS,
    (S.DECLINED, A.ASSIGN): S.ASSIGNED,
    (S.DECLINED, A.CANCEL): S.CANCELLED,
}

FINAL_STATUSES = frozenset({S.DONE, S.CANCELLED})
# The worker's part is still to be done; only then can a task be late.
OPEN_STATUSES = frozenset({S.PLANNED, S.ASSIGNED, S.ACCEPTED, S.IN_PROGRESS, S.DECLINED})
REASON_NEEDED = frozenset({A.DECLINE, A.SEND_BACK, A.CANCEL})


def next_status(status: TaskStatus, action: TaskAction) -> TaskStatus:
    """The status after ``action``; raises DomainError('illegal_transition', status=, action=)."""
    try:
        return TRANSITIONS[status, action]
    except KeyError:
        raise DomainError("illegal_transition", status=str(status), action=str(action)) from None


def allowed_actions(status: TaskStatus) -> tuple[TaskAction, ...]:
    """Actions the life cycle allows in ``status``, in the order of the enum."""
    return tuple(action for action in TaskAction if (status, action) in TRANSITIONS)


def check_reason(action: TaskAction, reason: str | None) -> None:
    """Raise DomainError('reason_required') if ``action`` must be explained and ``reason`` is blank."""
    if action in REASON_NEEDED and not (reason or "").strip():
        raise DomainError("reason_required")


def is_overdue(status: TaskStatus, due_at: datetime | None, now: datetime) -> bool:
    """True if the worker's part is not done and ``due_at`` has passed. Overdue is computed, never a status."""
    return due_at is not None and status in OPEN_STATUSES and now > due_at


class Holding(Protocol):
    """That a person held a task from ``started_at`` until ``ended_at`` (None: still), as assignee or helper."""

    user_id: UUID
    started_at: datetime
    ended_at: datetime | None


def held_by(holdings: Iterable[Holding], user_id: UUID, at: datetime) -> bool:
    """True if ``user_id`` held the task at ``at``: late work is judged by that, not by who holds it now (sync.md, 7)."""
    return any(
        holding.user_id == user_id and holding.started_at <= at and (holding.ended_at is None or at < holding.ended_at)
        for holding in holdings
    )


# Crockford's base32: no I, L, O, U, so that a code read out on the phone is written down right.
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SEQUENCE_LENGTH = 5


def task_code(day: date, sequence: int) -> str:
    """``T`` + day + running number, such as T20261120-0000A; unique as long as ``sequence`` is."""
    digits = ""
    while sequence:
        sequence, rest = divmod(sequence, len(_DIGITS))
        digits = _DIGITS[rest] + digits
    return f"T{day:%Y%m%d}-{digits.rjust(_SEQUENCE_LENGTH, '0')}"
