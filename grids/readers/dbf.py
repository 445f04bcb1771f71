"""The attribute table of a Shapefile. Read by hand: GDAL decodes before one can ask which encoding it is."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grids.errors import GridFileError
from grids.readers.text import decode, detect_encoding, driver_encoding, name_encoding

_DELETED = 0x2A
_SAMPLED_RECORDS = 5_000
# Single-byte encodings fit any bytes and are declared by mistake more often than not.
_TRUSTED = {"utf-8", "gb18030", "big5", "cp950", "big5hkscs"}


@dataclass(frozen=True, slots=True)
class _Column:
    raw_name: bytes
    kind: str
    offset: int
    width: int


@dataclass(frozen=True, slots=True)
class DbfTable:
    """`rows[i]` belongs to record i of the .shp; None for a record marked as deleted."""

    fields: Sequence[str]
    rows: Sequence[dict[str, object] | None]
    encoding: str


def read_dbf(data: bytes, cpg: str) -> DbfTable:
    """The table, decoded by .cpg, else by the header's language byte, else by trial.

    A declared encoding that does not fit the bytes is set aside: exporters often declare ISO-8859-1 over GBK.
    Numbers stay text as written, so that no digit of a code is lost. Raises GridFileError file_damaged,
    text_undecodable.
    """
    if len(data) < 33:
        raise GridFileError("file_damaged", part=".dbf")
    count, header_size, record_size = struct.unpack_from("<IHH", data, 4)
    columns = list(_columns(data, header_size))
    if record_size < 1 or not columns or columns[-1].offset + columns[-1].width > record_size:
        raise GridFileError("file_damaged", part=".dbf")
    if header_size + count * record_size > len(data) + 1:  # the final 0x1A may be missing, records may not
        raise GridFileError("file_damaged", part=".dbf")
    records = [data[at : at + record_size] for at in range(header_size, header_size + count * record_size, record_size)]
    encoding = _choose_encoding(columns, records, data[29], cpg)
    fields = _unique([decode(column.raw_name, encoding) for column in columns])
    named = list(zip(fields, columns, strict=True))
    rows = [
        None if record[0] == _DELETED else {name: _value(record, column, encoding) for name, column in named}
        for record in records
    ]
    return DbfTable(fields, rows, encoding)


def _columns(data: bytes, header_size: int) -> Iterator[_Column]:
    offset = 1  # byte 0 of a record is its deletion mark
    for at in range(32, min(header_size, len(data)) - 31, 32):
        if data[at] == 0x0D:
            return
        name, kind, width = data[at : at + 11], chr(data[at + 11]), data[at + 16]
        if kind == "C":
            width += data[at + 17] << 8  # dBASE gives wide text its second byte here
        yield _Column(name.split(b"\0")[0], kind, offset, width)
        offset += width


def _choose_encoding(columns: Sequence[_Column], records: Sequence[bytes], driver: int, cpg: str) -> str:
    step = max(1, len(records) // _SAMPLED_RECORDS)
    texts = [c for c in columns if c.kind == "C"]
    samples = [column.raw_name for column in columns]
    samples += [record[c.offset : c.offset + c.width].rstrip(b" \0") for record in records[::step] for c in texts]
    detected = detect_encoding(samples)
    declared = name_encoding(cpg) or driver_encoding(driver)
    # One or two short GBK words can pass as UTF-8 by chance (联通); several cannot.
    surely_utf8 = detected == "utf-8" and sum(not sample.isascii() for sample in samples) >= 3
    if declared in _TRUSTED and not surely_utf8 and all(_fits(sample, declared) for sample in samples):
        return declared
    if detected is None:
        raise GridFileError("text_undecodable")
    return detected


def _fits(sample: bytes, encoding: str) -> bool:
    return "�" not in decode(sample, encoding)


def _unique(names: Sequence[str]) -> list[str]:
    """Field names cut to ten bytes may collide; the second gets a number so that it stays reachable."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return result


def _value(record: bytes, column: _Column, encoding: str) -> object:
    raw = record[column.offset : column.offset + column.width]
    text = decode(raw, encoding if column.kind == "C" else "ascii")
    if column.kind in "NF" and (not text or text.strip("*") == ""):  # blanks or asterisks: no number
        return None
    return text or None
