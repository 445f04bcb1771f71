"""The second factor: setting it up, signing in with it, codes that work once, and who must have one."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from backend.domain.vocabulary import Role
from backend.gateways.keys import Keys
from backend.persistence.models import Event, RecoveryCode, SecondFactor, User
from backend.services.accounts import begin_factor, confirm_factor
from backend.services.accounts.codes import confirmed_factor, use_code
from tests.api.browsing import ME, PASSWORD, Browser, code_of, configure, make_person
from tests.conftest import NOW
from tests.factories import actor_of, make_user, token_for

FACTOR = "/api/v1/session/second-factor"
STEP = timedelta(seconds=30)


@pytest.fixture
def person(app, session):
    return make_person(app, session, "admin01")


@pytest.fixture
def browser(app, person):
    made = Browser(app)
    made.enter("admin01")
    return made


class App:
    """The authenticator on somebody's phone."""

    def __init__(self, secret, clock):
        self.totp, self.clock = pyotp.TOTP(secret), clock

    def code(self, steps=0):
        return self.totp.at(self.clock.at + steps * STEP)


@pytest.fixture
def set_up(browser, clock):
    """A second factor of admin01, by his browser: the app and the recovery codes. The clock stands one step later."""
    begun = browser.post(f"{FACTOR}/begin", {"password": PASSWORD})
    authenticator = App(begun.json["secret"], clock)
    confirmed = browser.post(f"{FACTOR}/confirm", {"code": authenticator.code()})
    assert confirmed.status_code == 200, confirmed.text
    clock.at += STEP
    return authenticator, confirmed.json["recovery_codes"]


def phone_enters(client, **more):
    body = {"username": "admin01", "password": PASSWORD, "device": {"id": str(uuid.uuid4())}, **more}
    return client.post("/api/v1/session", json=body)


def test_setting_it_up(session, browser, person, clock):
    assert browser.get(FACTOR).json == {
        "is_on": False, "is_required": False, "confirmed_at": None, "recovery_codes_left": 0,
    }  # fmt: skip
    assert code_of(browser.post(f"{FACTOR}/confirm", {"code": "123456"})) == (409, "second_factor_not_begun")
    assert code_of(browser.post(f"{FACTOR}/begin", {"password": "Wrong-pass-1"})) == (401, "bad_credentials")
    begun = browser.post(f"{FACTOR}/begin", {"password": PASSWORD}).json
    assert begun["uri"].startswith("otpauth://totp/GridPatrol:admin01?") and begun["secret"] in begun["uri"]
    assert Browser(browser.client.application).enter("admin01").status_code == 200  # not confirmed: asked for by nobody
    again = browser.post(f"{FACTOR}/begin", {"password": PASSWORD}).json
    old, new = App(begun["secret"], clock), App(again["secret"], clock)
    assert code_of(browser.post(f"{FACTOR}/confirm", {"code": old.code()})) == (401, "bad_code")
    codes = browser.post(f"{FACTOR}/confirm", {"code": new.code()}).json["recovery_codes"]
    assert len(set(codes)) == 10
    assert code_of(browser.post(f"{FACTOR}/begin", {"password": PASSWORD})) == (409, "second_factor_exists")
    assert code_of(browser.post(f"{FACTOR}/confirm", {"code": new.code(1)})) == (409, "second_factor_exists")
    state = browser.get(FACTOR).json
    assert (state["is_on"], state["confirmed_at"], state["recovery_codes_left"]) == (True, NOW.isoformat(), 10)
    assert browser.get(ME).json["second_factor"] is True
    assert browser.get(f"/api/v1/users/{person.id}").json["second_factor"] is True
    kept = session.scalars(select(SecondFactor)).one()
    assert again["secret"].encode() not in kept.secret
    assert (kept.algorithm, kept.secret_algorithm) == ("totp-sha1", "aes-256-gcm")
    assert not {code.encode() for code in codes} & set(session.scalars(select(RecoveryCode.code_hash)))


