"""A receiver that answers slowly, wrongly, never, or twice changes nothing in the case; nothing is lost."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from backend.api.state import attach_state
from backend.domain.notices import ADMINISTRATORS
from backend.domain.vocabulary import DeliveryState, ReferralAction, ReferralStatus, Role
from backend.gateways.clock import FixedClock
from backend.gateways.webhooks import HttpWebhookSender
from backend.jobs.app import work
from backend.jobs.webhooks import send_due
from backend.persistence.models import (
    Event,
    Notice,
    Referral,
    SyncObject,
    WebhookDelivery,
    WebhookSubscription,
)
from backend.persistence.unit_of_work import unit_of_work
from backend.services.outbox import forget_delivered, sweep
from backend.services.referrals import ActionDetails, act
from tests import receiver as behave
from tests.conftest import NOW
from tests.factories import (
    SECRET,
    actor_of,
    department_named,
    make_officer,
    make_referral,
    make_report,
    make_subscription,
    make_user,
    token_for,
)
from tests.receiver import Receiver, running_receiver, sender

QUICK = {"connect_seconds": 0.5, "total_seconds": 0.5}
A = ReferralAction


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture
def app(live_app: Flask) -> Iterator[Flask]:
    """The live application with the real sender."""
    state = live_app.extensions["gridpatrol"]
    attach_state(live_app, replace(state, gateways=replace(state.gateways, webhooks=sender(**QUICK))))
    yield live_app
    attach_state(live_app, state)


class Case:
    """A referral with its officer, bureau and author; acts are committed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.author = make_user(session)
        self.report = make_report(session, self.author)
        self.referral = make_referral(session, self.report)
        health = department_named(session, "putuo.health").id
        self.officer = actor_of(make_officer(session), Role.DEPARTMENT_OFFICER, department_ids=[health])
        self.bureau = actor_of(make_user(session, Role.BUREAU_TRIAGER), Role.BUREAU_TRIAGER)
        session.commit()

    def act(self, action: A, **details: Any) -> None:
        officers = (A.ACCEPT, A.RETURN, A.START_HANDLING, A.HANDLE)
        actor = self.officer if action in officers else self.bureau
        with unit_of_work() as session:
            act(session, actor, self.referral.id, action, ActionDetails(**details), now=NOW)

    def columns(self) -> dict[str, Any]:
        """The referral, and how many events there are, as committed."""
        self.session.rollback()
        row = self.session.execute(select(Referral.__table__).where(Referral.id == self.referral.id)).one()
        return {**row._mapping, "events": self.session.scalar(select(func.count()).select_from(Event))}


@pytest.fixture
def case(app: Flask, live_session: Session) -> Case:
    return Case(live_session)


@pytest.fixture
def webhook(app: Flask, live_session: Session, receiver: Receiver, case: Case) -> UUID:
    made = make_subscription(app, live_session, receiver.url)
    live_session.commit()
    return made


def messages(session: Session) -> list[WebhookDelivery]:
    session.rollback()
    fresh = {"populate_existing": True}
    return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.seq), execution_options=fresh))


def message(session: Session) -> WebhookDelivery:
    [one] = messages(session)
    return one


def told_administrators(session: Session) -> list[str]:
    found = session.scalars(select(Notice.kind).where(Notice.audience == ADMINISTRATORS.key).order_by(Notice.seq))
    return [str(kind) for kind in found]


FAULTS = [
    (behave.status(500), "http_500"), (behave.status(404), "http_404"), (behave.status(302, Location="/x"), "http_302"),
    (behave.hang, "timeout"), (behave.trickle, "timeout"), (behave.die, "connection"), (behave.raw(b"\x00?"), "bad_answer"),
]  # fmt: skip


