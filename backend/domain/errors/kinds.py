"""Kinds of refusal, and the shape of a catalogue entry."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of refusal a problem is; the API maps each kind to one status."""

    MALFORMED = "malformed"  # cannot be parsed at all
    INVALID = "invalid"  # parsed, but the content is wrong
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    CHECKSUM = "checksum"
    GONE = "gone"
    PRECONDITION = "precondition"
    METHOD = "method"
    LOCKED = "locked"
    RANGE = "range"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of the catalogue; texts may hold {placeholders} filled from the error's parameters."""

    kind: Kind
    zh: str
    en: str
