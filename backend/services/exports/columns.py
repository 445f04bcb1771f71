"""The columns of each kind of export, in both languages. Not here: how a cell is read (services/columns.py)."""

from collections.abc import Iterable
from typing import Any

from backend.gateways.tables import Cell
from backend.services.columns import (
    BETWEEN,
    Column,
    Read,
    as_is,
    flags_of,
    in_words,
    listed,
    local_time,
    photos_of,
    words_of,
)
from backend.services.review.columns import COLUMNS as CASE_COLUMNS


def _words(name: str, zh: str, en: str, width: int, attribute: str | None = None) -> Column:
    """A word of a closed list, with its code beside it."""
    attribute = attribute or name
    return Column(name, zh, en, width, in_words(attribute), code=as_is(attribute))


def _time(name: str, zh: str, en: str, attribute: str) -> Column:
    return Column(name, zh, en, 17, local_time(attribute), kind="time")


def _street() -> Column:
    return Column("street", "街镇", "Street", 16, as_is("street_name"), code=as_is("street_code"))


def _each(read: Any) -> Read:
    """What ``read`` tells of each referral, in one cell."""
    return lambda line, language: BETWEEN[language].join(str(read(one, language)) for one in line.referrals)


def _department(referral: dict[str, Any], _language: str) -> str:
    return referral["department_name"] or "—"


def _status(referral: dict[str, Any], language: str) -> Cell:
    return words_of(referral["status"], language)


def _licence(line: Any, _language: str) -> Cell:
    return "；".join(f"{name}：{value}" for name, value in line.licence.items()) or None


PLACE = (
    Column("lon", "经度（CGCS2000）", "Longitude (CGCS2000)", 14, as_is("lon"), kind="real", in_layers=False),
    Column("lat", "纬度（CGCS2000）", "Latitude (CGCS2000)", 14, as_is("lat"), kind="real", in_layers=False),
)

REPORTS: tuple[Column, ...] = (
    Column("report_id", "上报编号", "Report id", 38, as_is("report_id")),
    _words("status", "状态", "Status", 10),
    _words("category", "类别", "Category", 20),
    _words("outcome", "巡查结论", "Outcome", 14),
    _words("severity", "严重程度", "Severity", 10),
    _words("stage", "阶段", "Stage", 10),
    Column("findings", "问题", "Findings", 16, listed("finding_codes")),
    Column("site_name", "场所名称", "Site name", 30, as_is("site_name")),
    Column("address", "地址", "Address", 40, as_is("site_address")),
    Column("uscc", "统一社会信用代码", "Unified social credit code", 22, as_is("uscc")),
    Column("descr", "情况描述", "Description", 60, as_is("description")),
    _street(),
    Column("grid", "网格", "Grid", 18, as_is("grid_code")),
    _words("verdict", "定位判定", "Placing", 10),
    Column("accuracy_m", "定位精度（米）", "Accuracy (m)", 12, as_is("accuracy_m"), kind="real"),
    *PLACE,
    _time("captured", "发现时间", "Captured at", "captured_at"),
    _time("recorded", "记录时间", "Recorded at", "recorded_at"),
    _time("received", "收到时间", "Received at", "received_at"),
    Column("task", "任务编号", "Task", 16, as_is("task_code")),
    Column(
        "depts", "承办部门", "Departments", 40, _each(_department), code=_each(lambda one, _l: one["department"] or "—")
    ),
    Column("ref_status", "案件状态", "Status of cases", 20, _each(_status)),
    Column("photos", "照片（已到/应到）", "Photos (here/named)", 12, photos_of),
    Column("flags", "存疑标记", "Flags", 24, flags_of, code=listed("flags")),
    Column("reporter", "上报人", "Reported by", 12, as_is("author_name"), "reporter.read"),
)

CASES: tuple[Column, ...] = (*CASE_COLUMNS, *PLACE)

SITES: tuple[Column, ...] = (
    Column("site_id", "场所编号", "Site id", 38, as_is("id")),
    Column("ext_code", "自编号", "External code", 18, as_is("external_code")),
    Column("site_name", "场所名称", "Site name", 30, as_is("name")),
    Column("address", "地址", "Address", 40, as_is("address")),
    _words("category", "类别", "Category", 20),
    Column("kind", "业态/类型", "Kind", 18, as_is("kind")),
    _words("status", "状态", "Status", 10),
    Column("uscc", "统一社会信用代码", "Unified social credit code", 22, as_is("uscc")),
    Column("licence", "许可信息", "Licence", 40, _licence),
    _street(),
    Column("grid", "网格", "Grid", 18, as_is("grid_code")),
    *PLACE,
    _time("visited", "最近巡查时间", "Last visited at", "last_visited_at"),
    _time("created", "登记时间", "Entered at", "created_at"),
)

TASKS: tuple[Column, ...] = (
    Column("task", "任务编号", "Task", 16, as_is("code")),
    Column("title", "标题", "Title", 40, as_is("title")),
    _words("category", "类别", "Category", 20),
    _words("kind", "任务类型", "Kind", 14),
    _words("status", "状态", "Status", 10),
    _street(),
    Column("grid", "网格", "Grid", 18, as_is("grid_code")),
    Column("site_name", "场所名称", "Site name", 30, as_is("site_name")),
    Column("address", "地址", "Address", 40, as_is("site_address")),
    *PLACE,
    Column("assignee", "承办网格员", "Assignee", 12, as_is("assignee_name")),
    Column("starts_on", "开始日期", "Starts on", 12, lambda line, _l: line.starts_on, kind="day"),
    _time("due_at", "到期时间", "Due", "due_at"),
    _time("assigned", "下达时间", "Assigned at", "assigned_at"),
    _time("finished", "完成时间", "Finished at", "finished_at"),
    _time("created", "创建时间", "Created at", "created_at"),
    Column("instruct", "要求", "Instructions", 60, as_is("instructions")),
    Column("task_id", "任务标识", "Task id", 38, as_is("id")),
)

GRIDS: tuple[Column, ...] = (
    Column("code", "网格编码", "Grid code", 18, as_is("code")),
    Column("name", "网格名称", "Grid name", 30, as_is("name")),
    _street(),
    Column("ext_code", "自编号", "External code", 18, as_is("external_code")),
    Column("area_m2", "面积（平方米）", "Area (m²)", 14, as_is("area_m2"), kind="real"),
    Column("lead", "主责网格员", "Lead", 12, as_is("lead_name")),
    _time("valid_from", "生效时间", "In effect from", "valid_from"),
    *PLACE,
)


def permissions_needed(columns: Iterable[Column]) -> set[str]:
    """The permissions that some of ``columns`` need: a file that has them is for who holds them."""
    return {column.permission for column in columns if column.permission is not None}
