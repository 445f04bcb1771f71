"""Two at once, with real commits: refreshing one token, guessing side by side, removing each other's administrator role."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.vocabulary import Role
from backend.jobs.accounts import forget_expired_tokens
from backend.persistence.models import LoginSession, RefreshToken, User
from backend.persistence.unit_of_work import unit_of_work
from backend.services import accounts
from backend.services.accounts import DeviceInfo, NewUser, RoleGrant, SignedIn
from tests.conftest import NOW

PASSWORD = "Patrol-2026-x"


@pytest.fixture
def state(live_app):
    return live_app.extensions["gridpatrol"]


@pytest.fixture
def at_once(live_app):
    """Run the calls in threads, each in its own unit of work, all let go at the same moment; results or refusals."""

    def at_once(*calls):
        barrier = threading.Barrier(len(calls))

        def run(call):
            with live_app.app_context():
                barrier.wait(10)
                try:
                    with unit_of_work() as session:
                        return call(session)
                except DomainError as error:
                    return error

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(run, calls))

    return at_once


@pytest.fixture
def add(live_app, state):
    def add(username, *roles):
        new = NewUser(username, username, PASSWORD, roles)
        with live_app.app_context(), unit_of_work() as session:
            return accounts.create_user(session, None, new, now=NOW, settings=state.settings).id

    return add


def signing_in(state, password=PASSWORD, phone=None):
    info = DeviceInfo(phone or new_id(), "x", "android", "1")
    return lambda session: accounts.sign_in(
        session, "worker01", password, info, keys=state.gateways.keys, now=NOW, settings=state.settings
    )


def test_of_two_refreshes_of_one_token_exactly_one_wins(live_app, state, at_once, add):
    add("worker01")
    for _ in range(5):
        (inside,) = at_once(signing_in(state))

        def refresh(session, token=inside.refresh_token):
            return accounts.refresh(session, token, keys=state.gateways.keys, now=NOW, settings=state.settings)

        results = at_once(refresh, refresh)
        assert sorted(type(r).__name__ for r in results) == ["DomainError", "SignedIn"]
        assert {r.code for r in results if isinstance(r, DomainError)} == {"refresh_reused"}
    with live_app.app_context(), unit_of_work() as session:
        # what was returned as a refusal is committed all the same
        assert set(session.scalars(select(LoginSession.end_reason))) == {"refresh_reused"}
        assert len(session.scalars(select(RefreshToken).where(RefreshToken.spent_at.is_(None))).all()) == 5


def test_guesses_side_by_side_are_counted_one_by_one(live_app, state, at_once, add):
    user_id = add("worker01")
    results = at_once(*[signing_in(state, "Wrong-pass-1")] * 5)
    assert sorted(r.code for r in results) == ["account_locked"] + ["bad_credentials"] * 4
    assert at_once(signing_in(state))[0].code == "account_locked"
    with live_app.app_context(), unit_of_work() as session:
        assert session.get_one(User, user_id).locked_until is not None


def test_signing_in_twice_at_once_on_one_new_phone(state, at_once, add):
    add("worker01")
    phone = new_id()
    first, second = at_once(signing_in(state, phone=phone), signing_in(state, phone=phone))
    assert isinstance(first, SignedIn)
    assert isinstance(second, SignedIn)


def test_two_administrators_cannot_remove_each_other(state, at_once, add):
    ids = [add("admin1", RoleGrant(Role.ADMINISTRATOR)), add("admin2", RoleGrant(Role.ADMINISTRATOR))]
    results = at_once(*(lambda s, i=i: accounts.disable_user(s, None, i, now=NOW) for i in ids))
    refused = [r for r in results if isinstance(r, DomainError)]
    assert [r.code for r in refused] == ["last_administrator"]


def test_the_same_user_name_twice_at_once(state, at_once):
    def create(session):
        new = NewUser("worker01", "x", PASSWORD)
        return accounts.create_user(session, None, new, now=NOW, settings=state.settings)

    results = at_once(create, create)
    assert [r.code for r in results if isinstance(r, DomainError)] == ["username_taken"]


def test_the_job_forgets_expired_tokens(live_app, live_clock, state, at_once, add):
    add("worker01")
    at_once(signing_in(state))
    with live_app.app_context():
        assert forget_expired_tokens() == 0
        live_clock.at = NOW + timedelta(days=61)
        assert forget_expired_tokens() == 1
