"""Signing in, refreshing, being refused: every way out of backend.services.accounts, on the real database."""

from datetime import date, timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import select

from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.vocabulary import Role
from backend.gateways.keys import Keys
from backend.persistence.models import Device, Event, LoginSession, RefreshToken, RoleAssignment, User
from backend.services import accounts
from backend.services.accounts import DeviceInfo, SignedIn, authenticate
from backend.services.accounts.hashing import hash_password
from tests.conftest import NOW
from tests.factories import OTHER_STREET, STREET, make_user

PASSWORD = "Patrol-2026-x"


@pytest.fixture
def keys(app):
    return app.extensions["gridpatrol"].gateways.keys


@pytest.fixture
def settings(app):
    return app.extensions["gridpatrol"].settings


@pytest.fixture
def person(session, settings):
    user = make_user(session, username="worker01")
    user.password_hash = hash_password(PASSWORD, settings)
    session.flush()
    return user


@pytest.fixture
def enter(session, keys, settings):
    phone = new_id()

    def enter(username="worker01", password=PASSWORD, uid=phone, now=NOW):
        info = DeviceInfo(uid, "Redmi", "android", "1.0")
        return accounts.sign_in(session, username, password, info, keys=keys, now=now, settings=settings)

    return enter


@pytest.fixture
def again(session, keys, settings):
    return lambda token, now=NOW: accounts.refresh(session, token, keys=keys, now=now, settings=settings)


def code_of(result):
    assert isinstance(result, DomainError), result
    return result.code


def refused(session, token, keys, now=NOW):
    with pytest.raises(DomainError) as refusal:
        authenticate(session, token, keys, now)
    return refusal.value.code


def test_signing_in_tells_who_it_is(session, person, enter, keys):
    result = enter("  Worker01 ")
    assert isinstance(result, SignedIn)
    assert (result.user.id, result.user.roles, result.user.street) == (person.id, [Role.GRID_WORKER], STREET)
    assert result.expires_in == 900
    actor = authenticate(session, result.access_token, keys, NOW)
    assert (actor.user_id, actor.username, actor.roles) == (person.id, "worker01", {Role.GRID_WORKER})
    assert actor.street_codes == frozenset()  # his own street makes nobody a coordinator
    device = session.scalars(select(Device)).one()
    assert (device.name, device.last_contact_at, actor.device_id) == ("Redmi", NOW, device.id)


def test_no_token_of_ours(session, person, enter, keys):
    token = enter().access_token
    assert refused(session, "rubbish", keys) == "unauthenticated"
    assert refused(session, token[:-2], keys) == "unauthenticated"
    assert refused(session, token + "x" * 3000, keys) == "unauthenticated"
    assert refused(session, token, Keys.ephemeral()) == "unauthenticated"
    key = OctKey.import_key(keys.token_key)
    for claims in ({}, {"sid": "1", "uid": "2", "exp": 9999999999}, {"sid": 1, "uid": 2, "exp": "x"}):
        assert refused(session, jwt.encode({"alg": "HS256"}, claims, key), keys) == "unauthenticated"


def test_a_token_runs_out(session, person, enter, keys):
    token = enter().access_token
    assert authenticate(session, token, keys, NOW + timedelta(seconds=899))
    assert refused(session, token, keys, NOW + timedelta(seconds=900)) == "token_expired"


def test_a_token_of_one_user_does_not_open_the_session_of_another(session, person, enter, keys):
    other = make_user(session)
    sid = session.scalars(select(LoginSession)).all() or (enter() and session.scalars(select(LoginSession)).all())
    claims = {"sid": str(sid[0].id), "uid": str(other.id), "exp": int(NOW.timestamp()) + 60}
    token = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(keys.token_key))
    assert refused(session, token, keys) == "session_ended"


