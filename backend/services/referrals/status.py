"""The only places where the status of a referral, and with it that of its report, is changed: the event is written beside.

Not here: who may act and what an act needs (actions.py), first routing (routing.py).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.referrals import next_status
from backend.domain.reports.stages import report_status_of
from backend.domain.vocabulary import ReferralAction, ReferralStatus, ReportStatus
from backend.persistence.models import Referral, Report
from backend.services.history import record

# What happened to the report when its referrals made it change, as the history names it.
REPORT_ACTION = {
    ReportStatus.REFERRED: "refer",
    ReportStatus.CLOSED: "close",
    ReportStatus.RECORDED: "record",
    ReportStatus.WITHDRAWN: "withdraw",
}


def set_status(
    session: Session,
    actor: Actor,
    referral: Referral,
    action: ReferralAction,
    *,
    now: datetime,
    reason_code: str | None = None,
    reason: str | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Move ``referral`` as the table of the life cycle says, count its version up and write the event.

    Raises DomainError('illegal_transition').
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
    record(
        session,
        at=now,
        actor=actor,
        subject_type="report",
        subject_id=report.id,
        action="reopen" if before == ReportStatus.CLOSED else REPORT_ACTION[after],
        from_status=before.value,
        to_status=after.value,
        data=data,
    )
