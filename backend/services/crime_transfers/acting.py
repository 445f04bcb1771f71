"""Acts on a transfer, from the decision to its end. Not here: the table (domain/crime_transfers), proposing (proposing.py)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.crime_transfers import (
    MATERIALS_OPEN,
    allowed_actions,
    check_complete,
    check_decider,
    check_materials,
    check_reason,
    next_status,
)
from backend.domain.errors import DomainError
from backend.domain.permissions import CRIME_ACTION_PERMISSION, can, check
from backend.domain.vocabulary import CrimeTransferAction, CrimeTransferStatus
from backend.persistence.models import CrimeTransfer
from backend.persistence.queries.crime_transfers import visible_to
from backend.services.crime_transfers.papers import check_photos
from backend.services.crime_transfers.status import set_status
from backend.services.history import record

A = CrimeTransferAction
DECIDING = frozenset({A.APPROVE, A.REFUSE})
ANSWERS = frozenset({A.RECORD_FILED, A.RECORD_NOT_FILED, A.RECORD_UPHELD})
STAMPS = (
    "proposed_at",
    "decided_at",
    "handed_over_at",
    "answered_at",
    "reconsideration_at",
    "ruled_at",
    "procuratorate_at",
)


@dataclass(frozen=True, slots=True)
class TransferDetails:
    """What comes with an act; each act reads only what is its own. ``at``: when it happened, if not just now."""

    reason: str | None = None
    receipt_no: str | None = None
    answer: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Act:
    """One act while it happens; the row is locked. ``at`` is when it happened, ``now`` when it is recorded."""

    actor: Actor
    transfer: CrimeTransfer
    action: CrimeTransferAction
    details: TransferDetails
    at: datetime


def act_on_transfer(
    session: Session,
    actor: Actor,
    transfer_id: UUID,
    action: CrimeTransferAction,
    details: TransferDetails | None = None,
    *,
    version: int | None = None,
    now: datetime,
) -> CrimeTransfer:
    """Let ``actor`` take a step with a transfer; its referral stays as it is.

    Raises DomainError: not_found, forbidden, stale_version, illegal_transition, decider_is_proposer, reason_required,
    material_needed, receipt_needed, answer_needed and bad_moment; nothing is changed then.
    """
    given = details or TransferDetails()
    transfer = _lock(session, actor, transfer_id)
    check(actor.roles, CRIME_ACTION_PERMISSION[action])
    _check_version(transfer, version)
    next_status(transfer.status, action)  # refuse before anything is touched
    if action in DECIDING:
        check_decider(transfer.proposed_by, actor.user_id)
    check_reason(action, given.reason)
    at = now if action in DECIDING else _moment(transfer, given.at, now)
    _STEPS[action](_Act(actor, transfer, action, given, at))
    data = {name: value for name, value in (("receipt_no", given.receipt_no), ("answer", given.answer)) if value}
    set_status(session, actor, transfer, action, at=at, now=now, reason=given.reason, data=data)
    session.flush()
    return transfer


def set_materials(
    session: Session,
    actor: Actor,
    transfer_id: UUID,
    materials: Sequence[Mapping[str, Any]],
    *,
    version: int | None = None,
    now: datetime,
) -> CrimeTransfer:
    """Replace the checklist of papers (6条) while the case is still in the house.

    A paper is a mapping with code, document_no, none_because, photo (sha256) and note, all but the code may be None.
    Raises DomainError: not_found, forbidden, stale_version, materials_closed, unknown_code, material_needed,
    material_twice and unknown_photo.
    """
    transfer = _lock(session, actor, transfer_id)
    check(actor.roles, "crime_transfer.hand_over")
    _check_version(transfer, version)
    if transfer.status not in MATERIALS_OPEN:
        raise DomainError("materials_closed")
    check_materials(materials)
    check_photos(session, actor, materials)
    transfer.materials = [dict(paper) for paper in materials]
    transfer.version += 1
    record(
        session,
        at=now,
        actor=actor,
        subject_type="crime_transfer",
        subject_id=transfer.id,
        action="set_materials",
        data={"materials": transfer.materials},
    )
    session.flush()
    return transfer


def actions_for(actor: Actor, transfer: CrimeTransfer) -> list[CrimeTransferAction]:
    """What ``actor`` may do now with a transfer he sees."""
    return [
        action
        for action in allowed_actions(transfer.status)
        if can(actor.roles, CRIME_ACTION_PERMISSION[action])
        and (action not in DECIDING or transfer.proposed_by != actor.user_id)
    ]


def _lock(session: Session, actor: Actor, transfer_id: UUID) -> CrimeTransfer:
    statement = select(CrimeTransfer).where(CrimeTransfer.id == transfer_id, visible_to(actor)).with_for_update()
    found = session.scalars(statement, execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise DomainError("not_found")
    return found


def _check_version(transfer: CrimeTransfer, version: int | None) -> None:
    if version is not None and version != transfer.version:
        raise DomainError("stale_version")


def _moment(transfer: CrimeTransfer, given: datetime | None, now: datetime) -> datetime:
    """When it happened: between the step before and now. A clock runs from the fact, not from its recording."""
    if given is None:
        return now
    before = max(stamp for name in STAMPS if (stamp := getattr(transfer, name)) is not None)
    if not before <= given <= now:
        raise DomainError("bad_moment", first=before.isoformat())
    return given


def _decide(act: _Act) -> None:
    act.transfer.decided_at, act.transfer.decided_by = act.at, act.actor.user_id
    act.transfer.decision_reason = act.details.reason


def _hand_over(act: _Act) -> None:
    check_complete(act.transfer.materials)
    receipt = (act.details.receipt_no or "").strip()
    if not receipt:
        raise DomainError("receipt_needed")
    act.transfer.handed_over_at, act.transfer.handed_over_by = act.at, act.actor.user_id
    act.transfer.receipt_no = receipt


def _answer(act: _Act) -> None:
    answer = (act.details.answer or "").strip()
    if not answer:
        raise DomainError("answer_needed")
    first = act.transfer.status == CrimeTransferStatus.HANDED_OVER
    setattr(act.transfer, "answered_at" if first else "ruled_at", act.at)
    act.transfer.police_answer = answer


def _stamp(column: str) -> Callable[[_Act], None]:
    def stamp(act: _Act) -> None:
        setattr(act.transfer, column, act.at)

    return stamp


_STEPS: dict[CrimeTransferAction, Callable[[_Act], None]] = {
    A.APPROVE: _decide,
    A.REFUSE: _decide,
    A.HAND_OVER: _hand_over,
    **dict.fromkeys(ANSWERS, _answer),
    A.REQUEST_RECONSIDERATION: _stamp("reconsideration_at"),
    A.INFORM_PROCURATORATE: _stamp("procuratorate_at"),
    A.DELIVER_GOODS: _stamp("goods_delivered_at"),
    A.END: _stamp("ended_at"),
}
