"""Tables people take along: Excel (.xlsx) and CSV, written row by row with flat memory. Not here: what the columns mean."""

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import IO, Protocol

import xlsxwriter

from backend.domain.vocabulary import TableFormat

Cell = str | int | float | bool | datetime | date | None
LONGEST_CELL = 32_767  # characters, Excel's own limit
LONGEST_SHEET = 1_048_576  # rows with the headers, as above
LONGEST_TITLE = 31  # of a sheet, as above
WIDEST = 60  # characters a column is shown with
TIME_FORM, DAY_FORM = "yyyy-mm-dd hh:mm", "yyyy-mm-dd"
# What a spreadsheet takes for the beginning of a formula, in half and full width; a tab or a line end before it hides it.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class TableWriter(Protocol):
    """A table under way."""

    def add(self, row: Sequence[Cell]) -> None:
        """Write one row; times are naive and local, as they shall be read."""


@contextmanager
def table_writer(
    file: IO[bytes], kind: TableFormat, headers: Sequence[str], widths: Sequence[int], *, title: str, made_at: datetime
) -> Iterator[TableWriter]:
    """A writer of rows below ``headers`` into ``file``, which is whole when the block ends without an error.

    ``widths`` in characters and ``title`` are for Excel; ``made_at`` is the naive local time of making.
    """
    if kind == TableFormat.CSV:
        with _csv(file, headers) as plain:
            yield plain
        return
    # rows wait in files until the book is closed; in a folder of our own none outlives an error
    with tempfile.TemporaryDirectory(prefix="table-") as folder:
        book = xlsxwriter.Workbook(file, {**OPTIONS, "tmpdir": folder})
        book.use_zip64()  # a million long rows are more than 4 GiB unpacked
        book.set_properties({"title": title, "created": made_at})
        try:
            yield _Sheets(book, headers, widths, title)
        finally:
            book.close()  # after an error too: nothing else lets go of the files


def _new_sheet(book: xlsxwriter.Workbook, headers: Sequence[str], widths: Sequence[int], title: str) -> "_Sheet":
    forms: dict[type, str] = {datetime: TIME_FORM, date: DAY_FORM}
    sheet = book.add_worksheet(title[:LONGEST_TITLE])
    sheet.freeze_panes(1, 0)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(width, WIDEST))
    sheet.write_row(0, 0, headers, book.add_format({"bold": True}))
    return _Sheet(sheet, {kind: book.add_format({"num_format": form}) for kind, form in forms.items()})


class _Sheets:
    """As many sheets as there are rows for; the second is called ``title (2)``."""

    def __init__(self, book: xlsxwriter.Workbook, headers: Sequence[str], widths: Sequence[int], title: str) -> None:
        self._book, self._headers, self._widths, self._title = book, headers, widths, title
        self._count = 1
        self._sheet = _new_sheet(book, headers, widths, title)

    def add(self, row: Sequence[Cell]) -> None:
        if self._sheet.rows >= LONGEST_SHEET:
            self._count += 1
            mark = f" ({self._count})"
            title = self._title[: LONGEST_TITLE - len(mark)] + mark
            self._sheet = _new_sheet(self._book, self._headers, self._widths, title)
        self._sheet.add(row)


class _Sheet:
    def __init__(self, sheet: xlsxwriter.worksheet.Worksheet, formats: dict[type, xlsxwriter.format.Format]) -> None:
        self._sheet, self._formats, self.rows = sheet, formats, 1

    def add(self, row: Sequence[Cell]) -> None:
        for column, value in enumerate(row):
            if isinstance(value, str):
                if value:  # an empty cell is none
                    self._sheet.write_string(self.rows, column, value[:LONGEST_CELL])
            elif isinstance(value, date):  # a datetime is one too
                self._sheet.write_datetime(self.rows, column, value, self._formats[type(value)])
            elif isinstance(value, bool):
                self._sheet.write_boolean(self.rows, column, value)
            elif value is not None:
                self._sheet.write_number(self.rows, column, value)
        self.rows += 1


@contextmanager
def _csv(file: IO[bytes], headers: Sequence[str]) -> Iterator[TableWriter]:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")  # Excel knows UTF-8 by its mark only
    try:
        rows = _Lines(text)
        rows.add(headers)
        yield rows
    finally:
        text.detach()  # writes what is left; the file stays open, it is the caller's


class _Lines:
    def __init__(self, text: IO[str]) -> None:
        self._writer = csv.writer(text)

    def add(self, row: Sequence[Cell]) -> None:
        self._writer.writerow([plain(value) for value in row])


def plain(value: Cell) -> str | int | float:
    """A cell as text that no spreadsheet runs: what looks like a formula gets an apostrophe before it."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else str(value) if isinstance(value, date) else value