def test_roles_hold_only_between_their_days(session, person, enter, keys):
    token = enter().access_token
    role = session.scalars(select(RoleAssignment).where(RoleAssignment.user_id == person.id)).one()
    role.valid_to = date(2026, 11, 20)  # NOW is that day in Shanghai
    for since, until, street in (
        (date(2026, 11, 21), None, OTHER_STREET),
        (date(2026, 1, 1), date(2026, 11, 21), STREET),
    ):
        session.add(
            RoleAssignment(
                id=new_id(), user_id=person.id, role=Role.STREET_COORDINATOR, street_code=street,
                valid_from=since, valid_to=until,
            )
        )  # fmt: skip
    session.flush()
    actor = authenticate(session, token, keys, NOW)
    assert (actor.roles, actor.street_codes) == ({Role.STREET_COORDINATOR}, {STREET})
    assert not authenticate(session, enter(now=NOW).access_token, keys, NOW).has(Role.GRID_WORKER)


def test_the_day_is_that_of_the_district(session, person, enter, keys):
    token = enter(now=NOW).access_token
    session.scalars(select(RoleAssignment)).one().valid_to = date(2026, 11, 20)
    session.flush()
    assert authenticate(session, token, keys, NOW - timedelta(hours=11)).roles  # 19 November, 23:00 in Shanghai
    assert not authenticate(session, token, keys, NOW - timedelta(hours=9)).roles  # 20 November, 01:00; still 19 in UTC


def test_authenticating_takes_one_statement(app, session, person, enter, keys, count_queries):
    token = enter().access_token
    with count_queries() as seen:
        authenticate(session, token, keys, NOW)
    assert len(seen) == 1


def test_wrong_password_and_unknown_user_are_told_alike(person, enter):
    assert code_of(enter(password="Wrong-pass-1")) == "bad_credentials"
    assert code_of(enter(username="nobody99")) == "bad_credentials"
    assert code_of(enter(password="\ud800")) == "bad_credentials"


def test_an_unknown_user_costs_a_hash_too(person, enter, monkeypatch):
    calls = []
    real = accounts.guarding.is_password
    monkeypatch.setattr(accounts.guarding, "is_password", lambda *a: calls.append(a[0]) or real(*a))
    enter(username="nobody99")
    assert calls == [None]


def test_five_failures_lock_out_for_a_while(session, person, enter):
    codes = [code_of(enter(password="Wrong-pass-1", now=NOW + timedelta(seconds=n))) for n in range(5)]
    assert codes == ["bad_credentials"] * 4 + ["account_locked"]
    refusal = enter(now=NOW + timedelta(seconds=5))  # the right password does not help now
    assert (refusal.code, refusal.params) == ("account_locked", {"retry_after": 899})
    assert isinstance(enter(now=NOW + timedelta(seconds=904)), SignedIn)
    actions = session.scalars(select(Event.action).where(Event.subject_id == str(person.id)).order_by(Event.seq)).all()
    assert actions == ["password_refused"] * 5 + ["locked_out", "signed_in"]


def test_failures_far_apart_do_not_lock_out(person, enter):
    for n in range(10):
        assert code_of(enter(password="Wrong-pass-1", now=NOW + timedelta(minutes=5 * n))) == "bad_credentials"


def test_success_forgives_failures(session, person, enter):
    for _ in range(3):
        for _ in range(4):
            enter(password="Wrong-pass-1")
        assert isinstance(enter(), SignedIn)
    assert session.get_one(User, person.id).failed_logins == 0


def test_a_disabled_user_is_told_so_only_with_his_password(session, person, enter, keys):
    token = enter().access_token
    accounts.disable_user(session, None, person.id, now=NOW)
    assert code_of(enter(password="Wrong-pass-1")) == "bad_credentials"
    assert code_of(enter()) == "account_disabled"
    assert refused(session, token, keys) == "session_ended"
    accounts.enable_user(session, None, person.id, now=NOW)
    assert refused(session, token, keys) == "session_ended"  # enabling opens no old session
    assert isinstance(enter(), SignedIn)


def test_a_hash_of_other_costs_is_made_anew(session, person, enter, settings):
    before = person.password_hash
    assert isinstance(enter(), SignedIn)
    assert person.password_hash == before
    person.password_hash = before.replace("m=64", "m=32")
    assert code_of(enter()) == "bad_credentials"  # tampered: the hash covers its costs