def test_signing_in_wants_a_code_that_works_once(app, client, set_up, clock):
    authenticator, _ = set_up
    desk = Browser(app)
    assert code_of(desk.enter("admin01")) == (401, "second_factor_needed")
    assert code_of(desk.enter("admin01", "Wrong-pass-1", code=authenticator.code())) == (401, "bad_credentials")
    assert code_of(desk.enter("admin01", code=authenticator.code(-1))) == (401, "bad_code")  # it confirmed the factor
    assert code_of(desk.enter("admin01", code=authenticator.code(2))) == (401, "bad_code")
    spoken = authenticator.code().translate({ord(str(n)): chr(ord("０") + n) for n in range(10)})
    assert desk.enter("admin01", code=f" {spoken[:3]} {spoken[3:]}").status_code == 200
    assert code_of(desk.enter("admin01", code=authenticator.code())) == (401, "bad_code")
    # phones ask for it too, of the same account and with the same codes
    assert code_of(phone_enters(client)) == (401, "second_factor_needed")
    assert code_of(phone_enters(client, code=authenticator.code())) == (401, "bad_code")
    assert phone_enters(client, code=authenticator.code(1)).status_code == 200
    assert code_of(phone_enters(client, code=authenticator.code())) == (401, "bad_code")  # older than one that was used


def test_wrong_codes_lock_out_although_the_password_is_right(app, session, set_up, person):
    authenticator, _ = set_up
    desk = Browser(app)
    tries = [code_of(desk.enter("admin01", code="000000")) for _ in range(4)]
    assert tries == [(401, "bad_code")] * 4
    assert code_of(desk.enter("admin01")) == (401, "second_factor_needed")  # neither counts nor forgives
    assert code_of(desk.enter("admin01", code="000000")) == (429, "account_locked")
    assert code_of(desk.enter("admin01", code=authenticator.code())) == (429, "account_locked")
    told = session.scalars(select(Event.action).where(Event.subject_id == str(person.id))).all()
    assert (told.count("code_refused"), "locked_out" in told) == (5, True)


def test_recovery_codes_work_once_each(app, session, set_up, browser):
    _, codes = set_up
    desk = Browser(app)
    assert desk.enter("admin01", code=codes[3].upper().replace("-", " ")).status_code == 200
    assert code_of(desk.enter("admin01", code=codes[3])) == (401, "bad_code")
    assert code_of(desk.enter("admin01", code="k3vq-7m2a-xw5d-p4rz")) == (401, "bad_code")
    assert desk.enter("admin01", code=codes[4]).status_code == 200
    assert browser.get(FACTOR).json["recovery_codes_left"] == 8


def test_taking_it_off_needs_password_and_code(app, set_up, browser):
    authenticator, codes = set_up
    good = authenticator.code()
    for body, code in (
        ({"password": "Wrong-pass-1", "code": good}, "bad_credentials"),
        ({"password": PASSWORD, "code": "000000"}, "bad_code"),
    ):
        assert code_of(browser.post(f"{FACTOR}/end", body)) == (401, code)
    assert browser.post(f"{FACTOR}/end", {"password": PASSWORD, "code": good}).status_code == 204
    assert Browser(app).enter("admin01").status_code == 200
    assert code_of(browser.post(f"{FACTOR}/end", {"password": PASSWORD, "code": codes[0]})) == (
        409, "second_factor_not_begun",
    )  # fmt: skip


def test_an_administrator_helps_who_lost_it(app, session, client, set_up, browser, person):
    other = make_user(session, Role.ADMINISTRATOR)
    token = {"Authorization": f"Bearer {token_for(app, session, other)}"}
    session.commit()
    path = f"/api/v1/users/{person.id}/actions/reset_second_factor"
    assert client.post(path, headers=token).json["second_factor"] is False
    assert client.post(path, headers=token).status_code == 200  # repeatable
    assert code_of(browser.get(ME)) == (401, "session_ended")
    assert Browser(app).enter("admin01").status_code == 200
    told = session.scalars(select(Event).where(Event.action == "second_factor_reset")).one()
    assert (told.subject_id, told.actor_id) == (str(person.id), other.id)
    missing = f"/api/v1/users/{uuid.uuid4()}/actions/reset_second_factor"
    assert code_of(client.post(missing, headers=token)) == (404, "not_found")


