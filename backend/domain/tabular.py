"""Columns of a table we know: headings and their aliases, the heading row, faults every table can have.

Not here: files (gateways/tables), single cells (cells.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from backend.domain.cells import fold
from backend.domain.data_files import load_yaml
from backend.domain.rows import RowFault, row_fault

HEADING_ROWS = 10  # a title and a note may stand above the headings


class Row(Protocol):
    """A row as a reader gives it."""

    @property
    def number(self) -> int: ...
    @property
    def values(self) -> Sequence[Any]: ...


class Merge(Protocol):
    """A merged range."""

    @property
    def text(self) -> str: ...
    @property
    def last_row(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of table: ``names`` maps folded headings to columns, ``titles`` columns to the heading people know."""

    names: Mapping[str, str]
    titles: Mapping[str, str]
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Headings:
    """Where the columns are: column → (index, heading as written); ``ignored`` headings are not ours."""

    row_number: int
    places: Mapping[str, tuple[int, str]]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One data row by column; ``headings`` gives the file's own word for a column in faults."""

    number: int
    values: Mapping[str, Any]
    headings: Mapping[str, str]


@cache
def load_layout(name: str) -> Layout:
    """The layout ``name`` of data/imports.yaml."""
    data = load_yaml("imports.yaml")[name]
    names = {
        fold(word): column
        for column, entry in data["columns"].items()
        for word in (column, entry["zh"], entry["en"], *entry["aliases"])
    }
    titles = {column: entry["zh"] for column, entry in data["columns"].items()}
    return Layout(names, titles, tuple(data["required"]))


def find_records(
    layout: Layout, rows: Sequence[Row], merges: Sequence[Merge]
) -> tuple[list[Record], list[RowFault], tuple[str, ...]]:
    """Data rows below the headings, faults of the table as a whole, and headings that were passed over."""
    headings = _find_headings(layout, rows)
    if headings is None:
        number = rows[0].number if rows else 1
        wanted = layout.required or tuple(layout.titles)[:1]
        return (
            [],
            [row_fault(number, layout.titles[column], "missing_column", layout.titles[column]) for column in wanted],
            (),
        )
    faults = _heading_faults(layout, headings, rows)
    faults += [
        row_fault(merge.last_row, None, "merged_cells", merge.text)
        for merge in merges
        if merge.last_row > headings.row_number
    ]
    words = {column: heading for column, (_, heading) in headings.places.items()}
    records = [
        Record(row.number, {column: _at(row, index) for column, (index, _) in headings.places.items()}, words)
        for row in rows
        if row.number > headings.row_number
    ]
    known = [record for record in records if any(value is not None for value in record.values.values())]
    return known, faults, headings.ignored


def _find_headings(layout: Layout, rows: Sequence[Row]) -> Headings | None:
    best: Headings | None = None
    for row in rows[:HEADING_ROWS]:
        places: dict[str, tuple[int, str]] = {}
        ignored = []
        for index, value in enumerate(row.values):
            column = layout.names.get(fold(value)) if isinstance(value, str) else None
            if column is not None:
                places.setdefault(column, (index, str(value)))
            elif value is not None:
                ignored.append(str(value)[:80])
        if places and (best is None or len(places) > len(best.places)):
            best = Headings(row.number, places, tuple(ignored))
    return best


def _heading_faults(layout: Layout, headings: Headings, rows: Sequence[Row]) -> list[RowFault]:
    number = headings.row_number
    faults = [
        row_fault(number, layout.titles[column], "missing_column", layout.titles[column])
        for column in layout.required
        if column not in headings.places
    ]
    row = next(row for row in rows if row.number == number)
    seen: set[str] = set()
    for value in row.values:
        column = layout.names.get(fold(value)) if isinstance(value, str) else None
        if column is not None and column in seen:
            faults.append(row_fault(number, str(value), "repeated_column", value))
        seen.add(column or "")
    return faults


def _at(row: Row, index: int) -> Any:
    return row.values[index] if index < len(row.values) else None
