"""Keyset pages: newest first, by a growing number. Not here: what a page holds (each slice's queries)."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.domain.errors import DomainError

T = TypeVar("T")
DEFAULT_LIMIT, MAX_LIMIT = 50, 500
_BIGGEST = 2**63 - 1  # of PostgreSQL's bigint


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items and where the next page begins (None: this was the last one)."""

    items: Sequence[T]
    next_cursor: str | None


def encode_cursor(seq: int) -> str:
    """An opaque mark for "everything below ``seq``"."""
    return base64.urlsafe_b64encode(str(seq).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None) -> int | None:
    """The number in ``cursor``; None for the first page. Raises DomainError('bad_cursor')."""
    if not cursor:
        return None
    try:
        digits = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        seq = int(digits) if digits.isdigit() and len(digits) <= 19 else -1
    except (binascii.Error, ValueError):
        raise DomainError("bad_cursor") from None
    if not 0 <= seq <= _BIGGEST:
        raise DomainError("bad_cursor")
    return seq


def page(
    session: Session,
    statement: Select[Any],
    seq_column: ColumnElement[int] | InstrumentedAttribute[int],
    limit: int,
    cursor: str | None,
) -> Page[Row[Any]]:
    """Run ``statement`` for one page, newest first; its first column must be ``seq_column``.

    One row more than asked for is read, which tells whether there is a next page without counting anything.
    """
    below = decode_cursor(cursor)
    if below is not None:
        statement = statement.where(seq_column < below)
    rows = session.execute(statement.order_by(seq_column.desc()).limit(limit + 1)).all()
    return cut(rows, limit)


def cut(rows: Sequence[Row[Any]], limit: int) -> Page[Row[Any]]:
    """A page of at most ``limit`` of ``rows`` (read one too many), whose first column is the number paged by."""
    if len(rows) <= limit:
        return Page(rows, None)
    return Page(rows[:limit], encode_cursor(rows[limit - 1][0]))
