"""/session/oidc: signing in by an OpenID provider. Every end is a page: where one wanted to go, or the sign-in page with the
code of the problem. Not here: what the provider's answer is worth (gateways/oidc.py), whose account it is (services).
"""

import base64
import hmac
import re
from typing import Any
from urllib.parse import quote
from uuid import UUID

import orjson
import structlog
from flask import Response, request
from flask_smorest import Blueprint

from backend.api.browser import check_own_site, cookie_token, give_cookie, is_https, own_address
from backend.api.endpoint import PUBLIC, Call, endpoint
from backend.api.errors import problem_of
from backend.api.schemas.oidc import OidcCallbackSchema, OidcCodeSchema, OidcStartSchema, SignInOptionsSchema
from backend.api.schemas.session import WebSignedInSchema
from backend.api.web_session import SIGNED_IN_EXAMPLE, signed_in
from backend.domain.errors import DomainError
from backend.gateways.oidc import Flow, OidcClient, OidcRefusedError, OidcUnavailableError, begin_flow
from backend.gateways.secret_box import SecretBox, UnreadableSecretError
from backend.services import accounts
from backend.services.accounts import CodeWanted

log = structlog.get_logger(__name__)
blueprint = Blueprint("oidc", __name__, url_prefix="/api/v1/session", description="Signing in by an OpenID provider")

PATH = "/api/v1/session/oidc"
SIGN_IN_PAGE = "/sign-in"
COOKIE = "gridpatrol_oidc"  # the sign-in under way; only our own keys read it
FLOW, CODE = "oidc flow", "oidc code"  # what such a cookie is about: one cannot stand for the other
LIFE_SECONDS = 600
LONGEST_NEXT = 1000  # it travels in the cookie
# One slash, then what no browser takes for the beginning of another site (it drops tabs, and reads a backslash as a slash).
LOCAL_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]*")
REDIRECT = {"responses": {"302": {"description": "Go there.", "headers": {"Location": {"schema": {"type": "string"}}}}}}


@endpoint(
    blueprint,
    "/options",
    permission=PUBLIC,
    summary="The ways to sign in",
    answer=SignInOptionsSchema,
    example={"oidc": {"name": "统一身份认证", "start_path": f"{PATH}/start"}},
)
def show_options(call: Call) -> dict[str, Any]:
    oidc = call.state.settings.oidc
    return {"oidc": {"name": oidc.name, "start_path": f"{PATH}/start"} if oidc else None}


@endpoint(
    blueprint,
    "/oidc/start",
    permission=PUBLIC,
    summary="Begin to sign in by the OpenID provider",
    query=OidcStartSchema,
    status=302,
    problems=("not_found",),
    document=REDIRECT,
)
def start(call: Call) -> Response:
    """For the browser's address bar, not for scripts. A provider that is away leads to the sign-in page, `?problem=`."""
    client = _client(call)
    flow, wanted = begin_flow(f"{own_address(call.state.settings)}{PATH}/callback"), _local(call.query["next"])
    try:
        response = _go(client.address(flow))
    except OidcUnavailableError as error:
        log.warning("oidc_unavailable", why=str(error))
        return _go(_problem_page("oidc_unavailable", wanted))
    kept = {"state": flow.state, "nonce": flow.nonce, "verifier": flow.verifier, "uri": flow.redirect_uri}
    return _remember(call, response, FLOW, {**kept, "next": wanted})


@endpoint(
    blueprint,
    "/oidc/callback",
    permission=PUBLIC,
    summary="Come back from the OpenID provider",
    query=OidcCallbackSchema,
    status=302,
    commits=True,
    problems=("not_found",),
    document=REDIRECT,
)
def callback(call: Call) -> Response:
    """Sets the session's cookie and goes on to `next`; otherwise to the sign-in page with `?problem=`: oidc_unavailable,
    oidc_refused, oidc_state, oidc_unknown_account, account_disabled, or second_factor_needed (then POST /session/oidc/code)."""
    client = _client(call)
    kept = _remembered(call, FLOW)
    wanted = kept["next"] if kept else "/"
    made = _known(call, client, kept)
    if isinstance(made, DomainError):
        return _forget(call, _go(_problem_page(made.code, wanted)))
    if isinstance(made, CodeWanted):
        response = _go(_problem_page("second_factor_needed", wanted))
        return _remember(call, response, CODE, {"user": str(made.user_id)})
    return _forget(call, give_cookie(_go(wanted), made.token, call.state.settings))


