"""Shapes of one's own second factor."""

from typing import ClassVar

from marshmallow import Schema, fields

from backend.api.schemas.fields import Words
from backend.api.schemas.secret import Secret


class FactorStateSchema(Schema):
    """How one's second factor stands."""

    is_on = fields.Boolean(required=True, metadata={"description": "Signing in wants a code"})
    is_required = fields.Boolean(required=True, metadata={"description": "One's roles want it (SECOND_FACTOR_ROLES)"})
    confirmed_at = fields.AwareDateTime(required=True, allow_none=True)
    recovery_codes_left = fields.Integer(required=True)


class BeginFactorSchema(Schema):
    """The password again: whoever finds a desk unlocked sets up nothing."""

    EXAMPLE: ClassVar = {"password": "Demo-pass-2026"}

    password = Secret()


class BegunFactorSchema(Schema):
    """The secret for an authenticator app; shown this once."""

    secret = fields.String(required=True, metadata={"description": "Base32, to be typed in"})
    uri = fields.String(required=True, metadata={"description": "otpauth:// address, to be shown as a QR code"})


class ConfirmFactorSchema(Schema):
    """The code the app shows now."""

    EXAMPLE: ClassVar = {"code": "492039"}

    code = Words(required=True, min_length=1, max_length=64)


class RecoveryCodesSchema(Schema):
    """Codes for the day the app is lost; each works once, nobody can read them again."""

    recovery_codes = fields.List(fields.String(), required=True)


class EndFactorSchema(Schema):
    """The password, and a code of the app or a recovery code."""

    EXAMPLE: ClassVar = {"password": "Demo-pass-2026", "code": "492039"}

    password = Secret()
    code = Words(required=True, min_length=1, max_length=64)
