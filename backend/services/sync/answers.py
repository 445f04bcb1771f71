"""What becomes of an item, and the receipt a worker can prove his delivery with. Not here: deciding it (apply.py)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from backend.domain.vocabulary import ItemResult


class Signer(Protocol):
    """Signs a receipt; the public half is published at /.well-known/jwks.json."""

    def sign(self, payload: dict[str, Any]) -> str:
        """Compact JWS (EdDSA) over ``payload``."""
        ...


@dataclass(slots=True)
class Answer:
    """Result of one item. ``received_at``, ``epoch`` and ``user_id`` are those of the first time when replayed."""

    item_id: str | None
    result: ItemResult
    code: str | None = None
    detail: str | None = None
    flags: list[str] = field(default_factory=list)
    replayed: bool = False
    retry: bool | None = None
    content_sha256: str | None = None
    received_at: datetime | None = None
    epoch: UUID | None = None
    user_id: UUID | None = None


def dump_answer(answer: Answer, signer: Signer) -> dict[str, Any]:
    """The receipt object of the reply; signed unless nothing was kept."""
    dumped: dict[str, Any] = {
        "id": answer.item_id,
        "result": answer.result.value,
        "replayed": answer.replayed,
        "code": answer.code,
        "detail": answer.detail,
        "flags": answer.flags,
        "receipt": None,
    }
    if answer.result == ItemResult.REJECTED:
        dumped["retry"] = bool(answer.retry)
        return dumped
    dumped["receipt"] = signer.sign(
        {
            "id": answer.item_id,
            "content_sha256": answer.content_sha256,
            "result": answer.result.value,
            "received_at": answer.received_at.isoformat() if answer.received_at else None,
            "epoch": str(answer.epoch),
            "user": str(answer.user_id),
        }
    )
    return dumped
