"""Keeps secrets that must be read again (a webhook's) encrypted in the database, under a key that is not there.

Not here: passwords and tokens, of which only hashes are kept.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.gateways.keys import Keys

ALGORITHM = "aes-256-gcm"  # NIST SP 800-38D
PROFILE = b"\x01"  # first byte of what is kept: which algorithm and derivation made it
NONCE_BYTES = 12
_PURPOSE = "gridpatrol/secret-box/1"


class UnreadableSecretError(Exception):
    """What was kept cannot be opened: other keys made it, or it was changed."""


class SecretBox:
    """Seals and opens with a key derived from the installation's token secret."""

    def __init__(self, keys: Keys) -> None:
        self._cipher = AESGCM(keys.derived(_PURPOSE))

    def seal(self, secret: bytes, context: str) -> bytes:
        """``secret`` encrypted for ``context`` (whose it is): moved to another row it cannot be opened."""
        nonce = os.urandom(NONCE_BYTES)
        return PROFILE + nonce + self._cipher.encrypt(nonce, secret, context.encode())

    def open(self, kept: bytes, context: str) -> bytes:
        """What ``seal`` sealed. Raises UnreadableSecretError."""
        nonce, sealed = kept[1 : 1 + NONCE_BYTES], kept[1 + NONCE_BYTES :]
        if kept[:1] != PROFILE:
            raise UnreadableSecretError("made by an unknown profile")
        try:
            return self._cipher.decrypt(nonce, sealed, context.encode())
        except (InvalidTag, ValueError) as error:
            raise UnreadableSecretError("made with other keys, or changed") from error
