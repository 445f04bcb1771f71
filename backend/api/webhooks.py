"""/webhooks: other systems that are told, and the messages to them. Not here: making or sending a message (services/outbox)."""

from typing import Any
from uuid import UUID

import orjson
from flask_smorest import Blueprint
from sqlalchemy import Row

from backend.api.endpoint import Call, endpoint
from backend.api.schemas.webhooks import (
    DELIVERY_EXAMPLE,
    EXAMPLE,
    SECRET_EXAMPLE,
    DeliveryPageSchema,
    DeliveryQuerySchema,
    DeliveryWholeSchema,
    EventTypesSchema,
    PingedSchema,
    ResentSchema,
    WebhookChangeSchema,
    WebhookDraftSchema,
    WebhookMadeSchema,
    WebhookPageSchema,
    WebhookQuerySchema,
    WebhookRotatedSchema,
    WebhookSchema,
)
from backend.domain.vocabulary import DeliveryState
from backend.domain.webhooks import event_type, event_types
from backend.gateways.secret_box import SecretBox
from backend.persistence.queries.webhooks import (
    get_delivery,
    get_subscription,
    list_deliveries,
    list_subscriptions,
)
from backend.services.outbox import (
    SubscriptionDraft,
    change_subscription,
    create_subscription,
    resend,
    resend_dead,
    rotate_secret,
    send_ping,
    set_active,
)

blueprint = Blueprint(
    "webhooks", __name__, url_prefix="/api/v1", description="Other systems that are told of referrals (推送)"
)


@endpoint(
    blueprint,
    "/webhooks",
    permission="webhook.read",
    summary="Subscriptions, newest first",
    query=WebhookQuerySchema,
    answer=WebhookPageSchema,
    problems=("bad_cursor",),
    example={"items": [EXAMPLE], "next_cursor": None},
)
def list_all(call: Call) -> dict[str, Any]:
    query = call.query
    found = list_subscriptions(call.session, query["limit"], query["cursor"], dead=query["dead"])
    return {"items": [shown(row) for row in found.items], "next_cursor": found.next_cursor}


@endpoint(
    blueprint,
    "/webhooks",
    method="POST",
    permission="webhook.manage",
    summary="Subscribe another system",
    body=WebhookDraftSchema,
    answer=WebhookMadeSchema,
    status=201,
    problems=("webhook_url_refused", "unknown_event_type", "unknown_code"),
    example={"webhook": {**EXAMPLE, "dead": 0}, "secret": SECRET_EXAMPLE},
)
def create(call: Call) -> dict[str, Any]:
    """The answer is the only one that holds the secret. api_docs/webhooks.md shows how a receiver verifies a message."""
    draft = SubscriptionDraft(**call.body)
    gateways = call.state.gateways
    made, secret = create_subscription(
        call.session, call.actor, draft, box=SecretBox(gateways.keys), policy=gateways.webhooks.policy, now=call.now
    )
    return {"webhook": shown(get_subscription(call.session, made)), "secret": secret}


@endpoint(
    blueprint,
    "/webhooks/types",
    permission="webhook.read",
    summary="Every type of message a subscription may name",
    answer=EventTypesSchema,
    example={"types": [event_type("routed"), event_type("closed")]},
)
def types(call: Call) -> dict[str, Any]:
    return {"types": list(event_types())}


@endpoint(
    blueprint,
    "/webhooks/<uuid:webhook_id>",
    permission="webhook.read",
    summary="One subscription",
    answer=WebhookSchema,
    problems=("not_found",),
    example=EXAMPLE,
)
def show(call: Call, webhook_id: UUID) -> dict[str, Any]:
    return shown(get_subscription(call.session, webhook_id))


@endpoint(
    blueprint,
    "/webhooks/<uuid:webhook_id>",
    method="POST",
    permission="webhook.manage",
    summary="Change its name, address or choice of messages",
    body=WebhookChangeSchema,
    answer=WebhookSchema,
    problems=("not_found", "webhook_url_refused", "unknown_event_type"),
    example=EXAMPLE,
)
def change(call: Call, webhook_id: UUID) -> dict[str, Any]:
    """Messages that wait go to the new address. Its department stays: another one is another subscription."""
    policy = call.state.gateways.webhooks.policy
    change_subscription(call.session, call.actor, webhook_id, **call.body, policy=policy, now=call.now)
    return shown(get_subscription(call.session, webhook_id))


@endpoint(
    blueprint,
    "/webhooks/<uuid:webhook_id>/rotate",
    method="POST",
    permission="webhook.manage",
    summary="Give it another secret; for a day both sign",
    answer=WebhookRotatedSchema,
    problems=("not_found",),
    example={"secret": SECRET_EXAMPLE, "old_secret_until": "2026-11-21T02:00:00+00:00"},
)
def rotate(call: Call, webhook_id: UUID) -> dict[str, Any]:
    box = SecretBox(call.state.gateways.keys)
    secret, until = rotate_secret(call.session, call.actor, webhook_id, box=box, now=call.now)
    return {"secret": secret, "old_secret_until": until}


