"""What goes to another system and how: the message (CloudEvents 1.0), its signature (Standard Webhooks), when it is tried again.

Not here: sending (gateways/webhooks), rows (services/outbox).
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from backend.domain.data_files import load_yaml
from backend.domain.errors import DomainError
from backend.domain.vocabulary import ReferralStatus, WebhookAlgorithm

CONTENT_TYPE = "application/cloudevents+json"
TYPE_PREFIX = "cn.gridpatrol"
PING = f"{TYPE_PREFIX}.ping"
TAKEN_AWAY = f"{TYPE_PREFIX}.referral.taken_away"  # told to the department that had it, and to it alone
SECRET_BYTES = 32  # Standard Webhooks: 24 to 64
SIGNATURE_VERSION = {WebhookAlgorithm.HMAC_SHA256: "v1"}  # Standard Webhooks' name of the algorithm


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """One dated row of data/webhooks.yaml; units are in the names, meanings in the file."""

    valid_from: date
    valid_to: date | None
    retry_seconds: Sequence[int]
    pause_seconds: Sequence[int]
    retry_after_cap_seconds: int
    expire_seconds: int
    lease_seconds: int
    turn_seconds: int
    slow_seconds: int
    slow_pause_factor: int
    alarm_seconds: int
    keep_delivered_seconds: int
    old_secret_seconds: int

    def delay_seconds(self, attempts: int, retry_after: int | None = None) -> int | None:
        """How long after the failed attempt number ``attempts`` (from 1) the next one comes; None: there is none.

        ``retry_after`` is what the receiver asked for; it makes the wait longer up to a cap, never shorter.
        """
        if attempts > len(self.retry_seconds):
            return None
        return max(self.retry_seconds[attempts - 1], min(retry_after or 0, self.retry_after_cap_seconds))

    def pause_after(self, failures: int) -> int:
        """Seconds for which a receiver is left alone that failed ``failures`` (from 1) times in a row."""
        return self.pause_seconds[min(failures, len(self.pause_seconds)) - 1]


@cache
def _all_rules() -> tuple[DeliveryRules, ...]:
    rows = [DeliveryRules(**row) for row in load_yaml("webhooks.yaml")["webhooks"]]
    return tuple(sorted(rows, key=lambda row: row.valid_from))


def delivery_rules(day: date) -> DeliveryRules:
    """The row in force on ``day``; before the first row the first one."""
    for row in reversed(_all_rules()):
        if row.valid_from <= day and (row.valid_to is None or day < row.valid_to):
            return row
    return _all_rules()[0]


def event_type(status: str) -> str:
    """The type of the message that says a referral came into ``status``."""
    return f"{TYPE_PREFIX}.referral.{status}"


def event_types() -> tuple[str, ...]:
    """Every type a subscription may name."""
    return (*(event_type(status) for status in ReferralStatus), TAKEN_AWAY)


def check_event_types(types: Iterable[str]) -> None:
    """Raise DomainError('unknown_event_type') for a type that is never sent."""
    for name in types:
        if name not in event_types():
            raise DomainError("unknown_event_type", value=name)


def wants(types: Sequence[str], name: str) -> bool:
    """Whether a subscription to ``types`` gets messages of type ``name``; no types means all. A ping is always wanted."""
    return not types or name in types or name == PING


def cloud_event(
    event_id: UUID, name: str, *, district: str | None, subject: str, at: datetime, data: Mapping[str, Any]
) -> dict[str, Any]:
    """A message in CloudEvents' structured JSON form. ``event_id`` stays the same however often it is sent."""
    return {
        "specversion": "1.0",
        "id": str(event_id),
        "source": f"urn:gridpatrol:{district}" if district else "urn:gridpatrol",
        "type": name,
        "subject": subject,
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "data": dict(data),
    }


def secret_text(secret: bytes) -> str:
    """A secret as its receiver keeps it: base64 behind the mark that Standard Webhooks puts before a secret."""
    return "whsec_" + base64.b64encode(secret).decode("ascii")


def signed_headers(
    algorithm: WebhookAlgorithm, secrets: Sequence[bytes], event_id: UUID, at: datetime, body: bytes
) -> dict[str, str]:
    """The headers of one attempt, made anew for each: an old one can be told by its timestamp.

    Signed is ``id.timestamp.body``. While a secret is being changed there is one signature with each of ``secrets``.
    """
    timestamp = str(int(at.timestamp()))
    signed = f"{event_id}.{timestamp}.".encode() + body
    version = SIGNATURE_VERSION[algorithm]
    made = [base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode("ascii") for secret in secrets]
    return {
        "webhook-id": str(event_id),
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"{version},{signature}" for signature in made),
    }


class Arrival(StrEnum):
    """What an attempt means."""

    DELIVERED = "delivered"
    GONE = "gone"
    FAILED = "failed"


def judge_status(status: int | None) -> Arrival:
    """2xx has arrived, 410 wants no more, anything else (a redirect, no answer) has failed."""
    if status is not None and 200 <= status < 300:
        return Arrival.DELIVERED
    return Arrival.GONE if status == 410 else Arrival.FAILED
