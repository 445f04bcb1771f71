"""Tables from outside: encodings, delimiters, and workbooks made to do harm."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from backend.domain.errors import DomainError
from backend.gateways.tables import BadCell, read_table


def workbook(fill):
    book = Workbook()
    fill(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def rewritten(content, name, change):
    """The archive with one part changed by ``change(bytes) -> bytes``."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(entry.filename, change(data) if entry.filename == name else data)
    return target.getvalue()


def refusal(content, **options):
    with pytest.raises(DomainError) as refused:
        read_table(content, **options)
    return refused.value.code


PLAIN = workbook(lambda book: book.active.append(["网格编码", 1, True, None]))
SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_as_offices_send_it(encoding, delimiter):
    text = f'编码{delimiter}"名称\r\n两行"{delimiter}\r\n\r\n1{delimiter}乙{delimiter}丙\r\n'
    rows = read_table(text.encode(encoding)).rows
    assert [(row.number, row.values) for row in rows] == [(1, ("编码", "名称\r\n两行", None)), (3, ("1", "乙", "丙"))]


def test_a_formula_in_csv_is_no_value():
    assert read_table(b"a,b\n=cmd|' /C calc'!A0,=\n").rows[1].values == (BadCell("formula", "=cmd|' /C calc'!A0"), "=")


@pytest.mark.parametrize(
    "content",
    [b"", b"  \r\n", b"\xff\xfe\xfa", b"\x81\xff\xff", b'a,b\n"never closed', b"\xd0\xcf\x11\xe0\xa1\xb1", b"%PDF-1.7"],
)
def test_what_is_no_table(content):
    assert refusal(content) == "unreadable_table"


def test_values_of_a_workbook():
    def fill(book):
        book.active.append(["甲 ", 310107005001001, 1.5, "", None, "=1+1", "#N/A", True])

    (row,) = read_table(workbook(fill)).rows
    assert row.values == (
        "甲", 310107005001001, 1.5, None, None, BadCell("formula", "=1+1"), BadCell("error_cell", "#N/A"), True,
    )  # fmt: skip


def test_hidden_sheets_are_passed_over():
    def fill(book):
        book.active.append(["secret"])
        book.create_sheet("shown").append(["seen"])
        book.active.sheet_state = "hidden"

    assert read_table(workbook(fill)).rows[0].values == ("seen",)


def test_merged_ranges_are_found_behind_many_rows():
    def fill(book):
        for number in range(3000):
            book.active.append([number, "x" * 300])
        book.active.merge_cells("A5:A9")
        book.active.merge_cells("B2999:C3000")

    assert [(merge.text, merge.last_row) for merge in read_table(workbook(fill)).merges] == [
        ("A5:A9", 9),
        ("B2999:C3000", 3000),
    ]


def test_a_bomb_is_refused_before_it_unpacks():
    bomb = rewritten(PLAIN, SHEET, lambda data: data + b" " * 40_000_000)
    assert len(bomb) < 100_000
    assert refusal(bomb) == "payload_too_large"


def test_entities_are_refused():
    def poison(data):
        return data.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet', 1)

    assert refusal(rewritten(PLAIN, SHEET, poison)) == "unreadable_table"


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b'r="A1"', b'r="ZZZZZZ1"'),
        lambda data: data.replace(b'r="A1"', b'r="XFD1"').replace(b'r="1"', b'r="-5"'),
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: data.replace(b"<v>0</v>", b"<v>99999</v>"),
    ],
)
def test_broken_sheets_never_crash(change):
    content = rewritten(PLAIN, SHEET, change)
    try:
        read_table(content)
    except DomainError as refused:
        assert refused.code == "unreadable_table"


def test_a_row_far_away_does_not_fill_the_memory():
    far = rewritten(
        PLAIN,
        SHEET,
        lambda data: data.replace(b'<row r="1"', b'<row r="99999999999"').replace(b'r="A1"', b'r="A99999999999"'),
    )
    assert refusal(far) in ("too_many_rows", "unreadable_table")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_too_many_rows(kind):
    def fill(book):
        for number in range(21):
            book.active.append([number])

    content = workbook(fill) if kind == "xlsx" else b"1\n" * 21
    assert refusal(content, max_rows=20) == "too_many_rows"
    assert len(read_table(content, max_rows=21).rows) == 21


def test_an_archive_that_is_no_workbook():
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("../../etc/passwd", "x")
    assert refusal(other.getvalue()) == "unreadable_table"
    assert refusal(PLAIN[:-100]) == "unreadable_table"
