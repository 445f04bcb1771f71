"""A receiver that answers slowly, wrongly, never, or twice changes nothing in the case; what it is told, and what not."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.domain.vocabulary import DeliveryState, ReferralStatus
from backend.domain.vocabulary import ReferralAction as A
from backend.gateways.clock import FixedClock
from backend.jobs.app import work
from backend.jobs.webhooks import send_due
from backend.persistence.models import SyncObject, WebhookSubscription
from backend.persistence.unit_of_work import unit_of_work
from backend.services.referrals import act
from tests import receiver as behave
from tests.conftest import NOW
from tests.factories import SECRET, department_named, make_subscription
from tests.jobs.casework import Case, message, messages
from tests.receiver import Receiver

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
    sending_app: Flask, live_session: Session, receiver: Receiver, case: Case
) -> None:
    url, health = receiver.url, case.referral.department_id
    wanted = {
        make_subscription(sending_app, live_session, url): 1,
        make_subscription(sending_app, live_session, url, department_id=health): 1,
        make_subscription(
            sending_app, live_session, url, department_id=department_named(live_session, "putuo.market").id
        ): 0,
        make_subscription(sending_app, live_session, url, event_types=["cn.gridpatrol.referral.accepted"]): 1,
        make_subscription(sending_app, live_session, url, event_types=["cn.gridpatrol.referral.closed"]): 0,
        make_subscription(sending_app, live_session, url, is_active=False): 0,
    }
    live_session.commit()
    case.act(A.ACCEPT)
    made = [m.subscription_id for m in messages(live_session)]
    assert {name: made.count(name) for name in wanted} == wanted
    assert len({m.event_id for m in messages(live_session)}) == 1


def test_the_result_reaches_the_phone_whatever_receivers_do(
    sending_app: Flask, live_session: Session, receiver: Receiver, case: Case, webhook: UUID
) -> None:
    """A broken subscription beside a hanging one: the author's phone gets status, result and note of the department."""
    make_subscription(sending_app, live_session, "https://nobody.invalid/", secret=b"broken", event_types=[])
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
    sending_app: Flask, live_session: Session, receiver: Receiver, case: Case, webhook: UUID,
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
    sending_app: Flask, live_session: Session, receiver: Receiver, case: Case, webhook: UUID
) -> None:
    case.act(A.ACCEPT)
    receiver.behaviours = [behave.status(500)]
    work(sending_app, until_empty=True)
    assert message(live_session).attempts == 1 and len(receiver.got) == 1
    case.act(A.START_HANDLING)
    live_session.execute(text("UPDATE webhook_subscriptions SET paused_until = NULL"))
    live_session.commit()
    work(sending_app, until_empty=True)
    assert [m.state for m in messages(live_session)] == [DeliveryState.PENDING, DeliveryState.DELIVERED]
