"""Tells by its content what kind of table a file is. The name of a file proves nothing."""

from backend.domain.errors import DomainError
from backend.gateways.tables.delimited import read_delimited
from backend.gateways.tables.excel import read_excel
from backend.gateways.tables.rows import Sheet

MAX_ROWS = 100_000
_ZIP, _OLD_OFFICE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"


def read_table(content: bytes, max_rows: int = MAX_ROWS) -> Sheet:
    """The first sheet of an .xlsx, or a CSV (UTF-8, GB18030 and so GBK, UTF-16 with mark; comma, semicolon or tab).

    Raises DomainError: unreadable_table (why: empty, old_excel, encoding, …), too_many_rows, payload_too_large.
    """
    if not content.strip(b"\x00 \r\n\t"):
        raise DomainError("unreadable_table", why="empty")
    if content.startswith(_ZIP):
        return read_excel(content, max_rows)
    if content.startswith(_OLD_OFFICE):
        raise DomainError("unreadable_table", why="old .xls")
    if content.startswith(_PDF):
        raise DomainError("unreadable_table", why="PDF")
    return read_delimited(content, max_rows)
