"""The only place that commits. A use case runs inside one unit of work; what leaves the database waits for the commit."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.persistence.database import db


@contextmanager
def unit_of_work(*, durable: bool = True) -> Iterator[Session]:
    """Yield the session, commit at the end, roll back and re-raise on any error.

    ``durable=False`` commits without waiting for the disk: only for what may be lost in a crash without harm
    (when a device was last seen), never for anything a receipt speaks of.
    """
    session = current_session()
    try:
        if not durable:
            session.execute(text("SET LOCAL synchronous_commit = off"))
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


@contextmanager
def reading() -> Iterator[Session]:
    """Yield the session for reads; nothing is written and the connection goes back at once.

    It ends with COMMIT, which here means no more than ROLLBACK, because psycopg forgets all its prepared statements at
    every rollback: each request would plan its queries anew. Rows that were added or changed all the same are dropped.
    """
    session = current_session()
    try:
        yield session
        if session.new or session.dirty or session.deleted:
            session.rollback()
        elif session.in_transaction():
            session.commit()
    except BaseException:
        session.rollback()
        raise


@contextmanager
def snapshot(*, statement_seconds: int = 900) -> Iterator[Session]:
    """Yield a session on a connection of its own, whose statements all see the database as it is at the first of them.

    For reads that go on for minutes beside other units of work: it writes nothing, so that it takes no number and does not
    keep the feed's horizon back; ``statement_seconds`` replaces the service's limit for one statement or one fetch.
    """
    with (
        db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
        Session(connection, autoflush=False, expire_on_commit=False) as session,
    ):
        session.execute(text("SET TRANSACTION READ ONLY"))
        session.execute(text(f"SET LOCAL statement_timeout = {statement_seconds * 1000}"))
        yield session
        session.rollback()


def current_session() -> Session:
    """The session of this application context."""
    return db.session()
