"""Plain SQL on the hot path: one statement, rows as tuples, inside the session's own transaction.

SQLAlchemy spends two to three times as long on a small statement as the driver does; where a phone waits, that is most of
the time. Not here: what is asked (queries/, services), committing (unit_of_work), everything that is not hot (ORM).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

# Told of every statement sent from here: SQLAlchemy's own events do not see them, and the tests count statements.
WATCHERS: list[Callable[[str], None]] = []
Rows = list[tuple[Any, ...]]


def rows(session: Session, statement: str, values: Mapping[str, Any] | None = None, *, alone: bool = False) -> Rows:
    """All rows of ``statement`` (placeholders ``%(name)s``). Pending objects of the session are not flushed before.

    ``alone``: a reading that needs no transaction around it; none is begun, which saves two trips to the database. Raises
    what SQLAlchemy would: IntegrityError, OperationalError …, without the values in its text.
    """
    return _send(session, statement, values, alone)


def row(
    session: Session, statement: str, values: Mapping[str, Any] | None = None, *, alone: bool = False
) -> tuple[Any, ...] | None:
    """The first row of ``statement``, None where there is none; otherwise as ``rows``."""
    return next(iter(_send(session, statement, values, alone)), None)


def run(session: Session, statement: str, values: Mapping[str, Any] | None = None) -> None:
    """Send ``statement`` for its effect; otherwise as ``rows``."""
    _send(session, statement, values, False)


def array(values: Iterable[object]) -> str:
    """``values`` as the text of an array, for a placeholder with a cast: only for what needs no quoting (ids, hashes,
    numbers). The driver's own way for lists costs more than the query."""
    return "{" + ",".join(map(str, values)) + "}"


@lru_cache(maxsize=512)
def _native(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement with PostgreSQL's own placeholders, and the names in their order; the driver would do it every time."""
    names = tuple(dict.fromkeys(_PLACEHOLDER.findall(statement)))
    numbers = {name: number for number, name in enumerate(names, start=1)}
    return _PLACEHOLDER.sub(lambda match: f"${numbers[match[1]]}", statement).encode(), names


_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def _send(session: Session, statement: str, values: Mapping[str, Any] | None, alone: bool) -> Rows:
    for watcher in WATCHERS:
        watcher(statement)
    query, names = _native(statement)
    given = [values[name] for name in names] if values else None
    bind = session.get_bind()
    try:
        # a transaction that is open already is the one to read in; so is the connection that tests put in an engine's place
        if alone and isinstance(bind, Engine) and not session.in_transaction():
            return _alone(bind, query, given)
        return _fetch(session.connection().connection.driver_connection, query, given)
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error, hide_parameters=True) from error


def _alone(engine: Engine, query: bytes, given: list[Any] | None) -> Rows:
    """On a connection of its own for just this statement: neither BEGIN nor COMMIT, nor a session's bookkeeping."""
    lent = engine.raw_connection()
    connection: Any = lent.driver_connection
    try:
        connection.autocommit = True
        found = _fetch(connection, query, given)
        connection.autocommit = False
    except BaseException:
        lent.invalidate()  # in an unknown state, or in the wrong mode
        raise
    lent.close()
    return found


def _fetch(connection: Any, query: bytes, given: list[Any] | None) -> Rows:
    cursor: psycopg.RawCursor[tuple[Any, ...]] = psycopg.RawCursor(connection)
    cursor.execute(query, given)
    return cursor.fetchall() if cursor.description else []
