"""Access tokens (signed, short) and refresh tokens (random, kept as a hash). Not here: who they belong to (sessions.py)."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from backend.domain.errors import DomainError
from backend.gateways.keys import Keys

REFRESH_BYTES = 32
SHORT_ID = 22  # characters of 16 bytes in Base64 without padding
LONGEST_TOKEN = 2048  # ours have about 220 characters; nothing longer is decoded


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says: which login session of which user."""

    session_id: UUID
    user_id: UUID


def make_access_token(keys: Keys, claims: AccessClaims, now: datetime, seconds: int) -> str:
    """A JWT that names the login session and runs out after ``seconds``."""
    expires = int(now.timestamp()) + seconds
    # it goes with every call over bad lines: ids as their bytes, and no claim that nobody reads
    payload = {"sid": _short(claims.session_id), "uid": _short(claims.user_id), "exp": expires}
    return jwt.encode({"alg": keys.token_algorithm, "typ": "at+jwt"}, payload, _secret(keys.token_key))


def read_access_token(keys: Keys, token: str, now: datetime) -> AccessClaims:
    """The claims of a token of ours. Raises unauthenticated (not ours) or token_expired."""
    if len(token) > LONGEST_TOKEN:
        raise DomainError("unauthenticated")
    claims, expires = _verified(keys.token_key, keys.token_algorithm, token)
    if now.timestamp() >= expires:
        raise DomainError("token_expired")
    return claims


# A phone shows the same token with every call for a quarter of an hour. What was signed once stays signed; whether it has run
# out and whether its session goes on is asked each time. Refusals are not kept.
@lru_cache(maxsize=2048)
def _verified(key: bytes, algorithm: str, token: str) -> tuple[AccessClaims, int]:
    try:
        claims = jwt.decode(token, _secret(key), algorithms=[algorithm]).claims
        return AccessClaims(_id(claims["sid"]), _id(claims["uid"])), int(claims["exp"])
    except (JoseError, KeyError, ValueError, TypeError, AttributeError):
        raise DomainError("unauthenticated") from None


def _short(value: UUID) -> str:
    return base64.urlsafe_b64encode(value.bytes).decode().rstrip("=")


def _id(text: str) -> UUID:
    """An id of a token; spelled out in those signed before ids were shortened."""
    return UUID(bytes=base64.urlsafe_b64decode(text + "==")) if len(text) == SHORT_ID else UUID(text)


def make_refresh_token() -> str:
    """Random text that cannot be guessed."""
    return secrets.token_urlsafe(REFRESH_BYTES)


def refresh_digest(token: str) -> bytes:
    """What is stored of a refresh token (SHA-256): a stolen table opens no session."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


@lru_cache(maxsize=8)
def _secret(key: bytes) -> OctKey:
    return OctKey.import_key(key)
