"""Shapes of the photo addresses. Uploads have none: tus speaks in headers (api/tus.py)."""

from typing import ClassVar

from marshmallow import Schema, fields, validate

from backend.api.schemas.fields import Words

HASHES_AT_ONCE = 1000
EXAMPLE_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def _hashes(description: str, **options: object) -> fields.List:
    one = Words(max_length=64, validate=validate.Regexp(r"\A[0-9a-f]{64}\Z"), metadata={"example": EXAMPLE_HASH})
    return fields.List(one, required=True, metadata={"description": description}, **options)  # type: ignore[arg-type]  # marshmallow's own options


class MissingQuerySchema(Schema):
    """Photos a phone could send."""

    EXAMPLE: ClassVar = {"sha256": [EXAMPLE_HASH]}

    sha256 = _hashes("SHA-256 of each photo, lower-case hex", validate=validate.Length(max=HASHES_AT_ONCE))


class MissingAnswerSchema(Schema):
    """Photos the server lacks."""

    missing = _hashes("Those of them that must be sent")
