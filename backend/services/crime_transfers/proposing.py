"""Proposing that a referral goes to the police (国务院令310号 5条). Not here: what follows (acting.py)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.crime_transfers import check_function, check_materials, check_proposal
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.permissions import check
from backend.persistence.models import CrimeTransfer, Referral
from backend.persistence.queries.crime_transfers import open_transfer_exists
from backend.persistence.queries.referrals import visible_to
from backend.services.crime_transfers.papers import check_photos
from backend.services.crime_transfers.status import begin
from backend.services.history import record


@dataclass(frozen=True, slots=True)
class TransferProposal:
    """Why a crime is suspected: codes of ``crime_grounds``, the written report, who looks into it, papers so far.

    ``officers`` are mappings with name and certificate_no (may be None), ``materials`` as of ``set_materials``.
    """

    grounds: tuple[str, ...]
    report: str
    officers: Sequence[Mapping[str, Any]]
    materials: Sequence[Mapping[str, Any]] = ()


def propose_transfer(
    session: Session, actor: Actor, referral_id: UUID, proposal: TransferProposal, *, now: datetime
) -> CrimeTransfer:
    """Propose the transfer of a referral of the health authority; the clock of the decision runs from now.

    Raises DomainError: not_found, forbidden, transfer_of_other_function, unknown_code, grounds_needed, reason_required,
    officers_needed, material_needed, material_twice, unknown_photo and transfer_exists.
    """
    lock = select(Referral).where(Referral.id == referral_id, visible_to(actor)).with_for_update(key_share=True)
    referral = session.scalars(lock, execution_options={"populate_existing": True}).one_or_none()
    if referral is None:
        raise DomainError("not_found")
    check(actor.roles, "crime_transfer.propose")
    check_function(referral.function_code)
    check_proposal(proposal.grounds, proposal.report, proposal.officers)
    check_materials(proposal.materials)
    check_photos(session, actor, proposal.materials)
    if open_transfer_exists(session, referral.id):
        raise DomainError("transfer_exists")
    transfer = CrimeTransfer(
        id=new_id(),
        referral_id=referral.id,
        grounds=list(dict.fromkeys(proposal.grounds)),
        report=proposal.report,
        officers=[dict(officer) for officer in proposal.officers],
        materials=[dict(paper) for paper in proposal.materials],
        proposed_at=now,
        proposed_by=actor.user_id,
    )
    begin(transfer, now)
    session.add(transfer)
    data = {"referral_id": str(referral.id), "grounds": transfer.grounds, "due_at": transfer.decide_due_at.isoformat()}
    record(
        session,
        at=now,
        actor=actor,
        subject_type="crime_transfer",
        subject_id=transfer.id,
        action="propose",
        to_status=transfer.status.value,
        data=data,
    )
    session.flush()
    return transfer
