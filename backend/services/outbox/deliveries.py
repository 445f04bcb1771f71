"""Messages to other systems: made with the act, sent again when a person asks. Not here: sending them (sending.py)."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, or_, select, update
from sqlalchemy import insert as insert_into
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.vocabulary import DeliveryState
from backend.domain.webhooks import PING, TAKEN_AWAY, cloud_event, delivery_rules, event_type, wants
from backend.gateways.job_queue import defer_sending
from backend.persistence.models import Department, Function, WebhookDelivery, WebhookSubscription
from backend.services.history import record
from backend.services.outbox.news import CaseNews, CaseRow

S, D = WebhookSubscription, WebhookDelivery
Named = dict[Any, Row[*tuple[Any, ...]]]


def tell_systems(session: Session, news: Sequence[CaseNews], *, now: datetime) -> None:
    """Write a message for each subscription that wants one, and the job that sends it; one statement where none listens.

    The department's own system hears of the referrals that are the department's, the district's of all.
    """
    responsible = {one.referral.department_id for one in news} - {None}
    listening = session.execute(
        select(S.id, S.department_id, S.event_types)
        .where(S.is_active, or_(S.department_id.is_(None), S.department_id.in_(responsible)))
        .order_by(S.seq)
    ).all()
    if not listening:
        return
    departments, functions = _names(session, news)
    rows = []
    for one in news:
        name, event_id = event_type(one.referral.status.value), new_id()
        body: bytes | None = None
        for subscription in listening:
            if subscription.department_id not in (None, one.referral.department_id):
                continue
            if wants(subscription.event_types, name):
                body = body or _body(event_id, name, one, departments, functions, now)
                rows.append(_row(subscription.id, event_id, name, one.referral.id, body, now))
    _write(session, rows)


def tell_loss(session: Session, referral: CaseRow, department_id: UUID, *, now: datetime) -> None:
    """Tell the own system of a department that a referral is no longer its own: which, and nothing of where it went."""
    listening = select(S.id, S.event_types).where(S.is_active, S.department_id == department_id).order_by(S.seq)
    wanting = [row.id for row in session.execute(listening) if wants(row.event_types, TAKEN_AWAY)]
    if not wanting:
        return
    event_id, street = new_id(), referral.street_code
    data = {"referral_id": str(referral.id), "report_id": str(referral.report_id), "version": referral.version}
    subject = f"referral/{referral.id}"
    event = cloud_event(
        event_id, TAKEN_AWAY, district=street[:6] if street else None, subject=subject, at=now, data=data
    )  # fmt: skip
    body = orjson.dumps(event)
    _write(session, [_row(one, event_id, TAKEN_AWAY, referral.id, body, now) for one in wanting])


def send_ping(session: Session, actor: Actor, subscription_id: UUID, *, now: datetime) -> UUID:
    """Send a test message to a subscription, stopped or not; the delivery's id. Raises DomainError('not_found').

    A stopped one gets it once it is active again.
    """
    subscription = session.get(S, subscription_id)
    if subscription is None:
        raise DomainError("not_found")
    event_id = new_id()
    data = {"subscription": str(subscription.id), "name": subscription.name}
    event = cloud_event(event_id, PING, district=None, subject=f"webhook/{subscription.id}", at=now, data=data)
    row = _row(subscription.id, event_id, PING, None, orjson.dumps(event), now)
    _write(session, [row])
    _record(session, actor, subscription.id, "ping", now, {"delivery_id": str(row["id"])})
    delivery_id: UUID = row["id"]
    return delivery_id


def resend(session: Session, actor: Actor, subscription_id: UUID, delivery_id: UUID, *, now: datetime) -> None:
    """Begin anew with one dead letter: same id, same bytes. Raises not_found and not_dead_letter."""
    state = session.scalar(select(D.state).where(D.id == delivery_id, D.subscription_id == subscription_id))
    if state is None:
        raise DomainError("not_found")
    if not _revive(session, actor, subscription_id, now, delivery_id):
        raise DomainError("not_dead_letter")


def resend_dead(session: Session, actor: Actor, subscription_id: UUID, *, now: datetime) -> int:
    """Begin anew with every dead letter of a subscription; how many there were. Raises DomainError('not_found')."""
    if session.get(S, subscription_id) is None:
        raise DomainError("not_found")
    return _revive(session, actor, subscription_id, now, None)


def _revive(session: Session, actor: Actor, subscription_id: UUID, now: datetime, only: UUID | None) -> int:
    expires = now + timedelta(seconds=delivery_rules(local_day(now)).expire_seconds)
    dead = [D.subscription_id == subscription_id, D.state == DeliveryState.DEAD]
    if only is not None:
        dead.append(D.id == only)
    revived = session.scalars(
        update(D)
        .where(*dead)
        .values(state=DeliveryState.PENDING, attempts=0, next_attempt_at=now, expires_at=expires)
        .returning(D.id)
        .execution_options(synchronize_session=False)
    ).all()
    if revived:
        data = {"count": len(revived), "delivery_id": str(only) if only else None}
        _record(session, actor, subscription_id, "resend", now, data)
        defer_sending(session, [subscription_id])
    return len(revived)


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert_into(D), rows)
        defer_sending(session, dict.fromkeys(row["subscription_id"] for row in rows))


def _row(
    subscription_id: UUID, event_id: UUID, name: str, referral_id: UUID | None, body: bytes, now: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "subscription_id": subscription_id,
        "event_id": event_id,
        "type": name,
        "referral_id": referral_id,
        "body": body,
        "created_at": now,
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "next_attempt_at": now,
        "expires_at": now + timedelta(seconds=delivery_rules(local_day(now)).expire_seconds),
    }


def _body(event_id: UUID, name: str, news: CaseNews, departments: Named, functions: Named, now: datetime) -> bytes:
    referral = news.referral
    department = departments.get(referral.department_id)
    function = functions.get(referral.function_code)
    data = {
        **_told(referral),
        "action": news.action,
        "function_name": function.name_zh if function else None,
        "department": department.code if department else None,
        "department_name": department.name if department else None,
    }
    street = referral.street_code
    district = street[:6] if street else (department.district_code if department else None)
    subject = f"referral/{referral.id}"
    return orjson.dumps(cloud_event(event_id, name, district=district, subject=subject, at=now, data=data))


def _told(referral: CaseRow) -> dict[str, Any]:
    """A case by its codes and times alone (PIPL art. 6, 最小必要): nobody's name, no free text, no place but the street.

    Whoever needs more asks the API for it, where rights are checked and reading can be withdrawn.
    """
    times = ("created_at", "routed_at", "accepted_at", "handled_at", "closed_at")
    return {
        "referral_id": str(referral.id),
        "report_id": str(referral.report_id),
        "category": referral.category.value,
        "street_code": referral.street_code,
        "function": referral.function_code,
        "role": referral.role.value,
        "status": referral.status.value,
        "version": referral.version,
        "severity": referral.severity.value,
        "emergency": referral.is_emergency,
        "findings": list(referral.finding_codes),
        "rules": list(referral.rule_codes),
        "legal_basis": list(referral.legal_basis),
        "deadline_profile": referral.deadline_profile,
        **{name: (at.isoformat() if (at := getattr(referral, name)) else None) for name in times},
        "outcome_code": referral.outcome_code,
        "return_code": referral.return_code,
        "return_count": referral.return_count,
        "api": f"/api/v1/referrals/{referral.id}",
    }


def _names(session: Session, news: Collection[CaseNews]) -> tuple[Named, Named]:
    ids = {one.referral.department_id for one in news} - {None}
    codes = {one.referral.function_code for one in news}
    departments = select(Department.id, Department.code, Department.name, Department.district_code)
    functions = select(Function.code, Function.name_zh)
    return (
        {row.id: row for row in session.execute(departments.where(Department.id.in_(ids)))},
        {row.code: row for row in session.execute(functions.where(Function.code.in_(codes)))},
    )


def _record(
    session: Session, actor: Actor, subscription_id: UUID, action: str, now: datetime, data: dict[str, Any]
) -> None:
    record(session, at=now, actor=actor, subject_type="webhook", subject_id=subscription_id, action=action, data=data)
