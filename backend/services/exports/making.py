"""Writes the file of an export: the columns its owner may see, every row that matches, in the format asked for.

Not here: the snapshot it is read from (the job opens it), the store it goes to.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.orm import Session

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.exports import SUFFIX
from backend.domain.labels import label_of
from backend.domain.vocabulary import ExportFormat, TableFormat
from backend.gateways.layers import LayerField, LayerFormat, Note, layer_writer
from backend.gateways.tables import Cell, TableWriter, table_writer
from backend.services.columns import Column, Read, permitted
from backend.services.exports.columns import permissions_needed
from backend.services.exports.lines import SOURCES, Source, Wanted
from backend.services.exports.running import Order

TABLES = {ExportFormat.XLSX: TableFormat.XLSX, ExportFormat.CSV: TableFormat.CSV}
LAYERS: dict[ExportFormat, LayerFormat] = {
    ExportFormat.GPKG: "gpkg",
    ExportFormat.SHP: "shp",
    ExportFormat.GEOJSON: "geojson",
}
LOOK_EVERY = 100  # rows between two looks at the clock
CODE_WIDTH, CODE_WORDS = 16, {"zh": "（代码）", "en": " (code)"}
Pulse = Callable[[int, int], None]  # is told rows done and all rows; raises to stop


@dataclass(frozen=True, slots=True)
class Made:
    """A file that is whole, and what there is to say of it."""

    path: Path
    rows: int
    notes: list[dict[str, Any]]
    permissions: set[str]


class _Writer(Protocol):
    def add(self, row: Sequence[Cell], shape: bytes | None) -> None: ...

    def notes(self) -> list[Note]: ...


def write_file(session: Session, order: Order, wanted: Wanted, folder: Path, pulse: Pulse) -> Made:
    """Write the file into ``folder``; ``session`` reads one snapshot. Memory does not grow with the rows.

    Raises what ``pulse`` raises, shapefile_too_large, and OSError of the disk.
    """
    source = SOURCES[order.kind]
    columns = permitted(source.columns, order.actor.roles)
    statement = source.statement(session, order.actor, wanted, order.began_at)
    total = source.count(session, statement)
    pulse(0, total)
    fields = list(_fields(columns, order.language, is_layer=order.format in LAYERS))
    reads = [read for _, read in fields]
    path = folder / f"export.{SUFFIX[order.format]}"
    rows = 0
    with _writer(path, order, source, [field for field, _ in fields], columns) as writer:
        for line in source.lines(session, statement):
            writer.add([read(line, order.language) for read in reads], source.shape(line))
            rows += 1
            if rows % LOOK_EVERY == 0:
                pulse(rows, total)
    pulse(rows, total)
    return Made(path, rows, [asdict(note) for note in writer.notes()], permissions_needed(columns))


def _fields(columns: Sequence[Column], language: str, *, is_layer: bool) -> Iterator[tuple[LayerField, Read]]:
    """The fields of the file: a column, and beside it the code where it has one."""
    for column in columns:
        if is_layer and not column.in_layers:
            continue
        label = column.zh if language == "zh" else column.en
        yield LayerField(column.name, label, column.kind), column.read
        if column.code is not None:
            yield LayerField(f"{column.name}_c", label + CODE_WORDS[language], "text"), column.code


@contextmanager
def _writer(
    path: Path, order: Order, source: Source, fields: Sequence[LayerField], columns: Sequence[Column]
) -> Iterator[_Writer]:
    label = label_of(order.kind)
    title = label.zh if order.language == "zh" else label.en
    made_at = order.began_at.astimezone(LOCAL_ZONE).replace(tzinfo=None)
    if order.format in TABLES:
        width = {column.name: column.width for column in columns}
        widths = [width.get(field.name, CODE_WIDTH) for field in fields]
        headers = [field.label for field in fields]
        kind = TABLES[order.format]
        with path.open("w+b") as file, table_writer(file, kind, headers, widths, title=title, made_at=made_at) as table:
            yield _Table(table)
        return
    with layer_writer(
        path, LAYERS[order.format], fields, name=order.kind.value, title=title, zone=LOCAL_ZONE, made_at=made_at,
        has_polygons=source.has_polygons,
    ) as layer:  # fmt: skip
        yield layer


class _Table:
    """A table as a layer without shapes."""

    def __init__(self, table: TableWriter) -> None:
        self._table = table

    def add(self, row: Sequence[Cell], _shape: bytes | None) -> None:
        self._table.add(row)

    def notes(self) -> list[Note]:
        return []
