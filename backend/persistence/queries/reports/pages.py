"""Which reports stand on a page: their numbers, newest first, found along an index whatever the size of the table.

Every way by which an actor sees reports is read along its own index and the newest are taken from all ways together;
one OR over all of them would make the database walk past everybody else's reports.
Not here: what is shown of a report (rows.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, union
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.persistence.models import Referral, Report, Site
from backend.persistence.queries.reports.filters import ReportFilter, conditions, department_of, is_referred_to
from backend.persistence.queries.reports.scope import departments_of, is_author, streets_of

SEARCH_WINDOW = 10_000  # reports one page of a text search looks through at most, so that its cost has a bound


@dataclass(frozen=True, slots=True)
class SeqPage:
    """Numbers of reports, newest first; ``next_below`` is where to read on, None at the end."""

    seqs: list[int]
    next_below: int | None


def find_seqs(session: Session, actor: Actor, wanted: ReportFilter, limit: int, below: int | None) -> SeqPage:
    """The newest ``limit`` reports under ``below`` that ``actor`` sees and that match ``wanted``.

    A text search looks through a bounded number of reports and may therefore answer with fewer, even none, and still
    say where to read on.
    """
    department_id = None
    if wanted.department is not None:
        department_id = department_of(session, wanted.department)
        if department_id is None:
            return SeqPage([], None)
    ways = list(_ways(actor, wanted, department_id, below))
    if not ways or wanted.statuses == ():
        return SeqPage([], None)
    if wanted.q:
        return _search(session, _merge(ways, wanted, SEARCH_WINDOW), wanted.q, limit)
    seqs = list(session.scalars(_merge(ways, wanted, limit + 1)))
    return SeqPage(seqs[:limit], seqs[limit - 1] if len(seqs) > limit else None)


def _merge(ways: list[Select[Any]], wanted: ReportFilter, limit: int) -> Select[Any]:
    """The newest ``limit`` of all ways; several statuses are ways of their own, since each has its index."""
    narrowing = list(conditions(wanted))
    parts = [
        way.where(*narrowing, *one_status).order_by(way.selected_columns[0].desc()).limit(limit)
        for way in ways
        for one_status in ([[]] if wanted.statuses is None else [[Report.status == s] for s in wanted.statuses])
    ]
    if len(parts) == 1:
        return parts[0]
    merged = union(*[select(part.subquery().c.seq) for part in parts]).subquery()
    return select(merged.c.seq).order_by(merged.c.seq.desc()).limit(limit)


def _ways(actor: Actor, wanted: ReportFilter, department_id: UUID | None, below: int | None) -> Iterator[Select[Any]]:
    """One statement per way of seeing, each with an index of its own that ends in the number paged by."""
    if actor.sees_district:
        yield _referred_to(department_id, below) if department_id else _all(below)
        return
    also = [is_referred_to(department_id)] if department_id else []
    if is_author(actor):
        yield _all(below).where(Report.author_id == actor.user_id, *also)
    for street in streets_of(actor):
        yield _all(below).where(Report.street_code == street, *also)
    for own in departments_of(actor):
        yield _referred_to(own, below).where(*(also if own != department_id else []))


def _all(below: int | None) -> Select[Any]:
    statement = select(Report.seq.label("seq"))
    return statement if below is None else statement.where(Report.seq < below)


def _referred_to(department_id: UUID, below: int | None) -> Select[Any]:
    """Driven from the referrals, which are few; a department may hold two of one report, hence distinct."""
    statement = (
        select(Referral.report_seq.label("seq"))
        .distinct()
        .join(Report, Report.seq == Referral.report_seq)
        .where(Referral.department_id == department_id)
    )
    return statement if below is None else statement.where(Referral.report_seq < below)


def holding(text: str) -> ColumnElement[bool]:
    """Reports, with their site joined, in which ``text`` stands."""
    places = (Report.description, Report.site["name"].astext, Report.site["address"].astext, Site.name, Site.address)
    return or_(*[place.icontains(text, autoescape=True) for place in places])


def _search(session: Session, window: Select[Any], text: str, limit: int) -> SeqPage:
    looked = window.subquery()
    lowest, count = session.execute(select(func.min(looked.c.seq), func.count()).select_from(looked)).one()
    if lowest is None:
        return SeqPage([], None)
    hits = session.scalars(
        select(Report.seq)
        .join(looked, looked.c.seq == Report.seq)
        .outerjoin(Site, Site.id == Report.site_id)
        .where(holding(text))
        .order_by(Report.seq.desc())
        .limit(limit + 1)
    ).all()
    if len(hits) > limit:
        return SeqPage(list(hits[:limit]), hits[limit - 1])
    return SeqPage(list(hits), lowest if count == SEARCH_WINDOW else None)
