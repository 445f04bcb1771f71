"""One act on a referral: who may, both rows locked, the act itself, and what follows for the reports concerned.

Not here: the single acts (acts/), the table of the life cycle (domain/referrals), first routing by rules (routing.py).
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.permissions import REFERRAL_ACTION_PERMISSION, can, check
from backend.domain.referrals import allowed_actions, next_status
from backend.domain.vocabulary import ReferralAction
from backend.persistence.models import Referral, Report
from backend.persistence.queries.referrals import visible_to
from backend.persistence.queries.reports.rows import one_of
from backend.services.referrals.acts import ACTS
from backend.services.referrals.case import ActionDetails, Case
from backend.services.referrals.following import follow_reports
from backend.services.referrals.materials import check_materials
from backend.services.scope import publish_reports

A = ReferralAction
# Acts of the department itself: a colleague of another department who can see the referral still may not do them.
DEPARTMENT_ACTS = frozenset({A.ACCEPT, A.RETURN, A.TRANSFER, A.ASSIGN, A.START_HANDLING, A.HANDLE})
VERIFYING_ACTS = frozenset({A.START_VERIFYING, A.CLOSE})
UNRETURNABLE = frozenset({A.RETURN, A.TRANSFER})  # once an arbiter has ruled


def act(
    session: Session,
    actor: Actor,
    referral_id: UUID,
    action: ReferralAction,
    details: ActionDetails | None = None,
    *,
    version: int | None = None,
    now: datetime,
) -> Referral:
    """Let ``actor`` do ``action`` on a referral he can see; the reports' status and their authors' phones follow.

    ``version`` is what the actor saw; another one means that somebody was quicker. Raises not_found, forbidden,
    stale_version, illegal_transition and what the act itself raises (acts/, case.py); nothing is changed then.
    """
    details = details or ActionDetails()
    also = details.target if action == A.MERGE else None
    report, referral = lock_case(session, actor, referral_id, also)
    concerned = act_on_locked(session, actor, report, referral, action, details, version=version, now=now)
    publish_reports(session, concerned, now)
    return referral


def act_on_locked(
    session: Session,
    actor: Actor,
    report: Report,
    referral: Referral,
    action: ReferralAction,
    details: ActionDetails,
    *,
    version: int | None = None,
    now: datetime,
) -> Collection[UUID]:
    """``act`` for a caller that has locked both rows himself (and the target of a merge), the reports first, has seen that
    ``actor`` sees the referral, and tells the phones afterwards: of the reports whose ids this answers."""
    check(actor.roles, REFERRAL_ACTION_PERMISSION[action])
    if action in DEPARTMENT_ACTS and referral.department_id not in actor.department_ids:
        raise DomainError("forbidden")
    if version is not None and version != referral.version:
        raise DomainError("stale_version")
    next_status(referral.status, action)  # refuse before anything is touched
    check_materials(session, actor, details.materials)
    ACTS[action](Case(session, actor, report, referral, details, now))
    return follow_reports(session, actor, report, referral, now=now)


def actions_for(actor: Actor, referral: Any) -> list[ReferralAction]:
    """What ``actor`` may do now with a referral he sees (a row with status, department_id, handler_id and ruled_at). Recalling
    is left out: whether he may hangs on its history (the desk says it)."""
    return [
        action
        for action in allowed_actions(referral.status)
        if action != A.RECALL
        and can(actor.roles, REFERRAL_ACTION_PERMISSION[action])
        and (action not in DEPARTMENT_ACTS or referral.department_id in actor.department_ids)
        and (action not in VERIFYING_ACTS or referral.handler_id != actor.user_id)
        and (action not in UNRETURNABLE or referral.ruled_at is None)
    ]


def lock_case(session: Session, actor: Actor, referral_id: UUID, also: UUID | None = None) -> tuple[Report, Referral]:
    """The report's row first: acts on two referrals of one report queue, so that the last one closes the report.

    ``also``: another referral the act is about, locked with it where the actor sees it. Raises not_found where the actor
    does not see the first.
    """
    wanted = [referral_id, also] if also else [referral_id]
    seen = session.execute(select(Referral.id, Referral.report_id).where(Referral.id.in_(wanted), visible_to(actor)))
    reports = {row.id: row.report_id for row in seen}
    if referral_id not in reports:
        raise DomainError("not_found")
    locked = lock_rows(session, reports)
    return locked[referral_id]


def lock_rows(
    session: Session, reports: Mapping[UUID, UUID], also: Collection[UUID] = ()
) -> dict[UUID, tuple[Report, Referral]]:
    """Referrals (id → id of its report) with their reports as they are in the database now, locked until the end of the
    transaction: reports (and those of ``also``) before referrals and each by id, so that two acts queue instead of blocking
    each other for ever."""
    fresh = {"populate_existing": True}
    lock_reports = select(Report).where(Report.id == one_of([*reports.values(), *also], Uuid)).order_by(Report.id)
    lock_referrals = select(Referral).where(Referral.id == one_of(list(reports), Uuid)).order_by(Referral.id)
    rows = session.scalars(lock_reports.with_for_update(key_share=True), execution_options=fresh)
    by_id = {report.id: report for report in rows}
    referrals = session.scalars(lock_referrals.with_for_update(key_share=True), execution_options=fresh)
    return {referral.id: (by_id[referral.report_id], referral) for referral in referrals}