@pytest.mark.parametrize(("behaviour", "error"), FAULTS, ids=[f"{n}-{error}" for n, (_, error) in enumerate(FAULTS)])
def test_whatever_a_receiver_does_the_case_stays_as_it_is(
    live_session: Session, live_clock: FixedClock, receiver: Receiver, case: Case, webhook: UUID,
    behaviour: behave.Behaviour, error: str,
) -> None:  # fmt: skip
    case.act(A.ACCEPT)
    before = case.columns()
    receiver.behaviours = [behaviour]
    assert send_due(webhook) == 1
    found = message(live_session)
    assert (found.state, found.attempts, found.last_error) == (DeliveryState.PENDING, 1, error)
    assert case.columns() == before and before["status"] == ReferralStatus.ACCEPTED
    case.act(A.START_HANDLING)  # and the case goes on meanwhile
    live_clock.advance(timedelta(minutes=2))
    assert send_due(webhook) == 2
    assert {m.state for m in messages(live_session)} == {DeliveryState.DELIVERED}
    # the one that failed came twice, with the same id and bytes and a new signature
    first, again = receiver.got[0], receiver.got[1]
    assert receiver.ids[0] == receiver.ids[1] == str(found.event_id) and first[1] == again[1]
    assert first[0]["webhook-signature"] != again[0]["webhook-signature"]


def test_a_message_says_what_the_department_may_know(
    live_session: Session, receiver: Receiver, case: Case, webhook: UUID
) -> None:
    case.act(A.ACCEPT)
    case.act(A.START_HANDLING)
    case.act(A.HANDLE, outcome_code="unfounded", note="已约谈张三")
    send_due(webhook)
    assert [orjson.loads(body)["type"].rsplit(".", 1)[1] for _, body in receiver.got] == [
        "accepted",
        "handling",
        "handled",
    ]
    event = orjson.loads(receiver.got[-1][1])
    assert event["subject"] == f"referral/{case.referral.id}" and event["source"] == "urn:gridpatrol:310107"
    assert event["data"]["outcome_code"] == "unfounded" and event["data"]["department"] == "putuo.health"
    assert [orjson.loads(body)["data"]["version"] for _, body in receiver.got] == [2, 3, 4]
    whole = receiver.got[-1][1].decode()
    for private in (case.author.name, str(case.author.id), str(case.officer.user_id), "张三", "handler", "author"):
        assert private not in whole
    assert receiver.got[0][0]["content-type"] == "application/cloudevents+json"


def test_an_act_that_fails_sends_nothing(live_session: Session, case: Case, webhook: UUID) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work() as session:
        act(session, case.officer, case.referral.id, A.ACCEPT, now=NOW)
        raise ZeroDivisionError
    assert messages(live_session) == []
    assert live_session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'webhooks'")) == 0


def test_a_department_hears_of_its_own_and_each_of_the_types_it_wants(
    app: Flask, live_session: Session, receiver: Receiver, case: Case
) -> None:
    url, health = receiver.url, case.referral.department_id
    wanted = {
        make_subscription(app, live_session, url): 1,
        make_subscription(app, live_session, url, department_id=health): 1,
        make_subscription(app, live_session, url, department_id=department_named(live_session, "putuo.market").id): 0,
        make_subscription(app, live_session, url, event_types=["cn.gridpatrol.referral.accepted"]): 1,
        make_subscription(app, live_session, url, event_types=["cn.gridpatrol.referral.closed"]): 0,
        make_subscription(app, live_session, url, is_active=False): 0,
    }
    live_session.commit()
    case.act(A.ACCEPT)
    made = [m.subscription_id for m in messages(live_session)]
    assert {name: made.count(name) for name in wanted} == wanted
    assert len({m.event_id for m in messages(live_session)}) == 1


