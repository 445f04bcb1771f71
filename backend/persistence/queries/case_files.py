"""What hangs on one referral, for whoever deals with it: a fixed number of statements. Not here: the referral's own row."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Row, Select, Text, cast, or_, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.persistence.models import (
    Department,
    EmergencyCall,
    JointHandling,
    JointParty,
    Precedent,
    Referral,
    ReferralCall,
    ReferralLink,
    ReferralMaterial,
    Report,
    ReportPhoto,
    Task,
    User,
)
from backend.persistence.queries.referrals import visible_in_office

Rows = Sequence[Row[*tuple[Any, ...]]]
CANDIDATES = 200  # rulings looked at; the newest count


@dataclass(frozen=True, slots=True)
class CaseFile:
    """案卷: everything beside the referral's own row, each part oldest first (precedents: most alike first)."""

    referral: Referral
    materials: Rows
    calls: Rows
    field_calls: Rows
    links: Rows
    tasks: Rows
    photos: Rows
    joint: Rows
    parties: Rows
    precedents: Rows


def get_case_file(session: Session, actor: Actor, referral_id: UUID, precedents: int) -> CaseFile:
    """The file of a referral; ``precedents``: how many rulings of cases like it. Raises DomainError('not_found')."""
    referral = session.scalar(select(Referral).where(Referral.id == referral_id, visible_in_office(actor)))
    if referral is None:
        raise DomainError("not_found")
    tasks = session.execute(_tasks(referral_id)).all()
    links = session.execute(_links(referral_id)).all()
    joint = session.execute(_joint(JointHandling.report_id == referral.report_id)).all()
    seen = {referral.report_id, *(link.report_id for link in links)}
    return CaseFile(
        referral=referral,
        materials=session.execute(_materials(referral_id)).all(),
        calls=session.execute(_calls(referral_id)).all(),
        field_calls=session.execute(_field_calls(referral.report_id)).all(),
        links=links,
        tasks=tasks,
        photos=session.execute(_photos(seen)).all(),
        joint=joint,
        parties=session.execute(_parties([row.id for row in joint])).all(),
        precedents=similar_rulings(session, referral, precedents),
    )


def get_joint(session: Session, joint_id: UUID) -> tuple[Rows, Rows]:
    """One joint handling (a single row) and its parties; for whoever has just acted on it."""
    joint = session.execute(_joint(JointHandling.id == joint_id)).all()
    return joint, session.execute(_parties([joint_id])).all()


def similar_rulings(session: Session, referral: Referral, limit: int) -> list[Row[*tuple[Any, ...]]]:
    """Rulings on the same function or about the same findings, in the same category; the more findings shared the first."""
    codes = {str(code) for code in referral.finding_codes}
    alike = [Precedent.function_code == referral.function_code]
    if codes:
        alike.append(Precedent.finding_codes.op("&&")(cast(sorted(codes), ARRAY(Text))))
    newest = (
        select(
            Precedent,
            Department.code.label("department"),
            Department.name.label("department_name"),
            User.name.label("ruler_name"),
        )
        .join(Department, Department.id == Precedent.department_id)
        .join(User, User.id == Precedent.ruled_by)
        .where(Precedent.category == referral.category, or_(*alike))
        .order_by(Precedent.seq.desc())
        .limit(CANDIDATES)
    )

    def likeness(row: Row[*tuple[Any, ...]]) -> tuple[int, bool]:
        shared = len(codes & set(row.Precedent.finding_codes))
        return shared, row.Precedent.function_code == referral.function_code

    # sorting is stable: among equals the newest stays first
    return sorted(session.execute(newest), key=likeness, reverse=True)[:limit]


def _materials(referral_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(ReferralMaterial, User.name.label("person"))
        .join(User, User.id == ReferralMaterial.added_by)
        .where(ReferralMaterial.referral_id == referral_id)
        .order_by(ReferralMaterial.added_at, ReferralMaterial.id)
    )


def _calls(referral_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(ReferralCall, User.name.label("person"))
        .join(User, User.id == ReferralCall.caller_id)
        .where(ReferralCall.referral_id == referral_id)
        .order_by(ReferralCall.called_at)
    )


def _field_calls(report_id: UUID) -> Select[*tuple[Any, ...]]:
    """Calls made from the field before or beside the report."""
    return select(EmergencyCall).where(EmergencyCall.report_id == report_id).order_by(EmergencyCall.called_at)


def _links(referral_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(
            ReferralLink.kind,
            ReferralLink.report_id,
            ReferralLink.distance_m,
            ReferralLink.made_at,
            Report.outcome,
            Report.captured_at,
        )
        .join(Report, Report.id == ReferralLink.report_id)
        .where(ReferralLink.referral_id == referral_id)
        .order_by(ReferralLink.made_at, ReferralLink.id)
    )


def _tasks(referral_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(Task.id, Task.code, Task.title, Task.purpose, Task.status, Task.due_at)
        .where(Task.referral_id == referral_id)
        .order_by(Task.seq)
    )


def _photos(report_ids: Collection[UUID]) -> Select[*tuple[Any, ...]]:
    return (
        select(ReportPhoto.report_id, ReportPhoto.sha256, ReportPhoto.role, ReportPhoto.arrived_at)
        .where(ReportPhoto.report_id.in_(report_ids))
        .order_by(ReportPhoto.report_id, ReportPhoto.ordinal)
    )


def _joint(condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(*JointHandling.__table__.columns, User.name.label("caller"))
        .join(User, User.id == JointHandling.called_by)
        .where(condition)
        .order_by(JointHandling.called_at)
    )


def _parties(joint_ids: Collection[UUID]) -> Select[*tuple[Any, ...]]:
    return (
        select(JointParty, Department.code.label("department"), Department.name.label("department_name"))
        .join(Department, Department.id == JointParty.department_id)
        .where(JointParty.joint_id.in_(joint_ids))
        .order_by(Department.code)
    )
