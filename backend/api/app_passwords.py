"""/session/app-passwords: one's own passwords for programs that only read. Not here: what they open (basic.py)."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from backend.api.endpoint import Call, endpoint
from backend.api.schemas.app_passwords import AppPasswordListSchema, MadeAppPasswordSchema, NewAppPasswordSchema
from backend.persistence.queries.app_passwords import live_app_passwords
from backend.services import accounts

blueprint = Blueprint(
    "app_passwords",
    __name__,
    url_prefix="/api/v1/session/app-passwords",
    description="One's own passwords for programs that read maps",
)

EXAMPLE = {
    "id": "0197a5a0-0000-7000-8000-0000000000a1",
    "name": "QGIS 办公室电脑",
    "created_at": "2026-11-20T02:00:00+00:00",
    "expires_at": "2027-05-19T02:00:00+00:00",
    "last_used_at": None,
}


@endpoint(
    blueprint,
    "",
    method="POST",
    # not session.own: who has yet to show a second factor must not make a way around it
    permission="ogc.read",
    summary="Make a password for a program; its text is told this once",
    body=NewAppPasswordSchema,
    answer=MadeAppPasswordSchema,
    status=201,
    problems=("too_many_app_passwords", "app_password_too_long"),
    example={**EXAMPLE, "username": "coordinator01", "password": "k7m2a-xw5dp-4rzbz-6tq2n-ch7ye"},
)
def create(call: Call) -> dict[str, Any]:
    """It opens GET below /ogc and the tiles of the map by HTTP Basic, nothing else, as far as its owner may see."""
    made, text = accounts.create_app_password(
        call.session, call.actor, call.body["name"], call.body["days"], now=call.now
    )
    told = {name: getattr(made, name) for name in ("id", "name", "created_at", "expires_at", "last_used_at")}
    return {**told, "username": call.actor.username, "password": text}


@endpoint(
    blueprint,
    "",
    permission="session.own",
    summary="One's own passwords for programs, and when they were last used",
    answer=AppPasswordListSchema,
    example={"items": [EXAMPLE]},
)
def list_live(call: Call) -> dict[str, Any]:
    return {"items": live_app_passwords(call.session, call.actor, call.now)}


@endpoint(
    blueprint,
    "/<uuid:app_password_id>",
    method="DELETE",
    permission="session.own",
    summary="End one at once",
    status=204,
    problems=("not_found",),
)
def delete(call: Call, app_password_id: UUID) -> None:
    accounts.end_app_password(call.session, call.actor, app_password_id, now=call.now)


@endpoint(
    blueprint,
    "/<uuid:app_password_id>/end",
    method="POST",
    permission="session.own",
    summary="End one at once (where a firewall blocks DELETE)",
    status=204,
    problems=("not_found",),
)
def end(call: Call, app_password_id: UUID) -> None:
    accounts.end_app_password(call.session, call.actor, app_password_id, now=call.now)
