"""Writes notices, and has other systems told, in the transaction of what happened. Not here: reading an inbox (queries/inbox)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.domain.ids import new_id
from backend.domain.notices import TURNS, Audience, audiences_of, department_audience
from backend.domain.vocabulary import NoticeKind
from backend.persistence.bulk import Writes
from backend.persistence.models import Notice
from backend.services.outbox.deliveries import tell_loss, tell_systems
from backend.services.outbox.news import CaseNews, CaseRow, InformedNews, NoticeDraft

ANYBODY_LISTENS = "EXISTS (SELECT FROM webhook_subscriptions WHERE is_active)"


def announce(session: Session, news: Sequence[CaseNews], *, now: datetime) -> None:
    """Tell whose turn it is by an act, and other systems. Notices are written at the next flush.

    Nothing a receiver does can hinder the act: only rows and a job are written here, and they vanish with it.
    """
    session.add_all(Notice(**values) for one in news for values in _of_case(one, now))
    tell_systems(session, news, now=now)


def announce_loss(
    session: Session, referral: CaseRow, department_id: UUID, *, now: datetime, actor_id: UUID | None
) -> None:
    """Tell a department, and its own system, that a referral is no longer its own; it can no longer look it up."""
    notify(
        session, [case_notice(NoticeKind.TAKEN_AWAY, referral, department_audience(department_id), actor_id)], now=now
    )
    tell_loss(session, referral, department_id, now=now)


def case_notice(
    kind: NoticeKind, referral: CaseRow, audience: Audience, actor_id: UUID | None = None, **more: Any
) -> NoticeDraft:
    """A notice about a case that its status alone does not say; ``more`` fills the title (name, day)."""
    data = {
        "category": referral.category,
        "street_code": referral.street_code,
        "function": referral.function_code,
        **more,
    }
    must_act = kind not in (NoticeKind.TAKEN_AWAY, NoticeKind.REPORT_WITHDRAWN)
    return NoticeDraft(
        kind, audience, referral.id, referral.report_id, referral.is_emergency and must_act, data, actor_id
    )  # fmt: skip


def announce_new(
    writes: Writes, news: Sequence[CaseNews], *, now: datetime, informed: Sequence[InformedNews] = ()
) -> None:
    """The same for referrals that are being made: their notices go into ``writes``, and whether another system listens is
    asked by the statement that writes them."""
    for one in news:
        writes.add(Notice, *_of_case(one, now))
    writes.add(Notice, *(_of_informed(one, now) for one in informed))
    if news:
        writes.after(ANYBODY_LISTENS, partial(tell_systems, news=news, now=now))


def notify(session: Session, drafts: Iterable[NoticeDraft], *, now: datetime) -> None:
    """Write notices of any kind; at the next flush."""
    session.add_all(
        Notice(
            **_values(draft.kind, draft.audience, draft.referral_id, draft.report_id, draft.data, now)
            | {"is_emergency": draft.is_emergency, "caused_by": draft.caused_by}
        )
        for draft in drafts
    )


def _of_case(news: CaseNews, now: datetime) -> list[dict[str, Any]]:
    referral = news.referral
    turn = TURNS.get(referral.status)
    if turn is None:
        return []
    street, function = referral.street_code, referral.function_code
    data = {
        "category": referral.category,
        "street_code": street,
        "function": function,
        "status": referral.status,
        "action": news.action,
        "version": referral.version,
    }
    concerned = audiences_of(turn, function_code=function, street_code=street, department_id=referral.department_id)
    rows = [_values(turn.kind, audience, referral.id, referral.report_id, data, now) for audience in concerned]
    for row in rows:
        row["is_emergency"], row["caused_by"] = referral.is_emergency and turn.must_act, news.actor_id
    return rows


def _of_informed(news: InformedNews, now: datetime) -> dict[str, Any]:
    data = {"category": news.category, "street_code": news.street_code, "function": news.function_code}
    audience = department_audience(news.department_id)
    row = _values(NoticeKind.INFORMED, audience, None, news.report_id, data, now)
    row["is_emergency"] = news.is_emergency
    return row


def _values(
    kind: NoticeKind,
    audience: Audience,
    referral_id: UUID | None,
    report_id: UUID | None,
    data: dict[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """The columns of one row: plain values and few calls, since every fresh referral comes by here."""
    return {
        "id": new_id(),
        "department_id": audience.department_id,
        "role": audience.role,
        "street_code": audience.street_code,
        "user_id": audience.user_id,
        "kind": kind,
        "referral_id": referral_id,
        "report_id": report_id,
        "caused_by": None,
        "is_emergency": False,
        "data": data,
        "created_at": now,
    }
