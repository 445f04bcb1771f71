"""Tasks out of files as offices make them: Excel and CSV, good, wrong and hostile."""

import io
from datetime import date, datetime

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.errors import DomainError
from backend.domain.vocabulary import Category, Role, TaskKind, TaskStatus
from backend.persistence.models import Task
from backend.services.tasks import import_tasks
from backend.services.tasks.importing import Defaults
from tests.conftest import NOW
from tests.factories import STREET, actor_of, make_grids, make_responsible, make_site, make_user

HEADINGS = ["网格编码", "巡查类别", "任务类型", "任务名称", "开始日期", "截止时间", "网格员账号", "任务要求"]


@pytest.fixture
def grids(session):
    return make_grids(session, 4)


@pytest.fixture
def coordinator(session):
    return actor_of(make_user(session, Role.STREET_COORDINATOR), Role.STREET_COORDINATOR, street_codes=[STREET])


def workbook(*rows, merge=None):
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    if merge:
        book.active.merge_cells(merge)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def csv(*rows, encoding="utf-8"):
    return "\r\n".join(",".join(map(str, row)) for row in rows).encode(encoding)


def run(session, actor, content, dry_run=False, **defaults):
    return import_tasks(session, actor, content, Defaults(**defaults), dry_run=dry_run, now=NOW)


def faults_of(session, actor, content, **defaults):
    with pytest.raises(DomainError) as refusal:
        run(session, actor, content, **defaults)
    assert refusal.value.code == "rows_rejected"
    assert session.scalar(select(func.count()).select_from(Task)) == 0, "all or nothing"
    dry = run(session, actor, content, dry_run=True, **defaults)
    assert [fault.to_data() for fault in dry.faults] == refusal.value.errors, "a dry run tells the same"
    return [(e["row"], e["column"], e["code"]) for e in refusal.value.errors]


def test_an_excel_file_with_a_title_row(session, grids, coordinator):
    worker = make_user(session, username="wang01")
    five = datetime(2026, 11, 30, 17, 0)  # noqa: DTZ001 # Excel knows no zones
    content = workbook(
        ["十一月现制现售水专项巡查计划"],
        HEADINGS,
        [int(grids[0].code), "现制现售水", "专项督查", "查批件", date(2026, 11, 23), five, "WANG01", "先看公示"],
        [],
        [grids[1].code, "售水机", None, None, None, "2026年12月1日", None, None],
        merge="A1:H1",
    )  # fmt: skip
    result = run(session, coordinator, content)
    first, second = result.created.tasks
    assert (first.category, first.kind, first.title) == (Category.WATER_VENDING, TaskKind.SPECIAL_INSPECTION, "查批件")
    assert first.due_at == datetime(2026, 11, 30, 17, 0, tzinfo=LOCAL_ZONE)
    assert (first.assignee_id, first.status) == (worker.id, TaskStatus.ASSIGNED)
    assert first.instructions == "先看公示" and first.starts_on == date(2026, 11, 23)
    assert second.due_at == datetime(2026, 12, 1, 23, 59, 59, tzinfo=LOCAL_ZONE), "a day means all of it"
    assert (second.kind, second.status) == (TaskKind.DAILY_PATROL, TaskStatus.PLANNED)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_csv_in_every_encoding(session, grids, coordinator, encoding):
    content = csv(
        HEADINGS[:4],
        [grids[0].code, "非法行医", "投诉核查", "查㙓诊所" if encoding != "gbk" else "查诊所"],
        encoding=encoding,
    )
    (task,) = run(session, coordinator, content).created.tasks
    assert (task.category, task.kind) == (Category.ILLEGAL_PRACTICE, TaskKind.COMPLAINT_CHECK)
    assert task.title.startswith("查") and task.title.endswith("诊所")


