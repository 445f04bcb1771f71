"""Tasks made for a referral: somebody looks on the spot whether it is done (核查), or again after a penalty (复查).

Not here: what their reports mean for the referral (services/referrals/recurrence.py).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import LOCAL_ZONE, local_day
from backend.domain.case_rules import case_rules_at
from backend.domain.errors import DomainError
from backend.domain.labels import label_of
from backend.domain.referrals import next_status
from backend.domain.tasks import FINAL_STATUSES
from backend.domain.vocabulary import ReferralAction, ReferralStatus, TaskKind, TaskPurpose
from backend.persistence.models import Referral, Report, Task
from backend.services.history import record
from backend.services.referrals import lock_case
from backend.services.tasks import TaskDraft, create_task


def make_field_check(
    session: Session,
    actor: Actor,
    referral_id: UUID,
    *,
    assignee_id: UUID | None = None,
    instructions: str = "",
    now: datetime,
) -> Task:
    """A task to verify on the spot what a department says it did; without ``assignee_id`` whoever answers for the grid.

    Raises not_found, illegal_transition (nothing to verify yet), already_running, no_grid_for_task, invalid_input.
    """
    report, referral = lock_case(session, actor, referral_id)
    if referral.status != ReferralStatus.VERIFYING:
        next_status(referral.status, ReferralAction.START_VERIFYING)
    if _under_way(session, referral.id, TaskPurpose.VERIFICATION):
        raise DomainError("already_running")
    days = case_rules_at(local_day(now)).verification_within_days
    draft = _draft(report, referral, TaskPurpose.VERIFICATION, instructions, days, now)
    return _create(session, actor, report, replace(draft, assignee_id=assignee_id), now)


def make_recheck(session: Session, actor: Actor, referral: Referral, *, now: datetime) -> Task | None:
    """The task to look again after a penalty; None where one is under way, or none can be made (its event says why)."""
    if _under_way(session, referral.id, TaskPurpose.RECHECK):
        return None
    report = session.get_one(Report, referral.report_id)
    days = case_rules_at(local_day(now)).recheck_after_days
    try:
        return _create(session, actor, report, _draft(report, referral, TaskPurpose.RECHECK, "", days, now), now)
    except DomainError as error:
        _record(session, actor, referral.id, "recheck_not_made", {"why": error.code}, now)
        return None


def _under_way(session: Session, referral_id: UUID, purpose: TaskPurpose) -> bool:
    found = select(Task.id).where(
        Task.referral_id == referral_id, Task.purpose == purpose, Task.status.not_in(FINAL_STATUSES)
    )
    return session.scalars(found.limit(1)).first() is not None


def _draft(
    report: Report, referral: Referral, purpose: TaskPurpose, instructions: str, days: int, now: datetime
) -> TaskDraft:
    kind = TaskKind.RECHECK if purpose == TaskPurpose.RECHECK else TaskKind.SPECIAL_INSPECTION
    site = report.site or {}
    place = site.get("name") or site.get("address") or report.grid_code or ""
    last_day = local_day(now) + timedelta(days=days)
    return TaskDraft(
        category=report.category,
        kind=kind,
        title=f"{label_of(purpose).zh}：{place}"[:200],
        by_responsibility=True,
        due_at=datetime.combine(last_day, time(23, 59, 59), LOCAL_ZONE),
        instructions=instructions or _instructions(report, referral),
        referral_id=referral.id,
        purpose=purpose,
    )


def _instructions(report: Report, referral: Referral) -> str:
    """What was found, and what the department says it did: enough to compare with on the spot."""
    found = "、".join(str(code) for code in referral.finding_codes)
    parts = [f"原上报问题：{found}" if found else "", report.description, f"反馈：{referral.outcome_note or ''}"]
    return "\n".join(part for part in [*parts, "请在同一机位拍照对比。"] if part)


def _create(session: Session, actor: Actor, report: Report, draft: TaskDraft, now: datetime) -> Task:
    """At the grid and site of the report; where one of them is gone, with what is left."""
    for attempt in _places(report, draft):
        try:
            [task] = create_task(session, actor, attempt, now=now).tasks
        except DomainError as error:
            if error.code != "not_found" and draft.assignee_id is not None:
                raise
            continue
        assert draft.referral_id is not None
        told = {"task_id": str(task.id), "code": task.code, "purpose": str(task.purpose)}
        _record(session, actor, draft.referral_id, "make_task", told, now)
        return task
    raise DomainError("no_grid_for_task")


def _places(report: Report, draft: TaskDraft) -> Iterator[TaskDraft]:
    if report.grid_code and report.site_id:
        yield replace(draft, grid_code=report.grid_code, site_id=report.site_id)
    if report.site_id:
        yield replace(draft, site_id=report.site_id)
    if report.grid_code:
        yield replace(draft, grid_code=report.grid_code)


def _record(
    session: Session, actor: Actor, referral_id: UUID, action: str, data: dict[str, str], now: datetime
) -> None:
    record(session, at=now, actor=actor, subject_type="referral", subject_id=referral_id, action=action, data=data)
