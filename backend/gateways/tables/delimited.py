"""CSV as offices really send it: UTF-8 or GBK, comma, semicolon or tab. Not here: Excel's own format."""

import codecs
import csv
import io

from backend.domain.errors import DomainError
from backend.gateways.tables.rows import MAX_COLUMNS, BadCell, Sheet, SheetRow, Value

# GB18030 holds GBK and GB2312 whole; UTF-8 first, since its bytes are hardly ever valid by accident.
ENCODINGS = ("utf-8-sig", "gb18030")
MAX_CELL = 32_767  # what an Excel cell can hold


def read_delimited(content: bytes, max_rows: int) -> Sheet:
    """The rows of a CSV; rows without any text are passed over but counted in the numbering."""
    text, encoding = _decode(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[SheetRow] = []
    try:
        for number, cells in enumerate(reader, 1):
            if any(cell.strip() for cell in cells):
                rows.append(SheetRow(number, tuple(map(_value, cells[:MAX_COLUMNS]))))
            if len(rows) > max_rows:
                raise DomainError("too_many_rows", limit=max_rows)
    except csv.Error as error:
        raise DomainError("unreadable_table", why=f"line {reader.line_num}: {error}") from error
    return Sheet(tuple(rows), encoding=encoding)


def _decode(content: bytes) -> tuple[str, str]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates: tuple[str, ...] = ("utf-16",)
    else:
        candidates = ENCODINGS
    for encoding in candidates:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise DomainError("unreadable_table", why="encoding")


def _delimiter(text: str) -> str:
    head = text[:20_000].splitlines()[:10]
    counts = {mark: sum(line.count(mark) for line in head) for mark in ",\t;"}
    return max(counts, key=lambda mark: counts[mark])


def _value(cell: str) -> Value:
    stripped = cell.strip()
    if not stripped:
        return None
    # '="0123"' is how some systems force text in CSV; a formula all the same, and nobody computes it for us
    if stripped.startswith("=") and len(stripped) > 1:
        return BadCell("formula", stripped[:80])
    return stripped[:MAX_CELL]
