"""What a seal over the history says, byte for byte: anybody with a copy can compute it again. Not here: making seals.

* an event's hash: over the RFC 8785 canonical JSON of its columns (``event_content``);
* the entries' hash: over the lines ``event id:event hash\\n`` in the order of their positions;
* the seal's hash: over the RFC 8785 canonical JSON of ``seal_content``, which names the hash of the seal before.

Every hash is made with the algorithm that the seal names, so that one installation may change it (国密: sm3).
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import orjson
import rfc8785

from backend.domain.sync import canonical_json

# Our names (those of the IANA registry, and sm3) → hashlib's.
ALGORITHMS = {"sha-256": "sha256", "sm3": "sm3"}


class EventColumns(Protocol):
    """An event as it is stored; ``data`` is the text of the JSON column."""

    id: UUID
    seq: int
    tx: int
    at: datetime
    actor_id: UUID | None
    device_id: UUID | None
    subject_type: str
    subject_id: str
    action: str
    from_status: str | None
    to_status: str | None
    reason_code: str | None
    reason: str | None
    data: str


@dataclass(frozen=True, slots=True)
class SealContent:
    """What a seal vouches for."""

    number: int
    previous_hash: str | None
    algorithm: str
    event_count: int
    first_seq: int | None
    last_seq: int | None
    sealed_to_tx: int
    sealed_to_seq: int
    entries_hash: str
    sealed_at: datetime


def digest(algorithm: str, content: bytes) -> bytes:
    """The hash of ``content``. KeyError for an algorithm we do not know."""
    return hashlib.new(ALGORITHMS[algorithm], content).digest()


def event_content(event: EventColumns) -> bytes:
    """The bytes an event's hash is made over."""
    return _canonical(
        {
            "id": str(event.id),
            "seq": event.seq,
            "tx": event.tx,
            "at": moment(event.at),
            "actor_id": str(event.actor_id) if event.actor_id else None,
            "device_id": str(event.device_id) if event.device_id else None,
            "subject_type": event.subject_type,
            "subject_id": event.subject_id,
            "action": event.action,
            "from_status": event.from_status,
            "to_status": event.to_status,
            "reason_code": event.reason_code,
            "reason": event.reason,
            "data": _parsed(event.data),
        }
    )


def entries_hash(algorithm: str, entries: Iterable[tuple[UUID, bytes]]) -> str:
    """Hex hash over (event id, event hash) of all entries of a seal, in the order of their positions."""
    return digest(algorithm, "".join(f"{event_id}:{one.hex()}\n" for event_id, one in entries).encode()).hex()


def seal_hash(seal: SealContent) -> str:
    """Hex hash of a seal, which the next one names. Numbers beyond 2**53 are written as text, as JSON needs it."""
    content = {
        "number": seal.number,
        "previous_hash": seal.previous_hash,
        "algorithm": seal.algorithm,
        "event_count": seal.event_count,
        "first_seq": seal.first_seq,
        "last_seq": seal.last_seq,
        "sealed_to": [str(seal.sealed_to_tx), str(seal.sealed_to_seq)],
        "entries_hash": seal.entries_hash,
        "sealed_at": moment(seal.sealed_at),
    }
    return digest(seal.algorithm, _canonical(content)).hex()


def statement(seal: SealContent, own_hash: str) -> dict[str, Any]:
    """What the installation signs: enough to prove the seal without the rest of the database."""
    return {
        "seal": seal.number,
        "hash": own_hash,
        "algorithm": seal.algorithm,
        "event_count": seal.event_count,
        "sealed_at": moment(seal.sealed_at),
    }


def moment(at: datetime) -> str:
    """A time in the one form that is hashed: UTC, microseconds always."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _canonical(value: dict[str, Any]) -> bytes:
    try:
        return canonical_json(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError):
        # integers beyond 2**53: not RFC 8785's, but what is stored must have a hash all the same
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:  # a number or a depth that orjson refuses and PostgreSQL took: hashed as its text
        return text
