"""Joint handling (联合处置): departments called to one place, what they answer, who came when. Not here: their referrals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import LOCAL_ZONE
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.notices import department_audience
from backend.domain.vocabulary import NoticeKind, Role
from backend.persistence.models import Department, JointHandling, JointParty, Referral, Report
from backend.persistence.queries.referrals import visible_in_office
from backend.services.history import record
from backend.services.outbox import case_notice, notify


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who of a department came, from when to when, and what they did."""

    arrived_at: datetime
    left_at: datetime | None = None
    officers: Sequence[str] = ()
    note: str = ""


def call_joint(
    session: Session,
    actor: Actor,
    report_id: UUID,
    departments: Sequence[str],
    *,
    place: str,
    meets_at: datetime,
    note: str,
    now: datetime,
) -> JointHandling:
    """Call departments (codes) of the report's referrals together. Raises not_found, joint_party_without_referral."""
    _check_seen(session, actor, report_id)
    parties = _parties(session, report_id)
    unknown = [code for code in departments if code not in parties]
    if unknown or not departments:
        raise DomainError("joint_party_without_referral", departments="、".join(unknown))
    joint = JointHandling(
        id=new_id(), report_id=report_id, place=place, meets_at=meets_at, note=note, called_by=actor.user_id,
        called_at=now, result="",
    )  # fmt: skip
    session.add(joint)
    for code in dict.fromkeys(departments):
        party = JointParty(joint_id=joint.id, department_id=parties[code], invited_at=now, officers=[], note="")
        session.add(party)
    data = {
        "joint_id": str(joint.id),
        "departments": list(dict.fromkeys(departments)),
        "meets_at": meets_at.isoformat(),
    }
    _record(session, actor, report_id, "joint_call", data, now)
    _invite(session, actor, joint, [parties[code] for code in dict.fromkeys(departments)], now)
    session.flush()
    return joint


def _invite(session: Session, actor: Actor, joint: JointHandling, departments: Sequence[UUID], now: datetime) -> None:
    """A notice for each department, about its own referral."""
    theirs = select(Referral).where(Referral.report_id == joint.report_id, Referral.department_id.in_(departments))
    own = {referral.department_id: referral for referral in session.scalars(theirs)}
    day = joint.meets_at.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M")
    told = [
        case_notice(
            NoticeKind.JOINT_CALLED, referral, department_audience(department), actor.user_id, name=joint.place, day=day
        )
        for department, referral in own.items()
        if department is not None
    ]
    notify(session, told, now=now)


def answer_joint(
    session: Session, actor: Actor, joint_id: UUID, department: str, *, will_come: bool, note: str, now: datetime
) -> JointHandling:
    """A department says whether it comes; it may think better of it until the end. Raises not_found, forbidden, joint_ended."""
    joint, party = _open_party(session, actor, joint_id, department)
    party.answered_at, party.will_come, party.note, party.recorded_by = now, will_come, note, actor.user_id
    data = {"joint_id": str(joint.id), "department": department, "will_come": will_come}
    _record(session, actor, joint.report_id, "joint_answer", data, now)
    session.flush()
    return joint


def attend_joint(
    session: Session, actor: Actor, joint_id: UUID, department: str, attendance: Attendance, *, now: datetime
) -> JointHandling:
    """Note who of a department came when: by itself, or by whoever called. Telling it again corrects it (both stand in
    the history). Raises not_found, forbidden, joint_ended, bad_period."""
    joint, party = _open_party(session, actor, joint_id, department)
    if attendance.left_at is not None and attendance.left_at < attendance.arrived_at:
        raise DomainError("bad_period")
    party.arrived_at, party.left_at = attendance.arrived_at, attendance.left_at
    party.officers, party.recorded_by = list(attendance.officers), actor.user_id
    party.note = attendance.note or party.note
    data = {
        "joint_id": str(joint.id),
        "department": department,
        "arrived_at": attendance.arrived_at.isoformat(),
        "left_at": attendance.left_at.isoformat() if attendance.left_at else None,
        "officers": list(attendance.officers),
    }
    _record(session, actor, joint.report_id, "joint_attend", data, now)
    session.flush()
    return joint


def end_joint(session: Session, actor: Actor, joint_id: UUID, *, result: str, now: datetime) -> JointHandling:
    """Whoever called it, or the bureau, says what came of it. Raises not_found, forbidden, joint_ended."""
    joint = _lock(session, actor, joint_id)
    if joint.called_by != actor.user_id and not actor.has(Role.BUREAU_TRIAGER):
        raise DomainError("forbidden")
    joint.ended_at, joint.ended_by, joint.result = now, actor.user_id, result
    _record(session, actor, joint.report_id, "joint_end", {"joint_id": str(joint.id), "result": result}, now)
    session.flush()
    return joint


def _open_party(session: Session, actor: Actor, joint_id: UUID, department: str) -> tuple[JointHandling, JointParty]:
    joint = _lock(session, actor, joint_id)
    party = session.scalar(
        select(JointParty)
        .join(Department, Department.id == JointParty.department_id)
        .where(JointParty.joint_id == joint_id, Department.code == department)
    )
    if party is None:
        raise DomainError("not_found")
    if party.department_id not in actor.department_ids and joint.called_by != actor.user_id:
        raise DomainError("forbidden")
    return joint, party


def _lock(session: Session, actor: Actor, joint_id: UUID) -> JointHandling:
    seen = select(Referral.report_id).where(visible_in_office(actor))
    wanted = select(JointHandling).where(JointHandling.id == joint_id, JointHandling.report_id.in_(seen))
    joint = session.scalar(
        wanted.with_for_update(of=JointHandling), execution_options={"populate_existing": True}
    )  # fmt: skip
    if joint is None:
        raise DomainError("not_found")
    if joint.ended_at is not None:
        raise DomainError("joint_ended")
    return joint


def _check_seen(session: Session, actor: Actor, report_id: UUID) -> None:
    seen = select(Report.id).join(Referral, Referral.report_id == Report.id)
    if session.scalars(seen.where(Report.id == report_id, visible_in_office(actor)).limit(1)).first() is None:
        raise DomainError("not_found")


def _parties(session: Session, report_id: UUID) -> dict[str, UUID]:
    """Departments that have a referral of the report, by code."""
    found = session.execute(
        select(Department.code, Department.id)
        .join(Referral, Referral.department_id == Department.id)
        .where(Referral.report_id == report_id)
    )
    return {row.code: row.id for row in found}


def _record(session: Session, actor: Actor, report_id: UUID, action: str, data: dict[str, Any], now: datetime) -> None:
    record(session, at=now, actor=actor, subject_type="report", subject_id=report_id, action=action, data=data)
