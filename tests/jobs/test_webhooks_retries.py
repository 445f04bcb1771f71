"""When a message is sent again, by whom, and how long a receiver that fails can keep anybody waiting."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.api.state import attach_state
from backend.domain.vocabulary import DeliveryState, Role
from backend.domain.vocabulary import ReferralAction as A
from backend.gateways.clock import FixedClock
from backend.gateways.webhooks import HttpWebhookSender
from backend.jobs.webhooks import send_due
from backend.persistence.models import WebhookSubscription
from backend.persistence.unit_of_work import unit_of_work
from backend.services.outbox import forget_delivered, sweep
from tests import receiver as behave
from tests.conftest import NOW
from tests.factories import make_user, token_for
from tests.jobs.casework import Case, message, messages, told_administrators
from tests.receiver import Receiver


def test_the_schedule_to_the_dead_letter_and_sent_again(
    sending_app: Flask, live_session: Session, live_clock: FixedClock, receiver: Receiver, case: Case, webhook: UUID
) -> None:
    case.act(A.ACCEPT)
    receiver.behaviours = [behave.status(500)] * 7
    waits = []
    for _ in range(7):
        assert send_due(webhook) == 1
        found = message(live_session)
        if found.state == DeliveryState.PENDING:
            waits.append(int((found.next_attempt_at - live_clock.now()).total_seconds()))
            live_clock.advance(timedelta(seconds=waits[-1] - 1))
            assert send_due(webhook) == 0  # not a second too early
            live_clock.advance(timedelta(seconds=1))
    assert waits == [60, 300, 1800, 7200, 21600, 86400]
    assert (found.state, found.attempts, found.last_status) == (DeliveryState.DEAD, 7, 500)
    assert told_administrators(live_session) == ["webhook_failing"]
    live_clock.advance(timedelta(hours=1))
    assert send_due(webhook) == 0
    headers = {"Authorization": f"Bearer {admin_token(sending_app, live_session)}"}
    client = sending_app.test_client()
    path = f"/api/v1/webhooks/{webhook}/deliveries"
    dead = client.get(f"{path}?state=dead", headers=headers).json["items"]
    assert [item["last_error"] for item in dead] == ["http_500"]
    assert client.post(f"{path}/{found.id}/retry", headers=headers).json == {"resent": 1}
    assert client.post(f"{path}/{found.id}/retry", headers=headers).status_code == 409
    assert send_due(webhook) == 1
    assert message(live_session).state == DeliveryState.DELIVERED and len(set(receiver.ids)) == 1
    assert client.post(f"{path}/retry", headers=headers).json == {"resent": 0}


def admin_token(sending_app: Flask, session: Session) -> str:
    token = token_for(sending_app, session, make_user(session, Role.ADMINISTRATOR))
    session.commit()
    return token


def test_a_failing_receiver_costs_one_attempt_at_a_time(
    live_session: Session, live_clock: FixedClock, receiver: Receiver, case: Case, webhook: UUID
) -> None:
    for action in (A.ACCEPT, A.START_HANDLING):
        case.act(action)
    case.act(A.HANDLE, outcome_code="unfounded")
    receiver.behaviours = [behave.die] * 2
    assert send_due(webhook) == 1 and send_due(webhook) == 0
    live_clock.advance(timedelta(seconds=11))
    assert (
        send_due(webhook) == 1 and send_due(webhook) == 0
    )  # the second message is the probe; the first has its own time
    assert [m.attempts for m in messages(live_session)] == [1, 1, 0]
    live_clock.advance(timedelta(seconds=61))
    assert send_due(webhook) == 3
    row = live_session.get(WebhookSubscription, webhook, populate_existing=True)
    assert row and (row.failures, row.failing_since, row.paused_until, row.busy_until) == (0, None, None, None)


def test_one_poisoned_message_does_not_stop_the_others(
    live_session: Session, live_clock: FixedClock, receiver: Receiver, case: Case, webhook: UUID
) -> None:
    case.act(A.ACCEPT)
    receiver.behaviours = [behave.status(500)]
    send_due(webhook)
    wakes = live_session.scalars(
        text("SELECT scheduled_at FROM procrastinate_jobs WHERE scheduled_at IS NOT NULL ORDER BY scheduled_at")
    )
    assert [int((at - NOW).total_seconds()) for at in wakes] == [11, 61]  # after the pause, and for the message itself
    case.act(A.START_HANDLING)
    live_clock.advance(timedelta(seconds=11))
    assert send_due(webhook) == 1
    assert [m.state for m in messages(live_session)] == [DeliveryState.PENDING, DeliveryState.DELIVERED]


def test_a_receiver_may_ask_for_time(
    live_session: Session, live_clock: FixedClock, receiver: Receiver, case: Case, webhook: UUID
) -> None:
    case.act(A.ACCEPT)
    receiver.behaviours = [behave.status(429, Retry_After="3600")]
    send_due(webhook)
    case.act(A.START_HANDLING)
    live_clock.advance(timedelta(seconds=3599))
    assert send_due(webhook) == 0
    live_clock.advance(timedelta(seconds=1))
    assert send_due(webhook) == 2


def test_a_slow_receiver_gets_a_pause_though_it_answers(
    sending_app: Flask, live_session: Session, live_clock: FixedClock, receiver: Receiver, case: Case, webhook: UUID
) -> None:
    class Slow(HttpWebhookSender):
        """What took half a second took eight."""

        def send(self, request: Any) -> Any:
            return replace(super().send(request), elapsed_seconds=8.0)

    state = sending_app.extensions["gridpatrol"]
    slow = Slow(state.gateways.webhooks.policy)
    attach_state(sending_app, replace(state, gateways=replace(state.gateways, webhooks=slow)))
    case.act(A.ACCEPT)
    case.act(A.START_HANDLING)
    assert send_due(webhook) == 1 and send_due(webhook) == 0
    live_clock.advance(timedelta(seconds=32))
    assert send_due(webhook) == 1
    assert {m.state for m in messages(live_session)} == {DeliveryState.DELIVERED}


def test_410_stops_it_and_tells_the_administrators(
    live_session: Session, receiver: Receiver, case: Case, webhook: UUID
) -> None:
    case.act(A.ACCEPT)
    receiver.behaviours = [behave.status(410)]
    send_due(webhook)
    row = live_session.get(WebhookSubscription, webhook, populate_existing=True)
    assert row and not row.is_active and message(live_session).state == DeliveryState.DEAD
    assert told_administrators(live_session) == ["webhook_stopped"]
    case.act(A.START_HANDLING)
    assert len(messages(live_session)) == 1 and len(receiver.got) == 1


def test_a_worker_killed_while_sending_leaves_it_to_the_next(
    sending_app: Flask, live_session: Session, live_clock: FixedClock, receiver: Receiver, case: Case, webhook: UUID
) -> None:
    class Killed(HttpWebhookSender):
        """The message went out, and the worker with it."""

        def send(self, request: Any) -> Any:
            super().send(request)
            raise KeyboardInterrupt

    state = sending_app.extensions["gridpatrol"]
    killed = Killed(state.gateways.webhooks.policy)
    attach_state(sending_app, replace(state, gateways=replace(state.gateways, webhooks=killed)))
    case.act(A.ACCEPT)
    with pytest.raises(KeyboardInterrupt):
        send_due(webhook)
    attach_state(sending_app, state)
    assert send_due(webhook) == 0  # it may still be alive
    live_clock.advance(timedelta(seconds=61))
    with unit_of_work() as session:
        assert sweep(session, now=live_clock.now()) == (0, 1)
    assert send_due(webhook) == 1
    assert message(live_session).state == DeliveryState.DELIVERED
    assert len(receiver.ids) == 2 and len(set(receiver.ids)) == 1


def test_concurrent_workers_send_each_once(
    sending_app: Flask, live_session: Session, receiver: Receiver, case: Case, webhook: UUID
) -> None:
    for action in (A.ACCEPT, A.START_HANDLING):
        case.act(action)
    case.act(A.HANDLE, outcome_code="unfounded")
    counts: list[int] = []

    def run() -> None:
        with sending_app.app_context():
            counts.append(send_due(webhook))

    workers = [threading.Thread(target=run) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counts) == 3 and len(counts) == 6
    assert len(receiver.ids) == len(set(receiver.ids)) == 3
    assert receiver.ids == [str(m.event_id) for m in messages(live_session)]


def test_secrets_lost_with_the_keys_are_a_failure_like_any_other(
    live_session: Session, receiver: Receiver, case: Case, webhook: UUID
) -> None:
    live_session.get_one(WebhookSubscription, webhook).secret = b"\x01" + bytes(60)
    live_session.commit()
    case.act(A.ACCEPT)
    send_due(webhook)
    assert message(live_session).last_error == "secret_unreadable" and receiver.got == []


def test_what_could_not_be_tried_for_days_is_a_dead_letter_and_what_arrived_is_forgotten(
    live_session: Session, live_clock: FixedClock, receiver: Receiver, case: Case, webhook: UUID
) -> None:
    case.act(A.ACCEPT)
    send_due(webhook)
    case.act(A.START_HANDLING)
    live_clock.advance(timedelta(days=3))
    with unit_of_work() as session:
        assert sweep(session, now=live_clock.now()) == (1, 0)
    assert [(m.state, m.last_error) for m in messages(live_session)][1] == (DeliveryState.DEAD, "expired")
    live_clock.advance(timedelta(days=28))
    with unit_of_work() as session:
        assert forget_delivered(session, now=live_clock.now()) == 1
    assert [m.state for m in messages(live_session)] == [DeliveryState.DEAD]
