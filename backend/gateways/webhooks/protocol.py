"""What is handed to a sender and what it says. Not here: the wire (http.py)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from backend.gateways.webhooks.address import AddressPolicy


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """One POST. Its body may tell of a case and its headers are signed: neither shows in a log."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """How it went: the receiver's status, or a word for what went wrong before there was one. Never the receiver's text."""

    status: int | None
    error: str | None = None
    retry_after_seconds: int | None = None
    elapsed_seconds: float = 0.0


class WebhookSender(Protocol):
    """Anything that can POST."""

    policy: AddressPolicy

    def send(self, request: WebhookRequest) -> WebhookAnswer:
        """Send once. Whatever the receiver or the network does is an answer, never an exception."""
        ...


class NullWebhookSender:
    """The twin that sends nothing, keeps what it was given, and is always told 204."""

    def __init__(self, policy: AddressPolicy | None = None) -> None:
        self.policy = policy or AddressPolicy()
        self.sent: list[WebhookRequest] = []

    def send(self, request: WebhookRequest) -> WebhookAnswer:
        """Keep ``request``."""
        self.sent.append(request)
        return WebhookAnswer(204)
