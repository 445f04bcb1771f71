"""Reads of transfers to the police: who sees which, one, pages, what is due. Not here: acts (services/crime_transfers)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from backend.domain.accounts import Actor
from backend.domain.crime_transfers import CLOCK_OF_STATUS, OPEN_STATUSES
from backend.domain.errors import DomainError
from backend.domain.permissions import can
from backend.domain.vocabulary import CrimeTransferStatus
from backend.persistence.models import CrimeTransfer, Referral, User
from backend.persistence.queries import referrals
from backend.persistence.queries.paging import Page, page

PROPOSER, DECIDER, MESSENGER = aliased(User), aliased(User), aliased(User)
NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True)
class DueTransfer:
    """A transfer whose running clock is over, or nearly; ``clock`` is a step of data/crime.yaml."""

    transfer_id: UUID
    referral_id: UUID
    status: CrimeTransferStatus
    clock: str
    due_at: datetime


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Transfers of which ``actor`` may know that they exist: those of referrals he sees; a worker none."""
    if not can(actor.roles, "crime_transfer.read"):
        return false()
    if actor.sees_district:
        return true()
    return CrimeTransfer.referral_id.in_(select(Referral.id).where(referrals.visible_to(actor)))


def file_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Transfers ``actor`` may read whole: grounds, officers, papers, answers."""
    return visible_to(actor) if can(actor.roles, "crime_file.read") else false()


def transfers_of(session: Session, actor: Actor, referral_id: UUID) -> Sequence[Row[Any]]:
    """The transfers of one referral, newest first. Raises DomainError('not_found') for a referral ``actor`` cannot see."""
    seen = session.scalar(select(Referral.id).where(Referral.id == referral_id, referrals.visible_to(actor)))
    if seen is None:
        raise DomainError("not_found")
    statement = _shown().where(CrimeTransfer.referral_id == referral_id, visible_to(actor))
    return session.execute(statement.order_by(CrimeTransfer.seq.desc())).all()


def get_transfer(session: Session, actor: Actor, transfer_id: UUID) -> Row[Any]:
    """One transfer: (seq, CrimeTransfer, names). Raises DomainError('not_found')."""
    row = session.execute(_shown().where(CrimeTransfer.id == transfer_id, visible_to(actor))).one_or_none()
    if row is None:
        raise DomainError("not_found")
    return row


def list_transfers(
    session: Session, actor: Actor, statuses: Sequence[CrimeTransferStatus], limit: int, cursor: str | None
) -> Page[Row[Any]]:
    """One page of the transfers ``actor`` may read whole, newest first."""
    statement = _shown().where(file_visible_to(actor))
    if statuses:
        statement = statement.where(CrimeTransfer.status.in_(statuses))
    return page(session, statement, CrimeTransfer.seq, limit, cursor)


def open_transfer_exists(session: Session, referral_id: UUID) -> bool:
    """True while a transfer of this referral is under way."""
    under_way = CrimeTransfer.status.in_(OPEN_STATUSES)
    return bool(session.scalar(select(exists().where(CrimeTransfer.referral_id == referral_id, under_way))))


def handed_over(session: Session, referral_id: UUID) -> bool:
    """True once a transfer of this referral was handed over: only then is it 移送 (11条; 行政处罚法82条)."""
    gone = CrimeTransfer.handed_over_at.is_not(None)
    return bool(session.scalar(select(exists().where(CrimeTransfer.referral_id == referral_id, gone))))


def due_transfers(session: Session, now: datetime, within: timedelta = NO_TIME) -> list[DueTransfer]:
    """Transfers whose running clock is over at ``now``, or will be ``within`` that time; the oldest due first."""
    columns = {status: getattr(CrimeTransfer, column) for status, (_, column) in CLOCK_OF_STATUS.items()}
    over = [and_(CrimeTransfer.status == status, column <= now + within) for status, column in columns.items()]
    found = [
        DueTransfer(row.id, row.referral_id, row.status, CLOCK_OF_STATUS[row.status][0], _due_at(row))
        for row in session.scalars(select(CrimeTransfer).where(or_(*over)))
    ]
    return sorted(found, key=lambda due: (due.due_at, due.transfer_id))


def _due_at(transfer: CrimeTransfer) -> datetime:
    due: datetime = getattr(transfer, CLOCK_OF_STATUS[transfer.status][1])
    return due


def _shown() -> Select[*tuple[Any, ...]]:
    return (
        select(
            CrimeTransfer.seq,
            CrimeTransfer,
            PROPOSER.name.label("proposer_name"),
            DECIDER.name.label("decider_name"),
            MESSENGER.name.label("messenger_name"),
        )
        .join(PROPOSER, PROPOSER.id == CrimeTransfer.proposed_by)
        .outerjoin(DECIDER, DECIDER.id == CrimeTransfer.decided_by)
        .outerjoin(MESSENGER, MESSENGER.id == CrimeTransfer.handed_over_by)
    )
