"""/users and /devices: people's accounts and phones. Not here: one's own session (session.py)."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint
from sqlalchemy import Row

from backend.api.endpoint import Call, endpoint
from backend.api.schemas.users import (
    DevicePageSchema,
    DeviceQuerySchema,
    DeviceSchema,
    NewPasswordSchema,
    NewUserSchema,
    ReasonSchema,
    RolesSchema,
    SkillsSchema,
    UserPageSchema,
    UserQuerySchema,
    UserSchema,
)
from backend.domain.calendar import local_day
from backend.persistence.queries import accounts as queries
from backend.persistence.queries.accounts import DeviceFilter, UserFilter, UserView
from backend.services import accounts
from backend.services.accounts import NewUser, RoleGrant

blueprint = Blueprint("users", __name__, url_prefix="/api/v1", description="People, their roles and their phones")

USER_EXAMPLE = {
    "id": "0197a5a0-0000-7000-8000-00000000000a",
    "username": "worker01",
    "name": "王小明",
    "is_active": True,
    "locked_until": None,
    "password_changed_at": "2026-11-20T02:00:00+00:00",
    "created_at": "2026-11-20T02:00:00+00:00",
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
}
DEVICE_EXAMPLE = {
    "id": "0197a5a0-0000-7000-8000-00000000000d",
    "device_uid": "0197a5a0-0000-7000-8000-0000000000d1",
    "user": {"id": "0197a5a0-0000-7000-8000-00000000000a", "username": "worker01", "name": "王小明"},
    "name": "Redmi 12",
    "platform": "android",
    "app_version": "1.0.0",
    "created_at": "2026-11-20T02:00:00+00:00",
    "last_contact_at": "2026-11-20T08:30:00+00:00",
    "clock_offset_ms": -1200,
    "outbox": {"items": 0, "photos": 2, "oldest_at": "2026-11-20T07:58:00+00:00"},
    "revoked_at": None,
}
ROLE_PROBLEMS = ("unknown_division", "unknown_code", "role_incomplete", "role_mix", "bad_period")


@endpoint(
    blueprint,
    "/users",
    permission="user.read",
    summary="Users one may see, newest first",
    query=UserQuerySchema,
    answer=UserPageSchema,
    problems=("bad_cursor",),
    example={"items": [USER_EXAMPLE], "next_cursor": None},
)
def list_users(call: Call) -> Any:
    query = call.query
    wanted = UserFilter(query["role"], query["street"], query["active"], query["text"])
    return queries.list_users(
        call.session, call.actor, wanted, day=local_day(call.now), limit=query["limit"], cursor=query["cursor"]
    )


@endpoint(
    blueprint,
    "/users/<uuid:user_id>",
    permission="user.read",
    summary="One user",
    answer=UserSchema,
    problems=("not_found",),
    example=USER_EXAMPLE,
)
def show_user(call: Call, user_id: UUID) -> UserView:
    return _view(call, user_id)


@endpoint(
    blueprint,
    "/users",
    method="POST",
    permission="user.manage",
    summary="Make a user",
    body=NewUserSchema,
    answer=UserSchema,
    status=201,
    problems=("bad_username", "username_taken", "weak_password", *ROLE_PROBLEMS),
    example=USER_EXAMPLE,
)
def create_user(call: Call) -> UserView:
    body = call.body
    new = NewUser(body["username"], body["name"], body["password"], _grants(body["roles"]), tuple(body["skills"]))
    user = accounts.create_user(call.session, call.actor, new, now=call.now, settings=call.state.settings)
    return _view(call, user.id)


@endpoint(
    blueprint,
    "/users/<uuid:user_id>/actions/disable",
    method="POST",
    permission="user.manage",
    summary="Sign a user out everywhere and let him in no more",
    body=ReasonSchema,
    answer=UserSchema,
    problems=("not_found", "last_administrator"),
    example={**USER_EXAMPLE, "is_active": False},
)
def disable_user(call: Call, user_id: UUID) -> UserView:
    accounts.disable_user(call.session, call.actor, user_id, now=call.now, reason=call.body["reason"])
    return _view(call, user_id)


@endpoint(
    blueprint,
    "/users/<uuid:user_id>/actions/enable",
    method="POST",
    permission="user.manage",
    summary="Let a disabled or locked-out user in again",
    answer=UserSchema,
    problems=("not_found",),
    example=USER_EXAMPLE,
)
def enable_user(call: Call, user_id: UUID) -> UserView:
    accounts.enable_user(call.session, call.actor, user_id, now=call.now)
    return _view(call, user_id)


@endpoint(
    blueprint,
    "/users/<uuid:user_id>/actions/set_roles",
    method="POST",
    permission="user.manage",
    summary="Set all roles a user holds from today on",
    body=RolesSchema,
    answer=UserSchema,
    problems=("not_found", "last_administrator", *ROLE_PROBLEMS),
    example=USER_EXAMPLE,
)
def set_roles(call: Call, user_id: UUID) -> UserView:
    accounts.set_roles(call.session, call.actor, user_id, _grants(call.body["roles"]), now=call.now)
    return _view(call, user_id)


@endpoint(
    blueprint,
    "/users/<uuid:user_id>/actions/set_skills",
    method="POST",
    permission="user.manage",
    summary="Set the categories a user is trained for from today on",
    body=SkillsSchema,
    answer=UserSchema,
    problems=("not_found",),
    example=USER_EXAMPLE,
)
def set_skills(call: Call, user_id: UUID) -> UserView:
    accounts.set_skills(call.session, call.actor, user_id, call.body["skills"], now=call.now)
    return _view(call, user_id)


@endpoint(
    blueprint,
    "/users/<uuid:user_id>/actions/reset_password",
    method="POST",
    permission="user.manage",
    summary="Give a user a new password and sign him out everywhere",
    body=NewPasswordSchema,
    answer=UserSchema,
    problems=("not_found", "weak_password"),
    example=USER_EXAMPLE,
)
def reset_password(call: Call, user_id: UUID) -> UserView:
    password = call.body["password"]
    accounts.reset_password(call.session, call.actor, user_id, password, now=call.now, settings=call.state.settings)
    return _view(call, user_id)


@endpoint(
    blueprint,
    "/devices",
    permission="device.read",
    summary="Phones of users one may see: last contact, what is unsent, clock",
    query=DeviceQuerySchema,
    answer=DevicePageSchema,
    problems=("bad_cursor",),
    example={"items": [DEVICE_EXAMPLE], "next_cursor": None},
)
def list_devices(call: Call) -> dict[str, Any]:
    query = call.query
    wanted = DeviceFilter(query["user_id"], query["unsent"], query["revoked"])
    found = queries.list_devices(
        call.session, call.actor, wanted, day=local_day(call.now), limit=query["limit"], cursor=query["cursor"]
    )
    return {"items": [_device(row) for row in found.items], "next_cursor": found.next_cursor}


@endpoint(
    blueprint,
    "/devices/<uuid:device_id>/actions/revoke",
    method="POST",
    permission="device.revoke",
    summary="Shut out a lost phone at once",
    answer=DeviceSchema,
    problems=("not_found",),
    example={**DEVICE_EXAMPLE, "revoked_at": "2026-11-20T09:00:00+00:00"},
)
def revoke_device(call: Call, device_id: UUID) -> dict[str, Any]:
    accounts.revoke_device(call.session, call.actor, device_id, now=call.now)
    return _device(queries.get_device(call.session, call.actor, device_id, day=local_day(call.now)))


@endpoint(
    blueprint,
    "/devices/<uuid:device_id>/actions/restore",
    method="POST",
    permission="device.revoke",
    summary="Let a phone that was found again be used; its user signs in anew",
    answer=DeviceSchema,
    problems=("not_found",),
    example=DEVICE_EXAMPLE,
)
def restore_device(call: Call, device_id: UUID) -> dict[str, Any]:
    accounts.restore_device(call.session, call.actor, device_id, now=call.now)
    return _device(queries.get_device(call.session, call.actor, device_id, day=local_day(call.now)))


def _view(call: Call, user_id: UUID) -> UserView:
    return queries.get_user(call.session, call.actor, user_id, day=local_day(call.now))


def _grants(roles: list[dict[str, Any]]) -> tuple[RoleGrant, ...]:
    return tuple(RoleGrant(**role) for role in roles)


def _device(row: Row[Any]) -> dict[str, Any]:
    return {
        **row._mapping,
        "user": {"id": row.user_id, "username": row.username, "name": row.name_of_user},
        "outbox": {"items": row.outbox_items, "photos": row.outbox_photos, "oldest_at": row.outbox_oldest_at},
    }
