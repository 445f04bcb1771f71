"""Fields every schema uses instead of marshmallow's own: they refuse what the database cannot hold.

Not here: rules of the product; a schema knows shape only.
"""

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, fields, validate

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
# Python reads all of ISO 8601, week dates among them; what is wanted is RFC 3339.
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
BIGGEST = 2**31 - 1


class Words(fields.String):
    """Text without control characters (PostgreSQL cannot hold NUL), bounded; spaces at the ends are cut off."""

    def __init__(self, *, max_length: int = 200, min_length: int = 0, **kwargs: Any) -> None:
        validators = [validate.Length(min=min_length or None, max=max_length), *_as_list(kwargs.pop("validate", None))]
        super().__init__(validate=validators, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if CONTROL.search(text):
            raise ValidationError("The text holds control characters.")
        return text.strip()


class Choice(fields.String):
    """A value of an enum; documented with its choices, loaded as the enum's member."""

    def __init__(self, kind: type[StrEnum], **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(validate=validate.OneOf([member.value for member in kind]), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        return self.kind(text) if text in set(self.kind) else text


class Whole(fields.Integer):
    """An integer that fits the database's 32 bits unless told otherwise; JSON true and 1.5 are no integers."""

    def __init__(self, *, low: int = -BIGGEST, high: int = BIGGEST, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(low, high), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool) or (isinstance(value, str) and len(value) > 20):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class QueryWhole(Whole):
    """An integer in a query string, where everything is text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,18}", value):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(int(value), attr, data, **kwargs)


class Real(fields.Float):
    """A finite number within bounds."""

    def __init__(self, *, low: float | None = None, high: float | None = None, **kwargs: Any) -> None:
        super().__init__(allow_nan=False, validate=validate.Range(low, high), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        # Python's float() takes more than a number is elsewhere: 1_000, ١٢١, spaces around
        if isinstance(value, bool) or (isinstance(value, str) and not NUMBER.fullmatch(value)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Day(fields.Date):
    """A calendar day of the district as YYYY-MM-DD, within the product's life."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not DAY.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type="date")
        day: date = super()._deserialize(value, attr, data, **kwargs)
        if not 2000 <= day.year <= 2100:
            raise self.make_error("invalid", input=value, obj_type="date")
        return day


class Moment(fields.AwareDateTime):
    """RFC 3339 with offset; years far outside the product's life are typing errors."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not MOMENT.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type="datetime")
        moment = super()._deserialize(value, attr, data, **kwargs)
        if not 2000 <= moment.year <= 2100:
            raise self.make_error("invalid", input=value, obj_type="datetime")
        return moment


class CommaList(fields.Field[list[Any]]):
    """A query value such as ``a,b``; each part is loaded by ``part``."""

    def __init__(self, part: fields.Field[Any], **kwargs: Any) -> None:
        self.part = part
        super().__init__(metadata={"type": "string", **kwargs.pop("metadata", {})}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, str):
            raise ValidationError("Not a valid list.")
        return [self.part.deserialize(piece) for piece in value.split(",") if piece != ""]


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
