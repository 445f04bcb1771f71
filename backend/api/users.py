"""/users: people's accounts. Not here: their phones (devices.py), one's own session (session.py)."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from backend.api.endpoint import Call, endpoint
from backend.api.schemas.users import (
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
from backend.persistence.queries.accounts import UserFilter, UserView
from backend.services import accounts
from backend.services.accounts import NewUser, RoleGrant

blueprint = Blueprint("users", __name__, url_prefix="/api/v1", description="People and their roles")

USER_EXAMPLE = {
    "id": "0197a5a0-0000-7000-8000-00000000000a",
    "username": "worker01",
    "name": "王小明",
    "is_active": True,
    "locked_until": None,
    "password_changed_at": "2026-11-20T02:00:00+00:00",
    "created_at": "2026-11-20T02:00:00+00:00",
    "second_factor": False,
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
    return queries.list_users(
        call.session,
        call.actor,
        filter_of(query),
        day=local_day(call.now),
        limit=query["limit"],
        cursor=query["cursor"],
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
    "/users/<uuid:user_id>/actions/reset_second_factor",
    method="POST",
    permission="user.manage",
    summary="Take off the second factor of a user who lost it, and sign him out everywhere",
    answer=UserSchema,
    problems=("not_found",),
    example=USER_EXAMPLE,
)
def reset_second_factor(call: Call, user_id: UUID) -> UserView:
    accounts.reset_second_factor(call.session, call.actor, user_id, now=call.now)
    return _view(call, user_id)


@endpoint(
    blueprint,
    "/users/<uuid:user_id>/actions/unbind_oidc",
    method="POST",
    permission="user.manage",
    summary="Forget who a user is at the OpenID provider; his next sign-in there binds him anew",
    answer=UserSchema,
    problems=("not_found",),
    example=USER_EXAMPLE,
)
def unbind_oidc(call: Call, user_id: UUID) -> UserView:
    user = _view(call, user_id)
    accounts.unbind_oidc(call.session, call.actor, user_id, now=call.now)
    return user


def _view(call: Call, user_id: UUID) -> UserView:
    return queries.get_user(call.session, call.actor, user_id, day=local_day(call.now))


def _grants(roles: list[dict[str, Any]]) -> tuple[RoleGrant, ...]:
    return tuple(RoleGrant(**role) for role in roles)


def filter_of(query: dict[str, Any]) -> UserFilter:
    """The filter that a query of UserQuerySchema means."""
    named = ("role", "street", "active", "text", "department", "without_role")
    return UserFilter(*(query[name] for name in named))
