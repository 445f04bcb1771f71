"""Excel workbooks (.xlsx), read in a stream and with suspicion. Not here: CSV."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from backend.domain.errors import DomainError
from backend.gateways.tables.rows import MAX_COLUMNS, BadCell, Merge, Sheet, SheetRow, Value

MAX_UNPACKED = 256 * 1024 * 1024  # bytes; 100,000 rows of 20 columns need about 60 MB
MAX_ENTRIES = 500
MAX_RATIO = 200  # XML packs 10–40 fold; a bomb of zeros packs 1,000 fold
MAX_SCANNED = 1_048_576  # rows an Excel sheet can have; a file may claim more
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')


def read_excel(content: bytes, max_rows: int) -> Sheet:
    """The first visible sheet. Formulas and error values are BadCells; macros, links and pictures are never touched."""
    try:
        _check_archive(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of every extension it drops; we read values only
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            try:
                return _read_sheet(book, content, max_rows)
            finally:
                book.close()
    except DomainError:
        raise
    except Exception as error:  # a hostile workbook can make openpyxl raise anything; none of it is our fault
        raise DomainError("unreadable_table", why=type(error).__name__) from error


def _check_archive(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        # The sizes in the directory may lie, but zipfile reads no byte beyond them.
        unpacked = sum(entry.file_size for entry in entries)
        if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * len(content) + 2**20:
            raise DomainError("payload_too_large", limit=min(MAX_UNPACKED, MAX_RATIO * len(content)))
        if "[Content_Types].xml" not in archive.namelist():
            raise DomainError("unreadable_table", why="not .xlsx")
        for entry in entries:
            if entry.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.open(entry).read(2048):
                raise DomainError("unreadable_table", why="DOCTYPE")  # entity bombs need one, Excel writes none


def _read_sheet(book: Any, content: bytes, max_rows: int) -> Sheet:
    sheet = next((s for s in book.worksheets if s.sheet_state == "visible"), None)
    if not isinstance(sheet, ReadOnlyWorksheet):
        raise DomainError("unreadable_table", why="no sheet")
    sheet.reset_dimensions()  # a file may claim any size; rows are taken as they come
    rows: list[SheetRow] = []
    for number, values in _scan(sheet):
        rows.append(SheetRow(number, values))
        if len(rows) > max_rows:
            raise DomainError("too_many_rows", limit=max_rows)
    return Sheet(tuple(rows), tuple(_merges(sheet, content)))


def _scan(sheet: Any) -> Iterator[tuple[int, tuple[Value, ...]]]:
    previous = None
    for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), 1):
        if number > MAX_SCANNED:
            raise DomainError("too_many_rows", limit=MAX_SCANNED)
        if cells is previous:  # the very same tuple again: openpyxl fills a gap between rows, perhaps a million of them
            continue
        previous = cells
        values = [_value(cell) for cell in cells]
        while values and values[-1] is None:
            values.pop()
        if values:
            yield number, tuple(values)


def _value(cell: Any) -> Value:
    value = cell.value
    if value is None:
        return None
    if cell.data_type == "f":
        return BadCell("formula", str(getattr(value, "text", value))[:80])
    if cell.data_type == "e":
        return BadCell("error_cell", str(value)[:80])
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, (bool, int, float, datetime, date)):
        return value
    if isinstance(value, (time, timedelta)):
        return str(value)
    return str(value)[:80]


def _merges(sheet: Any, content: bytes) -> Iterator[Merge]:
    # A streamed sheet does not know its merged ranges: they stand behind the rows in the same part of the archive.
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(sheet._worksheet_path) as part:
        tail = b""
        while chunk := part.read(1 << 20):
            block = tail + chunk
            last = 0
            for found in _MERGE.finditer(block):
                last = found.end()
                left, top, right, bottom = (group.decode() for group in found.groups())
                yield Merge(f"{left}{top}:{right}{bottom}", int(bottom))
            tail = block[max(last, len(block) - 300) :]
