"""/session/second-factor: one's own second factor. Not here: taking off somebody else's (users.py)."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from backend.api.endpoint import Call, endpoint
from backend.api.errors import problem_of
from backend.api.schemas.second_factor import (
    BeginFactorSchema,
    BegunFactorSchema,
    ConfirmFactorSchema,
    EndFactorSchema,
    FactorStateSchema,
    RecoveryCodesSchema,
)
from backend.domain.errors import DomainError
from backend.services import accounts
from backend.services.accounts import BegunFactor, FactorState

blueprint = Blueprint(
    "second_factor", __name__, url_prefix="/api/v1/session/second-factor", description="One's own second factor"
)

STATE_EXAMPLE = {
    "is_on": True,
    "is_required": False,
    "confirmed_at": "2026-11-20T02:00:00+00:00",
    "recovery_codes_left": 10,
}
BEGUN_EXAMPLE = {
    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "uri": "otpauth://totp/GridPatrol:admin?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=GridPatrol",
}


@endpoint(
    blueprint,
    "",
    permission="session.own",
    summary="Whether one has a second factor",
    answer=FactorStateSchema,
    example=STATE_EXAMPLE,
)
def show_state(call: Call) -> FactorState:
    return accounts.factor_state(call.session, call.actor, call.state.settings)


@endpoint(
    blueprint,
    "/begin",
    method="POST",
    permission="session.own",
    summary="Get a secret for an authenticator app",
    body=BeginFactorSchema,
    answer=BegunFactorSchema,
    problems=("bad_credentials", "account_locked", "second_factor_exists"),
    example=BEGUN_EXAMPLE,
)
def begin(call: Call) -> BegunFactor | Response:
    """Nothing changes before a code of the app was confirmed; beginning again makes another secret."""
    state = call.state
    return _told(
        accounts.begin_factor(
            call.session,
            call.actor,
            call.body["password"],
            keys=state.gateways.keys,
            now=call.now,
            settings=state.settings,
        )
    )


@endpoint(
    blueprint,
    "/confirm",
    method="POST",
    permission="session.own",
    summary="Show a code of the app; signing in wants one from now on",
    body=ConfirmFactorSchema,
    answer=RecoveryCodesSchema,
    problems=("bad_code", "account_locked", "second_factor_not_begun", "second_factor_exists"),
    example={"recovery_codes": ["k3vq-7m2a-xw5d-p4rz", "bz6t-q2nc-h7ye-43la"]},
)
def confirm(call: Call) -> dict[str, Any] | Response:
    keys = call.state.gateways.keys
    made = accounts.confirm_factor(call.session, call.actor, call.body["code"], keys=keys, now=call.now)
    return problem_of(made) if isinstance(made, DomainError) else {"recovery_codes": made}


@endpoint(
    blueprint,
    "/end",
    method="POST",
    permission="session.own",
    summary="Take one's second factor off",
    body=EndFactorSchema,
    status=204,
    problems=("bad_credentials", "bad_code", "account_locked", "second_factor_not_begun"),
)
def end(call: Call) -> Response | None:
    state, body = call.state, call.body
    return _told(
        accounts.end_factor(
            call.session,
            call.actor,
            body["password"],
            body["code"],
            keys=state.gateways.keys,
            now=call.now,
            settings=state.settings,
        )
    )


def _told(result: Any) -> Any:
    # a refusal that was returned must be committed (a failure counted): it is dumped, not raised
    return problem_of(result) if isinstance(result, DomainError) else result
