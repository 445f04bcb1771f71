"""Signing in with a browser: the cookie, how long it lasts, and what another site can make of it (nothing)."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.api.endpoint import PUBLIC
from backend.domain.vocabulary import Role
from backend.persistence.models import Event, LoginSession, WebLogin
from backend.services.accounts import disable_user
from tests.api.browsing import COOKIE, ME, PASSWORD, code_of, configure, make_person
from tests.conftest import NOW
from tests.factories import make_user, token_for

HOUR = timedelta(hours=1)


@pytest.fixture
def person(app, session):
    return make_person(app, session, "admin01")


@pytest.fixture
def browser(app, person):
    return app.test_client()


def enter(browser, password=PASSWORD, username="admin01", **options):
    return browser.post("/api/v1/session/web", json={"username": username, "password": password}, **options)


def change_password(browser, new="Other-pass-2026", **headers):
    return browser.post("/api/v1/session/password", json={"current": PASSWORD, "new": new}, headers=headers)


def test_signing_in_gives_a_cookie_that_scripts_cannot_read(session, browser, person):
    answer = enter(browser)
    assert answer.status_code == 200
    assert answer.json["user"]["username"] == "admin01"
    assert answer.json["expires_at"] == (NOW + HOUR).isoformat()
    cookie = browser.get_cookie(COOKIE)
    assert (cookie.path, cookie.http_only, cookie.same_site, cookie.secure) == ("/", True, "Lax", False)
    assert (cookie.max_age, cookie.expires) == (None, None)
    assert answer.headers["Cache-Control"] == "no-store"
    kept = session.scalars(select(WebLogin)).one()
    assert cookie.value.encode() not in kept.token_sha256 and len(kept.token_sha256) == 32
    assert "signed_in" in session.scalars(select(Event.action).where(Event.subject_id == str(person.id))).all()
    me = browser.get(ME).json
    assert (me["csrf_token"], me["expires_at"]) == (answer.json["csrf_token"], answer.json["expires_at"])
    assert (me["device_id"], me["second_factor"]) == (None, False)


def test_the_cookie_is_secure_where_the_page_is(app, browser, monkeypatch):
    enter(browser, base_url="https://patrol.example.org")
    assert browser.get_cookie(COOKIE, "patrol.example.org").secure
    # a proxy that ends TLS and names the machine behind it, not what the browser wrote
    configure(app, monkeypatch, public_url="https://patrol.example.org:8443")
    assert enter(browser, headers={"Origin": "https://patrol.example.org:8443"}).status_code == 200
    assert browser.get_cookie(COOKIE).secure
    assert code_of(enter(browser, headers={"Origin": "https://patrol.example.org"})) == (403, "foreign_origin")


def test_failures_count_as_on_a_phone(browser):
    assert [code_of(enter(browser, "Wrong-pass-1")) for _ in range(5)] == [(401, "bad_credentials")] * 4 + [
        (429, "account_locked")
    ]
    assert code_of(enter(browser)) == (429, "account_locked")
    assert browser.get_cookie(COOKIE) is None
    assert enter(browser, username="nobody").json["code"] == "bad_credentials"


def test_a_cookie_given_before_is_not_taken_over(app, session, browser):
    enter(browser)
    planted = browser.get_cookie(COOKIE).value
    thief = app.test_client()
    thief.set_cookie(COOKIE, planted)
    assert thief.get(ME).status_code == 200
    enter(browser)
    assert browser.get_cookie(COOKIE).value != planted
    assert browser.get(ME).status_code == 200
    assert code_of(thief.get(ME)) == (401, "session_ended")
    assert set(session.scalars(select(LoginSession.end_reason))) == {"signed_in_again", None}
    # nor one that was made up
    other = app.test_client()
    other.set_cookie(COOKIE, "chosen-by-somebody-else")
    assert code_of(other.get(ME)) == (401, "unauthenticated")
    enter(other)
    assert other.get_cookie(COOKIE).value != "chosen-by-somebody-else"


def test_a_write_needs_the_token_of_its_own_session(app, browser):
    csrf = enter(browser).json["csrf_token"]
    foreign = enter(app.test_client()).json["csrf_token"]
    for given in (
        {},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": foreign},
        {"X-CSRF-Token": csrf[:-1]},
        {"X-CSRF-Token": "é"},
    ):
        assert code_of(change_password(browser, **given)) == (403, "csrf_failed")
    assert change_password(browser, **{"X-CSRF-Token": csrf}).status_code == 204


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example.org"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:8080"}, 403),
        ({"Origin": "http://[broken"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example.org"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, 200),
        ({"Origin": "https://localhost"}, 200),
        ({}, 200),
    ],
)
def test_another_site_is_refused_even_with_the_token_and_at_the_door(browser, headers, status):
    assert enter(browser, headers=headers).status_code == status
    csrf = enter(browser).json["csrf_token"]
    answer = change_password(browser, **{"X-CSRF-Token": csrf, **headers})
    assert answer.status_code == (204 if status == 200 else 403)
    if status == 403:
        assert answer.json["code"] == "foreign_origin"
    assert browser.get(ME, headers=headers).status_code == 200  # other sites cannot read the answer


def test_plain_http_is_another_site_than_https(browser):
    headers = {"Origin": "http://patrol.example.org"}
    assert code_of(enter(browser, base_url="https://patrol.example.org", headers=headers)) == (403, "foreign_origin")


PATH_VALUES = {"UUIDConverter": uuid.UUID(int=7), "IntegerConverter": 7}


def test_every_writing_route_refuses_a_cookie_without_the_token(app, browser):
    enter(browser)
    adapter, walked = app.url_map.bind("localhost"), []
    for rule in app.url_map.iter_rules():
        if app.view_functions[rule.endpoint].permission == PUBLIC:
            continue
        values = {name: PATH_VALUES.get(type(rule._converters[name]).__name__, "x") for name in rule.arguments}
        for method in rule.methods - {"GET", "HEAD", "OPTIONS"}:
            path = adapter.build(rule.endpoint, values, method)
            spelled = [(method, {})] + ([("POST", {"X-HTTP-Method-Override": method})] if method != "POST" else [])
            for wire, headers in spelled:
                answer = browser.open(path, method=wire, headers=headers, json={})
                # a phone's synchronisation takes no cookie at all
                expected = (401, "unauthenticated") if rule.rule == "/api/v1/sync" else (403, "csrf_failed")
                assert code_of(answer) == expected, (method, rule.rule)
                walked.append(rule.rule)
    assert len(walked) > 80


def test_signing_out_takes_the_cookie(app, browser):
    for method, path in (("DELETE", "/api/v1/session"), ("POST", "/api/v1/session/end")):
        csrf = {"X-CSRF-Token": enter(browser).json["csrf_token"]}
        thief = app.test_client()
        thief.set_cookie(COOKIE, browser.get_cookie(COOKIE).value)
        assert browser.open(path, method=method, headers=csrf).status_code == 204
        assert browser.get_cookie(COOKIE) is None
        assert code_of(thief.get(ME)) == (401, "session_ended")


def test_a_session_rests_an_hour_and_never_outlives_the_day(browser, clock, session):
    enter(browser)
    clock.at = NOW + timedelta(minutes=59)
    assert browser.get(ME, headers={"X-Background": "1"}).json["expires_at"] == (NOW + HOUR).isoformat()
    assert browser.get(ME).json["expires_at"] == (clock.at + HOUR).isoformat()
    while clock.at < NOW + timedelta(hours=11, minutes=30):
        clock.at += timedelta(minutes=40)
        last = browser.get(ME).json["expires_at"]
    assert last == (NOW + 12 * HOUR).isoformat()
    clock.at = NOW + 12 * HOUR
    assert code_of(browser.get(ME)) == (401, "session_ended")
    enter(browser)
    clock.at += HOUR
    assert code_of(browser.get(ME)) == (401, "session_ended")


def test_what_ends_sessions_of_phones_ends_those_of_browsers(app, session, browser, person):
    csrf = {"X-CSRF-Token": enter(browser).json["csrf_token"]}
    other = app.test_client()
    enter(other)
    assert change_password(browser, **csrf).status_code == 204
    assert browser.get(ME).status_code == 200
    assert code_of(other.get(ME)) == (401, "session_ended")
    make_user(session, Role.ADMINISTRATOR)
    disable_user(session, None, person.id, now=NOW)
    session.commit()
    assert code_of(browser.get(ME)) == (401, "session_ended")
    assert code_of(enter(browser, "Other-pass-2026")) == (401, "account_disabled")


def test_a_token_goes_before_the_cookie(app, session, browser):
    enter(browser)
    worker = make_user(session, username="worker09")
    token = {"Authorization": f"Bearer {token_for(app, session, worker)}"}
    session.commit()
    me = browser.get(ME, headers=token).json
    assert (me["username"], me["csrf_token"]) == ("worker09", None)
    left = browser.post("/api/v1/session/end", headers=token)  # no CSRF token: nothing comes along by itself
    assert (left.status_code, "Set-Cookie" in left.headers) == (204, False)
    assert code_of(browser.get(ME, headers=token)) == (401, "session_ended")
    assert code_of(browser.get(ME, headers={"Authorization": "Bearer x"})) == (401, "unauthenticated")
    assert browser.get(ME, headers={"Authorization": "Basic eDp5"}).json["username"] == "admin01"


def test_a_cookie_costs_no_statement_more_and_one_once_a_minute(app, session, browser, person, clock, count_queries):
    token = {"Authorization": f"Bearer {token_for(app, session, person)}"}
    session.commit()
    enter(browser)

    def statements(**headers):
        with count_queries() as seen:
            assert browser.get(ME, headers=headers).status_code == 200
        return len(seen)

    by_token = statements(**token)
    assert statements() == by_token
    clock.at += timedelta(seconds=61)
    assert [statements(), statements()] == [by_token + 1, by_token]
