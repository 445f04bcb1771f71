"""Signing in by npm's oidc-provider: the good way, and every bad one that ends on the sign-in page with a code."""

import base64
import uuid
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from sqlalchemy import select

from backend.domain.vocabulary import Role
from backend.persistence.models import Event, OidcBinding
from backend.services.accounts import disable_user
from tests.api.browsing import COOKIE, ME, PASSWORD, Browser, code_of, configure, make_person
from tests.conftest import NOW
from tests.factories import make_user
from tests.oidc_provider.conftest import OTHER_CLIENT, START, Traveller, edited, running_provider

FACTOR = "/api/v1/session/second-factor"


def where(answer):
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def problem(answer):
    parts = urlsplit(where(answer))
    assert parts.path == "/sign-in"
    return parse_qs(parts.query)["problem"][0]


@pytest.fixture
def person(app, session):
    return make_person(app, session, "admin01")


@pytest.fixture
def connected(provider, connect, person):
    connect(provider.url)
    provider.sign_in_as("subject-1", "Admin01")
    return provider


def test_there_and_back(app, session, connected, traveller, person):
    options = traveller.get("/api/v1/session/options").json
    assert options == {"oidc": {"name": "统一身份认证", "start_path": START}}
    answer = traveller.travel(connected, next="/map?layer=sites")
    assert where(answer) == "/map?layer=sites"
    me = traveller.get(ME).json
    assert (me["username"], me["second_factor_due"]) == ("admin01", False)
    cookie = traveller.client.get_cookie(COOKIE)
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")
    assert traveller.client.get_cookie("gridpatrol_oidc", path="/api/v1/session/oidc") is None
    bound = session.scalars(select(OidcBinding)).one()
    assert (bound.user_id, bound.issuer, bound.subject) == (person.id, connected.url, "subject-1")
    told = session.scalars(select(Event.action).where(Event.subject_id == str(person.id))).all()
    assert told.count("oidc_bound") == 1
    # by the subject ever after, whatever the name becomes; and not bound again
    connected.sign_in_as("subject-1", "renamed")
    again = Traveller(app)
    assert where(again.travel(connected)) == "/"
    assert again.get(ME).json["username"] == "admin01"
    told = session.scalars(select(Event.action).where(Event.subject_id == str(person.id))).all()
    assert told.count("oidc_bound") == 1


def test_who_has_no_account_gets_none(app, session, connected, traveller, person):
    for name in ("nobody99", None):
        connected.sign_in_as(f"subject-of-{name}", name)
        assert problem(traveller.travel(connected)) == "oidc_unknown_account"
        assert code_of(traveller.get(ME)) == (401, "unauthenticated")
    connected.sign_in_as("subject-1", "admin01")
    assert where(traveller.travel(connected)) == "/"
    # a second person of that name at the provider does not get into an account that is bound
    connected.sign_in_as("subject-2", "admin01")
    other = Traveller(app)
    assert problem(other.travel(connected)) == "oidc_unknown_account"
    # until an administrator lets it be bound anew
    traveller.csrf = traveller.get(ME).json["csrf_token"]
    assert traveller.post(f"/api/v1/users/{person.id}/actions/unbind_oidc").status_code == 200
    assert where(other.travel(connected)) == "/"
    connected.sign_in_as("subject-1", "admin01")
    assert problem(Traveller(app).travel(connected)) == "oidc_unknown_account"
    assert code_of(traveller.post(f"/api/v1/users/{uuid.uuid4()}/actions/unbind_oidc")) == (404, "not_found")


def test_a_disabled_account_stays_shut(session, connected, traveller, person, app):
    traveller.travel(connected)
    make_user(session, Role.ADMINISTRATOR)
    disable_user(session, None, person.id, now=NOW)
    session.commit()
    assert problem(Traveller(app).travel(connected)) == "account_disabled"
    worker = make_person(app, session, "worker01", Role.GRID_WORKER)
    disable_user(session, None, worker.id, now=NOW)
    session.commit()
    connected.sign_in_as("subject-3", "worker01")
    assert problem(Traveller(app).travel(connected)) == "oidc_unknown_account"  # nothing is bound to it any more


def test_an_answer_belongs_to_the_browser_that_asked(app, connected, traveller, clock):
    address = connected.visit(traveller.leave())
    assert problem(Traveller(app).arrive(address)) == "oidc_state"  # another browser: nothing asked there
    stranger = Traveller(app)
    stranger.leave()
    assert problem(stranger.arrive(address)) == "oidc_state"  # asked, but something else
    assert problem(traveller.arrive(edited(address, state="x"))) == "oidc_state"
    assert problem(traveller.arrive(address)) == "oidc_state"  # each question is good for one answer
    late = connected.visit(traveller.leave())
    clock.at += timedelta(seconds=600)
    assert problem(traveller.arrive(late)) == "oidc_state"


