"""The inbox in working order: emergencies, then the deadline that ends first, then the oldest. A constant number of statements.

What waits for people is hundreds of rows, not millions, so it is sorted as it is read. Not here: other orders (queries/cases).
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Uuid, case, cast, func, literal, select, tuple_
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import ReferralStatus
from backend.persistence.models import Referral, Report
from backend.persistence.queries.cases.filters import CaseFilter, Query, narrowed
from backend.persistence.queries.cases.rows import MISSED, RUNNING, cases_of
from backend.persistence.queries.desk import first_photo
from backend.persistence.queries.referrals import visible_to
from backend.persistence.queries.reports.rows import one_of

Line = Row[*tuple[Any, ...]]
MARK = re.compile(r"([01])\.([0-9]{1,18})\.([0-9]{1,18})")
NEVER = 2**40  # seconds: a case without a deadline comes after all that have one


@dataclass(frozen=True, slots=True)
class TriageRow:
    """A case, where it was seen, and the first of its photos that is here."""

    case: Line
    lon: float | None
    lat: float | None
    photo: str | None


@dataclass(frozen=True, slots=True)
class TriagePage:
    """``counts``: rows and overdue rows by status, over all pages."""

    rows: list[TriageRow]
    next_cursor: str | None
    counts: dict[ReferralStatus, tuple[int, int]]


def triage_page(session: Session, actor: Actor, wanted: CaseFilter, limit: int, cursor: str | None) -> TriagePage:
    """One page of the cases ``actor`` sees; four statements however many there are. Raises DomainError('bad_cursor')."""
    after = _decode(cursor)
    places = _places(wanted).where(visible_to(actor)).subquery()
    order = (places.c.calm, places.c.due, places.c.seq)
    statement = select(*order).order_by(*order).limit(limit + 1)
    if after is not None:
        statement = statement.where(tuple_(*order) > tuple_(*after))
    found = session.execute(statement).all()
    shown = found[:limit]
    return TriagePage(
        _rows(session, [row.seq for row in shown]),
        _encode(shown[-1]) if len(found) > limit else None,
        count_waiting(session, actor, wanted),
    )


def count_waiting(session: Session, actor: Actor, wanted: CaseFilter) -> dict[ReferralStatus, tuple[int, int]]:
    """How many cases of each status ``actor`` sees, and how many of them are overdue; one statement."""
    rows = narrowed(select(Referral.status, MISSED.label("missed")), wanted).where(visible_to(actor)).subquery()
    counted = session.execute(
        select(rows.c.status, func.count(), func.count().filter(rows.c.missed)).group_by(rows.c.status)
    )
    return {ReferralStatus(status): (total, missed) for status, total, missed in counted}


def _places(wanted: CaseFilter) -> Query:
    seconds = func.extract("epoch", RUNNING.scalar_subquery())
    due = func.coalesce(cast(seconds, BigInteger), literal(NEVER, BigInteger))
    calm = case((Referral.is_emergency, 0), else_=1)
    return narrowed(select(calm.label("calm"), due.label("due"), Referral.seq.label("seq")), wanted)


def _rows(session: Session, seqs: Sequence[int]) -> list[TriageRow]:
    cases = cases_of(session, seqs) if seqs else []
    if not cases:
        return []
    reports = one_of([case.report_id for case in cases], Uuid)
    spots = session.execute(
        select(
            Report.id, func.ST_X(Report.position).label("lon"), func.ST_Y(Report.position).label("lat"),
            first_photo().label("photo"),
        ).where(Report.id == reports)
    )  # fmt: skip
    seen = {row.id: row for row in spots}
    return [TriageRow(case, spot.lon, spot.lat, spot.photo) for case in cases for spot in (seen[case.report_id],)]


def _encode(row: Line) -> str:
    return base64.urlsafe_b64encode(f"{row.calm}.{row.due}.{row.seq}".encode()).decode().rstrip("=")


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
    return tuple(literal(int(part), BigInteger) for part in found.groups())
