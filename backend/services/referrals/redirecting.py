"""Open referrals of a department that has ended go on to who comes after it; nothing of what was done is lost.

Not here: ending a department (departments/), acts of people (acting.py).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.duties import Gap
from backend.domain.referrals import FINAL_STATUSES
from backend.domain.vocabulary import ReferralAction, ReferralStatus
from backend.persistence.models import Department, Referral, Report
from backend.services.departments import Dissolution, dissolve_department
from backend.services.referrals.departments import DepartmentMap, DepartmentRow, load_departments
from backend.services.referrals.following import standing_of
from backend.services.referrals.status import set_report_status, set_status
from backend.services.scope import publish_reports

BATCH = 200  # referrals at a time: their reports stay locked until the end of the unit of work
S = ReferralStatus
# Handled, being verified, before the arbiter: nothing is asked of the department now.
NOT_ITS_TURN = frozenset({S.HANDLED, S.VERIFYING, S.IN_ARBITRATION})


def dissolve(session: Session, actor: Actor, code: str, dissolution: Dissolution, *, now: datetime) -> list[Gap]:
    """End a department (``dissolve_department``) and, if its last day is over, move its open referrals on at once."""
    gaps = dissolve_department(session, actor, code, dissolution, now=now)
    after: int | None = 0
    while after is not None and dissolution.on <= local_day(now):
        after = redirect_dissolved(session, now=now, after=after)
    return gaps


def redirect_dissolved(session: Session, *, now: datetime, after: int = 0) -> int | None:
    """Move on a batch of the open referrals that lie with departments which do not exist any more.

    Each goes to the department's successor, without one to who holds the function today, else back to triage; the event
    says from where to where. ``after`` and the answer are numbers of referrals: where to go on, None when all are done.
    """
    today = local_day(now)
    waiting = session.execute(
        select(Referral.seq, Referral.id, Referral.report_id)
        .join(Department, Department.id == Referral.department_id)
        .where(Department.valid_to <= today, Referral.status.not_in(FINAL_STATUSES), Referral.seq > after)
        .order_by(Referral.seq)
        .limit(BATCH)
    ).all()
    if not waiting:
        return None
    reports, referrals = _lock(session, waiting)
    departments = load_departments(session)
    ended = _ended(session, referrals, today)
    moved = {
        referral.report_id
        for referral in referrals
        if referral.status not in FINAL_STATUSES
        and referral.department_id in ended
        and _move(session, referral, ended[referral.department_id], departments, now)
    }
    session.flush()
    standing = standing_of(session, moved)
    for report in reports:
        if report.id in moved:
            set_report_status(session, None, report, standing[report.id], now=now)
    session.flush()
    publish_reports(session, sorted(moved), now)
    return int(waiting[-1].seq)


def _lock(session: Session, waiting: Sequence[Row[*tuple[Any, ...]]]) -> tuple[Sequence[Report], Sequence[Referral]]:
    """Reports before referrals, as every act does; each in one order, so that two runs queue and never embrace."""
    fresh = {"populate_existing": True}
    reports = select(Report).where(Report.id.in_({row.report_id for row in waiting})).order_by(Report.id)
    referrals = select(Referral).where(Referral.id.in_([row.id for row in waiting])).order_by(Referral.seq)
    return (
        session.scalars(reports.with_for_update(key_share=True), execution_options=fresh).all(),
        session.scalars(referrals.with_for_update(key_share=True), execution_options=fresh).all(),
    )


def _ended(session: Session, referrals: Sequence[Referral], today: date) -> dict[Any, Department]:
    """Again, since somebody may have routed one of them while the locks were waited for."""
    ids = {referral.department_id for referral in referrals}
    rows = session.scalars(select(Department).where(Department.id.in_(ids), Department.valid_to <= today))
    return {department.id: department for department in rows}


def _move(session: Session, referral: Referral, ended: Department, departments: DepartmentMap, now: datetime) -> bool:
    """Give one referral to who comes after ``ended``; False where it can stay as it is."""
    today = local_day(now)
    target = departments.heir(ended.id, today)
    why = "successor"
    if target is None:
        target = departments.find(referral.function_code, ended.district_code, referral.street_code, today, today)
        why = "holder" if target is not None else "nobody"
    if target is None and referral.status in NOT_ITS_TURN:
        return False  # whoever verifies or rules needs no department; should it be reopened, this runs again
    data = _told(referral, ended, target)
    action = ReferralAction.REDIRECT if target is not None else ReferralAction.UNROUTE
    referral.department_id = target.id if target is not None else None
    _begin_anew(referral, target, now)
    reason = f"{ended.name}已撤销"
    set_status(
        session, None, referral, action, now=now, reason_code=f"department_ended_{why}", reason=reason, data=data
    )
    return True


def _told(referral: Referral, ended: Department, target: DepartmentRow | None) -> dict[str, Any]:
    return {
        "before": {"department_id": str(ended.id), "department": ended.code, "department_name": ended.name},
        "after": {
            "department_id": str(target.id) if target is not None else None,
            "department": target.code if target is not None else None,
            "department_name": target.name if target is not None else None,
        },
        "function": referral.function_code,
        "handler_id": str(referral.handler_id) if referral.handler_id else None,
        "return_code": referral.return_code,
        "return_reason": referral.return_reason,
    }


def _begin_anew(referral: Referral, target: DepartmentRow | None, now: datetime) -> None:
    """Whoever takes over has accepted and handled nothing yet; what was handled before stays with its result."""
    if referral.status in NOT_ITS_TURN:
        return
    referral.accepted_at = referral.handler_id = referral.handled_at = None
    referral.verifier_id = referral.outcome_code = referral.outcome_note = None
    referral.return_code = referral.return_reason = referral.proposed_department_id = None
    if referral.status != S.PENDING_TRIAGE:
        referral.routed_at = now if target is not None else None
