"""/session: signing in and out, refreshing, one's own account. Not here: other people's accounts (users.py)."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from backend.api.browser import take_cookie
from backend.api.endpoint import PUBLIC, Call, endpoint
from backend.api.errors import problem_of
from backend.api.schemas.session import ChangePasswordSchema, MeSchema, RefreshSchema, SignedInSchema, SignInSchema
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.passwords import password_due_at, policy_at
from backend.domain.permissions import PERMISSIONS, can
from backend.domain.second_factor import is_required
from backend.persistence.queries.accounts import get_user
from backend.services import accounts
from backend.services.accounts import DeviceInfo, SignedIn, csrf_token

blueprint = Blueprint("session", __name__, url_prefix="/api/v1/session", description="Signing in; one's own account")

USER_EXAMPLE = {
    "id": "0197a5a0-0000-7000-8000-00000000000a",
    "username": "worker01",
    "name": "王小明",
    "roles": ["grid_worker"],
    "street": "310107005",
}
SIGNED_IN_EXAMPLE = {
    "access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzaWQiOiIwMTk3In0.c2lnbmF0dXJl",
    "refresh_token": "Zm9yIHRoZSBwaG9uZSBvbmx5LCBhbmQgZm9yIG9uZSB1c2U",
    "expires_in": 900,
    "user": USER_EXAMPLE,
}
ME_EXAMPLE = {
    **USER_EXAMPLE,
    "roles": [
        {
            "role": "grid_worker",
            "street_code": "310107005",
            "department": None,
            "department_name": None,
            "valid_from": "2026-01-01",
            "valid_to": None,
        }
    ],
    "skills": ["illegal_practice", "water_vending"],
    "permissions": ["task.act", "sync.use"],
    "password_due_at": "2027-05-19T02:00:00+00:00",
    "device_id": "0197a5a0-0000-7000-8000-00000000000d",
    "session_id": "0197a5a0-0000-7000-8000-00000000000e",
    "expires_at": "2027-01-19T02:00:00+00:00",
    "csrf_token": None,
    "second_factor": False,
    "second_factor_due": False,
}


@endpoint(
    blueprint,
    "",
    method="POST",
    permission=PUBLIC,
    summary="Sign in on a device",
    body=SignInSchema,
    answer=SignedInSchema,
    problems=(
        "bad_credentials",
        "account_locked",
        "account_disabled",
        "device_revoked",
        "second_factor_needed",
        "bad_code",
    ),
    example=SIGNED_IN_EXAMPLE,
)
def sign_in(call: Call) -> SignedIn | Response:
    device = DeviceInfo(
        call.body["device"]["id"],
        call.body["device"]["name"],
        call.body["device"]["platform"],
        call.body["device"]["app_version"],
    )
    state = call.state
    return _told(
        accounts.sign_in(
            call.session,
            call.body["username"],
            call.body["password"],
            device,
            call.body["code"],
            keys=state.gateways.keys,
            now=call.now,
            settings=state.settings,
        )
    )


@endpoint(
    blueprint,
    "/refresh",
    method="POST",
    permission=PUBLIC,
    summary="Exchange a refresh token for new tokens; each works once",
    body=RefreshSchema,
    answer=SignedInSchema,
    problems=("unauthenticated", "session_ended", "refresh_reused"),
    example=SIGNED_IN_EXAMPLE,
)
def refresh(call: Call) -> SignedIn | Response:
    state = call.state
    token = call.body["refresh_token"]
    return _told(accounts.refresh(call.session, token, keys=state.gateways.keys, now=call.now, settings=state.settings))


@endpoint(
    blueprint,
    "",
    method="DELETE",
    permission="session.own",
    summary="Sign out here",
    status=204,
)
def sign_out(call: Call) -> Response | None:
    return _sign_out(call)


@endpoint(
    blueprint,
    "/end",
    method="POST",
    permission="session.own",
    summary="Sign out on this device (where a firewall blocks DELETE)",
    status=204,
)
def end(call: Call) -> Response | None:
    return _sign_out(call)


@endpoint(
    blueprint,
    "/me",
    permission="session.own",
    summary="One's own account, roles and permissions",
    answer=MeSchema,
    example=ME_EXAMPLE,
)
def show_me(call: Call) -> dict[str, Any]:
    actor, day = call.actor, local_day(call.now)
    user = get_user(call.session, actor, actor.user_id, day=day)
    return {
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "roles": user.roles,
        "street": next((role.street_code for role in user.roles if role.street_code), None),
        "skills": user.skills,
        "permissions": sorted(name for name in PERMISSIONS if can(actor.roles, name)),
        "password_due_at": password_due_at(user.password_changed_at, policy_at(day)),
        "device_id": actor.device_id,
        "session_id": actor.session_id,
        "expires_at": call.web.idle_until if call.web else actor.session_ends_at,
        "csrf_token": csrf_token(call.state.gateways.keys, call.web.id) if call.web else None,
        "second_factor": user.second_factor,
        "second_factor_due": not actor.has_shown_second_factor
        and is_required(actor.roles, call.state.settings.second_factor_roles),
    }


@endpoint(
    blueprint,
    "/password",
    method="POST",
    permission="session.own",
    summary="Change one's own password; all other sessions end",
    body=ChangePasswordSchema,
    status=204,
    problems=("bad_credentials", "account_locked", "weak_password"),
)
def change_password(call: Call) -> Response | None:
    body = call.body
    return _told(
        accounts.change_password(
            call.session, call.actor, body["current"], body["new"], now=call.now, settings=call.state.settings
        )
    )


def _sign_out(call: Call) -> Response | None:
    accounts.sign_out(call.session, call.actor, now=call.now)
    # a phone's sign-out leaves alone what the same browser may hold
    return take_cookie(Response(status=204), call.state.settings) if call.web else None


def _told(result: Any) -> Any:
    # a refusal that was returned must be committed (a failure counted, a session ended): it is dumped, not raised
    return problem_of(result) if isinstance(result, DomainError) else result