def test_rows_without_a_worker_are_given_out_when_asked(session, grids, coordinator):
    lead, named = make_user(session), make_user(session, username="named")
    make_responsible(session, lead, grids)
    content = csv(["网格编码", "网格员账号"], [grids[0].code, ""], [grids[1].code, "named"])
    result = run(session, coordinator, content, category=Category.WATER_VENDING, by_responsibility=True)
    assert [task.assignee_id for task in result.created.tasks] == [lead.id, named.id]


def test_sites_by_the_districts_own_code(session, grids, coordinator):
    site = make_site(session, grids[3], external_code="PT-001")
    content = csv(["sbbh", "类别"], ["PT-001", "water_vending"])
    (task,) = run(session, coordinator, content).created.tasks
    assert (task.site_id, task.grid_code) == (site.id, grids[3].code)


def test_every_wrong_cell_is_named(session, grids, coordinator):
    content = workbook(
        HEADINGS,
        [grids[0].code, "现制现售水", "打麻将", None, None, "2026-02-30", None, None],
        ["310107005999999", "现制现售水", None, "甲" * 201, None, None, None, None],
        [grids[1].code, None, None, None, None, "2020-01-01", "nobody", None],
        [grids[1].code, "现制现售水", None, "=HYPERLINK(A1)", None, None, None, None],
        [grids[2].code, "现制现售水", None, None, None, None, "nobody", None],
        [grids[3].code, "现制现售水", None, None, None, "2020-01-01", None, None],
        [3101070050010010001, "现制现售水", None, None, None, None, None, None],
        ["#REF!", "现制现售水", None, None, None, None, None, None],
    )
    assert faults_of(session, coordinator, content) == [
        (2, "任务类型", "not_a_choice"),
        (2, "截止时间", "bad_date"),
        (3, "任务名称", "too_long"),
        (4, "巡查类别", "required"),
        (5, "任务名称", "formula"),
        (6, "网格员账号", "unknown_worker"),
        (7, "截止时间", "due_in_past"),
        (8, "网格编码", "digits_lost"),
        (9, "网格编码", "error_cell"),
    ]


def test_merged_data_cells_and_duplicates_are_refused(session, grids, coordinator):
    content = workbook(HEADINGS[:2], [grids[0].code, "现制现售水"], [grids[1].code, None], merge="B2:B3")
    assert (3, None, "merged_cells") in faults_of(session, coordinator, content)
    content = csv(HEADINGS[:2], [grids[0].code, "现制现售水"], [grids[0].code, "售水机"])
    assert faults_of(session, coordinator, content) == [(3, None, "duplicate_row")]


def test_a_foreign_grid_in_a_file_looks_like_none(session, grids):
    stranger = actor_of(make_user(session, None), Role.STREET_COORDINATOR, street_codes=["310107014"])
    content = csv(HEADINGS[:2], [grids[0].code, "现制现售水"])
    assert faults_of(session, stranger, content) == [(2, "网格编码", "unknown_grid")]


def test_unknown_headings_are_told_and_repeated_ones_refused(session, grids, coordinator):
    content = csv(["网格编码", "备用", "类别"], [grids[0].code, "x", "现制现售水"])
    assert run(session, coordinator, content).ignored_columns == ("备用",)
    content = csv(["姓名", "电话"], ["甲", "1"])
    with pytest.raises(DomainError) as refusal:
        run(session, coordinator, content)
    assert refusal.value.errors[0]["code"] == "missing_column"


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", "网格编码,类别\r\n".encode()])
def test_files_without_rows(session, coordinator, content):
    with pytest.raises(DomainError) as refusal:
        run(session, coordinator, content)
    assert refusal.value.code == "unreadable_table"


def test_a_dry_run_stores_nothing(session, grids, coordinator):
    content = csv(HEADINGS[:2], [grids[0].code, "现制现售水"])
    result = run(session, coordinator, content, dry_run=True)
    assert (result.row_count, result.faults, result.created) == (1, [], None)
    assert session.scalar(select(func.count()).select_from(Task)) == 0