def test_signing_in_again_ends_the_former_session_on_that_device_only(session, person, enter, keys):
    first, elsewhere = enter(), enter(uid=new_id())
    second = enter()
    assert refused(session, first.access_token, keys) == "session_ended"
    assert authenticate(session, second.access_token, keys, NOW)
    assert authenticate(session, elsewhere.access_token, keys, NOW)


def test_refresh_rotates(session, person, enter, again, keys):
    first = enter()
    later = NOW + timedelta(days=59)
    second = again(first.refresh_token, later)
    assert second.refresh_token != first.refresh_token
    assert authenticate(session, second.access_token, keys, later).user_id == person.id
    # each refresh begins the session's life anew
    assert isinstance(again(second.refresh_token, later + timedelta(days=59)), SignedIn)


def test_a_spent_refresh_token_ends_the_session(session, person, enter, again, keys):
    first = enter()
    second = again(first.refresh_token)
    assert code_of(again(first.refresh_token)) == "refresh_reused"
    assert refused(session, second.access_token, keys) == "session_ended"
    with pytest.raises(DomainError, match="session_ended"):
        again(second.refresh_token)
    assert code_of(again(first.refresh_token)) == "refresh_reused"
    login = session.scalars(select(LoginSession)).one()
    assert (login.end_reason, login.ended_at) == ("refresh_reused", NOW)
    assert isinstance(enter(), SignedIn)  # the way back for a phone that lost the answer


def test_refresh_tokens_run_out_and_unknown_ones_are_nothing(session, person, enter, again):
    first = enter()
    with pytest.raises(DomainError, match="session_ended"):
        again(first.refresh_token, NOW + timedelta(days=60))
    with pytest.raises(DomainError, match="unauthenticated"):
        again("x" * 43)


def test_refresh_tokens_are_not_kept_as_they_are(session, person, enter):
    token = enter().refresh_token
    row = session.scalars(select(RefreshToken)).one()
    assert len(row.token_sha256) == 32
    assert token.encode() not in row.token_sha256


def test_a_disabled_user_cannot_refresh(session, person, enter, again):
    first = enter()
    person.is_active = False
    session.flush()
    with pytest.raises(DomainError, match="session_ended"):
        again(first.refresh_token)


def test_signing_out(session, person, enter, again, keys):
    first = enter()
    accounts.sign_out(session, authenticate(session, first.access_token, keys, NOW), now=NOW)
    assert refused(session, first.access_token, keys) == "session_ended"
    with pytest.raises(DomainError, match="session_ended"):
        again(first.refresh_token)


def test_changing_the_password_ends_all_other_sessions(session, person, enter, keys, settings):
    here, elsewhere = enter(), enter(uid=new_id())
    actor = authenticate(session, here.access_token, keys, NOW)
    wrong = accounts.change_password(session, actor, "Wrong-pass-1", "New-pass-2026", now=NOW, settings=settings)
    assert code_of(wrong) == "bad_credentials"
    with pytest.raises(DomainError, match="weak_password"):
        accounts.change_password(session, actor, PASSWORD, "worker01-A", now=NOW, settings=settings)
    assert accounts.change_password(session, actor, PASSWORD, "New-pass-2026", now=NOW, settings=settings) is None
    assert authenticate(session, here.access_token, keys, NOW)
    assert refused(session, elsewhere.access_token, keys) == "session_ended"
    assert code_of(enter()) == "bad_credentials"
    assert isinstance(enter(password="New-pass-2026"), SignedIn)


def test_guessing_the_current_password_locks_out_too(session, person, enter, keys, settings):
    actor = authenticate(session, enter().access_token, keys, NOW)
    codes = [
        code_of(accounts.change_password(session, actor, "Wrong-pass-1", "New-pass-2026", now=NOW, settings=settings))
        for _ in range(6)
    ]
    assert codes[-2:] == ["account_locked"] * 2
    assert code_of(enter()) == "account_locked"


def test_forgetting_expired_tokens(session, person, enter, again):
    first = enter()
    again(first.refresh_token, NOW + timedelta(days=30))
    assert accounts.forget_old_sessions(session, now=NOW + timedelta(days=61)) == 1
    assert len(session.scalars(select(RefreshToken)).all()) == 1
    assert accounts.forget_old_sessions(session, now=NOW + timedelta(days=61)) == 0
