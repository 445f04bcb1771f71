"""Which cases stand on a page, in three orders, each read along an index whatever the size of the table.

Not here: what narrows them (filters.py), what is shown of them (rows.py).
"""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select, tuple_, union
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import CaseSort
from backend.persistence.models import CaseText, Referral
from backend.persistence.queries.cases.filters import CaseFilter, Query, holding, narrowed, order_of
from backend.persistence.queries.cases.rows import cases_of
from backend.persistence.queries.paging import Page
from backend.persistence.queries.referrals import visible_to, ways_of

PLACES: Query = select(Referral.seq, Referral.urgency, Referral.report_id)
NEAREST, NEAR_PER_ROW = 5_000, 40  # how many cases are read for words at most, and for each that is asked for
MARK = re.compile(r"([a-z]+)\.([0-9]{1,3})\.([0-9]{1,18})")


class Place(NamedTuple):
    """Where a case stands in an order; the number is unique, so no two share one."""

    urgency: int
    seq: int


def list_cases(
    session: Session, actor: Actor, wanted: CaseFilter, sort: CaseSort, limit: int, cursor: str | None
) -> Page[Row[*tuple[Any, ...]]]:
    """One page of the cases ``actor`` sees; two statements however many there are. Raises DomainError('bad_cursor'),
    also for a cursor of another order."""
    after = decode_place(cursor, sort)
    found = _search(session, actor, wanted, sort, after, limit + 1)
    shown = found[:limit]
    rows = cases_of(session, [place.seq for place in shown]) if shown else []
    return Page(rows, encode_place(shown[-1], sort) if len(found) > limit else None)


def _search(
    session: Session, actor: Actor, wanted: CaseFilter, sort: CaseSort, after: Place | None, limit: int
) -> list[Place]:
    """The first ``limit`` places. Words are looked for by their grams, but where one has three characters or more first by
    reading the nearest cases: PostgreSQL takes grams for independent, expects few texts with 曹杨 and 杨路, and would
    fetch the ten thousand of 曹杨路 to show fifty."""
    ways = list(ways_of(actor))
    if not ways:
        return []
    if any(len(term) > 2 for term in wanted.terms):
        near = _places(session, _near(ways, wanted, sort, after, limit))
        if len(near) == limit:
            return near
    parts = [_part(way, narrowed(PLACES, wanted), sort, after, limit) for way in ways]
    return _places(session, _merge(parts, sort, limit))


def _places(session: Session, statement: Query) -> list[Place]:
    return [Place(row.urgency, row.seq) for row in session.execute(statement)]


def find_cases(
    session: Session, actor: Actor, wanted: CaseFilter, sort: CaseSort, limit: int
) -> Sequence[tuple[UUID, int]]:
    """Id and version of at most ``limit`` cases that ``actor`` sees, in order."""
    statement = narrowed(select(Referral.id, Referral.version), wanted).where(visible_to(actor))
    return [(row.id, row.version) for row in session.execute(statement.order_by(*order_of(sort)).limit(limit))]


def encode_place(place: Place, sort: CaseSort) -> str:
    """An opaque mark for "everything behind ``place``" in this order."""
    return base64.urlsafe_b64encode(f"{sort.value}.{place.urgency}.{place.seq}".encode()).decode().rstrip("=")


def decode_place(cursor: str | None, sort: CaseSort) -> Place | None:
    """The place in ``cursor``; None for the first page. Raises DomainError('bad_cursor')."""
    if not cursor:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise DomainError("bad_cursor") from None
    found = MARK.fullmatch(text)
    if found is None or found[1] != sort.value:
        raise DomainError("bad_cursor")
    return Place(int(found[2]), int(found[3]))


def _part(way: ColumnElement[bool], statement: Query, sort: CaseSort, after: Place | None, limit: int) -> Query:
    statement = statement.where(way)
    if after is not None:
        statement = statement.where(_behind(after, sort))
    return statement.order_by(*order_of(sort)).limit(limit)


def _near(
    ways: Sequence[ColumnElement[bool]], wanted: CaseFilter, sort: CaseSort, after: Place | None, limit: int
) -> Query:
    """Of the next cases, whatever their words, those in which all terms stand."""
    size = min(NEAREST, NEAR_PER_ROW * limit)
    windows = [_part(way, narrowed(PLACES, wanted, by_words=False), sort, after, size) for way in ways]
    looked = _merge(windows, sort, size).subquery()
    return (
        select(looked.c.seq, looked.c.urgency)
        .join(CaseText, CaseText.report_id == looked.c.report_id)
        .where(*holding(wanted.terms))
        .order_by(*_order(looked.c, sort))
        .limit(limit)
    )


def _behind(place: Place, sort: CaseSort) -> ColumnElement[bool]:
    if sort == CaseSort.URGENT:
        return tuple_(Referral.urgency, Referral.seq) > tuple_(place.urgency, place.seq)
    return Referral.seq > place.seq if sort == CaseSort.OLDEST else Referral.seq < place.seq


def _merge(parts: list[Query], sort: CaseSort, limit: int) -> Query:
    """The first of all ways of seeing together; a case seen in two ways is one."""
    if len(parts) == 1:
        return parts[0]
    merged = union(*[select(*part.subquery().c) for part in parts]).subquery()
    return select(*merged.c).order_by(*_order(merged.c, sort)).limit(limit)


def _order(columns: Any, sort: CaseSort) -> tuple[ColumnElement[Any], ...]:
    """``order_of`` for a subquery with ``seq`` and ``urgency``."""
    if sort == CaseSort.URGENT:
        return columns.urgency.asc(), columns.seq.asc()
    return (columns.seq.asc() if sort == CaseSort.OLDEST else columns.seq.desc(),)
