"""/session/web: signing in with a browser. Not here: signing out and one's own account (session.py), phones."""

from flask import Response
from flask_smorest import Blueprint

from backend.api.browser import check_own_site, cookie_token, give_cookie
from backend.api.endpoint import PUBLIC, Call, dumped, endpoint
from backend.api.errors import problem_of
from backend.api.schemas.session import WebSignedInSchema, WebSignInSchema
from backend.api.session import USER_EXAMPLE
from backend.domain.errors import DomainError
from backend.services import accounts
from backend.services.accounts import WebSignedIn

blueprint = Blueprint("web_session", __name__, url_prefix="/api/v1/session", description="Signing in with a browser")

SIGNED_IN_EXAMPLE = {
    "user": {**USER_EXAMPLE, "username": "coordinator01", "roles": ["street_coordinator"]},
    "csrf_token": "9c1185a5c5e9fc54612808977ee8f548b2258d31d4b1d3a9f5e1d2c7f0a4c6de",
    "expires_at": "2026-11-20T03:00:00+00:00",
}


@endpoint(
    blueprint,
    "/web",
    method="POST",
    permission=PUBLIC,
    summary="Sign in with a browser",
    body=WebSignInSchema,
    answer=WebSignedInSchema,
    problems=(
        "bad_credentials",
        "account_locked",
        "account_disabled",
        "second_factor_needed",
        "bad_code",
        "foreign_origin",
    ),
    example=SIGNED_IN_EXAMPLE,
)
def sign_in(call: Call) -> Response:
    """Sets the cookie of a new session; the one the browser had before ends. Pages of other sites are refused."""
    state = call.state
    check_own_site(state.settings)
    made = accounts.sign_in_web(
        call.session,
        call.body["username"],
        call.body["password"],
        call.body["code"],
        former=cookie_token(),
        keys=state.gateways.keys,
        now=call.now,
        settings=state.settings,
    )
    # returned, not raised: the failure must be counted
    return problem_of(made) if isinstance(made, DomainError) else signed_in(call, made)


def signed_in(call: Call, made: WebSignedIn) -> Response:
    """The answer to a sign-in, with the cookie."""
    told = {"user": made.user, "csrf_token": made.csrf_token, "expires_at": made.session.idle_until}
    return give_cookie(dumped(told, WebSignedInSchema()), made.token, call.state.settings)
