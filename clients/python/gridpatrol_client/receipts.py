"""Receipts: compact JWS (RFC 7515) signed with Ed25519, checked against the keys the server publishes."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gridpatrol_client.errors import ReceiptError
from gridpatrol_client.stamps import sortable

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*").fullmatch
FIELDS = ("id", "content_sha256", "result", "received_at", "epoch", "user")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the server has signed."""

    id: str
    content_sha256: str
    result: str
    received_at: str
    epoch: str
    user: str
    jws: str


def key_of(jws: str) -> str | None:
    """The id of the key a receipt says it was signed with; None where it cannot be read."""
    try:
        kid = json.loads(_decode(jws.split(".", maxsplit=1)[0])).get("kid")
    except (ValueError, AttributeError):
        return None
    return kid if isinstance(kid, str) else None


def read_keys(jwks: Any) -> dict[str, str]:
    """Ed25519 public keys (base64url) by key id, from a JWKS document; what else it holds is passed over."""
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    return {
        key["kid"]: key["x"]
        for key in keys or []
        if isinstance(key, dict)
        and (key.get("kty"), key.get("crv")) == ("OKP", "Ed25519")
        and isinstance(key.get("kid"), str)
        and isinstance(key.get("x"), str)
    }


def read_receipt(jws: str, keys: Mapping[str, str]) -> Receipt:
    """What a receipt says, its signature verified. ReceiptError where it is not the server's."""
    try:
        head, body, signature = jws.split(".")
        header = json.loads(_decode(head))
        # the algorithm is ours to choose, never the sender's: "none" and the like end here
        if header.get("alg") != "EdDSA" or "crit" in header:
            raise ReceiptError("receipt_invalid", "not signed with EdDSA")
        key = keys.get(header.get("kid"))
        if key is None:
            raise ReceiptError("receipt_unknown_key", "signed with a key the server does not publish")
        Ed25519PublicKey.from_public_bytes(_decode(key)).verify(_decode(signature), f"{head}.{body}".encode())
        said = json.loads(_decode(body))
        values = {name: said[name] for name in FIELDS}
        sortable(values["received_at"])
    except (InvalidSignature, ValueError, KeyError, AttributeError, TypeError) as error:
        raise ReceiptError("receipt_invalid", type(error).__name__) from error
    return Receipt(**values, jws=jws)


def check_receipt(receipt: Receipt, *, item_id: str, content_sha256: str, user: str, result: str | None) -> None:
    """Whether a verified receipt is about this very item, of this person, with this outcome; ReceiptError if not."""
    wanted = {"id": item_id, "content_sha256": content_sha256, "user": user, "result": result or receipt.result}
    for name, value in wanted.items():
        if getattr(receipt, name) != value:
            raise ReceiptError("receipt_mismatch", f"{name}: {getattr(receipt, name)} instead of {value}")


def _decode(text: str) -> bytes:
    if not _BASE64URL(text):
        raise ValueError("not base64url")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error
