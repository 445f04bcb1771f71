"""The columns of an export of cases, in both languages. Not here: writing the file (exporting.py)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.labels import Label, enum_labels, vocabulary_objects
from backend.domain.permissions import can
from backend.domain.vocabulary import Flag, Role
from backend.gateways.tables import Cell

Read = Callable[[Any, str], Cell]
YES_NO = {"zh": ("是", "否"), "en": ("yes", "no")}
BETWEEN = {"zh": "、", "en": ", "}


@dataclass(frozen=True, slots=True)
class Column:
    """``read`` takes a row of queries/cases and a language; ``permission``: only who holds it sees the column."""

    zh: str
    en: str
    width: int
    read: Read
    permission: str | None = None


def columns_for(roles: Iterable[Role]) -> list[Column]:
    """The columns somebody with ``roles`` may see, in their order."""
    held = list(roles)
    return [column for column in COLUMNS if column.permission is None or can(held, column.permission)]


def _as_is(name: str) -> Read:
    return lambda row, _language: _told(getattr(row, name))


def _in_words(name: str) -> Read:
    return lambda row, language: _label(getattr(row, name), language)


def _in_language(name: str) -> Read:
    return lambda row, language: getattr(row, name if language == "zh" else f"{name}_en")


def _listed(name: str) -> Read:
    return lambda row, language: BETWEEN[language].join(getattr(row, name))


def _local(name: str) -> Read:
    return lambda row, _language: _local_time(getattr(row, name))


def _yes_no(name: str) -> Read:
    return lambda row, language: YES_NO[language][not getattr(row, name)]


def _of_list(name: str, list_name: str) -> Read:
    return lambda row, language: _entry(list_name, getattr(row, name), language)


def _flags(row: Any, language: str) -> Cell:
    return BETWEEN[language].join(_flag(flag, language) for flag in row.flags)


def _photos(row: Any, _language: str) -> Cell:
    return f"{row.photos_here}/{row.photos_expected}"


def _told(value: Any) -> Cell:
    """A value as a cell; a UUID as its text."""
    told: Cell = value if value is None or isinstance(value, str | int) else str(value)
    return told


def _label(value: StrEnum, language: str) -> str:
    return _word(enum_labels(type(value))[str(value)], language)


def _word(label: Label, language: str) -> str:
    return label.zh if language == "zh" else label.en


def _flag(flag: str, language: str) -> str:
    labels = enum_labels(Flag)
    return _word(labels[flag], language) if flag in labels else flag


def _entry(list_name: str, code: str | None, language: str) -> str | None:
    """The words for a code; a code that left the list stands for itself."""
    return _entries(list_name, language).get(code, code) if code is not None else None


@cache
def _entries(list_name: str, language: str) -> dict[str, str]:
    return {entry["code"]: entry[language] for entry in vocabulary_objects()[list_name]["items"]}


def _local_time(moment: datetime | None) -> datetime | None:
    return moment.astimezone(LOCAL_ZONE).replace(tzinfo=None) if moment else None


COLUMNS: tuple[Column, ...] = (
    Column("案件编号", "Case id", 38, _as_is("id")),
    Column("状态", "Status", 10, _in_words("status")),
    Column("紧急", "Emergency", 6, _yes_no("emergency")),
    Column("严重程度", "Severity", 10, _in_words("severity")),
    Column("时限", "Due", 18, _local("due_at")),
    Column("超时", "Overdue", 6, _yes_no("overdue")),
    Column("类别", "Category", 20, _in_words("category")),
    Column("问题", "Findings", 16, _listed("findings")),
    Column("场所名称", "Site name", 30, _as_is("site_name")),
    Column("地址", "Address", 40, _as_is("site_address")),
    Column("统一社会信用代码", "Unified social credit code", 22, _as_is("uscc")),
    Column("情况描述", "Description", 60, _as_is("description")),
    Column("街镇", "Street", 16, _as_is("street_name")),
    Column("网格", "Grid", 18, _as_is("grid_code")),
    Column("承办部门", "Department", 26, _in_language("department_name")),
    Column("职能", "Function", 20, _in_language("function_name")),
    Column("主办/协办", "Lead or co-handling", 10, _in_words("role")),
    Column("发现时间", "Captured at", 17, _local("captured_at")),
    Column("移送时间", "Created at", 17, _local("created_at")),
    Column("签收时间", "Accepted at", 17, _local("accepted_at")),
    Column("办理完成时间", "Handled at", 17, _local("handled_at")),
    Column("办结时间", "Closed at", 17, _local("closed_at")),
    Column("经办人", "Handler", 12, _as_is("handler_name")),
    Column("办理结果", "Result", 24, _of_list("outcome_code", "handling_outcomes")),
    Column("办理说明", "Result note", 40, _as_is("outcome_note")),
    Column("退单原因", "Return code", 20, _of_list("return_code", "return_codes")),
    Column("退单次数", "Times returned", 8, _as_is("return_count")),
    Column("照片（已到/应到）", "Photos (here/named)", 12, _photos),
    Column("存疑标记", "Flags", 24, _flags),
    Column("上报人", "Reported by", 12, _as_is("reporter_name"), "reporter.read"),
    Column("上报编号", "Report id", 38, _as_is("report_id")),
)
