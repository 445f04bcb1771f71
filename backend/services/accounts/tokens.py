"""Access tokens (signed, short) and refresh tokens (random, kept as a hash). Not here: who they belong to (sessions.py)."""

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
LONGEST_TOKEN = 2048  # ours have about 300 characters; nothing longer is decoded


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says: which login session of which user."""

    session_id: UUID
    user_id: UUID


def make_access_token(keys: Keys, claims: AccessClaims, now: datetime, seconds: int) -> str:
    """A JWT that names the login session and runs out after ``seconds``."""
    issued = int(now.timestamp())
    payload = {"sid": str(claims.session_id), "uid": str(claims.user_id), "iat": issued, "exp": issued + seconds}
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
        return AccessClaims(UUID(claims["sid"]), UUID(claims["uid"])), int(claims["exp"])
    except (JoseError, KeyError, ValueError, TypeError, AttributeError):
        raise DomainError("unauthenticated") from None


def make_refresh_token() -> str:
    """Random text that cannot be guessed."""
    return secrets.token_urlsafe(REFRESH_BYTES)


def refresh_digest(token: str) -> bytes:
    """What is stored of a refresh token (SHA-256): a stolen table opens no session."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


@lru_cache(maxsize=8)
def _secret(key: bytes) -> OctKey:
    return OctKey.import_key(key)