def test_a_role_that_must_have_one_can_only_set_it_up(app, session, client, person, clock, monkeypatch):
    configure(app, monkeypatch, second_factor_roles=frozenset({"administrator"}))
    token = {"Authorization": f"Bearer {token_for(app, session, person)}"}
    session.commit()
    assert code_of(client.get("/api/v1/users", headers=token)) == (403, "second_factor_required")
    assert client.post("/api/v1/sync", headers=token, json={}).json["code"] == "second_factor_required"
    desk = Browser(app)
    assert desk.enter("admin01").status_code == 200
    assert code_of(desk.get("/api/v1/users")) == (403, "second_factor_required")
    me = desk.get(ME).json
    assert (me["second_factor"], me["second_factor_due"]) == (False, True)
    assert desk.get(FACTOR).json["is_required"] is True
    authenticator = App(desk.post(f"{FACTOR}/begin", {"password": PASSWORD}).json["secret"], clock)
    assert desk.post(f"{FACTOR}/confirm", {"code": authenticator.code()}).status_code == 200
    assert desk.get("/api/v1/users").status_code == 200
    assert desk.get(ME).json["second_factor_due"] is False
    # the phone's session was opened without a code, and stays where it was
    assert code_of(client.get("/api/v1/users", headers=token)) == (403, "second_factor_required")
    clock.at += STEP
    assert desk.enter("admin01", code=authenticator.code()).status_code == 200
    assert desk.get("/api/v1/users").status_code == 200
    clock.at += STEP
    assert desk.post(f"{FACTOR}/end", {"password": PASSWORD, "code": authenticator.code()}).status_code == 204
    assert code_of(desk.get("/api/v1/users")) == (403, "second_factor_required")
    # whoever has another role is asked for nothing
    make_person(app, session, "worker01", Role.GRID_WORKER)
    worker = Browser(app)
    worker.enter("worker01")
    assert worker.get("/api/v1/workflow").status_code == 200


def test_with_other_keys_a_code_is_refused_and_nothing_breaks(session, set_up, person):
    authenticator, codes = set_up
    factor = confirmed_factor(session, person.id)
    strange = Keys.ephemeral()
    for code in (authenticator.code(), codes[0]):
        assert use_code(session, factor, code, keys=strange, now=authenticator.clock.at) is False


def test_of_two_uses_of_one_code_at_once_exactly_one_opens(live_app, live_session, live_clock):
    state = live_app.extensions["gridpatrol"]
    keys, settings = state.gateways.keys, state.settings
    user = make_person(live_app, live_session, "admin01")
    actor = actor_of(live_session.get_one(User, user.id), Role.ADMINISTRATOR)
    begun = begin_factor(live_session, actor, PASSWORD, keys=keys, now=NOW, settings=settings)
    totp = pyotp.TOTP(begun.secret)
    recovery = confirm_factor(live_session, actor, totp.at(NOW), keys=keys, now=NOW)
    live_session.commit()
    for step, code in ((1, totp.at(NOW + STEP)), (2, totp.at(NOW + 2 * STEP)), (2, recovery[0])):
        live_clock.at = NOW + step * STEP
        gate = threading.Barrier(2)

        def enter(code=code, gate=gate):
            desk = Browser(live_app)
            gate.wait(10)
            return desk.enter("admin01", code=code)

        with ThreadPoolExecutor(2) as pool:
            answers = [made.result() for made in [pool.submit(enter) for _ in range(2)]]
        assert sorted(answer.status_code for answer in answers) == [200, 401]
        assert {answer.json["code"] for answer in answers if answer.status_code == 401} == {"bad_code"}
