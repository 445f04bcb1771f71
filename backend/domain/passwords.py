"""What a password must be, when failures lock a user out; the numbers are dated data. Not here: hashing (services)."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

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
class PasswordPolicy:
    """The numbers in force in a period (``valid_to`` is exclusive). Lengths are in characters."""

    valid_from: date
    valid_to: date | None
    min_length: int
    max_length: int
    min_classes: int
    lockout_failures: int
    lockout_window_seconds: int
    lockout_seconds: int
    max_age_days: int


@dataclass(frozen=True, slots=True)
class Failures:
    """A user's failed sign-ins that count, since when, and until when he is locked out."""

    count: int
    since: datetime | None
    locked_until: datetime | None


@cache
def policy_at(day: date) -> PasswordPolicy:
    """The policy in force on ``day``; the earliest one for days before it."""
    policies = sorted(
        (PasswordPolicy(**row) for row in load_yaml("passwords.yaml")["rules"]), key=lambda p: p.valid_from
    )
    return next((policy for policy in reversed(policies) if policy.valid_from <= day), policies[0])


@cache
def common_passwords() -> frozenset[str]:
    """Passwords everybody tries first, case folded."""
    return frozenset(word.casefold() for word in load_yaml("passwords.yaml")["common"])


def normalised(password: str) -> str:
    """The same password however a keyboard composed its characters (RFC 8265, OpaqueString)."""
    return unicodedata.normalize("NFC", password)


def password_faults(password: str, username: str, policy: PasswordPolicy) -> list[str]:
    """Codes of MESSAGES for everything that is wrong with ``password``; empty: it may be used."""
    text = normalised(password)
    faults = []
    if len(text) < policy.min_length:
        faults.append("too_short")
    if len(text) > policy.max_length:
        faults.append("too_long")
    if len({_class_of(character) for character in text}) < policy.min_classes:
        faults.append("too_simple")
    if text.casefold() in common_passwords():
        faults.append("too_common")
    if _resembles(text.casefold(), username.casefold()):
        faults.append("like_username")
    return faults


def check_password(password: str, username: str, policy: PasswordPolicy) -> None:
    """Raise DomainError('weak_password') naming every fault."""
    faults = password_faults(password, username, policy)
    if faults:
        raise DomainError(
            "weak_password",
            min_length=policy.min_length,
            errors=[{"path": "password", "code": code, "message": " · ".join(MESSAGES[code])} for code in faults],
        )


def password_due_at(changed_at: datetime, policy: PasswordPolicy) -> datetime:
    """When a password set at ``changed_at`` should be replaced (定期更换); told to the user, it locks nobody out."""
    return changed_at + timedelta(days=policy.max_age_days)


def lockout_left_seconds(failures: int, seconds_since_last: float, policy: PasswordPolicy) -> int:
    """Seconds for which a user with so many failures is still locked out; 0 when he is not."""
    if failures < policy.lockout_failures or seconds_since_last >= policy.lockout_seconds:
        return 0
    return policy.lockout_seconds - int(seconds_since_last)


def after_failure(failures: Failures, now: datetime, policy: PasswordPolicy) -> Failures:
    """What holds after one more failure at ``now``: counted from the first within the window, or locked out."""
    is_running = failures.since is not None and now - failures.since < timedelta(seconds=policy.lockout_window_seconds)
    count = failures.count + 1 if is_running else 1
    seconds = lockout_left_seconds(count, 0, policy)
    if seconds:
        return Failures(0, None, now + timedelta(seconds=seconds))
    return Failures(count, failures.since if is_running else now, None)


def _class_of(character: str) -> str:
    if character.isdecimal():
        return "digit"
    if character.isupper():
        return "upper"
    if character.islower():
        return "lower"
    return "symbol"


def _resembles(password: str, username: str) -> bool:
    if not username:
        return False
    if len(username) < SHORTEST_TELLING_NAME:
        return password == username
    return username in password or username[::-1] in password
