"""Reports that need a coordinator's eyes, in working order, and how many of each kind. A constant number of statements.

What came in within the last weeks and was not looked at yet; never the whole table. Not here: marking (services/reports).
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.report_review import DOUBTS, POSITION_VERDICTS, review_rules_at
from backend.domain.vocabulary import Category, ReviewNeed
from backend.persistence.models import Report, ReportReview
from backend.persistence.queries.reports.rows import summaries_of
from backend.persistence.queries.reports.scope import visible_to

MARK = re.compile(r"([0-9])\.([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """What the queue is narrowed to; None does not narrow."""

    need: ReviewNeed | None = None
    street: str | None = None
    category: Category | None = None
    author: UUID | None = None


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Reports as lists show them, each with its ``needs``; ``counts`` by need over all pages, and of all together."""

    items: list[dict[str, Any]]
    next_cursor: str | None
    counts: dict[ReviewNeed, int]
    total: int


def review_page(
    session: Session, actor: Actor, wanted: ReviewFilter, limit: int, cursor: str | None, now: datetime
) -> ReviewPage:
    """One page: what is in doubt first, then what lacks photos, then doubtful places; in each the oldest first.

    Raises DomainError('bad_cursor').
    """
    after = _decode(cursor)
    needs = needs_at(now)
    rank = case(*((needs[need], number) for number, need in enumerate(ReviewNeed)), else_=len(ReviewNeed))
    queue = _queue(actor, wanted, now, rank.label("rank"), Report.seq.label("seq"), *_told(needs)).subquery()
    statement = select(queue).order_by(queue.c.rank, queue.c.seq).limit(limit + 1)
    if after is not None:
        statement = statement.where(tuple_(queue.c.rank, queue.c.seq) > tuple_(*after))
    found = session.execute(statement).all()
    told = {row.seq: [need for need in ReviewNeed if getattr(row, need)] for row in found[:limit]}
    items = [{**item, "needs": told[seq]} for seq, item in summaries_of(session, list(told)).items()]
    next_cursor = _encode(found[limit - 1]) if len(found) > limit else None
    total, counts = _counts(session, actor, wanted, now)
    return ReviewPage(items, next_cursor, counts, total)


def count_reviews(session: Session, actor: Actor, wanted: list[ReviewFilter], now: datetime) -> list[int]:
    """How many reports the queue holds for each of several filters; one statement."""
    counters = [func.count().filter(and_(*_narrowed(one, now))) for one in wanted]
    row = session.execute(_queue(actor, ReviewFilter(), now, *counters)).one()
    return [int(number) for number in row]


def needs_at(now: datetime) -> dict[ReviewNeed, ColumnElement[bool]]:
    """What makes a report need eyes, as conditions."""
    rules = review_rules_at(local_day(now))
    doubts = literal([str(flag) for flag in DOUBTS], ARRAY(Text))
    waited = now - timedelta(hours=rules.photos_missing_hours)
    return {
        ReviewNeed.DOUBT: Report.flags.bool_op("&&")(doubts),
        ReviewNeed.PHOTOS_MISSING: and_(Report.photos_here < Report.photos_expected, Report.received_at < waited),
        ReviewNeed.POSITION: or_(
            Report.verdict.in_(POSITION_VERDICTS), func.coalesce(Report.accuracy_m > rules.low_accuracy_m, False)
        ),
    }


def _queue(actor: Actor, wanted: ReviewFilter, now: datetime, *columns: Any) -> Select[*tuple[Any, ...]]:
    since = now - timedelta(days=review_rules_at(local_day(now)).window_days)
    return select(*columns).where(
        visible_to(actor),
        Report.received_at >= since,
        Report.withdrawn_at.is_(None),
        ~exists().where(ReportReview.report_id == Report.id),
        or_(*needs_at(now).values()),
        *_narrowed(wanted, now),
    )


def _narrowed(wanted: ReviewFilter, now: datetime) -> list[ColumnElement[bool]]:
    given = ((Report.street_code, wanted.street), (Report.category, wanted.category), (Report.author_id, wanted.author))
    found: list[ColumnElement[bool]] = [column == value for column, value in given if value is not None]
    return [*found, needs_at(now)[wanted.need] if wanted.need else literal(True)]


def _told(needs: dict[ReviewNeed, ColumnElement[bool]]) -> list[Any]:
    return [condition.label(need.value) for need, condition in needs.items()]


def _counts(session: Session, actor: Actor, wanted: ReviewFilter, now: datetime) -> tuple[int, dict[ReviewNeed, int]]:
    needs = needs_at(now)
    row = session.execute(
        _queue(actor, wanted, now, func.count(), *(func.count().filter(condition) for condition in needs.values()))
    ).one()
    return int(row[0]), {need: int(number) for need, number in zip(needs, row[1:], strict=True)}


def _encode(row: Any) -> str:
    return base64.urlsafe_b64encode(f"{row.rank}.{row.seq}".encode()).decode().rstrip("=")


def _decode(cursor: str | None) -> tuple[ColumnElement[Any], ...] | None:
    if not cursor:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise DomainError("bad_cursor") from None
    found = MARK.fullmatch(text)
    if found is None:
        raise DomainError("bad_cursor")
    return tuple(cast(literal(int(part)), BigInteger) for part in found.groups())
