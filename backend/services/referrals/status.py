"""The only places where the status of a referral, and with it that of its report, is changed: the event is written beside.

Not here: who may act and what an act needs (acting.py, acts/), first routing (routing.py).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.case_rules import case_rules_at
from backend.domain.referrals import next_status
from backend.domain.reports.stages import report_status_of
from backend.domain.vocabulary import ClosingRule, ReferralAction, ReferralRole, ReferralStatus, ReportStatus
from backend.persistence.models import Event, Referral, Report
from backend.services.clocks import follow_status
from backend.services.history import event_values, record
from backend.services.outbox import CaseNews, announce


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
    """Move ``referral`` as the table of the life cycle says, count its version up, write the event, turn its clocks and
    tell whose turn it is.

    ``actor`` None: the product itself (a department was dissolved, it happened again). Raises DomainError('illegal_transition').
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
    # routed from one department to another, its time begins anew; another handler of the same has no more than the first
    if referral.status != before or before == ReferralStatus.ROUTED:
        follow_status(session, referral, before, referral.status, actor=actor, now=now)
    announce(session, [CaseNews(referral, action.value, actor.user_id if actor else None)], now=now)


def first_report_status(
    report: HasStatus, statuses: Iterable[ReferralStatus], *, now: datetime, data: dict[str, Any]
) -> list[dict[str, Any]]:
    """Give a report that is being made the status its first referrals mean; its event, none where nothing changes."""
    before = report.status
    report.status = report_status_of([(status, ReferralRole.LEAD) for status in statuses], ClosingRule.ALL)
    return [] if report.status == before else [_report_event(report, before, None, now, data)]


def set_report_status(
    session: Session,
    actor: Actor | None,
    report: Report,
    referrals: Iterable[tuple[ReferralStatus, ReferralRole]],
    *,
    now: datetime,
    data: dict[str, Any] | None = None,
) -> None:
    """Make the report's status agree with ``referrals``, where each of them stands and as what; silent where nothing
    changes. The closing rule is that of the day of capture."""
    before = report.status
    rule = case_rules_at(local_day(report.captured_at)).closing_rule
    after = report_status_of(referrals, rule, withdrawn=report.withdrawn_at is not None)
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
