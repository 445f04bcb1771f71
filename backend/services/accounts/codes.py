"""Codes of the second factor: those of an app (TOTP, RFC 6238) and those for the day it is lost. Each works once.

Whoever calls has locked the user's row: two uses of one code come one after the other.
"""

import base64
import hmac
import secrets
from datetime import datetime
from uuid import UUID

import pyotp
import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.domain.second_factor import (
    DRIFT_STEPS,
    RECOVERY_CODES,
    STEP_SECONDS,
    RecoveryAlgorithm,
    is_time_code,
    normalised,
)
from backend.gateways.keys import Keys
from backend.gateways.secret_box import SecretBox, UnreadableSecretError
from backend.persistence.models import RecoveryCode, SecondFactor
from backend.services.accounts.endings import note

log = structlog.get_logger(__name__)
ISSUER = "GridPatrol"
RECOVERY_PURPOSE = "gridpatrol/recovery-code/1"
RECOVERY_BYTES = 10  # 80 bits: guessing them takes for ever, also with the table in hand


def make_secret() -> str:
    """A new secret (160 bits, RFC 4226 4) in Base32, as apps take it."""
    return pyotp.random_base32(32)


def otpauth_uri(secret: str, username: str) -> str:
    """What an app reads from a QR code."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=username, issuer_name=ISSUER)


def seal_secret(keys: Keys, user_id: UUID, secret: str) -> bytes:
    """The secret encrypted for this user."""
    return SecretBox(keys).seal(secret.encode(), _context(user_id))


def confirmed_factor(session: Session, user_id: UUID) -> SecondFactor | None:
    """The second factor a user must show, as it is now; None if he has none, or has not finished setting it up."""
    factor = current_factor(session, user_id)
    return factor if factor is not None and factor.confirmed_at is not None else None


def current_factor(session: Session, user_id: UUID) -> SecondFactor | None:
    """The second factor a user has or is setting up, as it is now."""
    return session.get(SecondFactor, user_id, populate_existing=True)


def use_code(session: Session, factor: SecondFactor, code: str, *, keys: Keys, now: datetime) -> bool:
    """Whether ``code`` is good at ``now``; it is used up then: a code of the app with all older ones, a recovery code by
    itself."""
    plain = normalised(code)
    if not is_time_code(plain):
        return _use_recovery_code(session, factor.user_id, plain, keys, now)
    step = _step_of(factor, plain, keys, now)
    if step is not None:
        factor.last_step = step
    return step is not None


def make_recovery_codes(session: Session, user_id: UUID, keys: Keys) -> list[str]:
    """New recovery codes, shown once; only their hashes are kept."""
    codes = [_spelled(secrets.token_bytes(RECOVERY_BYTES)) for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(
            user_id=user_id, code_hash=_digest(keys, normalised(code)), algorithm=RecoveryAlgorithm.HMAC_SHA256
        )
        for code in codes
    )
    return codes


def _step_of(factor: SecondFactor, code: str, keys: Keys, now: datetime) -> int | None:
    try:
        secret = SecretBox(keys).open(factor.secret, _context(factor.user_id)).decode()
    except UnreadableSecretError as error:
        # the key file was replaced: an administrator resets the factor, or the person at the machine
        log.error("second_factor_unreadable", user=str(factor.user_id), error=str(error))
        return None
    totp, current = pyotp.TOTP(secret, interval=STEP_SECONDS), int(now.timestamp()) // STEP_SECONDS
    steps = range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1)
    good = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), code)]
    return next((step for step in good if factor.last_step is None or step > factor.last_step), None)


def _use_recovery_code(session: Session, user_id: UUID, code: str, keys: Keys, now: datetime) -> bool:
    used = session.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == _digest(keys, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.user_id)
    )
    if used is not None:
        note(session, None, user_id, "recovery_code_used", now)
    return used is not None


def recovery_codes_left(session: Session, user_id: UUID) -> int:
    """How many recovery codes a user has not used yet."""
    unused = select(RecoveryCode.code_hash).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return len(session.scalars(unused).all())


def _spelled(random: bytes) -> str:
    text = base64.b32encode(random).decode().lower()
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def _digest(keys: Keys, code: str) -> bytes:
    return hmac.digest(keys.derived(RECOVERY_PURPOSE), code.encode("utf-8", "surrogatepass"), "sha256")


def _context(user_id: UUID) -> str:
    return f"second_factor:{user_id}"
