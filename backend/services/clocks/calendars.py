"""Years of the calendar: shipped ones seeded, published ones loaded, and clocks that waited for one computed.

A year loaded by hand is never overwritten by what is shipped. Not here: reading a file (calendar_file.py).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
import structlog
from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.vocabulary import ClockState
from backend.gateways.official_calendar import official_source, official_years
from backend.persistence.models import CalendarDay, CalendarYear, Clock
from backend.services.clocks.calendar_file import read_calendar
from backend.services.clocks.desk import current_desk
from backend.services.clocks.notices import ClockNotice, on_clock_notice, overdue_notice
from backend.services.clocks.timing import FRESH, retime, suspensions_of
from backend.services.history import record

log = structlog.get_logger(__name__)
# Two people loading a year at once would mix their days.
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('gridpatrol.calendar'))")
Days = Mapping[date, tuple[bool, str]]


@dataclass(frozen=True, slots=True)
class CalendarLoad:
    """What a file changed: years replaced whole, years to which single days were added, clocks that got their end."""

    years: tuple[int, ...]
    amended: tuple[int, ...]
    computed: int


def seed_calendar(session: Session, now: datetime) -> None:
    """Bring in the years that are shipped, unless somebody loaded them by hand. Repeatable; usually one statement."""
    columns = (CalendarYear.year, CalendarYear.by_hand, CalendarYear.content_sha256)
    known = {row.year: row for row in session.execute(select(*columns))}
    fresh = []
    for year, days in official_years().items():
        found = known.get(year)
        if found is None or (not found.by_hand and found.content_sha256 != _hash(days)):
            fresh.append((year, days))
    if fresh:
        _write(session, fresh, official_source(), by_hand=False, now=now)
        for year, _ in fresh:
            recompute_missing(session, year, now)


def load_calendar(session: Session, actor: Actor | None, content: bytes, source: str, *, now: datetime) -> CalendarLoad:
    """Take over a table of holidays: each year it names whole is replaced, everything or nothing; waiting clocks are computed.

    ``source`` is kept with the year. Raises DomainError: unreadable_table, too_many_rows, payload_too_large, rows_rejected.
    """
    session.execute(ONE_AT_A_TIME)
    loaded = session.scalars(select(CalendarYear.year)).all()
    file = read_calendar(content, loaded)
    years: list[tuple[int, Days]] = [
        (year, {day.day: (day.is_working, day.name) for day in days}) for year, days in sorted(file.years.items())
    ]
    for year, days in sorted(file.amended.items()):
        kept = {row.day: (row.is_working, row.name) for row in session.scalars(_days_of(year))}
        years.append((year, {**kept, **{day.day: (day.is_working, day.name) for day in days}}))
    _write(session, years, source, by_hand=True, now=now)
    computed = 0
    for year in sorted(file.years):
        computed += recompute_missing(session, year, now)
        record(
            session, at=now, actor=actor, subject_type="calendar", subject_id=str(year), action="calendar_load",
            data={"source": source, "days": len(file.years[year])},
        )  # fmt: skip
    session.flush()
    return CalendarLoad(tuple(sorted(file.years)), tuple(sorted(file.amended)), computed)


def recompute_missing(session: Session, year: int, now: datetime) -> int:
    """Compute the clocks that waited for ``year``, ended ones as well (whether they ran out is a fact); how many got an end.

    A clock that needs yet another year goes on waiting, for that one.
    """
    waiting = select(Clock).where(Clock.missing_year == year, Clock.calendar_missing).order_by(Clock.id)
    clocks = session.scalars(waiting.with_for_update(key_share=True), execution_options=FRESH).all()
    if not clocks:
        return 0
    desk, pauses = current_desk(session), suspensions_of(session, clocks)
    notices: list[ClockNotice] = []
    for clock in clocks:
        retime(desk, clock, pauses[clock.id], now)
        if clock.due_at is None:
            continue
        if clock.stopped_at is not None and clock.due_at < clock.stopped_at:
            clock.overdue_at = clock.due_at
            notices.append(overdue_notice(clock))
        data: dict[str, Any] = {
            "clock_id": str(clock.id),
            "kind": clock.kind,
            "year": year,
            "due_at": clock.due_at.isoformat(),
        }
        record(
            session, at=now, actor=None, subject_type="referral", subject_id=clock.referral_id, action="clock_computed",
            data=data,
        )  # fmt: skip
    session.flush()
    on_clock_notice(session, notices, now)
    computed = sum(clock.due_at is not None for clock in clocks)
    log.info("clocks_computed", year=year, count=computed, still_waiting=len(clocks) - computed)
    return computed


def recompute_loaded(session: Session, now: datetime) -> int:
    """Compute clocks that wait for a year that is here: those of a batch that was under way while it was loaded; how many."""
    years = select(Clock.missing_year).join(CalendarYear, CalendarYear.year == Clock.missing_year)
    found = session.scalars(years.where(Clock.calendar_missing).distinct()).all()
    return sum(recompute_missing(session, year, now) for year in found if year is not None)


def waiting_clocks(session: Session) -> dict[int, int]:
    """Year that is missing → clocks that wait for it."""
    statement = (
        select(Clock.missing_year, func.count())
        .where(Clock.calendar_missing, Clock.state != ClockState.STOPPED)
        .group_by(Clock.missing_year)
        .order_by(Clock.missing_year)
    )
    return {year: count for year, count in session.execute(statement) if year is not None}


def _days_of(year: int) -> Any:
    return select(CalendarDay).where(CalendarDay.year == year)


def _write(session: Session, years: Iterable[tuple[int, Days]], source: str, *, by_hand: bool, now: datetime) -> None:
    rows = [
        {"year": year, "source": source, "by_hand": by_hand, "content_sha256": _hash(days), "loaded_at": now}
        for year, days in years
    ]
    new = insert(CalendarYear).values(rows)
    news = {name: new.excluded[name] for name in ("source", "by_hand", "content_sha256", "loaded_at")}
    session.execute(new.on_conflict_do_update(index_elements=["year"], set_=news))
    session.execute(delete(CalendarDay).where(CalendarDay.year.in_([row["year"] for row in rows])))
    days_rows = [
        {"day": day, "year": year, "is_working": is_working, "name": name}
        for year, days in years
        for day, (is_working, name) in sorted(days.items())
    ]
    session.execute(insert(CalendarDay).values(days_rows))


def _hash(days: Days) -> str:
    rows = [[day.isoformat(), is_working, name] for day, (is_working, name) in sorted(days.items())]
    return hashlib.sha256(orjson.dumps(rows)).hexdigest()
