"""The second factor: a code of six digits that changes every half minute, or one of ten recovery codes.

Not here: computing and checking codes (services/accounts/codes.py).
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from backend.domain.errors import DomainError

STEP_SECONDS = 30  # RFC 6238 5.2, the only one that all authenticator apps know
DRIFT_STEPS = 1  # RFC 6238 5.2: at most one step back for the way, and one ahead for a phone that is fast
RECOVERY_CODES = 10
OWN_ACCOUNT = "session.own"  # the permission of what somebody may do who has yet to set it up

_DIGITS = re.compile(r"[0-9]{6}")
_BETWEEN = re.compile(r"[\s-]+")


class SecondFactorAlgorithm(StrEnum):
    """How codes are computed from the secret; named, so that another one can be added."""

    TOTP_SHA1 = "totp-sha1"  # RFC 6238 with 6 digits and 30 seconds; many apps know no other hash


class SecretAlgorithm(StrEnum):
    """How the secret is encrypted in the database."""

    AES_256_GCM = "aes-256-gcm"


class RecoveryAlgorithm(StrEnum):
    """What is kept of a recovery code."""

    HMAC_SHA256 = "hmac-sha256"


def normalised(code: str) -> str:
    """The code without what people put between its parts, and without the full-width digits of a Chinese keyboard."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", code)).casefold()


def is_time_code(code: str) -> bool:
    """Whether a normalised code is one of an app; anything else can only be a recovery code."""
    return _DIGITS.fullmatch(code) is not None


def is_required(roles: Iterable[str], required: frozenset[str]) -> bool:
    """Whether somebody of ``roles`` must have a second factor (setting SECOND_FACTOR_ROLES)."""
    return not required.isdisjoint(roles)


# RFC 8176: what somebody knows, has, is.
KINDS_OF_PROOF = (
    frozenset({"pwd", "pin", "kba"}),
    frozenset({"otp", "hwk", "swk", "sc", "pop", "sms", "tel"}),
    frozenset({"face", "fpt", "iris", "retina", "vbm"}),
)


def is_two_factor(methods: frozenset[str]) -> bool:
    """Whether the ways somebody signed in elsewhere (claim ``amr``, RFC 8176) are two of different kinds."""
    return "mfa" in methods or sum(not kind.isdisjoint(methods) for kind in KINDS_OF_PROOF) > 1


def check_second_factor(roles: Iterable[str], required: frozenset[str], *, shown: bool, permission: str) -> None:
    """Raise second_factor_required when a role wants a second factor and this session was opened without (GB/T 22239-2019
    8.1.4.1: 两种或两种以上组合的鉴别技术, 二手); setting one up and signing out are always possible."""
    if not shown and permission != OWN_ACCOUNT and is_required(roles, required):
        raise DomainError("second_factor_required")
