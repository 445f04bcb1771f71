"""Tables written for people: read back they say what was put in, and nothing in them runs."""

import csv
import io
from datetime import date, datetime

import openpyxl
import pytest

from backend.domain.vocabulary import TableFormat
from backend.gateways.tables import table_writer, writers

MADE_AT = datetime(2026, 11, 20, 10, 0)  # noqa: DTZ001 -- local and naive, as a spreadsheet has it
ROWS = [
    ["诊所", 3, True, MADE_AT, date(2026, 11, 20), None],
    ["=1+1", -5, False, None, None, "+86"],
    ["@cmd", 0, None, None, None, "-x"],
    ["\t=1", 0, None, None, None, "＝1+1"],
    ['他说"好",\n换行', 0, None, None, None, "http://example.org"],
]


def write(kind: TableFormat, rows: list[list[object]] = ROWS) -> bytes:
    file = io.BytesIO()
    with table_writer(file, kind, list("名数是时日注"), [10] * 6, title="案件", made_at=MADE_AT) as table:
        for row in rows:
            table.add(row)
    return file.getvalue()


def test_a_workbook_says_what_was_put_in_and_holds_no_formula() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(write(TableFormat.XLSX)))["案件"]
    head, *found = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert head == list("名数是时日注")
    assert found[0] == ["诊所", 3, True, MADE_AT, datetime(2026, 11, 20), None]  # noqa: DTZ001 -- as above
    assert [row[0] for row in found] == [row[0] for row in ROWS]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "inlineStr", "n", "b", "d"}


def test_csv_starts_with_the_mark_and_neutralises_formulas() -> None:
    content = write(TableFormat.CSV)
    assert content.startswith(b"\xef\xbb\xbf")
    head, *found = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert head == list("名数是时日注")
    assert found[0] == ["诊所", "3", "True", "2026-11-20 10:00", "2026-11-20", ""]
    assert [row[0] for row in found[1:]] == ["'=1+1", "'@cmd", "'\t=1", '他说"好",\n换行']
    assert [row[5] for row in found[1:]] == ["'+86", "'-x", "'＝1+1", "http://example.org"]
    assert [row[1] for row in found[1:]] == ["-5", "0", "0", "0"]  # a number is a number


def test_a_text_longer_than_a_cell_is_cut() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(write(TableFormat.XLSX, [["长" * 40_000]])))["案件"]
    assert len(sheet["A2"].value) == 32_767


@pytest.mark.parametrize("kind", list(TableFormat))
def test_an_error_on_the_way_leaves_nothing_behind(
    kind: TableFormat, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)  # where temporary files go is asked for anew
    with (
        pytest.raises(RuntimeError, match="half way"),
        table_writer(io.BytesIO(), kind, ["a"], [1], title="t", made_at=MADE_AT) as table,
    ):
        table.add(["x"])
        raise RuntimeError("half way")
    assert list(tmp_path.iterdir()) == []  # type: ignore[attr-defined]  # a Path


def test_a_sheet_that_is_full_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "LONGEST_SHEET", 3)
    file = io.BytesIO()
    with table_writer(file, TableFormat.XLSX, ["编号"], [8], title="上报", made_at=MADE_AT) as table:
        for number in range(5):
            table.add([number])
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["上报", "上报 (2)", "上报 (3)"]
    assert [[row[0] for row in sheet.iter_rows(values_only=True)] for sheet in book] == [
        ["编号", 0, 1], ["编号", 2, 3], ["编号", 4],
    ]  # fmt: skip
