"""The columns of a file of cases, in both languages. Not here: writing the file (exporting.py), how a cell is read."""

from collections.abc import Iterable

from backend.domain.vocabulary import Role
from backend.services.columns import (
    Column,
    as_is,
    flags_of,
    in_language,
    in_words,
    listed,
    local_time,
    of_list,
    permitted,
    photos_of,
    yes_no,
)


def columns_for(roles: Iterable[Role]) -> list[Column]:
    """The columns somebody with ``roles`` may see, in their order."""
    return permitted(COLUMNS, roles)


COLUMNS: tuple[Column, ...] = (
    Column("case_id", "案件编号", "Case id", 38, as_is("id")),
    Column("status", "状态", "Status", 10, in_words("status"), code=as_is("status")),
    Column("emergency", "紧急", "Emergency", 6, yes_no("emergency")),
    Column("severity", "严重程度", "Severity", 10, in_words("severity"), code=as_is("severity")),
    Column("due_at", "时限", "Due", 18, local_time("due_at"), kind="time"),
    Column("overdue", "超时", "Overdue", 6, yes_no("overdue")),
    Column("category", "类别", "Category", 20, in_words("category"), code=as_is("category")),
    Column("findings", "问题", "Findings", 16, listed("findings")),
    Column("site_name", "场所名称", "Site name", 30, as_is("site_name")),
    Column("address", "地址", "Address", 40, as_is("site_address")),
    Column("uscc", "统一社会信用代码", "Unified social credit code", 22, as_is("uscc")),
    Column("descr", "情况描述", "Description", 60, as_is("description")),
    Column("street", "街镇", "Street", 16, as_is("street_name"), code=as_is("street_code")),
    Column("grid", "网格", "Grid", 18, as_is("grid_code")),
    Column("dept", "承办部门", "Department", 26, in_language("department_name"), code=as_is("department")),
    Column("function", "职能", "Function", 20, in_language("function_name"), code=as_is("function")),
    Column("role", "主办/协办", "Lead or co-handling", 10, in_words("role"), code=as_is("role")),
    Column("captured", "发现时间", "Captured at", 17, local_time("captured_at"), kind="time"),
    Column("created", "移送时间", "Created at", 17, local_time("created_at"), kind="time"),
    Column("accepted", "签收时间", "Accepted at", 17, local_time("accepted_at"), kind="time"),
    Column("handled", "办理完成时间", "Handled at", 17, local_time("handled_at"), kind="time"),
    Column("closed", "办结时间", "Closed at", 17, local_time("closed_at"), kind="time"),
    Column("handler", "经办人", "Handler", 12, as_is("handler_name")),
    Column(
        "outcome", "办理结果", "Result", 24, of_list("outcome_code", "handling_outcomes"), code=as_is("outcome_code")
    ),
    Column("outc_note", "办理说明", "Result note", 40, as_is("outcome_note")),
    Column(
        "returned", "退单原因", "Return code", 20, of_list("return_code", "return_codes"), code=as_is("return_code")
    ),
    Column("returns", "退单次数", "Times returned", 8, as_is("return_count"), kind="whole"),
    Column("photos", "照片（已到/应到）", "Photos (here/named)", 12, photos_of),
    Column("flags", "存疑标记", "Flags", 24, flags_of),
    Column("reporter", "上报人", "Reported by", 12, as_is("reporter_name"), "reporter.read"),
    Column("report_id", "上报编号", "Report id", 38, as_is("report_id")),
)
