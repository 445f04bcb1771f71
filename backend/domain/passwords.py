"""What a password must be and when failures lock a user out; the numbers are data. Not here: hashing (services/accounts)."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from backend.domain.data_files import load_yaml
from backend.domain.errors import DomainError

SHORTEST_TELLING_NAME = 4  # a user name of fewer letters is found in too many words
MESSAGES: dict[str, tuple[str, str]] = {
    "too_short": ("密码太短。", "The password is too short."),
    "too_long": ("密码太长。", "The password is too long."),
    "too_simple": ("密码的字符种类不足。", "The password needs more kinds of characters."),
    "too_common": ("密码过于常见。", "The password is one that everybody tries."),
    "like_username": ("密码与用户名相似。", "The password resembles the user name."),
}


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """Lengths in characters."""

    min_length: int
    max_length: int
    min_classes: int
    max_age_days: int
    common: frozenset[str]


@dataclass(frozen=True, slots=True)
class LockOut:
    """``failures`` within ``window_seconds`` of the first lock for ``locked_seconds``."""

    failures: int
    window_seconds: int
    locked_seconds: int


@dataclass(frozen=True, slots=True)
class Failures:
    """A user's failed sign-ins that count, since when, and until when he is locked out."""

    count: int
    since: datetime | None
    locked_until: datetime | None


@cache
def password_rules() -> PasswordRules:
    """The rules in force."""
    data: Mapping[str, Any] = load_yaml("accounts.yaml")["passwords"]
    return PasswordRules(**{**data, "common": frozenset(word.casefold() for word in data["common"])})


@cache
def lock_out_rule() -> LockOut:
    """The lock-out in force."""
    return LockOut(**load_yaml("accounts.yaml")["lock_out"])


def normalised(password: str) -> str:
    """The same password however a keyboard composed its characters (RFC 8265, OpaqueString)."""
    return unicodedata.normalize("NFC", password)


def password_faults(password: str, username: str, rules: PasswordRules) -> list[str]:
    """Codes of MESSAGES for everything that is wrong with ``password``; empty: it may be used."""
    text = normalised(password)
    faults = []
    if len(text) < rules.min_length:
        faults.append("too_short")
    if len(text) > rules.max_length:
        faults.append("too_long")
    if len({_class_of(character) for character in text}) < rules.min_classes:
        faults.append("too_simple")
    if text.casefold() in rules.common:
        faults.append("too_common")
    if _resembles(text.casefold(), username.casefold()):
        faults.append("like_username")
    return faults


def check_password(password: str, username: str) -> None:
    """Raise DomainError('weak_password') naming every fault."""
    rules = password_rules()
    faults = password_faults(password, username, rules)
    if faults:
        raise DomainError(
            "weak_password",
            min_length=rules.min_length,
            errors=[{"path": "password", "code": c, "message": " · ".join(MESSAGES[c])} for c in faults],
        )


def password_due_at(changed_at: datetime) -> datetime:
    """When a password set at ``changed_at`` should be replaced."""
    return changed_at + timedelta(days=password_rules().max_age_days)


def after_failure(failures: Failures, now: datetime) -> Failures:
    """What holds after one more failure at ``now``: counted, or locked out when it was the last one allowed."""
    rule = lock_out_rule()
    is_fresh = failures.since is not None and now - failures.since < timedelta(seconds=rule.window_seconds)
    count = failures.count + 1 if is_fresh else 1
    since = failures.since if is_fresh else now
    if count >= rule.failures:
        return Failures(0, None, now + timedelta(seconds=rule.locked_seconds))
    return Failures(count, since, None)


def _class_of(character: str) -> str:
    if character.isdecimal():
        return "digit"
    if character.isupper():
        return "upper"
    if character.islower():
        return "lower"
    return "symbol"


def _resembles(password: str, username: str) -> bool:
    if len(username) < SHORTEST_TELLING_NAME:
        return password == username
    return username in password or username[::-1] in password
