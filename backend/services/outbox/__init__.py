"""Tells people (inbox) and other systems (webhooks) what happened to a case. Rows are written with the act; sending comes after.

Not here: whom a status concerns (domain/notices), the wire (gateways/webhooks), when jobs run (jobs/webhooks).
"""

from backend.services.outbox.announcing import announce, announce_loss, announce_new, case_notice, notify
from backend.services.outbox.deliveries import resend, resend_dead, send_ping
from backend.services.outbox.inbox import mark_read
from backend.services.outbox.news import CaseNews, InformedNews, NoticeDraft
from backend.services.outbox.sending import Claimed, claim, forget_delivered, settle, sweep
from backend.services.outbox.subscriptions import (
    SubscriptionDraft,
    change_subscription,
    create_subscription,
    rotate_secret,
    set_active,
)

__all__ = [
    "CaseNews",
    "Claimed",
    "InformedNews",
    "NoticeDraft",
    "SubscriptionDraft",
    "announce",
    "announce_loss",
    "announce_new",
    "case_notice",
    "change_subscription",
    "claim",
    "create_subscription",
    "forget_delivered",
    "mark_read",
    "notify",
    "resend",
    "resend_dead",
    "rotate_secret",
    "send_ping",
    "set_active",
    "settle",
    "sweep",
]