@endpoint(
    blueprint,
    "/oidc/code",
    method="POST",
    permission=PUBLIC,
    summary="Show the code that was wanted after coming back",
    body=OidcCodeSchema,
    answer=WebSignedInSchema,
    problems=("not_found", "oidc_state", "bad_code", "account_locked", "account_disabled", "foreign_origin"),
    example=SIGNED_IN_EXAMPLE,
)
def show_code(call: Call) -> Response:
    """For accounts with a second factor that the provider did not ask for."""
    _client(call)
    state = call.state
    check_own_site(state.settings)
    kept = _remembered(call, CODE)
    if kept is None:
        raise DomainError("oidc_state")
    made = accounts.finish_oidc(
        call.session,
        UUID(kept["user"]),
        call.body["code"],
        former=cookie_token(),
        keys=state.gateways.keys,
        now=call.now,
        settings=state.settings,
    )
    # returned, not raised: the failure must be counted
    return problem_of(made) if isinstance(made, DomainError) else _forget(call, signed_in(call, made))


def _known(call: Call, client: OidcClient, kept: dict[str, Any] | None) -> Any:
    """The session of whoever came back, CodeWanted, or the refusal."""
    query, state = call.query, call.state
    if kept is None or not hmac.compare_digest(kept["state"].encode(), (query["state"] or "").encode()):
        return DomainError("oidc_state")
    if query["code"] is None or query["iss"] not in (None, client.settings.issuer):  # RFC 9207: whose answer it is
        log.info("oidc_refused", why=query["error"] or "no code, or another issuer")
        return DomainError("oidc_refused")
    flow = Flow(kept["state"], kept["nonce"], kept["verifier"], kept["uri"])
    try:
        identity = client.redeem(query["code"], flow, call.now)
    except OidcUnavailableError as error:
        log.warning("oidc_unavailable", why=str(error))
        return DomainError("oidc_unavailable")
    except OidcRefusedError as error:
        log.warning("oidc_refused", why=str(error))
        return DomainError("oidc_refused")
    keys = state.gateways.keys
    return accounts.sign_in_oidc(
        call.session, identity, former=cookie_token(), keys=keys, now=call.now, settings=state.settings
    )


def _client(call: Call) -> OidcClient:
    client = call.state.gateways.oidc
    if client is None:
        raise DomainError("not_found")
    return client


def _local(path: str) -> str:
    return path if len(path) <= LONGEST_NEXT and LOCAL_PATH.fullmatch(path) else "/"


def _problem_page(code: str, wanted: str) -> str:
    return f"{SIGN_IN_PAGE}?problem={code}" + (f"&next={quote(wanted, safe='/')}" if wanted != "/" else "")


def _go(place: str) -> Response:
    return Response(status=302, headers={"Location": place})


def _remember(call: Call, response: Response, about: str, kept: dict[str, Any]) -> Response:
    """Bind the sign-in to this browser: its own cookie, which it can neither read nor make."""
    content = orjson.dumps({**kept, "until": call.now.timestamp() + LIFE_SECONDS})
    sealed = base64.urlsafe_b64encode(SecretBox(call.state.gateways.keys).seal(content, about)).decode()
    secure = is_https(call.state.settings)
    response.set_cookie(COOKIE, sealed, max_age=LIFE_SECONDS, path=PATH, httponly=True, samesite="Lax", secure=secure)
    return response


def _remembered(call: Call, about: str) -> dict[str, Any] | None:
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(COOKIE, ""))
        kept: dict[str, Any] = orjson.loads(SecretBox(call.state.gateways.keys).open(sealed, about))
    except (UnreadableSecretError, ValueError):
        return None
    return kept if kept["until"] > call.now.timestamp() else None


def _forget(call: Call, response: Response) -> Response:
    secure = is_https(call.state.settings)
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="Lax", secure=secure)
    return response
