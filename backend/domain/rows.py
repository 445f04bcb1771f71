"""What can be wrong with one row of a list or table, said so that a person finds and mends it. Not here: reading files."""

from dataclasses import dataclass
from typing import Any

# {value} is what stood there; both sentences say how to put it right.
ROW_FAULTS: dict[str, tuple[str, str]] = {
    "required": ("此项必填。", "A value is needed here."),
    "formula": ("单元格含公式，请改为数值后再导入。", "The cell holds a formula; paste its value instead."),
    "error_cell": ("单元格为错误值“{value}”，请改正。", "The cell shows an error ({value}); correct it."),
    "merged_cells": (
        "合并单元格 {value} 占用数据行，请取消合并并逐行填写。",
        "The cells {value} are merged; unmerge them and fill in every row.",
    ),
    "bad_text": ("含有不允许的控制字符。", "The text holds characters that cannot be stored."),
    "too_long": ("文字过长，上限 {limit} 个字符。", "The text is too long; the limit is {limit} characters."),
    "bad_number": ("“{value}”不是有效的数字。", "'{value}' is not a number."),
    "out_of_range": ("“{value}”超出允许范围。", "'{value}' is out of range."),
    "digits_lost": (
        "“{value}”以数值保存，末尾数字已丢失，请将该列设为文本后重新填写。",
        "'{value}' was kept as a number and lost its last digits; make the column text and enter it again.",
    ),
    "bad_date": (
        "“{value}”不是有效的日期，请写成 2026-11-21 或 2026-11-21 17:00。",
        "'{value}' is not a date; write 2026-11-21 or 2026-11-21 17:00.",
    ),
    "due_in_past": ("截止时间“{value}”已过。", "The due time '{value}' has passed."),
    "starts_after_due": ("开始日期晚于截止时间。", "The task would start after it is due."),
    "not_a_choice": ("“{value}”不在可选范围内，可填：{choices}。", "'{value}' is not one of: {choices}."),
    "unknown_grid": (
        "没有现行网格“{value}”，或不在您的辖区。",
        "There is no grid '{value}' in force, or it is not in your street.",
    ),
    "unknown_site": ("没有场所“{value}”，或不在您的辖区。", "There is no site '{value}', or it is not in your street."),
    "site_closed": ("场所“{value}”已关闭。", "The site '{value}' is closed."),
    "site_without_grid": (
        "场所“{value}”未落入网格，请另填网格编码。",
        "The site '{value}' lies in no grid; give a grid code beside it.",
    ),
    "grid_site_mismatch": ("场所不在网格“{value}”内。", "The site does not lie in grid '{value}'."),
    "needs_grid_or_site": ("网格编码与场所至少填一项。", "Give a grid code or a site."),
    "unknown_worker": ("“{value}”不是在岗网格员。", "'{value}' is not an active grid worker."),
    "helper_is_assignee": ("协助人不能是负责人本人。", "A helper cannot be the assignee."),
    "duplicate_row": ("与第 {value} 行重复。", "The same as row {value}."),
    "unknown_street": ("没有街镇“{value}”。", "There is no street or town '{value}'."),
    "foreign_street": ("“{value}”不在您的辖区。", "'{value}' is not your street."),
    "street_needed": (
        "无法确定所属街镇，请填写街镇或位于网格内的坐标。",
        "The street cannot be told; give it, or a position inside a grid.",
    ),
    "half_position": ("经度和纬度须同时填写。", "Longitude and latitude go together."),
    "swapped_axes": ("经纬度可能填反（{value}）。", "Longitude and latitude seem swapped ({value})."),
    "bad_uscc": (
        "统一社会信用代码“{value}”校验不符（GB 32100-2015）。",
        "The credit code '{value}' fails its check (GB 32100-2015).",
    ),
    "day_in_future": ("日期“{value}”晚于今天。", "The day '{value}' lies in the future."),
    "penalty_differs": (
        "决定书“{value}”已登记，但当事人或日期不同，请核对；如原记录有误请先撤销。",
        "The decision '{value}' is recorded with another subject or day; check it, and revoke the record if that is wrong.",
    ),
    "missing_column": ("缺少必需的列“{value}”。", "The column '{value}' is missing."),
    "repeated_column": ("列“{value}”出现两次。", "The column '{value}' is there twice."),
    "workday_on_weekday": (
        "“{value}”本来就是工作日，调休上班只填周末。",
        "'{value}' is a working day anyhow; a workday is a weekend day on which people work.",
    ),
    "year_incomplete": (
        "{value} 年的放假天数少于法定 {limit} 天，请填写全年安排。",
        "{value} has fewer holidays here than the law gives ({limit}); list the whole year.",
    ),
    "year_not_loaded": (
        "{value} 年的日历尚未导入，不能只补几天，请先导入全年。",
        "The calendar of {value} is not loaded, so single days of it cannot be added; load the whole year first.",
    ),
    # notes: the row is taken all the same
    "outside_grids": (
        "坐标不在任何现行网格内，按所填街镇登记。",
        "The position lies in no grid in force; the street given was taken.",
    ),
    "street_mismatch": (
        "坐标位于“{value}”，与所填街镇不同，以坐标为准。",
        "The position lies in '{value}', not in the street given; the position was taken.",
    ),
}


@dataclass(frozen=True, slots=True)
class RowFault:
    """One fault. ``row`` counts from 1 as a person sees it (a file's own row numbers); ``column`` is the file's own heading."""

    row: int
    column: str | None
    code: str
    value: str | None = None
    params: tuple[tuple[str, Any], ...] = ()

    def to_data(self) -> dict[str, Any]:
        """Place, code and both sentences."""
        filled = {"value": self.value, **dict(self.params)}
        zh, en = ROW_FAULTS[self.code]
        return {
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "value": self.value,
            "zh": zh.format(**filled),
            "en": en.format(**filled),
        }


def row_fault(row: int, column: str | None, code: str, value: object = None, **params: Any) -> RowFault:
    """A RowFault; KeyError for a code that has no sentence. A long value is cut: it is shown, not kept."""
    if code not in ROW_FAULTS:
        raise KeyError(code)
    shown = None if value is None else str(value)[:80]
    return RowFault(row, column, code, shown, tuple(params.items()))
