"""Strict, quick readers of single values out of a phone's JSON.

Not here: which fields an item has (reports/, payloads.py).

Every reader takes the mapping, the key and the path of the mapping, and returns a plain value or raises PayloadError.
Hand-written because this is the hot path: a report must cost microseconds, not the milliseconds of a schema library.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NoReturn, TypeVar
from uuid import UUID

TEXT_LIMIT = 10_000  # characters of any free text
SAFE_INTEGER = 2**53 - 1  # the largest integer every JSON reader agrees on

MESSAGES: dict[str, tuple[str, str]] = {
    "missing": ("缺少字段", "the field is missing"),
    "wrong_type": ("类型不正确", "the value has the wrong type"),
    "not_finite": ("不是有限的数", "the number is not finite"),
    "out_of_range": ("超出允许范围", "the value is out of range"),
    "too_long": ("文字过长", "the text is too long"),
    "too_many": ("数量过多", "there are too many entries"),
    "too_deep": ("嵌套过深", "the content is nested too deeply"),
    "bad_text": ("含有不能保存的字符", "the text holds characters that cannot be stored"),
    "bad_uuid": ("不是小写的 UUID", "not a lower-case UUID"),
    "bad_time": ("不是带时区的有效时间", "not a valid RFC 3339 time with offset"),
    "bad_sha256": ("不是 SHA-256 值", "not a lower-case hex SHA-256"),
    "bad_mime": ("不是媒体类型", "not a media type"),
    "bad_number": ("不是电话号码", "not a telephone number"),
    "unknown_value": ("不在代码表中", "the value is not in the list"),
    "unknown_kind": ("未知的条目类型", "the kind of item is unknown"),
}


class PayloadError(Exception):
    """A payload that cannot be understood: ``code`` of MESSAGES, ``path`` to the value, ``message`` in English."""

    def __init__(self, code: str, path: str, message: str | None = None) -> None:
        self.code = code
        self.path = path
        self.message = message or f"{path}: {MESSAGES[code][1]}"
        super().__init__(self.message)

    def sentence(self, language: str) -> str:
        """The fault for a person; ``language`` is 'zh' or 'en'."""
        return f"{self.path}：{MESSAGES[self.code][0]}" if language == "zh" else self.message


class _Missing:
    """Marks an absent key, which is not the same as null."""


MISSING: Any = _Missing()
Data = Mapping[str, Any]
E = TypeVar("E", bound=StrEnum)

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII).fullmatch
_SHA256 = re.compile(r"[0-9a-f]{64}").fullmatch
# A clock that lost its battery says 1970; what lies outside these years cannot be ordered or stored sensibly.
_FIRST_YEAR, _LAST_YEAR = 1970, 2200


def fail(code: str, path: str, key: str | int) -> NoReturn:
    """Raise PayloadError for ``key`` below ``path``."""
    raise PayloadError(code, f"{path}.{key}" if path else str(key))


def check_text(value: str, limit: int, path: str, key: str | int) -> str:
    """``value`` if it can be stored: no NUL, no lone surrogate, at most ``limit`` characters."""
    if len(value) > limit:
        fail("too_long", path, key)
    if "\x00" in value:
        fail("bad_text", path, key)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            fail("bad_text", path, key)
    return value


def text(data: Data, key: str, path: str, limit: int = TEXT_LIMIT, default: Any = MISSING) -> Any:
    """A string; ``default`` where the key is absent or null (required without one)."""
    value = data.get(key)
    if type(value) is str:
        return check_text(value, limit, path, key)
    if value is None and default is not MISSING:
        return default
    return fail("missing" if value is None else "wrong_type", path, key)


def uuid(data: Data, key: str, path: str, optional: bool = False) -> Any:
    """A lower-case UUID as ``uuid.UUID``, or None where ``optional`` and absent or null."""
    value = data.get(key)
    if type(value) is str:
        if _UUID(value) is None:
            fail("bad_uuid", path, key)
        return UUID(value)
    if value is None and optional:
        return None
    return fail("missing" if value is None else "wrong_type", path, key)


def parse_time(value: str, path: str, key: str) -> datetime:
    """An RFC 3339 time with offset as aware UTC."""
    if _TIME(value) is None:
        fail("bad_time", path, key)
    try:
        # fromisoformat of Python 3.11 takes any number of fraction digits and cuts below a microsecond.
        moment = datetime.fromisoformat(value.upper())
    except ValueError:
        fail("bad_time", path, key)
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        fail("bad_time", path, key)
    return moment.astimezone(UTC)


def time(data: Data, key: str, path: str, optional: bool = False) -> Any:
    """An RFC 3339 time as aware UTC, or None where ``optional`` and absent or null."""
    value = data.get(key)
    if type(value) is str:
        return parse_time(value, path, key)
    if value is None and optional:
        return None
    return fail("missing" if value is None else "wrong_type", path, key)


def number(data: Data, key: str, path: str, low: float, high: float, *, optional: bool = False) -> Any:
    """A finite number between ``low`` and ``high`` as float; True and False are no numbers."""
    value = data.get(key)
    if type(value) is float or type(value) is int:
        if low <= value <= high:  # false for NaN too
            return float(value)
        finite = type(value) is int or math.isfinite(value)
        fail("out_of_range" if finite else "not_finite", path, key)
    if value is None and optional:
        return None
    return fail("missing" if value is None else "wrong_type", path, key)


def integer(data: Data, key: str, path: str, low: int, high: int) -> int:
    """A whole number between ``low`` and ``high``."""
    value = data.get(key)
    if type(value) is not int:
        fail("missing" if value is None else "wrong_type", path, key)
    if not low <= value <= high:
        fail("out_of_range", path, key)
    return value


def boolean(data: Data, key: str, path: str, default: bool) -> bool:
    """True or False; ``default`` where absent or null."""
    value = data.get(key)
    if value is None:
        return default
    if type(value) is not bool:
        fail("wrong_type", path, key)
    return value


def choice(data: Data, key: str, path: str, values: Mapping[str, E]) -> E:
    """A value of an enum, given as the mapping of its strings (``enum_map``)."""
    value = data.get(key)
    if type(value) is str:
        found = values.get(value)
        if found is None:
            fail("unknown_value", path, key)
        return found
    return fail("missing" if value is None else "wrong_type", path, key)


def enum_map(enum_class: type[E]) -> dict[str, E]:
    """The strings of an enum, for ``choice``; quicker than calling the enum."""
    return {str(member): member for member in enum_class}


def sha256(data: Data, key: str, path: str) -> str:
    """A lower-case hex SHA-256."""
    value = data.get(key)
    if type(value) is not str:
        fail("missing" if value is None else "wrong_type", path, key)
    if _SHA256(value) is None:
        fail("bad_sha256", path, key)
    return value


def mapping(data: Data, key: str, path: str, limit: int | None = None) -> Mapping[str, Any] | None:
    """An object, or None where absent or null."""
    value = data.get(key)
    if value is None:
        return None
    if type(value) is not dict:
        fail("wrong_type", path, key)
    if limit is not None and len(value) > limit:
        fail("too_many", path, key)
    found: dict[str, Any] = value
    return found


def objects(data: Data, key: str, path: str, limit: int) -> list[Mapping[str, Any]]:
    """A list of objects, empty where absent or null."""
    value = data.get(key)
    if value is None:
        return []
    if type(value) is not list:
        fail("wrong_type", path, key)
    if len(value) > limit:
        fail("too_many", path, key)
    for index, entry in enumerate(value):
        if type(entry) is not dict:
            fail("wrong_type", f"{path}.{key}" if path else key, index)
    found: list[Mapping[str, Any]] = value
    return found
