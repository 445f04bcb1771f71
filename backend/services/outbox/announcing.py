"""Writes notices, and has other systems told, in the transaction of what happened. Not here: reading an inbox (queries/inbox)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from backend.domain.ids import new_id
from backend.domain.notices import TURNS, Audience, audiences_of
from backend.domain.vocabulary import NoticeKind
from backend.persistence.bulk import Writes
from backend.persistence.models import Notice
from backend.services.outbox.deliveries import tell_systems
from backend.services.outbox.news import CaseNews, InformedNews, NoticeDraft

ANYBODY_LISTENS = "EXISTS (SELECT FROM webhook_subscriptions WHERE is_active)"


def announce(session: Session, news: Sequence[CaseNews], *, now: datetime) -> None:
    """Tell whose turn it is by an act, and other systems. Notices are written at the next flush.

    Nothing a receiver does can hinder the act: only rows and a job are written here, and they vanish with it.
    """
    notify(session, [draft for one in news for draft in _of_case(one)], now=now)
    tell_systems(session, news, now=now)


def announce_new(
    writes: Writes, news: Sequence[CaseNews], *, now: datetime, informed: Sequence[InformedNews] = ()
) -> None:
    """The same for referrals that are being made: their notices go into ``writes``, and whether another system listens is
    asked by the statement that writes them."""
    drafts = [draft for one in news for draft in _of_case(one)]
    drafts += [_of_informed(one) for one in informed]
    writes.add(Notice, *(_values(draft, now) for draft in drafts))
    if news:
        writes.after(ANYBODY_LISTENS, partial(tell_systems, news=news, now=now))


def notify(session: Session, drafts: Iterable[NoticeDraft], *, now: datetime) -> None:
    """Write notices of any kind; at the next flush."""
    session.add_all(Notice(**_values(draft, now)) for draft in drafts)


def _of_case(news: CaseNews) -> Iterator[NoticeDraft]:
    referral = news.referral
    turn = TURNS.get(referral.status.value)
    if turn is None:
        return
    data = {
        "category": referral.category.value,
        "street_code": referral.street_code,
        "function": referral.function_code,
        "status": referral.status.value,
        "action": news.action,
        "version": referral.version,
    }
    concerned = audiences_of(
        turn,
        function_code=referral.function_code,
        street_code=referral.street_code,
        department_id=referral.department_id,
    )
    is_emergency = referral.is_emergency and turn.must_act
    for audience in concerned:
        yield NoticeDraft(turn.kind, audience, referral.id, referral.report_id, is_emergency, data, news.actor_id)


def _of_informed(news: InformedNews) -> NoticeDraft:
    data = {"category": news.category.value, "street_code": news.street_code, "function": news.function_code}
    audience = Audience(department_id=news.department_id)
    return NoticeDraft(NoticeKind.INFORMED, audience, None, news.report_id, news.is_emergency, data)


def _values(draft: NoticeDraft, now: datetime) -> dict[str, Any]:
    audience = draft.audience
    return {
        "id": new_id(),
        "department_id": audience.department_id,
        "role": audience.role,
        "street_code": audience.street_code,
        "user_id": audience.user_id,
        "kind": draft.kind,
        "referral_id": draft.referral_id,
        "report_id": draft.report_id,
        "caused_by": draft.caused_by,
        "is_emergency": draft.is_emergency,
        "data": draft.data,
        "created_at": now,
    }
