"""Delivery to other systems over HTTP, and its null twin. Not here: what is sent, when again (services/outbox)."""

from backend.gateways.webhooks.address import AddressPolicy, RefusedUrlError
from backend.gateways.webhooks.http import HttpWebhookSender
from backend.gateways.webhooks.protocol import NullWebhookSender, WebhookAnswer, WebhookRequest, WebhookSender

__all__ = [
    "AddressPolicy",
    "HttpWebhookSender",
    "NullWebhookSender",
    "RefusedUrlError",
    "WebhookAnswer",
    "WebhookRequest",
    "WebhookSender",
]
