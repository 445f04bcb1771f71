"""The way of one message: claimed by one worker, sent outside any transaction, settled. At least once, never lost.

The rows are the truth, jobs only wake somebody up. Not here: the wire (gateways/webhooks), the loop (jobs/webhooks).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend.domain.calendar import local_day
from backend.domain.notices import ADMINISTRATORS
from backend.domain.vocabulary import DeliveryState, NoticeKind
from backend.domain.webhooks import (
    CONTENT_TYPE,
    Arrival,
    DeliveryRules,
    delivery_rules,
    judge_status,
    signed_headers,
)
from backend.gateways.job_queue import defer_sending
from backend.gateways.secret_box import SecretBox, UnreadableSecretError
from backend.gateways.webhooks import WebhookAnswer, WebhookRequest
from backend.persistence.models import WebhookDelivery, WebhookSubscription
from backend.services.outbox.announcing import notify
from backend.services.outbox.news import NoticeDraft

D, S = WebhookDelivery, WebhookSubscription
A_MOMENT = timedelta(seconds=1)  # a job is woken by the database's clock, which may be a little ahead of the product's
USER_AGENT = "GridPatrol-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker alone may send now; ``request`` None: its secret cannot be read any more."""

    subscription_id: UUID
    delivery_id: UUID
    attempts: int
    request: WebhookRequest | None


def claim(session: Session, subscription_id: UUID, *, box: SecretBox, now: datetime) -> Claimed | None:
    """The oldest message of a subscription that is due, taken for this worker; None: nothing to do, or not for us.

    Both questions are asked under the lock of the subscription's row: whoever finds it taken may leave, since the other one
    asks again after each message and then sees what had been committed by now. The attempt is counted before it is
    made: a worker that dies of one does not repeat it at once.
    """
    row = session.get(S, subscription_id, with_for_update={"key_share": True}, populate_existing=True)
    if row is None or not row.is_active or _is_later(row.busy_until, now) or _is_later(row.paused_until, now):
        return None
    due = (
        select(D)
        .where(D.subscription_id == row.id, D.state == DeliveryState.PENDING, D.next_attempt_at <= now)
        .order_by(D.seq)
        .limit(1)
        .with_for_update()
    )
    delivery = session.scalars(due, execution_options={"populate_existing": True}).one_or_none()
    if delivery is None:
        row.busy_until = None
        return None
    rules = delivery_rules(local_day(now))
    row.busy_until = now + timedelta(seconds=rules.lease_seconds)
    delivery.attempts += 1
    delivery.last_attempt_at = now
    delivery.next_attempt_at = now + timedelta(
        seconds=max(rules.lease_seconds, rules.delay_seconds(delivery.attempts) or 0)
    )
    request = _request(row, delivery, box, now)
    return Claimed(row.id, delivery.id, delivery.attempts, request)


def _request(
    row: WebhookSubscription, delivery: WebhookDelivery, box: SecretBox, now: datetime
) -> WebhookRequest | None:
    kept = [row.secret]
    if row.previous_secret is not None and _is_later(row.previous_until, now):
        kept.append(row.previous_secret)
    try:
        secrets = [box.open(secret, str(row.id)) for secret in kept]
    except UnreadableSecretError:
        return None
    headers = signed_headers(row.algorithm, secrets, delivery.event_id, now, delivery.body)
    return WebhookRequest(
        row.url,
        {**headers, "Content-Type": CONTENT_TYPE, "User-Agent": USER_AGENT, "Connection": "close"},
        delivery.body,
    )


