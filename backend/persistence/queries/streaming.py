"""Reading everything that matches, row by row with flat memory. Not here: pages (paging.py), what matches (each slice)."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

CHUNK = 1_000  # rows in memory at a time


def chunks(session: Session, statement: Select[*tuple[Any, ...]]) -> Iterator[list[Row[*tuple[Any, ...]]]]:
    """The rows of ``statement``, CHUNK at a time: its answer is fetched as it is read, so that memory stays flat."""
    found = session.execute(statement, execution_options={"yield_per": CHUNK})
    try:
        for part in found.partitions():
            yield list(part)
    finally:
        found.close()  # a reader that stops early leaves a cursor behind otherwise


def count_of(session: Session, statement: Select[*tuple[Any, ...]]) -> int:
    """How many rows ``statement`` has; its order does not matter."""
    return session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
