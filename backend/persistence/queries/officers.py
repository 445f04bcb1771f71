"""Colleagues of a department to whom one of its referrals can be given. Not here: giving it (services/referrals)."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, func, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.referrals import OPEN_STATUSES
from backend.domain.vocabulary import Role
from backend.persistence.models import Referral, RoleAssignment, User
from backend.persistence.queries.referrals import visible_in_office


def officers_for(session: Session, actor: Actor, referral_id: UUID, today: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """Id, name and number of open cases of each officer of the referral's department, the least burdened first; nobody
    where ``actor`` is not of it. Raises DomainError('not_found')."""
    found = session.execute(
        select(Referral.department_id).where(Referral.id == referral_id, visible_in_office(actor))
    ).one_or_none()
    if found is None:
        raise DomainError("not_found")
    if found.department_id not in actor.department_ids:
        return []
    holds = exists().where(
        RoleAssignment.user_id == User.id,
        RoleAssignment.role == Role.DEPARTMENT_OFFICER,
        RoleAssignment.department_id == found.department_id,
        RoleAssignment.valid_from <= today,
        func.coalesce(RoleAssignment.valid_to > today, True),
    )
    waiting = (
        select(func.count())
        .where(Referral.handler_id == User.id, Referral.status.in_(OPEN_STATUSES))
        .correlate(User)
        .scalar_subquery()
    )
    open_cases = waiting.label("open")
    return session.execute(
        select(User.id, User.name, open_cases).where(User.is_active, holds).order_by(open_cases, User.name, User.id)
    ).all()
