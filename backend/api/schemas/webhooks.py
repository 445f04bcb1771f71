"""Shapes of webhook subscriptions and of the messages to them."""

from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from backend.api.schemas.fields import Choice, Words
from backend.api.schemas.paging import PageQuerySchema, PageSchema
from backend.domain.vocabulary import DeliveryState, WebhookAlgorithm
from backend.domain.webhooks import event_type, secret_text
from backend.gateways.webhooks.address import LONGEST_URL


class WebhookDraftSchema(Schema):
    """A subscription to be made."""

    EXAMPLE: ClassVar = {
        "name": "一网统管",
        "url": "https://receiver.example.org/gridpatrol",
        "department": None,
        "event_types": [event_type("routed"), event_type("closed")],
    }

    name = Words(required=True, min_length=1, max_length=100)
    url = Words(
        required=True, min_length=1, max_length=LONGEST_URL, metadata={"description": "https, a public address"}
    )
    department = Words(
        max_length=64,
        load_default=None,
        allow_none=True,
        metadata={"description": "Its code; null: the whole district"},
    )
    event_types = fields.List(
        Words(max_length=100),
        load_default=list,
        validate=validate.Length(max=100),
        metadata={"description": "As of GET /webhooks/types; none means all"},
    )
    algorithm = Choice(WebhookAlgorithm, load_default=WebhookAlgorithm.HMAC_SHA256)


class WebhookQuerySchema(PageQuerySchema):
    """Which subscriptions."""

    dead = fields.Boolean(load_default=None, metadata={"description": "With dead letters, or without"})


class WebhookChangeSchema(Schema):
    """What shall be otherwise; what is left out stays. Where it goes to (another url) needs no new secret."""

    EXAMPLE: ClassVar = {"name": "一网统管（新）", "event_types": [event_type("routed")]}

    name = Words(min_length=1, max_length=100)
    url = Words(min_length=1, max_length=LONGEST_URL, metadata={"description": "https, a public address"})
    event_types = fields.List(
        Words(max_length=100), validate=validate.Length(max=100), metadata={"description": "None means all"}
    )


class WebhookSchema(Schema):
    """A subscription; its secret is never shown again."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    url = fields.String(required=True)
    department = fields.String(required=True, allow_none=True)
    event_types = fields.List(fields.String(), required=True)
    algorithm = Choice(WebhookAlgorithm, required=True)
    active = fields.Boolean(required=True)
    created_at = fields.AwareDateTime(required=True)
    failing_since = fields.AwareDateTime(required=True, allow_none=True)
    paused_until = fields.AwareDateTime(required=True, allow_none=True)
    old_secret_until = fields.AwareDateTime(required=True, allow_none=True)
    pending = fields.Integer(required=True)
    dead = fields.Integer(required=True)


class WebhookPageSchema(PageSchema):
    """A page of subscriptions, newest first."""

    items = fields.List(fields.Nested(WebhookSchema), required=True)


class WebhookMadeSchema(Schema):
    """A new subscription with its secret: this once."""

    webhook = fields.Nested(WebhookSchema, required=True)
    secret = fields.String(required=True, metadata={"description": "whsec_…; keep it, it cannot be asked for again"})


class WebhookRotatedSchema(Schema):
    """The new secret: this once. Until then the old one signs beside it."""

    secret = fields.String(required=True)
    old_secret_until = fields.AwareDateTime(required=True)


class DeliveryQuerySchema(PageQuerySchema):
    """Which messages."""

    state = Choice(DeliveryState, load_default=None)


class DeliverySchema(Schema):
    """One message on its way."""

    id = fields.UUID(required=True)
    event_id = fields.UUID(required=True, metadata={"description": "The message's own id: the same at every attempt"})
    type = fields.String(required=True)
    referral_id = fields.UUID(required=True, allow_none=True)
    state = Choice(DeliveryState, required=True)
    attempts = fields.Integer(required=True)
    created_at = fields.AwareDateTime(required=True)
    next_attempt_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Only while it is pending"}
    )
    last_attempt_at = fields.AwareDateTime(required=True, allow_none=True)
    last_status = fields.Integer(required=True, allow_none=True)
    last_error = fields.String(required=True, allow_none=True)
    delivered_at = fields.AwareDateTime(required=True, allow_none=True)


class DeliveryWholeSchema(DeliverySchema):
    """One message with what it says."""

    event = fields.Dict(required=True, metadata={"description": "CloudEvents 1.0, as it is sent"})


class DeliveryPageSchema(PageSchema):
    """A page of messages, newest first."""

    items = fields.List(fields.Nested(DeliverySchema), required=True)


class ResentSchema(Schema):
    """How many dead letters were put on their way again."""

    resent = fields.Integer(required=True)


class PingedSchema(Schema):
    """The test message; look it up among the deliveries."""

    delivery_id = fields.UUID(required=True)


class EventTypesSchema(Schema):
    """Every type a subscription may name."""

    types = fields.List(fields.String(), required=True)


EXAMPLE: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-0000000000f1",
    "name": "一网统管",
    "url": "https://receiver.example.org/gridpatrol",
    "department": None,
    "event_types": [],
    "algorithm": "hmac-sha256",
    "active": True,
    "created_at": "2026-11-20T02:00:00+00:00",
    "failing_since": None,
    "paused_until": None,
    "old_secret_until": None,
    "pending": 0,
    "dead": 1,
}
DELIVERY_EXAMPLE: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-0000000000f2",
    "event_id": "0198c0de-0000-7000-8000-0000000000f3",
    "type": event_type("routed"),
    "referral_id": "0198c0de-0000-7000-8000-000000000011",
    "state": "dead",
    "attempts": 7,
    "created_at": "2026-11-20T02:00:00+00:00",
    "next_attempt_at": None,
    "last_attempt_at": "2026-11-21T12:36:00+00:00",
    "last_status": 500,
    "last_error": "http_500",
    "delivered_at": None,
}
SECRET_EXAMPLE = secret_text(b"01234567890123456789012345678901")
