"""Shapes of the sync contract, for its document; the reading itself is domain/envelope and domain/payloads."""

from typing import Any

from marshmallow import Schema, fields

from backend.domain.vocabulary import ChangeOp, ItemKind, ItemResult, ObjectType


def _words(*members: str) -> str:
    return " · ".join(members)


class OutboxSchema(Schema):
    """What is still on the phone."""

    items = fields.Integer(metadata={"minimum": 0, "maximum": 1_000_000})
    photos = fields.Integer(metadata={"minimum": 0, "maximum": 1_000_000})
    oldest_at = fields.AwareDateTime(allow_none=True)


class ItemSchema(Schema):
    """One recorded act. Anything else than this shape is kept in quarantine, not refused."""

    id = fields.UUID(required=True, metadata={"description": "Made on the phone; UUIDv7"})
    kind = fields.String(required=True, metadata={"description": _words(*ItemKind), "enum": list(ItemKind)})
    recorded_at = fields.AwareDateTime(required=True)
    payload = fields.Dict(required=True, metadata={"description": "By kind; see the sync guide"})


class SyncRequestSchema(Schema):
    """The envelope; at most 500 items and 4 MiB unpacked, gzip and zstd accepted."""

    protocol = fields.Integer(required=True, metadata={"enum": [1]})
    epoch = fields.String(allow_none=True)
    cursor = fields.String(allow_none=True, metadata={"description": "Opaque; null asks for a snapshot"})
    device_time = fields.AwareDateTime(required=True)
    limit = fields.Integer(metadata={"minimum": 0, "maximum": 500})
    verify = fields.Boolean(metadata={"description": "Ask for the state hash even without news"})
    outbox = fields.Nested(OutboxSchema)
    items = fields.List(fields.Nested(ItemSchema), metadata={"maxItems": 500})


class ReceiptSchema(Schema):
    """What became of one item. A phone drops it from its outbox on any result but rejected."""

    id = fields.String(required=True, allow_none=True)
    result = fields.String(required=True, metadata={"enum": list(ItemResult)})
    replayed = fields.Boolean(required=True)
    code = fields.String(required=True, allow_none=True)
    detail = fields.String(required=True, allow_none=True)
    flags = fields.List(fields.String(), required=True)
    receipt = fields.String(required=True, allow_none=True, metadata={"description": "Compact JWS (EdDSA)"})
    retry = fields.Boolean(metadata={"description": "Only with rejected: whether sending again can help"})


class ChangeSchema(Schema):
    """A put with the object, or a revoke."""

    op = fields.String(required=True, metadata={"enum": list(ChangeOp)})
    type = fields.String(required=True, metadata={"enum": list(ObjectType)})
    id = fields.String(required=True)
    version = fields.Integer()
    data = fields.Dict()


class StateSchema(Schema):
    """SHA-256 over the lines type:id:version of everything the device must hold."""

    count = fields.Integer(required=True)
    hash = fields.String(required=True)


class SyncReplySchema(Schema):
    """Receipts in the order of the items, then changes."""

    protocol = fields.Integer(required=True)
    epoch = fields.String(required=True)
    server_time = fields.AwareDateTime(required=True)
    reoffer_since = fields.AwareDateTime(required=True, allow_none=True)
    receipts = fields.List(fields.Nested(ReceiptSchema), required=True)
    changes = fields.List(fields.Nested(ChangeSchema), required=True)
    cursor = fields.String(required=True)
    more = fields.Boolean(required=True)
    state = fields.Nested(StateSchema, required=True, allow_none=True)
    snapshot = fields.Boolean(metadata={"description": "True: replace all objects, keep the outbox"})


SYNC_EXAMPLE: dict[str, Any] = {
    "protocol": 1,
    "epoch": None,
    "cursor": None,
    "device_time": "2026-11-21T10:00:00.123+08:00",
    "limit": 500,
    "verify": False,
    "outbox": {"items": 0, "photos": 0, "oldest_at": None},
    "items": [],
}
REPLY_EXAMPLE: dict[str, Any] = {
    "protocol": 1,
    "epoch": "0197a5a0-0000-7000-8000-0000000000e0",
    "server_time": "2026-11-21T02:00:00.412000+00:00",
    "reoffer_since": None,
    "receipts": [
        {
            "id": "0198c0de-0000-7000-8000-000000000001",
            "result": "accepted",
            "replayed": False,
            "code": None,
            "detail": None,
            "flags": [],
            "receipt": "eyJhbGciOiJFZERTQSJ9.eyJpdGVtIjoiMDE5OCJ9.c2lnbmF0dXJl",
        }
    ],
    "changes": [{"op": "revoke", "type": "task", "id": "0199f1c2-5a00-7000-8000-000000000011"}],
    "cursor": "MTIzNDU",
    "more": False,
    "state": {"count": 214, "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
}
