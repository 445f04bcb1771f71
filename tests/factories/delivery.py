"""Notices and webhook subscriptions."""

from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.ids import new_id
from backend.domain.notices import ADMINISTRATORS, Audience
from backend.domain.vocabulary import NoticeKind, WebhookAlgorithm
from backend.gateways.secret_box import SecretBox
from backend.persistence.models import Notice, WebhookSubscription
from tests.conftest import NOW

SECRET = bytes(range(32))


def make_notice(session: Session, audience: Audience = ADMINISTRATORS, **values: Any) -> Notice:
    """A notice to ``audience``."""
    notice = Notice(
        **{
            "id": new_id(),
            "department_id": audience.department_id,
            "role": audience.role,
            "street_code": audience.street_code,
            "user_id": audience.user_id,
            "kind": NoticeKind.ALARM,
            "data": {"name": "测试"},
            "created_at": NOW,
            **values,
        }
    )
    session.add(notice)
    session.flush()
    return notice


def make_subscription(app: Flask, session: Session, url: str, **values: Any) -> UUID:
    """An active subscription of the whole district with the secret SECRET; its id."""
    row_id = new_id()
    box = SecretBox(app.extensions["gridpatrol"].gateways.keys)
    session.add(
        WebhookSubscription(
            **{
                "id": row_id,
                "name": "一网统管",
                "url": url,
                "event_types": [],
                "algorithm": WebhookAlgorithm.HMAC_SHA256,
                "secret": box.seal(SECRET, str(row_id)),
                "created_at": NOW,
                **values,
            }
        )
    )
    session.flush()
    return row_id


def notices_of(session: Session, *criteria: Any) -> list[tuple[str, str]]:
    """(audience, kind) of the notices that meet ``criteria``, oldest first."""
    session.flush()
    found = select(Notice.audience, Notice.kind).where(*criteria).order_by(Notice.seq)
    return [(audience, str(kind)) for audience, kind in session.execute(found)]
