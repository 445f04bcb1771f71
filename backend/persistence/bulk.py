"""New rows of many tables in one statement. Not here: what they say (services), changing rows (ORM).

The database reads the rows itself, from one JSON text per table: that costs a fraction of an ORM flush, and one trip
serves reports, photos, referrals, events and the feed of a whole batch. Keys are checked when all of it is written.
Columns that hold JSON or bytes travel as arrays beside it, since the database would otherwise read each of them four times.
"""

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any

import orjson
from sqlalchemy import Column, Dialect, LargeBinary, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session

from backend.persistence.statements import row, run

Model = type[DeclarativeBase]
DIALECT: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped


class Writes:
    """Rows waiting to be written together: dicts or dataclasses with a value for every column the database does not fill."""

    def __init__(self) -> None:
        self._rows: dict[Model, list[Any]] = {}
        self._after: dict[str, list[Callable[[Session], None]]] = {}

    def add(self, model: Model, *rows: Any) -> None:
        """Let ``rows`` be written, all of them dicts or all of them of one dataclass; values as they are, geometries as EWKT."""
        self._rows.setdefault(model, []).extend(rows)

    def after(self, question: str, act: Callable[[Session], None]) -> None:
        """Let ``act`` be called in the same transaction, as soon as the rows are written, if ``question`` holds.

        ``question`` is a boolean expression in SQL, answered by the statement that writes: asking costs no trip of its own.
        """
        self._after.setdefault(question, []).append(act)

    def write(self, session: Session) -> None:
        """Write everything that waits, in one statement, then do what was asked for ``after`` it.

        Raises IntegrityError and the like; nothing is written then.
        """
        waiting = {model: rows for model, rows in self._rows.items() if rows}
        after = self._after
        self._rows, self._after = {}, {}
        if not waiting:
            return
        values: dict[str, str] = {}
        for number, (model, rows) in enumerate(waiting.items()):
            read = itemgetter if isinstance(rows[0], dict) else attrgetter
            values |= {f"{name}_{number}": make(rows, read) for name, make in _makers(model).items()}
        statement = _statement(tuple(waiting), tuple(after))
        if not after:
            run(session, statement, values)
            return
        for holds, acts in zip(row(session, statement, values) or (), after.values(), strict=True):
            for act in acts if holds else ():
                act(session)


Maker = Callable[[list[Any], Any], str]


@lru_cache(maxsize=64)
def _makers(model: Model) -> dict[str, Maker]:
    """How the parameters of one table's rows are made, by their names: ``rows`` and one for each column beside it."""
    plain, beside = _columns(model)
    names = [column.name for column in plain]

    def rows_text(rows: list[Any], read: Any) -> str:
        take = read(*names)  # a tuple per row: every table has more than one plain column
        return orjson.dumps([dict(zip(names, take(row), strict=True)) for row in rows]).decode()

    makers: dict[str, Maker] = {"rows": rows_text}
    for column in beside:
        to_text = _hex if isinstance(column.type, LargeBinary) else _json
        makers[column.name] = _array_maker(column.name, to_text)
    return makers


def _array_maker(name: str, to_text: Callable[[Any], str]) -> Maker:
    def array_text(rows: list[Any], read: Any) -> str:
        values = map(read(name), rows)
        return "{" + ",".join("NULL" if value is None else to_text(value) for value in values) + "}"

    return array_text


def _json(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _hex(value: bytes) -> str:
    return f'"\\\\x{value.hex()}"'


def _columns(model: Model) -> tuple[list[Column[Any]], list[Column[Any]]]:
    """The columns the database does not fill by itself: those that stand in the rows' JSON, and those beside it."""
    table = model.__table__
    assert isinstance(table, Table)
    written = [column for column in table.columns if column.server_default is None]
    beside = [column for column in written if isinstance(column.type, JSONB | LargeBinary)]
    return [column for column in written if column not in beside], beside


@lru_cache(maxsize=64)
def _statement(models: tuple[Model, ...], questions: tuple[str, ...] = ()) -> str:
    parts = [f"t{number} AS ({_insert(model, number)})" for number, model in enumerate(models)]
    return f"WITH {', '.join(parts)} SELECT {', '.join(questions) or '1'}"


def _insert(model: Model, number: int) -> str:
    plain, beside = _columns(model)
    names = ", ".join(f'"{column.name}"' for column in [*plain, *beside])
    types = ", ".join(f'"{column.name}" {column.type.compile(DIALECT)}' for column in plain)
    sources = [f"json_to_recordset(%(rows_{number})s::json) AS ({types})"]
    sources += [f"unnest(%({column.name}_{number})s::{column.type.compile(DIALECT)}[])" for column in beside]
    return (
        f"INSERT INTO {model.__tablename__} ({names}) "  # noqa: S608 -- as above
        f"SELECT {names} FROM ROWS FROM ({', '.join(sources)}) AS r ({names})"
    )