def settle(session: Session, claimed: Claimed, answer: WebhookAnswer, *, now: datetime) -> None:
    """Write down how an attempt went, give the subscription free, and have somebody woken where one more follows."""
    row = session.get(S, claimed.subscription_id, with_for_update={"key_share": True}, populate_existing=True)
    delivery = session.get(D, claimed.delivery_id, with_for_update=True, populate_existing=True)
    if row is None or delivery is None:
        return
    arrival = judge_status(answer.status)
    superseded = delivery.attempts != claimed.attempts and arrival is not Arrival.DELIVERED
    if delivery.state == DeliveryState.DELIVERED or superseded:
        return  # we were so slow that somebody else went on with it
    rules = delivery_rules(local_day(now))
    row.busy_until = None
    delivery.last_status = answer.status
    delivery.last_error = answer.error or (None if arrival is Arrival.DELIVERED else f"http_{answer.status}")
    if arrival is Arrival.DELIVERED:
        delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, now
        row.failures, row.failing_since, row.alarmed_at, row.paused_until = 0, None, None, None
        _slow_down(session, row, answer.elapsed_seconds, rules, now)
    elif arrival is Arrival.GONE:
        delivery.state, row.is_active = DeliveryState.DEAD, False
        _tell_administrators(session, NoticeKind.WEBHOOK_STOPPED, row, now)
    else:
        _fail(session, row, delivery, answer, rules, now)


def _fail(
    session: Session,
    row: WebhookSubscription,
    delivery: WebhookDelivery,
    answer: WebhookAnswer,
    rules: DeliveryRules,
    now: datetime,
) -> None:
    row.failures += 1
    row.failing_since = row.failing_since or now
    wait = max(rules.pause_after(row.failures), int(answer.elapsed_seconds * rules.slow_pause_factor))
    if answer.status in (429, 503):  # it speaks of itself, not of this message
        wait = max(wait, min(answer.retry_after_seconds or 0, rules.retry_after_cap_seconds))
    row.paused_until = now + timedelta(seconds=wait)
    delay = rules.delay_seconds(delivery.attempts, answer.retry_after_seconds)
    if delay is None:
        delivery.state = DeliveryState.DEAD
    else:
        delivery.next_attempt_at = now + timedelta(seconds=delay)
        defer_sending(session, [row.id], max(delivery.next_attempt_at, row.paused_until) + A_MOMENT)
    defer_sending(session, [row.id], row.paused_until + A_MOMENT)
    if row.alarmed_at is None and now - row.failing_since >= timedelta(seconds=rules.alarm_seconds):
        row.alarmed_at = now
        _tell_administrators(session, NoticeKind.WEBHOOK_FAILING, row, now)


def _slow_down(
    session: Session, row: WebhookSubscription, elapsed_seconds: float, rules: DeliveryRules, now: datetime
) -> None:
    if elapsed_seconds > rules.slow_seconds:
        row.paused_until = now + timedelta(seconds=elapsed_seconds * rules.slow_pause_factor)
        defer_sending(session, [row.id], row.paused_until + A_MOMENT)


def _tell_administrators(session: Session, kind: NoticeKind, row: WebhookSubscription, now: datetime) -> None:
    data = {"name": row.name, "webhook_id": str(row.id)}
    notify(session, [NoticeDraft(kind, ADMINISTRATORS, data=data)], now=now)


def sweep(session: Session, *, now: datetime) -> tuple[int, int]:
    """Make dead letters of what could not be tried for too long, and wake somebody for whatever is due.

    For wake-ups that were lost (a killed worker). Gives how many expired and how many subscriptions were woken.
    """
    expired = session.scalars(
        update(D)
        .where(D.state == DeliveryState.PENDING, D.expires_at <= now)
        .values(state=DeliveryState.DEAD, last_error="expired")
        .returning(D.id)
        .execution_options(synchronize_session=False)
    ).all()
    waiting = session.scalars(
        select(D.subscription_id)
        .join(S, S.id == D.subscription_id)
        .where(S.is_active, D.state == DeliveryState.PENDING, D.next_attempt_at <= now)
        .distinct()
    ).all()
    defer_sending(session, waiting)
    return len(expired), len(waiting)


def forget_delivered(session: Session, *, now: datetime) -> int:
    """Delete messages that arrived long ago; how many."""
    before = now - timedelta(seconds=delivery_rules(local_day(now)).keep_delivered_seconds)
    gone = session.scalars(
        delete(D)
        .where(D.state == DeliveryState.DELIVERED, D.delivered_at < before)
        .returning(D.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _is_later(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment > now
