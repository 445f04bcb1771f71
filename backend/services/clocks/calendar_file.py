"""Reads a table of holidays and working weekends; every fault with its row. Not here: storing years (calendars.py)."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from backend.domain.cells import CellError, fold, read_choice, read_day, read_text
from backend.domain.clocks import load_clock_data
from backend.domain.errors import DomainError
from backend.domain.labels import enum_labels
from backend.domain.rows import RowFault, row_fault
from backend.domain.tabular import Record, find_records, load_layout
from backend.domain.vocabulary import CalendarDayKind
from backend.gateways.tables import BadCell, read_table

MAX_DAYS = 5_000
SATURDAY = 5  # of date.weekday()
DECEMBER = 12


@dataclass(frozen=True, slots=True)
class FileDay:
    """One row: a day and whether people work on it."""

    day: date
    is_working: bool
    name: str
    row: int


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """What a file holds: whole years, and single days of a year before one of them (a New Year that begins in December)."""

    years: dict[int, list[FileDay]]
    amended: dict[int, list[FileDay]]


def read_calendar(content: bytes, loaded: Collection[int]) -> CalendarFile:
    """Read ``content`` (.xlsx, or CSV in UTF-8 or GBK; columns day, kind, name). ``loaded``: the years that are here already.

    Raises DomainError: unreadable_table, too_many_rows, payload_too_large, rows_rejected with every fault.
    """
    sheet = read_table(content)
    records, faults, _ = find_records(load_layout("calendar"), sheet.rows, sheet.merges)
    if len(records) > MAX_DAYS:
        raise DomainError("too_many_rows", limit=MAX_DAYS)
    days = []
    for record in records:
        day, wrong = _read(record)
        faults += wrong
        days += [day] if day else []
    faults += _doubled(days)
    by_year: dict[int, list[FileDay]] = {}
    for day in days:
        by_year.setdefault(day.day.year, []).append(day)
    file, incomplete = _sort(by_year, loaded)
    # half a year is told only where its rows can be read at all
    faults += [] if faults else incomplete
    if faults:
        faults.sort(key=lambda fault: fault.row)
        raise DomainError("rows_rejected", errors=[fault.to_data() for fault in faults], count=len(faults))
    if not records:
        raise DomainError("unreadable_table", why="no rows")
    return file


def _read(record: Record) -> tuple[FileDay | None, list[RowFault]]:
    faults: list[RowFault] = []

    def cell(column: str, read: Callable[[Any], Any], default: Any = None) -> Any:
        value = record.values.get(column)
        heading = record.headings.get(column, column)
        if value is None:
            if default is None and column in record.headings:
                faults.append(row_fault(record.number, heading, "required"))
            return default
        if isinstance(value, BadCell):
            faults.append(row_fault(record.number, heading, value.code, value.text))
            return default
        try:
            return read(value)
        except CellError as error:
            faults.append(row_fault(record.number, heading, error.code, error.value, **error.params))
            return default

    day = cell("day", read_day)
    kind = cell("kind", lambda value: read_choice(value, *_kind_words()))
    name = cell("name", lambda value: read_text(value, 100), "")
    if day is not None and kind is CalendarDayKind.WORKDAY and day.weekday() < SATURDAY:
        faults.append(row_fault(record.number, record.headings["day"], "workday_on_weekday", day.isoformat()))
    if faults or day is None or kind is None:
        return None, faults
    return FileDay(day, kind is CalendarDayKind.WORKDAY, name, record.number), []


def _doubled(days: Sequence[FileDay]) -> Iterator[RowFault]:
    seen: dict[date, int] = {}
    for day in days:
        if day.day in seen:
            yield row_fault(day.row, None, "duplicate_row", seen[day.day])
        seen.setdefault(day.day, day.row)


def _sort(by_year: dict[int, list[FileDay]], loaded: Collection[int]) -> tuple[CalendarFile, list[RowFault]]:
    """A year is whole if it has as many holidays as the law gives; replacing one by a half would end deadlines wrongly."""
    data = load_clock_data()
    file, faults = CalendarFile({}, {}), []
    for year, days in sorted(by_year.items(), reverse=True):
        holidays, least = sum(not day.is_working for day in days), data.least_holidays_of(year)
        only_december = all(day.day.month == DECEMBER for day in days)
        if holidays >= max(1, least):
            file.years[year] = days
        elif year + 1 in file.years and only_december and year in loaded:
            file.amended[year] = days
        elif year + 1 in file.years and only_december:
            faults.append(row_fault(days[0].row, None, "year_not_loaded", year))
        else:
            faults.append(row_fault(days[0].row, None, "year_incomplete", year, limit=least))
    return file, faults


@cache
def _kind_words() -> tuple[dict[str, CalendarDayKind], str]:
    labels = enum_labels(CalendarDayKind)
    words = {fold(word): CalendarDayKind(code) for code, label in labels.items() for word in (code, label.zh, label.en)}
    words |= {fold(word): CalendarDayKind.HOLIDAY for word in ("节假日", "休")}
    words |= {fold(word): CalendarDayKind.WORKDAY for word in ("上班", "补班", "班")}
    return words, "、".join([*CalendarDayKind, *(label.zh for label in labels.values())])
