"""Reads of webhook subscriptions and of the messages to them. Never a secret; whoever may read them sees all of the district.

Not here: changing or sending (services/outbox).
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, exists, func, select
from sqlalchemy.orm import Session

from backend.domain.errors import DomainError
from backend.domain.vocabulary import DeliveryState
from backend.persistence.models import Department, WebhookDelivery, WebhookSubscription
from backend.persistence.queries.paging import Page, page

S, D = WebhookSubscription, WebhookDelivery
HAS_DEAD = exists().where(D.subscription_id == S.id, D.state == DeliveryState.DEAD)


def list_subscriptions(
    session: Session, limit: int, cursor: str | None, *, dead: bool | None = None
) -> Page[Row[*tuple[Any, ...]]]:
    """One page, newest first, with how many messages wait and are dead; one statement. ``dead``: those with dead letters."""
    statement = _subscriptions()
    if dead is not None:
        statement = statement.where(HAS_DEAD if dead else ~HAS_DEAD)
    return page(session, statement, S.seq, limit, cursor)


def get_subscription(session: Session, subscription_id: UUID) -> Row[*tuple[Any, ...]]:
    """One subscription. Raises DomainError('not_found')."""
    row = session.execute(_subscriptions().where(S.id == subscription_id)).one_or_none()
    if row is None:
        raise DomainError("not_found")
    return row


def list_deliveries(
    session: Session, subscription_id: UUID, state: DeliveryState | None, *, limit: int, cursor: str | None
) -> Page[Row[*tuple[Any, ...]]]:
    """One page of the messages to a subscription, newest first, without their bytes. Raises DomainError('not_found')."""
    get_subscription(session, subscription_id)
    statement = _deliveries().where(D.subscription_id == subscription_id)
    if state is not None:
        statement = statement.where(D.state == state)
    return page(session, statement, D.seq, limit, cursor)


def get_delivery(session: Session, subscription_id: UUID, delivery_id: UUID) -> Row[*tuple[Any, ...]]:
    """One message with its bytes (``body``). Raises DomainError('not_found')."""
    wanted = (D.subscription_id == subscription_id, D.id == delivery_id)
    row = session.execute(_deliveries().add_columns(D.body).where(*wanted)).one_or_none()
    if row is None:
        raise DomainError("not_found")
    return row


def _subscriptions() -> Select[*tuple[Any, ...]]:
    def number(state: DeliveryState) -> Any:
        return select(func.count()).where(D.subscription_id == S.id, D.state == state).scalar_subquery()

    return select(
        S.seq,
        S.id,
        S.name,
        S.url,
        Department.code.label("department"),
        S.event_types,
        S.algorithm,
        S.is_active,
        S.created_at,
        S.failing_since,
        S.paused_until,
        S.previous_until,
        number(DeliveryState.PENDING).label("pending"),
        number(DeliveryState.DEAD).label("dead"),
    ).outerjoin(Department, Department.id == S.department_id)


def _deliveries() -> Select[*tuple[Any, ...]]:
    return select(
        D.seq,
        D.id,
        D.event_id,
        D.type,
        D.referral_id,
        D.state,
        D.attempts,
        D.created_at,
        D.next_attempt_at,
        D.last_attempt_at,
        D.last_status,
        D.last_error,
        D.delivered_at,
    )
