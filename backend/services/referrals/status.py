"""The only places where the status of a referral, and with it that of its report, is changed: the event is written beside.

Not here: who may act and what an act needs (actions.py), first routing (routing.py).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.referrals import next_status
from backend.domain.reports.stages import report_status_of
from backend.domain.vocabulary import ReferralAction, ReferralStatus, ReportStatus
from backend.persistence.models import Event, Referral, Report
from backend.services.history import event_values, record


class HasStatus(Protocol):
    """A report, written or still being made."""

    id: UUID
    status: ReportStatus


# What happened to the report when its referrals made it change, as the history names it.
REPORT_ACTION = {
    ReportStatus.REFERRED: "refer",
    ReportStatus.CLOSED: "close",
    ReportStatus.RECORDED: "record",
    ReportStatus.WITHDRAWN: "withdraw",
}


def set_status(
    session: Session,
    actor: Actor | None,
    referral: Referral,
    action: ReferralAction,
    *,
    now: datetime,
    reason_code: str | None = None,
    reason: str | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Move ``referral`` as the table of the life cycle says, count its version up and write the event.

    ``actor`` None means the product itself (a department ended). Raises DomainError('illegal_transition').
    """
    before = referral.status
    referral.status = next_status(before, action)
    referral.version += 1
    record(
        session,
        at=now,
        actor=actor,
        subject_type="referral",
        subject_id=referral.id,
        action=action.value,
        from_status=before.value,
        to_status=referral.status.value,
        reason_code=reason_code,
        reason=reason,
        data=data,
    )


def first_report_status(
    report: HasStatus, statuses: Iterable[ReferralStatus], *, now: datetime, data: dict[str, Any]
) -> list[dict[str, Any]]:
    """Give a report that is being made the status its first referrals mean; its event, none where nothing changes."""
    before = report.status
    report.status = report_status_of(statuses, withdrawn=False)
    return [] if report.status == before else [_report_event(report, before, None, now, data)]


def set_report_status(
    session: Session,
    actor: Actor | None,
    report: Report,
    statuses: Iterable[ReferralStatus],
    *,
    now: datetime,
    data: dict[str, Any] | None = None,
) -> None:
    """Make the report's status agree with ``statuses``, those of all its referrals; silent where nothing changes."""
    before = report.status
    after = report_status_of(statuses, withdrawn=report.withdrawn_at is not None)
    if after == before:
        return
    report.status = after
    session.add(Event(**_report_event(report, before, actor, now, data)))


def _report_event(
    report: HasStatus, before: ReportStatus, actor: Actor | None, now: datetime, data: dict[str, Any] | None
) -> dict[str, Any]:
    return event_values(
        at=now,
        actor=actor,
        subject_type="report",
        subject_id=report.id,
        action="reopen" if before == ReportStatus.CLOSED else REPORT_ACTION[report.status],
        from_status=before.value,
        to_status=report.status.value,
        data=data,
    )
