"""Subscriptions of other systems: made, stopped, begun again, given another secret. Not here: messages (deliveries.py)."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.vocabulary import WebhookAlgorithm
from backend.domain.webhooks import SECRET_BYTES, check_event_types, delivery_rules, secret_text
from backend.gateways.job_queue import defer_sending
from backend.gateways.secret_box import SecretBox
from backend.gateways.webhooks import AddressPolicy, RefusedUrlError
from backend.persistence.models import Department, WebhookSubscription
from backend.services.history import record


@dataclass(frozen=True, slots=True)
class SubscriptionDraft:
    """What is wanted; ``department`` is a code, None means the whole district; no ``event_types`` means all."""

    name: str
    url: str
    department: str | None = None
    event_types: Sequence[str] = ()
    algorithm: WebhookAlgorithm = WebhookAlgorithm.HMAC_SHA256


def create_subscription(
    session: Session, actor: Actor, draft: SubscriptionDraft, *, box: SecretBox, policy: AddressPolicy, now: datetime
) -> tuple[UUID, str]:
    """Make a subscription; its id, and its secret, which is never shown again.

    Raises webhook_url_refused, unknown_event_type and unknown_code (no such department today).
    """
    _check_url(draft.url, policy)
    check_event_types(draft.event_types)
    row_id, secret = new_id(), os.urandom(SECRET_BYTES)
    session.add(
        WebhookSubscription(
            id=row_id,
            name=draft.name,
            url=draft.url,
            department_id=_department(session, draft.department, now),
            event_types=list(draft.event_types),
            algorithm=draft.algorithm,
            secret=box.seal(secret, str(row_id)),
            is_active=True,
            created_at=now,
            created_by=actor.user_id,
            failures=0,
        )
    )
    data = {"name": draft.name, "department": draft.department, "event_types": list(draft.event_types)}
    _record(session, actor, row_id, "create", now, data)
    session.flush()
    return row_id, secret_text(secret)


def change_subscription(
    session: Session,
    actor: Actor,
    subscription_id: UUID,
    *,
    name: str | None = None,
    url: str | None = None,
    event_types: Sequence[str] | None = None,
    policy: AddressPolicy,
    now: datetime,
) -> None:
    """Give a subscription another name, address or choice of messages; None leaves it. Messages that wait go to the new
    address. Raises not_found, webhook_url_refused, unknown_event_type."""
    row = _lock(session, subscription_id)
    if url is not None:
        _check_url(url, policy)
    if event_types is not None:
        check_event_types(event_types)
    wanted = {"name": name, "url": url, "event_types": None if event_types is None else list(event_types)}
    before = {key: getattr(row, key) for key in wanted}
    after = {key: value for key, value in wanted.items() if value is not None and value != before[key]}
    if not after:
        return
    for key, value in after.items():
        setattr(row, key, value)
    told = {"before": {key: before[key] for key in after}, "after": after}
    _record(session, actor, row.id, "change", now, told)
    session.flush()


def _check_url(url: str, policy: AddressPolicy) -> None:
    try:
        policy.check_url(url)
    except RefusedUrlError as error:
        raise DomainError("webhook_url_refused", why=str(error)) from None


def rotate_secret(
    session: Session, actor: Actor, subscription_id: UUID, *, box: SecretBox, now: datetime
) -> tuple[str, datetime]:
    """Give a subscription another secret; it, and until when the old one signs beside it. Raises DomainError('not_found').

    A second rotation within that time lets go of the first secret: never more than two sign.
    """
    row = _lock(session, subscription_id)
    secret = os.urandom(SECRET_BYTES)
    until = now + timedelta(seconds=delivery_rules(local_day(now)).old_secret_seconds)
    row.previous_secret, row.previous_until = row.secret, until
    row.secret = box.seal(secret, str(row.id))
    _record(session, actor, row.id, "rotate", now, {"previous_until": until.isoformat()})
    return secret_text(secret), until


def set_active(session: Session, actor: Actor, subscription_id: UUID, is_active: bool, *, now: datetime) -> None:
    """Stop a subscription or let it begin again, with what still waits; nothing happens where it is so already.

    What happens while it is stopped is not kept for it. Raises DomainError('not_found').
    """
    row = _lock(session, subscription_id)
    if row.is_active == is_active:
        return
    row.is_active = is_active
    row.failures, row.failing_since, row.alarmed_at, row.paused_until = 0, None, None, None
    _record(session, actor, row.id, "activate" if is_active else "deactivate", now, {})
    if is_active:
        defer_sending(session, [row.id])


def _lock(session: Session, subscription_id: UUID) -> WebhookSubscription:
    row = session.get(WebhookSubscription, subscription_id, with_for_update={"key_share": True}, populate_existing=True)
    if row is None:
        raise DomainError("not_found")
    return row


def _department(session: Session, code: str | None, now: datetime) -> UUID | None:
    if code is None:
        return None
    today = local_day(now)
    holds = (Department.valid_from <= today, or_(Department.valid_to.is_(None), Department.valid_to > today))
    found = session.scalar(select(Department.id).where(Department.code == code, *holds))
    if found is None:
        raise DomainError("unknown_code", list="departments", value=code)
    return found


def _record(
    session: Session, actor: Actor, subscription_id: UUID, action: str, now: datetime, data: dict[str, Any]
) -> None:
    record(session, at=now, actor=actor, subject_type="webhook", subject_id=subscription_id, action=action, data=data)
