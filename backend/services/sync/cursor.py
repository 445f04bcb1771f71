"""The cursor of a feed: a place, packed small, since it travels both ways with every call. Not here: reading (changes.py)."""

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from uuid import UUID

import orjson

LAST_SEQ = 2**63 - 1
WHOSE_BYTES = 8  # a mark, no secret: a cursor opens nothing, and only one's own feed is ever read
PACKED = struct.Struct(f">{WHOSE_BYTES}sQQQI")
PACKED_LENGTH = PACKED.size * 4 // 3  # in Base64; the size is a multiple of 3


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in one user's feed, in one epoch. ``snapshot_tx``: revokes before it concern objects never sent."""

    whose: bytes
    tx: int
    seq: int
    snapshot_tx: int
    issued: int

    def encode(self) -> str:
        """The opaque text phones keep."""
        packed = PACKED.pack(self.whose, self.tx, self.seq, self.snapshot_tx, self.issued)
        return base64.urlsafe_b64encode(packed).decode()


def mark_of(user_id: UUID | str, epoch: UUID | str) -> bytes:
    """What tells the cursors of one user in one epoch from all others."""
    return hashlib.sha256(f"{user_id}/{epoch}".encode()).digest()[:WHOSE_BYTES]


def decode_cursor(text: str | None) -> Cursor | None:
    """The cursor, or None for anything that is not one of ours."""
    if not text:
        return None
    try:
        cursor = _unpacked(text) if len(text) == PACKED_LENGTH else _spelled_out(text)
    except (binascii.Error, ValueError, TypeError):
        return None
    fits = all(0 <= n <= LAST_SEQ for n in (cursor.tx, cursor.seq, cursor.snapshot_tx, cursor.issued))
    return cursor if fits else None


def place_of(text: str | None) -> tuple[int, int]:
    """The place a cursor stands at; the beginning for anything that is not one of ours."""
    cursor = decode_cursor(text)
    return (cursor.tx, cursor.seq) if cursor else (0, 0)


def _unpacked(text: str) -> Cursor:
    packed = base64.b64decode(text, altchars=b"-_", validate=True)
    if len(packed) != PACKED.size:
        raise ValueError("padding where bytes should be")
    return Cursor(*PACKED.unpack(packed))


def _spelled_out(text: str) -> Cursor:
    """The form of before, which phones may hold for as long as cursors are good."""
    parts = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    user_id, epoch, *numbers = parts
    tx, seq, snapshot_tx, issued = (int(n) for n in numbers)
    return Cursor(mark_of(str(user_id), str(epoch)), tx, seq, snapshot_tx, issued)
