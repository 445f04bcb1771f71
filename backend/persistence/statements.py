"""Plain SQL on the hot path: one statement, rows as tuples, inside the session's own transaction.

SQLAlchemy spends two to three times as long on a small statement as the driver does; where a phone waits, that is most of
the time. Not here: what is asked (queries/, services), committing (unit_of_work), everything that is not hot (ORM).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

# Told of every statement sent from here: SQLAlchemy's own events do not see them, and the tests count statements.
WATCHERS: list[Callable[[str], None]] = []


def rows(
    session: Session, statement: str, values: Mapping[str, Any] | None = None, *, alone: bool = False
) -> list[tuple[Any, ...]]:
    """All rows of ``statement`` (placeholders ``%(name)s``). Pending objects of the session are not flushed before.

    ``alone``: a reading that needs no transaction around it; begins none, which saves two trips to the database. Raises
    what SQLAlchemy would: IntegrityError, OperationalError …, without the values in its text.
    """
    cursor = _send(session, statement, values, alone)
    return cursor.fetchall() if cursor.description else []


def row(
    session: Session, statement: str, values: Mapping[str, Any] | None = None, *, alone: bool = False
) -> tuple[Any, ...] | None:
    """The first row of ``statement``, None where there is none; otherwise as ``rows``."""
    return _send(session, statement, values, alone).fetchone()


def run(session: Session, statement: str, values: Mapping[str, Any] | None = None) -> None:
    """Send ``statement`` for its effect; otherwise as ``rows``."""
    _send(session, statement, values, False)


def array(values: Iterable[object]) -> str:
    """``values`` as the text of an array, for a placeholder with a cast: only for what needs no quoting (ids, hashes,
    numbers). The driver's own way for lists costs more than the query."""
    return "{" + ",".join(map(str, values)) + "}"


def _send(
    session: Session, statement: str, values: Mapping[str, Any] | None, alone: bool
) -> psycopg.Cursor[tuple[Any, ...]]:
    connection: Any = session.connection().connection.driver_connection
    for watcher in WATCHERS:
        watcher(statement)
    cursor: psycopg.Cursor[tuple[Any, ...]] = connection.cursor()
    try:
        # a transaction that is open already is the one to read in
        if alone and connection.info.transaction_status == TransactionStatus.IDLE:
            connection.autocommit = True
            try:
                cursor.execute(statement.encode(), values)
            finally:
                connection.autocommit = False
        else:
            cursor.execute(statement.encode(), values)
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error, hide_parameters=True) from error
    return cursor
