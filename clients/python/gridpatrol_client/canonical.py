"""RFC 8785 canonical JSON, and the identity of an item's content by it. Written from the RFC, not from the server."""

import hashlib
import json
import math
from decimal import Decimal
from typing import Any

SAFE_INTEGER = 2**53 - 1


class NotCanonicalError(ValueError):
    """RFC 8785 has no bytes for this value (NaN, an integer beyond 2**53, a lone surrogate, a key that is no text)."""


def canonical_json(value: Any) -> bytes:
    """The RFC 8785 bytes of a JSON value."""
    written: list[str] = []
    _write(value, written.append)
    try:
        return "".join(written).encode()
    except UnicodeEncodeError as error:
        raise NotCanonicalError("a lone surrogate") from error


def content_hash(kind: str, recorded_at: str, payload: Any) -> str:
    """Hex SHA-256 by which the server tells whether an item that comes again is the same."""
    content = {"kind": kind, "recorded_at": recorded_at, "payload": payload}
    return hashlib.sha256(canonical_json(content)).hexdigest()


def _write(value: Any, out: Any) -> None:
    if value is None or isinstance(value, bool):
        out({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, str):
        out(_text(value))
    elif isinstance(value, int | float):
        out(_number(value))
    elif isinstance(value, dict):
        _write_object(value, out)
    elif isinstance(value, list | tuple):
        out("[")
        for index, entry in enumerate(value):
            out("," if index else "")
            _write(entry, out)
        out("]")
    else:
        raise NotCanonicalError(f"{type(value).__name__} is not JSON")


def _write_object(value: dict[Any, Any], out: Any) -> None:
    if not all(isinstance(key, str) for key in value):
        raise NotCanonicalError("a key that is no text")
    out("{")
    # RFC 8785 3.2.3: sorted by UTF-16 code units, which differs from code points above U+FFFF
    for index, key in enumerate(sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))):
        out(("," if index else "") + _text(key) + ":")
        _write(value[key], out)
    out("}")


def _text(value: str) -> str:
    # the standard library escapes exactly what ECMAScript's JSON.stringify escapes, and in the same spelling
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """ECMAScript's Number::toString. Python's repr finds the same shortest digits; only their layout differs."""
    if isinstance(value, int):
        if abs(value) > SAFE_INTEGER:
            raise NotCanonicalError("an integer beyond 2**53")
        return str(value)
    if not math.isfinite(value):
        raise NotCanonicalError("not a finite number")
    if value == 0:
        return "0"
    sign, figures, exponent = Decimal(repr(value)).as_tuple()
    digits = "".join(map(str, figures)).rstrip("0")
    point = len(figures) + int(exponent)  # where the decimal point stands, counted from the first digit
    return ("-" if sign else "") + _layout(digits, point)


def _layout(digits: str, point: int) -> str:
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    mantissa = digits[0] + (f".{digits[1:]}" if count > 1 else "")
    return f"{mantissa}e{'+' if point > 0 else '-'}{abs(point - 1)}"
