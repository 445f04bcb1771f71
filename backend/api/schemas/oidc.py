"""Shapes of signing in by an OpenID provider."""

from typing import ClassVar

from marshmallow import EXCLUDE, Schema, fields, validate

from backend.api.schemas.fields import Words

LONGEST = 4096  # of what a provider puts into an address


class OidcOptionSchema(Schema):
    """The provider one may sign in with."""

    name = fields.String(required=True, metadata={"description": "What the button says"})
    start_path = fields.String(
        required=True, metadata={"description": "Where the browser goes; ?next= is the page to come back to"}
    )


class SignInOptionsSchema(Schema):
    """The ways to sign in beside user name and password."""

    oidc = fields.Nested(OidcOptionSchema, required=True, allow_none=True)


class OidcStartSchema(Schema):
    """Where to go afterwards."""

    next = fields.String(
        load_default="/", metadata={"description": "A path of this site; anything else counts as /", "example": "/map"}
    )


class OidcCallbackSchema(Schema):
    """What the provider sends the browser back with; whatever it adds is left alone."""

    class Meta:
        unknown = EXCLUDE

    code = fields.String(load_default=None, validate=validate.Length(max=LONGEST))
    state = fields.String(load_default=None, validate=validate.Length(max=LONGEST))
    error = fields.String(load_default=None, validate=validate.Length(max=LONGEST))
    iss = fields.String(load_default=None, validate=validate.Length(max=LONGEST))


class OidcCodeSchema(Schema):
    """The code of one's own second factor, where the provider did not ask for one."""

    EXAMPLE: ClassVar = {"code": "492039"}

    code = Words(required=True, min_length=1, max_length=64)
