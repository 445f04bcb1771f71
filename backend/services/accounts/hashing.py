"""Passwords as argon2id hashes; the hash itself names algorithm and cost. Not here: what a password must be (domain)."""

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backend.domain.passwords import normalised
from backend.settings import Settings


def hash_password(password: str, settings: Settings) -> str:
    """The argon2id hash (RFC 9106) to be stored."""
    return _hasher(settings.password_memory_kib, settings.password_rounds).hash(_bytes(password))


def is_password(password_hash: str | None, password: str, settings: Settings) -> bool:
    """Whether ``password`` has this hash. None (no such user) takes as long as a wrong password, and is never right."""
    hasher = _hasher(settings.password_memory_kib, settings.password_rounds)
    known = password_hash or _nobodys(settings.password_memory_kib, settings.password_rounds)
    try:
        return hasher.verify(known, _bytes(password)) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str, settings: Settings) -> bool:
    """Whether the hash was made with other costs than those set now, and should be made anew at the next sign-in."""
    return _hasher(settings.password_memory_kib, settings.password_rounds).check_needs_rehash(password_hash)


def _bytes(password: str) -> bytes:
    return normalised(password).encode("utf-8", "surrogatepass")


@lru_cache(maxsize=4)
def _hasher(memory_kib: int, rounds: int) -> PasswordHasher:
    # one lane: the threads of the web server are the parallelism there is
    return PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=1)


@lru_cache(maxsize=4)
def _nobodys(memory_kib: int, rounds: int) -> str:
    return _hasher(memory_kib, rounds).hash("nobody has this password")
