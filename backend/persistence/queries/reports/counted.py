"""Reports as sums over what they are and where, of which maps and figures are added up: exactly those of the list.

Most of it is read from report_counts, together with the changes that are not in there yet; so it is of the moment, and costs
little more for a million reports than for some thousands. What these counts cannot tell apart (an author, a site, a doubt, an
area …), the ends of a period, and what somebody sees by way of his department are read row by row.
Not here: adding up (services/maps), what is made of it (queries/tiles, queries/figures, queries/summaries).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    and_,
    any_,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from backend.domain.accounts import Actor
from backend.domain.calendar import LOCAL_ZONE
from backend.domain.periods import Days, Moments, Span, midnight, starts_between, taken_apart
from backend.domain.tiles import KEY_LEVEL
from backend.domain.vocabulary import ReportStatus, Role
from backend.persistence.models import Referral, Report, report_count_changes, report_counts
from backend.persistence.models.maps import DIMENSIONS
from backend.persistence.queries.reports.filters import ReportFilter, matches
from backend.persistence.queries.reports.scope import departments_of, streets_of, visible_to

Statement = Select[*tuple[Any, ...]]
# What is counted by, as report_counts has it. BY_DAY: ``place`` is 1 for those with a position, ``since`` their day; BY_GRID:
# the grid's code as a number; SQUARES: a map key, cut to one of these levels.
BY_DAY, BY_GRID, SQUARES = -1, 0, (16, 18)
# What counts there are of each in time, the longest first; a square of level 18 holds too little in five days.
SPANS: dict[int, tuple[Span, ...]] = {
    BY_DAY: (Span.DAY,),
    BY_GRID: (Span.MONTH, Span.FIVE_DAYS),
    16: (Span.MONTH, Span.FIVE_DAYS),
    18: (Span.MONTH,),
}
PLAIN = ReportFilter()
HELD = aliased(Referral)
# Written out, not bound: only so the database knows that the index of these reports will do.
REFERRED: ColumnElement[bool] = Report.status != literal_column(f"'{ReportStatus.RECORDED.value}'")
ZONE = str(LOCAL_ZONE)


@dataclass(frozen=True, slots=True)
class Counted:
    """Sums to be united: each has ``place``, ``since``, the DIMENSIONS, ``number`` and ``seqs`` (the reports' own numbers,
    all bits of them added without carrying). ``by_row``: all of it is read row by row."""

    parts: list[Statement]
    by_row: bool


def counted_reports(
    actor: Actor,
    wanted: ReportFilter,
    department_id: UUID | None,
    level: int | None,
    keys: tuple[int, int] | None = None,
) -> Counted:
    """The reports ``actor`` sees and that match ``wanted``, with a map key in ``keys`` (from, before) if given.

    ``level``: BY_DAY, BY_GRID or one of SQUARES; None: by map key, and row by row whatever is wanted.
    """
    if level is None or not _is_countable(wanted, level) or _sees_by_row(actor):
        rows = _rows(SQUARES[0] if level is None else level, keys)
        return Counted([rows.where(*seen_row_by_row(actor, wanted, department_id))], by_row=True)
    parts = list(_of_everybody(wanted, level, keys, [] if actor.sees_district else streets_of(actor), actor))
    return Counted(parts or [_rows(level, keys).where(false())], by_row=False)


def seen_row_by_row(actor: Actor, wanted: ReportFilter, department_id: UUID | None) -> Iterator[ColumnElement[bool]]:
    """What must hold of each report that ``actor`` sees and that matches: the list's own conditions, put so that what a
    department has is found by what was referred to it. A report that was referred is never merely recorded
    (domain/reports/stages), and of the others there are few, with an index of their own."""
    by_department = departments_of(actor) if actor.roles == {Role.DEPARTMENT_OFFICER} else None
    yield visible_to(actor) if by_department is None else _is_held_by(by_department)
    if wanted.department is not None:
        yield _is_held_by([department_id] if department_id else [])
    yield from matches(replace(wanted, department=None), None)


def referred_row_by_row(actor: Actor, wanted: ReportFilter, department_id: UUID | None) -> Statement:
    """The numbers of those reports among them that were referred to anybody."""
    return select(Report.seq).where(REFERRED, *seen_row_by_row(actor, wanted, department_id))


def _is_held_by(departments: list[UUID]) -> ColumnElement[bool]:
    if not departments:
        return false()
    held = select(HELD.report_seq).where(HELD.department_id.in_(departments))
    return and_(REFERRED, Report.seq.in_(held))


def _sees_by_row(actor: Actor) -> bool:
    """Counts know the street of a report, but neither who wrote it nor which departments have it."""
    return not actor.sees_district and (not streets_of(actor) or actor.has(Role.DEPARTMENT_OFFICER))


def _is_countable(wanted: ReportFilter, level: int) -> bool:
    told = replace(
        wanted, category=None, statuses=None, outcome=None, severity=None, street=None, captured_from=None, captured_to=None,
        located=wanted.located if level == BY_GRID else None,
    )  # fmt: skip
    return told == PLAIN


def _of_everybody(
    wanted: ReportFilter, level: int, keys: tuple[int, int] | None, streets: list[str], actor: Actor
) -> Iterator[Statement]:
    """Counts, their changes, and the ends of the period; ``streets``: of a coordinator, with his own reports elsewhere."""

    def in_streets(street: Any) -> list[ColumnElement[bool]]:
        return [street.in_(streets)] if streets else []

    pieces = taken_apart(wanted.captured_from, wanted.captured_to, SPANS[level])
    for span, days in pieces.wholes:
        for part, columns in ((_sums(level, keys, span, days), report_counts.c),
                              (_changes(level, keys, days), report_count_changes.c)):  # fmt: skip
            yield part.where(
                *_told_apart(columns, wanted), *in_streets(columns.street_code), *_by_located(wanted, part)
            )
    for begin, end in pieces.rests:
        rest = replace(wanted, captured_from=begin, captured_to=end)
        yield _rows(level, keys).where(*in_streets(Report.street_code), *matches(rest, None))
    if streets:
        elsewhere = or_(Report.street_code.is_(None), Report.street_code.not_in(streets))
        yield _rows(level, keys).where(Report.author_id == actor.user_id, elsewhere, *matches(wanted, None))


def _told_apart(columns: Any, wanted: ReportFilter) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (columns.category, wanted.category),
        (columns.outcome, wanted.outcome),
        (columns.severity, wanted.severity),
        (columns.street_code, wanted.street),
    ):
        if value is not None:
            yield column == str(value)
    if wanted.statuses is not None:
        yield columns.status.in_([str(status) for status in wanted.statuses])


def _by_located(wanted: ReportFilter, part: Statement) -> Iterator[ColumnElement[bool]]:
    """Squares hold what has a position; BY_DAY says it by its place."""
    if wanted.located is not None:
        place = part.selected_columns["place"]
        yield (place != 0) if wanted.located else (place == 0)


def _sums(level: int, keys: tuple[int, int] | None, span: Span, days: Days) -> Statement:
    counts = report_counts.c
    place = counts.place.op("<<")(literal(2 * (KEY_LEVEL - level), Integer)) if level in SQUARES else counts.place
    statement = select(place.label("place"), counts.since, *_dimensions(counts), counts.number, counts.seqs)
    statement = statement.where(counts.level == level, counts.span == span.value, *_since(span, *days))
    if keys is not None:
        first, behind = (key >> 2 * (KEY_LEVEL - level) for key in keys)
        statement = statement.where(counts.place >= first, counts.place < behind)
    return statement


def _since(span: Span, first: date | None, behind: date | None) -> Iterator[ColumnElement[bool]]:
    since = report_counts.c.since
    if span == Span.EVER:
        yield since.is_(None)
    elif span != Span.DAY and first is not None and behind is not None:
        # one by one, so that the index finds the places of each
        yield since == any_(literal(starts_between(first, behind, span), ARRAY(Date)))
    else:
        yield from ([since >= first] if first is not None else [])
        yield from ([since < behind] if behind is not None else [])


def _changes(level: int, keys: tuple[int, int] | None, days: Days) -> Statement:
    changes = report_count_changes.c
    statement = select(
        _place(changes, level).label("place"),
        _day(changes, level).label("since"),
        *_dimensions(changes),
        cast(changes.number, Integer).label("number"),
        changes.seq.label("seqs"),
    )
    begin, end = (None if day is None else midnight(day) for day in days)
    return statement.where(*_within(changes, keys if level in SQUARES else None, level, (begin, end)))


def _rows(level: int, keys: tuple[int, int] | None) -> Statement:
    statement = select(
        _place(Report, level).label("place"),
        _day(Report, level).label("since"),
        *_dimensions(Report),
        literal(1, Integer).label("number"),
        Report.seq.label("seqs"),
    )
    return statement.where(*_within(Report, keys, level, (None, None)))


def _within(columns: Any, keys: tuple[int, int] | None, level: int, period: Moments) -> Iterator[ColumnElement[bool]]:
    if keys is not None:
        yield columns.map_key >= keys[0]
        yield columns.map_key < keys[1]
    elif level in SQUARES:
        yield columns.map_key.is_not(None)
    begin, end = period
    if begin is not None:
        yield columns.captured_at >= begin
    if end is not None:
        yield columns.captured_at < end


def _place(columns: Any, level: int) -> ColumnElement[int]:
    if level == BY_DAY:
        return case((columns.map_key.is_(None), literal(0, BigInteger)), else_=literal(1, BigInteger))
    if level == BY_GRID:
        return cast(func.coalesce(columns.grid_code, "0"), BigInteger)
    place: ColumnElement[int] = columns.map_key
    return place


def _day(columns: Any, level: int) -> ColumnElement[Any]:
    if level != BY_DAY:
        return cast(null(), Date)
    return cast(func.timezone(ZONE, columns.captured_at), Date)


def _dimensions(columns: Any) -> list[ColumnElement[str]]:
    return [cast(getattr(columns, name), Text).label(name) for name in DIMENSIONS]
