"""The product's own keys: the secret behind access tokens, and the Ed25519 keys that sign receipts.

Not here: what a token or a receipt says (services/accounts, services/sync).
"""

import base64
import fcntl
import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FILE_NAME = "keys.json"
TOKEN_ALGORITHM = "HS256"  # noqa: S105 # the name of an algorithm, not a secret
SIGNING_ALGORITHM = "EdDSA"  # RFC 8037
TOKEN_KEY_BYTES = 32  # RFC 7518 3.2: at least as long as the hash


class KeyFileError(Exception):
    """The key file cannot be read as one; the text names the file. It is never replaced: receipts depend on it."""


class Keys:
    """Keys of one installation. The first signing key signs; older ones stay published so that old receipts verify."""

    token_algorithm = TOKEN_ALGORITHM
    signing_algorithm = SIGNING_ALGORITHM

    def __init__(self, token_key: bytes, signing_keys: Sequence[bytes]) -> None:
        self.token_key = token_key
        self._derived: dict[str, bytes] = {}
        pairs = [Ed25519PrivateKey.from_private_bytes(seed) for seed in signing_keys]
        self._signer = pairs[0]
        self._published = [_public_jwk(pair) for pair in pairs]
        self.kid: str = self._published[0]["kid"]
        # the same for every receipt: encoded once
        self._header = _base64url(
            orjson.dumps({"alg": SIGNING_ALGORITHM, "kid": self.kid}, option=orjson.OPT_SORT_KEYS)
        )

    @classmethod
    def load(cls, folder: Path) -> "Keys":
        """The keys kept in ``folder``, made on first use; two processes that start at once get the same ones."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / FILE_NAME
        if not path.exists():
            with _only_one(folder):
                if not path.exists():
                    _write(path, _new_content())
        return cls._read(path)

    @classmethod
    def ephemeral(cls) -> "Keys":
        """Keys that live as long as the process; the twin for tests."""
        return cls._from_content(_new_content())

    @classmethod
    def _read(cls, path: Path) -> "Keys":
        try:
            return cls._from_content(orjson.loads(path.read_bytes()))
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise KeyFileError(f"{path} is damaged: put back the copy of your backup") from error

    @classmethod
    def _from_content(cls, content: dict[str, Any]) -> "Keys":
        token, signing = content["token"], content["signing"]
        wrong = {token["algorithm"], *(key["algorithm"] for key in signing)} - {TOKEN_ALGORITHM, SIGNING_ALGORITHM}
        if wrong:
            raise ValueError(f"unknown algorithms {sorted(wrong)}")
        return cls(bytes.fromhex(token["secret"]), [bytes.fromhex(key["private"]) for key in signing])

    def derived(self, purpose: str) -> bytes:
        """A key of 32 bytes for ``purpose`` alone (HKDF-SHA-256, RFC 5869, of the token secret)."""
        if purpose not in self._derived:
            made = HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(self.token_key)
            self._derived[purpose] = made  # two threads at once make the same
        return self._derived[purpose]

    def sign(self, payload: dict[str, Any]) -> str:
        """``payload`` as a compact JWS (RFC 7515) signed with EdDSA; its header names the key."""
        signed = self._header + b"." + _base64url(orjson.dumps(payload))
        return (signed + b"." + _base64url(self._signer.sign(signed))).decode("ascii")

    def jwks(self) -> dict[str, Any]:
        """The public keys (RFC 7517) with which anybody can verify what ``sign`` made."""
        return {"keys": [dict(key) for key in self._published]}


def verify_jws(token: str, jwks: dict[str, Any]) -> dict[str, Any] | None:
    """What ``Keys.sign`` signed with one of the public keys ``jwks``; None for anything else."""
    try:
        head, body, signature = token.encode("ascii").split(b".")
        header = orjson.loads(_from_base64url(head))
        key = next(key for key in jwks["keys"] if key["kid"] == header["kid"] and key.get("crv") == "Ed25519")
        if header["alg"] != SIGNING_ALGORITHM:
            return None
        public = Ed25519PublicKey.from_public_bytes(_from_base64url(key["x"].encode("ascii")))
        public.verify(_from_base64url(signature), head + b"." + body)
        payload = orjson.loads(_from_base64url(body))
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration, InvalidSignature):
        return None
    return payload if isinstance(payload, dict) else None


def _public_jwk(pair: Ed25519PrivateKey) -> dict[str, str]:
    needed = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(pair.public_key().public_bytes_raw()).decode("ascii")}
    thumbprint = hashlib.sha256(orjson.dumps(needed, option=orjson.OPT_SORT_KEYS)).digest()  # RFC 7638
    return {**needed, "alg": SIGNING_ALGORITHM, "use": "sig", "kid": _base64url(thumbprint).decode("ascii")}


def _new_content() -> dict[str, Any]:
    return {
        "token": {"algorithm": TOKEN_ALGORITHM, "secret": secrets.token_hex(TOKEN_KEY_BYTES)},
        "signing": [
            {"algorithm": SIGNING_ALGORITHM, "private": Ed25519PrivateKey.generate().private_bytes_raw().hex()}
        ],
    }


def _base64url(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def _from_base64url(content: bytes) -> bytes:
    return base64.b64decode(content + b"=" * (-len(content) % 4), altchars=b"-_", validate=True)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    handle = os.open(folder / ".lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(path: Path, content: dict[str, Any]) -> None:
    # mkstemp makes the file 0600; it appears under its name only when all of it is on the disk
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".keys-")
    with os.fdopen(handle, "wb") as file:
        file.write(orjson.dumps(content))
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
