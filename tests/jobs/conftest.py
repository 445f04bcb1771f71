"""What tests of webhooks share: a receiver, the live application with the real sender, a case, a subscription."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend.api.state import attach_state
from tests.factories import make_subscription
from tests.jobs.casework import Case
from tests.receiver import Receiver, running_receiver, sender

QUICK = {"connect_seconds": 0.5, "total_seconds": 0.5}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture
def sending_app(live_app: Flask) -> Iterator[Flask]:
    """The live application with the real sender."""
    state = live_app.extensions["gridpatrol"]
    attach_state(live_app, replace(state, gateways=replace(state.gateways, webhooks=sender(**QUICK))))
    yield live_app
    attach_state(live_app, state)


@pytest.fixture
def case(sending_app: Flask, live_session: Session) -> Case:
    return Case(live_session)


@pytest.fixture
def webhook(sending_app: Flask, live_session: Session, receiver: Receiver, case: Case) -> UUID:
    made = make_subscription(sending_app, live_session, receiver.url)
    live_session.commit()
    return made
