"""The field for passwords and tokens. Not here: what a password must be (domain/passwords)."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from backend.api.schemas.fields import CONTROL

LONGEST_SECRET = 1024  # characters; far beyond any password or token of ours


class Secret(fields.String):
    """A password or token: taken as it is typed, spaces included, and never given back."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=True,
            load_only=True,
            validate=validate.Length(min=1, max=LONGEST_SECRET),
            metadata={"format": "password", **kwargs.pop("metadata", {})},
            **kwargs,
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if CONTROL.search(text):
            raise ValidationError("The text holds control characters.")
        return text
