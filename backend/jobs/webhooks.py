"""Jobs that send messages to other systems. Not here: which and when (services/outbox), the wire (gateways/webhooks)."""

import time
from uuid import UUID

import structlog
from procrastinate import JobContext

from backend.api.state import current_state
from backend.domain.calendar import local_day
from backend.domain.webhooks import delivery_rules
from backend.gateways.job_queue import SEND_WEBHOOKS, WEBHOOK_QUEUE, defer_sending
from backend.gateways.secret_box import SecretBox
from backend.gateways.webhooks import WebhookAnswer
from backend.jobs.app import application_of, job_app
from backend.persistence.unit_of_work import unit_of_work
from backend.services import outbox

log = structlog.get_logger(__name__)
SWEEP = "webhooks.sweep"
FORGET = "webhooks.forget"
UNREADABLE = WebhookAnswer(None, "secret_unreadable")


@job_app.task(name=SEND_WEBHOOKS, queue=WEBHOOK_QUEUE, pass_context=True)
def send_webhooks(context: JobContext, subscription_id: str) -> None:
    """Send what is due to one subscription, for a few seconds; what is left then gets a job of its own."""
    with application_of(context).app_context():
        send_due(UUID(subscription_id))


@job_app.periodic(cron="*/5 * * * *")
@job_app.task(name=SWEEP, queue=WEBHOOK_QUEUE, queueing_lock=SWEEP, pass_context=True)
def sweep(context: JobContext, timestamp: int) -> None:
    """Give up what waited too long, wake somebody for what is due; ``timestamp`` is the planned time, from the queue."""
    with application_of(context).app_context():
        now = current_state().gateways.clock.now()
        with unit_of_work() as session:
            expired, woken = outbox.sweep(session, now=now)
        if expired:
            log.warning("webhooks_expired", messages=expired, woken=woken, due=timestamp)


@job_app.periodic(cron="7 19 * * *")  # 03:07 in Shanghai
@job_app.task(name=FORGET, queue="housekeeping", queueing_lock=FORGET, pass_context=True)
def forget(context: JobContext, timestamp: int) -> None:
    """Delete messages that arrived long ago."""
    with application_of(context).app_context():
        now = current_state().gateways.clock.now()
        with unit_of_work() as session:
            count = outbox.forget_delivered(session, now=now)
        log.info("webhooks_forgotten", messages=count, due=timestamp)


def send_due(subscription_id: UUID) -> int:
    """What the job does, inside an application context; how many messages it tried to send.

    Nothing is locked while a receiver is waited for, and the worker is given back after a few seconds.
    """
    state = current_state()
    box, clock, sender = SecretBox(state.gateways.keys), state.gateways.clock, state.gateways.webhooks
    turn_seconds = delivery_rules(local_day(clock.now())).turn_seconds
    began, count = time.monotonic(), 0
    while True:
        with unit_of_work() as session:
            claimed = outbox.claim(session, subscription_id, box=box, now=clock.now())
        if claimed is None:
            return count
        answer = sender.send(claimed.request) if claimed.request else UNREADABLE
        with unit_of_work() as session:
            outbox.settle(session, claimed, answer, now=clock.now())
        count += 1
        log.info(
            "webhook_tried",
            subscription=str(subscription_id),
            delivery=str(claimed.delivery_id),
            attempt=claimed.attempts,
            status=answer.status,
            error=answer.error,
            seconds=round(answer.elapsed_seconds, 3),
        )
        if time.monotonic() - began > turn_seconds:
            with unit_of_work() as session:
                defer_sending(session, [subscription_id])
            return count