@endpoint(
    blueprint,
    "/webhooks/<uuid:webhook_id>/activate",
    method="POST",
    permission="webhook.manage",
    summary="Let it begin again, with what still waits",
    answer=WebhookSchema,
    problems=("not_found",),
    example=EXAMPLE,
)
def activate(call: Call, webhook_id: UUID) -> dict[str, Any]:
    return _switch(call, webhook_id, True)


@endpoint(
    blueprint,
    "/webhooks/<uuid:webhook_id>/deactivate",
    method="POST",
    permission="webhook.manage",
    summary="Stop it; what happens meanwhile is not kept for it",
    answer=WebhookSchema,
    problems=("not_found",),
    example={**EXAMPLE, "active": False},
)
def deactivate(call: Call, webhook_id: UUID) -> dict[str, Any]:
    return _switch(call, webhook_id, False)


@endpoint(
    blueprint,
    "/webhooks/<uuid:webhook_id>/ping",
    method="POST",
    permission="webhook.manage",
    summary="Send a test message",
    answer=PingedSchema,
    status=202,
    problems=("not_found",),
    example={"delivery_id": DELIVERY_EXAMPLE["id"]},
)
def ping(call: Call, webhook_id: UUID) -> dict[str, Any]:
    """It goes the way of every message; how it went is seen among the deliveries."""
    return {"delivery_id": send_ping(call.session, call.actor, webhook_id, now=call.now)}


@endpoint(
    blueprint,
    "/webhooks/<uuid:webhook_id>/deliveries",
    permission="webhook.read",
    summary="Messages to it, newest first; dead letters with state=dead",
    query=DeliveryQuerySchema,
    answer=DeliveryPageSchema,
    problems=("not_found", "bad_cursor"),
    example={"items": [DELIVERY_EXAMPLE], "next_cursor": None},
)
def list_messages(call: Call, webhook_id: UUID) -> dict[str, Any]:
    query = call.query
    found = list_deliveries(call.session, webhook_id, query["state"], limit=query["limit"], cursor=query["cursor"])
    return {"items": [shown_delivery(row) for row in found.items], "next_cursor": found.next_cursor}


@endpoint(
    blueprint,
    "/webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>",
    permission="webhook.read",
    summary="One message with what it says",
    answer=DeliveryWholeSchema,
    problems=("not_found",),
    example={**DELIVERY_EXAMPLE, "event": {"specversion": "1.0", "type": event_type("routed")}},
)
def show_message(call: Call, webhook_id: UUID, delivery_id: UUID) -> dict[str, Any]:
    row = get_delivery(call.session, webhook_id, delivery_id)
    return {**shown_delivery(row), "event": orjson.loads(row.body)}


@endpoint(
    blueprint,
    "/webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/retry",
    method="POST",
    permission="webhook.manage",
    summary="Send a dead letter again",
    answer=ResentSchema,
    problems=("not_found", "not_dead_letter"),
    example={"resent": 1},
)
def retry(call: Call, webhook_id: UUID, delivery_id: UUID) -> dict[str, Any]:
    """The same id and the same bytes, with a new signature; a receiver that had it already knows it by the id."""
    resend(call.session, call.actor, webhook_id, delivery_id, now=call.now)
    return {"resent": 1}


@endpoint(
    blueprint,
    "/webhooks/<uuid:webhook_id>/deliveries/retry",
    method="POST",
    permission="webhook.manage",
    summary="Send all its dead letters again",
    answer=ResentSchema,
    problems=("not_found",),
    example={"resent": 12},
)
def retry_all(call: Call, webhook_id: UUID) -> dict[str, Any]:
    return {"resent": resend_dead(call.session, call.actor, webhook_id, now=call.now)}


def shown(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """A subscription in the shape of WebhookSchema."""
    same = (
        "id",
        "name",
        "url",
        "department",
        "event_types",
        "algorithm",
        "created_at",
        "failing_since",
        "pending",
        "dead",
    )
    return {
        **{name: getattr(row, name) for name in same},
        "active": row.is_active,
        "paused_until": row.paused_until,
        "old_secret_until": row.previous_until,
    }


def shown_delivery(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """A message in the shape of DeliverySchema."""
    same = (
        "id", "event_id", "type", "referral_id", "state", "attempts", "created_at", "last_attempt_at", "last_status",
        "last_error", "delivered_at",
    )  # fmt: skip
    waits = row.state == DeliveryState.PENDING
    return {**{name: getattr(row, name) for name in same}, "next_attempt_at": row.next_attempt_at if waits else None}


def _switch(call: Call, webhook_id: UUID, is_active: bool) -> dict[str, Any]:
    set_active(call.session, call.actor, webhook_id, is_active, now=call.now)
    call.session.flush()
    return shown(get_subscription(call.session, webhook_id))
