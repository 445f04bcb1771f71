"""Shapes of signing in and of one's own account (sync.md, POST /session)."""

from typing import ClassVar

from marshmallow import Schema, fields

from backend.api.schemas.fields import Words
from backend.api.schemas.secret import Secret
from backend.api.schemas.users import HeldRoleSchema
from backend.domain.vocabulary import Category, Role


class DeviceInfoSchema(Schema):
    """The phone or browser; its id is made there once and kept."""

    id = fields.UUID(required=True)
    name = Words(max_length=100, load_default="")
    platform = Words(max_length=50, load_default="", metadata={"description": "android, ios, harmony, web …"})
    app_version = Words(max_length=50, load_default="")


def one_time_code() -> fields.String:
    """The field for the code of whoever has a second factor."""
    told = "Only for accounts with a second factor: six digits of the app, or a recovery code"
    return Words(max_length=64, load_default=None, allow_none=True, load_only=True, metadata={"description": told})


class SignInSchema(Schema):
    """User name, password and the device it is done on."""

    EXAMPLE: ClassVar = {
        "username": "worker01",
        "password": "Demo-pass-2026",
        "device": {
            "id": "0197a5a0-0000-7000-8000-0000000000d1",
            "name": "Redmi 12",
            "platform": "android",
            "app_version": "1.0.0",
        },
    }

    username = Words(required=True, min_length=1, max_length=100)
    password = Secret()
    code = one_time_code()
    device = fields.Nested(DeviceInfoSchema, required=True)


class SignedInUserSchema(Schema):
    """Who signed in."""

    id = fields.UUID(required=True)
    username = fields.String(required=True)
    name = fields.String(required=True)
    roles = fields.List(fields.String(metadata={"enum": list(Role)}), required=True)
    street = fields.String(required=True, allow_none=True, metadata={"description": "9-digit code, if he has one"})


class SignedInSchema(Schema):
    """Tokens; send the access token as Bearer, keep the refresh token secret and use it once."""

    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True)
    expires_in = fields.Integer(required=True, metadata={"description": "Life of the access token in seconds"})
    user = fields.Nested(SignedInUserSchema, required=True)


class WebSignInSchema(Schema):
    """User name and password, typed into a page."""

    EXAMPLE: ClassVar = {"username": "coordinator01", "password": "Demo-pass-2026"}

    username = Words(required=True, min_length=1, max_length=100)
    password = Secret()
    code = one_time_code()


class WebSignedInSchema(Schema):
    """Who signed in; the session itself is in a cookie that pages cannot read."""

    user = fields.Nested(SignedInUserSchema, required=True)
    csrf_token = fields.String(
        required=True,
        metadata={"description": "For X-CSRF-Token with everything that is no GET; GET /me tells it again"},
    )
    expires_at = fields.AwareDateTime(
        required=True, metadata={"description": "When the session ends if nothing more comes from the browser"}
    )


class RefreshSchema(Schema):
    """The refresh token of the last answer."""

    EXAMPLE: ClassVar = {"refresh_token": "Zm9yIHRoZSBwaG9uZSBvbmx5LCBhbmQgZm9yIG9uZSB1c2U"}

    refresh_token = Secret()


class ChangePasswordSchema(Schema):
    """The password that holds, and the one that shall."""

    EXAMPLE: ClassVar = {"current": "Demo-pass-2026", "new": "Better-pass-2027"}

    current = Secret()
    new = Secret()


class MeSchema(SignedInUserSchema):
    """One's own account."""

    roles = fields.List(fields.Nested(HeldRoleSchema), required=True)
    skills = fields.List(fields.String(metadata={"enum": list(Category)}), required=True)
    permissions = fields.List(
        fields.String(), required=True, metadata={"description": "What one may try at all; scope narrows it"}
    )
    password_due_at = fields.AwareDateTime(
        required=True, metadata={"description": "When the password should be replaced; nobody is locked out by it"}
    )
    device_id = fields.UUID(required=True, allow_none=True, metadata={"description": "null in a browser"})
    session_id = fields.UUID(required=True)
    expires_at = fields.AwareDateTime(
        required=True,
        metadata={"description": "When the session ends if nothing more comes from this device or browser"},
    )
    csrf_token = fields.String(
        required=True, allow_none=True, metadata={"description": "For X-CSRF-Token; null for the bearer of a token"}
    )
    second_factor = fields.Boolean(
        required=True, metadata={"description": "Whether signing in to this account wants a code too"}
    )
    second_factor_due = fields.Boolean(
        required=True, metadata={"description": "Nothing else may be done before a second factor was set up or shown"}
    )
