"""Recording a penalty on the case it came out of, and revoking one. Not here: earlier penalties as a table (importing.py)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.legal import all_bases
from backend.domain.penalties import CASE_OUTCOME, check_day, check_kind, function_of_kind
from backend.domain.permissions import check
from backend.domain.vocabulary import PenaltySource, Role
from backend.persistence.models import Penalty, Referral, Report, Site
from backend.persistence.queries import penalties as reads
from backend.persistence.queries.departments import functions_held
from backend.persistence.queries.referrals import visible_to
from backend.persistence.violations import violated_constraint
from backend.services.history import record

ONCE = "ix_penalties_document_no_kind"


@dataclass(frozen=True, slots=True)
class PenaltyDraft:
    """A decision as it is entered; ``basis`` are codes of laws.yaml. Site and code of the subject come from the report."""

    kind: str
    subject_name: str
    document_no: str
    decided_on: date
    basis: tuple[str, ...] = ()
    uscc: str | None = None


def record_penalty(session: Session, actor: Actor, referral_id: UUID, draft: PenaltyDraft, *, now: datetime) -> Penalty:
    """Record a decision on a referral whose result is a filed case: by its department, or by the bureau.

    Raises DomainError: not_found, forbidden, no_case_filed, unknown_code, penalty_of_other_function, penalty_day and
    penalty_exists.
    """
    check(actor.roles, "penalty.record")
    referral, report = _case(session, actor, referral_id)
    if referral.outcome_code != CASE_OUTCOME:
        raise DomainError("no_case_filed")
    today = local_day(now)
    held = functions_held(session, [referral.department_id] if referral.department_id else [], today)
    check_kind(draft.kind, {referral.function_code, *held})
    check_day(draft.decided_on, local_day(report.captured_at), today)
    site = session.get(Site, report.site_id) if report.site_id is not None else None
    penalty = Penalty(
        id=new_id(),
        referral_id=referral.id,
        site_id=report.site_id,
        uscc=draft.uscc or (site.uscc if site else None),
        subject_name=draft.subject_name,
        kind=draft.kind,
        function_code=function_of_kind(draft.kind) or referral.function_code,
        decided_on=draft.decided_on,
        document_no=draft.document_no,
        basis=read_basis(draft.basis),
        source=PenaltySource.CASE,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(penalty)
    try:
        session.flush()
    except IntegrityError as error:
        if violated_constraint(error) != ONCE:
            raise
        raise DomainError("penalty_exists", document_no=draft.document_no) from None
    note(session, actor, penalty, "record", now)
    session.flush()
    return penalty


def revoke_penalty(session: Session, actor: Actor, penalty_id: UUID, reason: str | None, *, now: datetime) -> Penalty:
    """A decision was annulled, or entered wrongly: it stays readable and counts no more (行政处罚法48条).

    Raises DomainError: not_found, forbidden, reason_required and penalty_revoked.
    """
    check(actor.roles, "penalty.record")
    statement = select(Penalty).where(Penalty.id == penalty_id, reads.visible_to(actor, now)).with_for_update()
    penalty = session.scalars(statement, execution_options={"populate_existing": True}).one_or_none()
    if penalty is None:
        raise DomainError("not_found")
    if not actor.has(Role.BUREAU_TRIAGER) and not _is_of_department(session, actor, penalty):
        raise DomainError("forbidden")
    if not (reason or "").strip():
        raise DomainError("reason_required")
    if penalty.revoked_at is not None:
        raise DomainError("penalty_revoked")
    penalty.revoked_at, penalty.revoked_by, penalty.revoked_reason = now, actor.user_id, reason
    note(session, actor, penalty, "revoke", now, reason)
    session.flush()
    return penalty


def read_basis(codes: Sequence[str]) -> list[dict[str, Any]]:
    """Legal bases as they are kept with a penalty, with the mark of each. Raises DomainError('unknown_code')."""
    known = all_bases()
    for code in codes:
        if code not in known:
            raise DomainError("unknown_code", list="laws", value=code)
    return [known[code].to_data() for code in codes]


def note(
    session: Session, actor: Actor, penalty: Penalty, action: str, now: datetime, reason: str | None = None
) -> None:
    """The event beside the write; whom it concerns stands in the row alone, which can be read by fewer people."""
    data = {
        "kind": penalty.kind,
        "document_no": penalty.document_no,
        "source": penalty.source.value,
        "referral_id": str(penalty.referral_id) if penalty.referral_id else None,
    }
    record(
        session,
        at=now,
        actor=actor,
        subject_type="penalty",
        subject_id=penalty.id,
        action=action,
        reason=reason,
        data=data,
    )


def _case(session: Session, actor: Actor, referral_id: UUID) -> tuple[Referral, Report]:
    """The referral and its report; the referral cannot be reopened while a penalty is being recorded on it."""
    statement = select(Referral).where(Referral.id == referral_id, visible_to(actor)).with_for_update(key_share=True)
    referral = session.scalars(statement, execution_options={"populate_existing": True}).one_or_none()
    if referral is None:
        raise DomainError("not_found")
    if not actor.has(Role.BUREAU_TRIAGER) and referral.department_id not in actor.department_ids:
        raise DomainError("forbidden")
    return referral, session.get_one(Report, referral.report_id)


def _is_of_department(session: Session, actor: Actor, penalty: Penalty) -> bool:
    if penalty.referral_id is None:
        return False  # an imported one is the bureau's
    return session.get_one(Referral, penalty.referral_id).department_id in actor.department_ids
