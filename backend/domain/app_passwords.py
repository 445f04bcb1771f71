"""Application passwords: how long they live, how many there may be, how they are spelled; the numbers are dated data.

Not here: making and checking them (services/accounts/app_passwords.py).
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from backend.domain.data_files import load_yaml
from backend.domain.passwords import Failures

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else: 31 characters, 4.95 bits each
GROUPS, GROUP = 5, 5  # 25 characters, 124 bits
LONGEST_GIVEN = 200  # more is no password of ours and is not looked at


@dataclass(frozen=True, slots=True)
class AppPasswordPolicy:
    """The numbers in force in a period (``valid_to`` is exclusive)."""

    valid_from: date
    valid_to: date | None
    usual_days: int
    longest_days: int
    most: int
    failures: int
    window_seconds: int
    pause_seconds: int


@cache
def app_password_policy_at(day: date) -> AppPasswordPolicy:
    """The policy in force on ``day``; the earliest one for days before it."""
    rows = [AppPasswordPolicy(**row) for row in load_yaml("app_passwords.yaml")["rules"]]
    policies = sorted(rows, key=lambda policy: policy.valid_from)
    return next((policy for policy in reversed(policies) if policy.valid_from <= day), policies[0])


def new_app_password() -> str:
    """A random one as it is shown: ``abcde-fghjk-…``."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def normalised_app_password(given: str) -> str:
    """What was typed, without dashes, spaces and capitals."""
    return "".join(character for character in given[:LONGEST_GIVEN].lower() if character not in " -")


def after_app_failure(failures: Failures, now: datetime, policy: AppPasswordPolicy) -> Failures:
    """What holds after one more wrong one at ``now``: counted from the first within the window, or a pause."""
    is_running = failures.since is not None and now - failures.since < timedelta(seconds=policy.window_seconds)
    count = failures.count + 1 if is_running else 1
    if count >= policy.failures:
        return Failures(0, None, now + timedelta(seconds=policy.pause_seconds))
    return Failures(count, failures.since if is_running else now, None)
