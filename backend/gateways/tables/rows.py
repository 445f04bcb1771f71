"""A table as read from a file, whatever the file was."""

from dataclasses import dataclass
from datetime import date, datetime

MAX_COLUMNS = 64  # what lies further right is no register of ours, or an attack on memory


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell without a usable value: ``code`` 'formula' or 'error_cell', ``text`` what stood there."""

    code: str
    text: str


Value = str | int | float | bool | date | datetime | BadCell | None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that holds something. ``number`` is the row's number as the program that made the file shows it."""

    number: int
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range such as A2:A5 and the last row it covers."""

    text: str
    last_row: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows in order and merged ranges. ``encoding`` is the text encoding of a CSV, None for Excel."""

    rows: tuple[SheetRow, ...]
    merges: tuple[Merge, ...] = ()
    encoding: str | None = None