def test_the_schedule_to_the_dead_letter_and_sent_again(
    app: Flask, live_session: Session, live_clock: FixedClock, receiver: Receiver, case: Case, webhook: UUID
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
    headers = {"Authorization": f"Bearer {admin_token(app, live_session)}"}
    client = app.test_client()
    path = f"/api/v1/webhooks/{webhook}/deliveries"
    dead = client.get(f"{path}?state=dead", headers=headers).json["items"]
    assert [item["last_error"] for item in dead] == ["http_500"]
    assert client.post(f"{path}/{found.id}/retry", headers=headers).json == {"resent": 1}
    assert client.post(f"{path}/{found.id}/retry", headers=headers).status_code == 409
    assert send_due(webhook) == 1
    assert message(live_session).state == DeliveryState.DELIVERED and len(set(receiver.ids)) == 1
    assert client.post(f"{path}/retry", headers=headers).json == {"resent": 0}


def admin_token(app: Flask, session: Session) -> str:
    token = token_for(app, session, make_user(session, Role.ADMINISTRATOR))
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
    app: Flask, live_session: Session, live_clock: FixedClock, receiver: Receiver, case: Case, webhook: UUID
) -> None:
    class Slow(HttpWebhookSender):
        """What took half a second took eight."""

        def send(self, request: Any) -> Any:
            return replace(super().send(request), elapsed_seconds=8.0)

    state = app.extensions["gridpatrol"]
    slow = Slow(state.gateways.webhooks.policy)
    attach_state(app, replace(state, gateways=replace(state.gateways, webhooks=slow)))
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
    app: Flask, live_session: Session, live_clock: FixedClock, receiver: Receiver, case: Case, webhook: UUID
) -> None:
    class Killed(HttpWebhookSender):
        """The message went out, and the worker with it."""

        def send(self, request: Any) -> Any:
            super().send(request)
            raise KeyboardInterrupt

    state = app.extensions["gridpatrol"]
    killed = Killed(state.gateways.webhooks.policy)
    attach_state(app, replace(state, gateways=replace(state.gateways, webhooks=killed)))
    case.act(A.ACCEPT)
    with pytest.raises(KeyboardInterrupt):
        send_due(webhook)
    attach_state(app, state)
    assert send_due(webhook) == 0  # it may still be alive
    live_clock.advance(timedelta(seconds=61))
    with unit_of_work() as session:
        assert sweep(session, now=live_clock.now()) == (0, 1)
    assert send_due(webhook) == 1
    assert message(live_session).state == DeliveryState.DELIVERED
    assert len(receiver.ids) == 2 and len(set(receiver.ids)) == 1


def test_concurrent_workers_send_each_once(
    app: Flask, live_session: Session, receiver: Receiver, case: Case, webhook: UUID
) -> None:
    for action in (A.ACCEPT, A.START_HANDLING):
        case.act(action)
    case.act(A.HANDLE, outcome_code="unfounded")
    counts: list[int] = []

    def run() -> None:
        with app.app_context():
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


def test_the_result_reaches_the_phone_whatever_receivers_do(
    app: Flask, live_session: Session, receiver: Receiver, case: Case, webhook: UUID
) -> None:
    """A broken subscription beside a hanging one: the author's phone gets status, result and note of the department."""
    make_subscription(app, live_session, "https://nobody.invalid/", secret=b"broken", event_types=[])
    live_session.commit()
    receiver.behaviours = [behave.hang] * 5
    steps: list[tuple[A, dict[str, Any]]] = [
        (A.ACCEPT, {}), (A.START_HANDLING, {}), (A.HANDLE, {"outcome_code": "unfounded", "note": "未发现诊疗行为"}),
        (A.START_VERIFYING, {}), (A.CLOSE, {}),
    ]  # fmt: skip
    for action, details in steps:
        case.act(action, **details)
        send_due(webhook)
    live_session.rollback()
    versions = select(SyncObject).where(SyncObject.object_id == str(case.report.id)).order_by(SyncObject.version.desc())
    held = live_session.scalars(versions).first()
    assert held is not None
    [told] = held.data["referrals"]
    assert (told["status"], told["outcome"], told["note"]) == ("closed", "unfounded", "未发现诊疗行为")
    assert (held.data["status"], held.data["stage"]) == ("closed", "evaluation")
    assert len(messages(live_session)) == 10


def test_neither_logs_nor_rows_hold_a_secret(
    app: Flask, live_session: Session, receiver: Receiver, case: Case, webhook: UUID,
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    case.act(A.ACCEPT)
    receiver.behaviours = [behave.status(500)]
    with caplog.at_level(logging.DEBUG):
        send_due(webhook)
    said = caplog.text + "".join(capsys.readouterr())
    row = live_session.get_one(WebhookSubscription, webhook)
    for secret in (SECRET.hex(), "whsec_", receiver.got[0][0]["webhook-signature"]):
        assert secret not in said
    assert SECRET not in row.secret


@pytest.mark.slow
def test_the_worker_sends_what_an_act_left(
    app: Flask, live_session: Session, receiver: Receiver, case: Case, webhook: UUID
) -> None:
    case.act(A.ACCEPT)
    receiver.behaviours = [behave.status(500)]
    work(app, until_empty=True)
    assert message(live_session).attempts == 1 and len(receiver.got) == 1
    case.act(A.START_HANDLING)
    live_session.execute(text("UPDATE webhook_subscriptions SET paused_until = NULL"))
    live_session.commit()
    work(app, until_empty=True)
    assert [m.state for m in messages(live_session)] == [DeliveryState.PENDING, DeliveryState.DELIVERED]
