"""People: signing in, sessions, devices, users and what they may do."""

from backend.services.accounts.app_passwords import (
    count_app_failure,
    create_app_password,
    end_app_password,
    find_app_password,
    note_use,
)
from backend.services.accounts.devices import restore_device, revoke_device
from backend.services.accounts.hashing import hash_password
from backend.services.accounts.housekeeping import forget_old_sessions
from backend.services.accounts.identity import authenticate, load_actor
from backend.services.accounts.oidc import CodeWanted, finish_oidc, sign_in_oidc, unbind_oidc
from backend.services.accounts.second_factors import (
    begin_factor,
    confirm_factor,
    end_factor,
    factor_state,
    reset_second_factor,
)
from backend.services.accounts.sessions import open_session, refresh, sign_in, sign_out
from backend.services.accounts.users import (
    change_password,
    create_user,
    disable_user,
    enable_user,
    find_user,
    reset_password,
    set_roles,
    set_skills,
)
from backend.services.accounts.values import (
    BegunFactor,
    DeviceInfo,
    FactorState,
    NewUser,
    Person,
    RoleGrant,
    SignedIn,
    WebSession,
    WebSignedIn,
)
from backend.services.accounts.web import (
    authenticate_web,
    csrf_token,
    is_csrf_token,
    is_waking,
    keep_awake,
    open_web_session,
    sign_in_web,
)

__all__ = [
    "BegunFactor",
    "CodeWanted",
    "DeviceInfo",
    "FactorState",
    "NewUser",
    "Person",
    "RoleGrant",
    "SignedIn",
    "WebSession",
    "WebSignedIn",
    "authenticate",
    "authenticate_web",
    "begin_factor",
    "change_password",
    "confirm_factor",
    "count_app_failure",
    "create_app_password",
    "create_user",
    "csrf_token",
    "disable_user",
    "enable_user",
    "end_app_password",
    "end_factor",
    "factor_state",
    "find_app_password",
    "find_user",
    "finish_oidc",
    "forget_old_sessions",
    "hash_password",
    "is_csrf_token",
    "is_waking",
    "keep_awake",
    "load_actor",
    "note_use",
    "open_session",
    "open_web_session",
    "refresh",
    "reset_password",
    "reset_second_factor",
    "restore_device",
    "revoke_device",
    "set_roles",
    "set_skills",
    "sign_in",
    "sign_in_oidc",
    "sign_in_web",
    "sign_out",
    "unbind_oidc",
]