def test_a_callback_that_is_played_again_opens_nothing(app, connected, traveller):
    path = "/api/v1/session/oidc"
    address = connected.visit(traveller.leave())
    kept = traveller.client.get_cookie("gridpatrol_oidc", path=path).value
    assert where(traveller.arrive(address)) == "/"
    thief = Traveller(app)
    thief.client.set_cookie("gridpatrol_oidc", kept, path=path)
    assert problem(thief.arrive(address)) == "oidc_refused"  # the code is spent


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"code_challenge": base64.urlsafe_b64encode(bytes(32)).rstrip(b"=").decode()},
        {"client_id": OTHER_CLIENT},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_was_made_for_something_else_is_refused(connected, traveller, changes):
    assert problem(traveller.arrive(connected.visit(edited(traveller.leave(), **changes)))) == "oidc_refused"
    assert code_of(traveller.get(ME)) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "changes",
    [{"code": "made-up"}, {"iss": "https://another.example.org"}, {"code": "", "error": "access_denied"}],
    ids=lambda changes: next(iter(changes.values())) or "denied",
)
def test_answers_that_are_worth_nothing(connected, traveller, changes):
    assert problem(traveller.arrive(edited(connected.visit(traveller.leave()), **changes))) == "oidc_refused"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example.org/",
        "//evil.example.org",
        "/\\evil.example.org",
        "/\t/evil.example.org",
        "map",
        "/" + "x" * 1000,
    ],
)
def test_next_is_a_page_of_ours(connected, traveller, wanted):
    assert where(traveller.travel(connected, next=wanted)) == "/"


def test_our_second_factor_is_asked_for_unless_theirs_counts(
    app, session, connected, traveller, clock, connect, person
):
    traveller.enter("admin01")
    secret = traveller.post(f"{FACTOR}/begin", {"password": PASSWORD}).json["secret"]
    totp = pyotp.TOTP(secret)
    assert traveller.post(f"{FACTOR}/confirm", {"code": totp.at(clock.at)}).status_code == 200
    clock.at += timedelta(seconds=30)
    desk = Traveller(app)
    answer = desk.travel(connected, next="/map")
    assert where(answer) == "/sign-in?problem=second_factor_needed&next=/map"
    assert code_of(desk.get(ME)) == (401, "unauthenticated")
    code = "/api/v1/session/oidc/code"
    assert code_of(Browser(app).post(code, {"code": totp.at(clock.at)})) == (400, "oidc_state")
    assert code_of(desk.post(code, {"code": "000000"})) == (401, "bad_code")
    evil = {"Origin": "https://evil.example.org"}
    assert code_of(desk.client.post(code, json={"code": totp.at(clock.at)}, headers=evil)) == (403, "foreign_origin")
    done = desk.post(code, {"code": totp.at(clock.at)})
    assert (done.status_code, done.json["user"]["username"]) == (200, "admin01")
    assert desk.get(ME).status_code == 200
    assert code_of(desk.post(code, {"code": totp.at(clock.at)})) == (400, "oidc_state")
    connected.sign_in_as("subject-1", "admin01", "pwd", "otp")
    assert where(Traveller(app).travel(connected)) == "/"
    connected.sign_in_as("subject-1", "admin01", "pwd")
    connect(connected.url, second_factor=True)
    assert where(Traveller(app).travel(connected)) == "/"


def test_a_role_that_needs_two_factors_is_held_back(app, connected, traveller, monkeypatch):
    configure(app, monkeypatch, second_factor_roles=frozenset({"administrator"}))
    assert where(traveller.travel(connected)) == "/"
    assert code_of(traveller.get("/api/v1/users")) == (403, "second_factor_required")
    connected.sign_in_as("subject-1", "admin01", "mfa")
    traveller.travel(connected)
    assert traveller.get("/api/v1/users").status_code == 200


def test_a_provider_that_goes_away_under_way(connect, node_packages, person, traveller):
    with running_provider() as passing:
        connect(passing.url)
        passing.sign_in_as("subject-1", "admin01")
        address = passing.visit(traveller.leave())
        passing.stop()
        assert problem(traveller.arrive(address)) == "oidc_unavailable"
        connect(passing.url)
        assert problem(traveller.client.get(START, query_string={"next": "/map"})) == "oidc_unavailable"


def test_without_a_provider_there_is_nothing(traveller):
    assert traveller.get("/api/v1/session/options").json == {"oidc": None}
    for path in (START, "/api/v1/session/oidc/callback?code=x&state=y"):
        assert code_of(traveller.get(path)) == (404, "not_found")
    assert code_of(traveller.post("/api/v1/session/oidc/code", {"code": "123456"})) == (404, "not_found")
