"""The table of a Shapefile (dBASE III) in GBK: exact widths, nothing silently cut. Not here: shapes, the zip (shapefile.py)."""

import codecs
import marshal
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from struct import pack
from types import TracebackType
from typing import IO, Self

from backend.domain.errors import DomainError
from backend.gateways.layers.fields import LayerField, Note, as_text
from backend.gateways.tables import Cell

ENCODING = "gbk"
MISSING = "〓"  # the geta, which printers set for a character they do not have
LONGEST_TEXT = 254  # bytes
LARGEST = 2**31 - 1  # bytes of a file that programs can read
LANGUAGE_DRIVER = 0x4D  # Chinese GBK (PRC)
WHOLE_WIDTH, REAL_WIDTH, REAL_DIGITS, DAY_WIDTH = 18, 20, 8, 8


def _set_geta(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return MISSING * (error.end - error.start), error.end


codecs.register_error("geta", _set_geta)


class DbfTable:
    """Rows are kept encoded in a file beside until their widths are known. ``faulty`` gets a cell that cannot be held whole."""

    def __init__(self, path: Path, fields: Sequence[LayerField]) -> None:
        self._path, self._fields = path, fields
        self._spool_path = path.with_suffix(".rows")
        self._spool: IO[bytes] = self._spool_path.open("wb")
        self._widths = [1 for _ in fields]
        self.count = 0
        self.replaced = self.cut = 0
        self.faulty: list[
            tuple[int, int, str]
        ] = []  # row from 1, field, the whole text; emptied by who writes them down

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._spool.close()

    def add(self, row: Sequence[Cell]) -> None:
        """One row, in the order of the shapes."""
        self.count += 1
        cells = [self._encoded(number, value) for number, value in enumerate(row)]
        for number, cell in enumerate(cells):
            self._widths[number] = max(self._widths[number], len(cell))
        marshal.dump(cells, self._spool)

    def notes(self) -> list[Note]:
        """Cells whose characters were replaced or whose texts were cut."""
        found = (Note("characters_replaced", self.replaced), Note("texts_cut", self.cut))
        return [note for note in found if note.count]

    def finish(self, made_on: date) -> None:
        """Write the file. Raises DomainError('shapefile_too_large')."""
        self._spool.close()
        sizes = [self._size(field, width) for field, width in zip(self._fields, self._widths, strict=True)]
        length, header = 1 + sum(width for width, _ in sizes), 33 + 32 * len(sizes)
        if header + length * self.count > LARGEST:
            raise DomainError("shapefile_too_large")
        with self._path.open("wb") as file:
            day = (made_on.year - 1900, made_on.month, made_on.day)
            file.write(pack("<4BIHH17xBxx", 3, *day, self.count, header, length, LANGUAGE_DRIVER))
            for field, (width, digits) in zip(self._fields, sizes, strict=True):
                mark = {"text": b"C", "time": b"C", "day": b"D"}.get(field.kind, b"N")
                file.write(pack("<11sc4xBB14x", field.name.encode("ascii"), mark, width, digits))
            file.write(b"\r")
            for cells in self._rows():
                file.write(b" ")
                for cell, (width, _), field in zip(cells, sizes, self._fields, strict=True):
                    is_number = field.kind in ("whole", "real")
                    file.write(cell.rjust(width) if is_number else cell.ljust(width))
            file.write(b"\x1a")
        self._spool_path.unlink()

    def _rows(self) -> Iterator[list[bytes]]:
        with self._spool_path.open("rb") as spool:
            for _ in range(self.count):
                yield marshal.load(spool)  # noqa: S302 - what this object wrote a moment ago

    def _size(self, field: LayerField, widest: int) -> tuple[int, int]:
        known = {"whole": (WHOLE_WIDTH, 0), "real": (REAL_WIDTH, REAL_DIGITS), "day": (DAY_WIDTH, 0)}
        return known.get(field.kind, (widest, 0))

    def _encoded(self, number: int, value: Cell) -> bytes:
        kind = self._fields[number].kind
        if value is None:
            return b""
        if kind == "real" and isinstance(value, int | float):
            return f"{value:.{REAL_DIGITS}f}".encode("ascii")
        if kind == "day" and isinstance(value, date) and not isinstance(value, datetime):
            return f"{value:%Y%m%d}".encode("ascii")
        return self._text(number, as_text(value) or "")

    def _text(self, number: int, text: str) -> bytes:
        try:
            cell = text.encode(ENCODING)
            is_faulty = False
        except UnicodeEncodeError:
            cell = text.encode(ENCODING, "geta")
            self.replaced += 1
            is_faulty = True
        if len(cell) > LONGEST_TEXT:
            cell = cell[:LONGEST_TEXT].decode(ENCODING, "ignore").encode(ENCODING)  # never half a character
            self.cut += 1
            is_faulty = True
        if is_faulty:
            self.faulty.append((self.count, number, text))
        return cell
