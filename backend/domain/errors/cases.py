"""Problems of case work: bulk acts, saved filters, exports."""

from backend.domain.errors.kinds import Kind, Problem

CASES: dict[str, Problem] = {
    "count_changed": Problem(
        Kind.CONFLICT,
        "符合条件的案件现有 {found} 件，与您看到的 {expected} 件不同，未作任何处理；请刷新后再操作。",
        "{found} cases match now, not the {expected} you saw, and nothing was done; reload and try again.",
    ),
    "too_many_cases": Problem(
        Kind.INVALID,
        "一次最多处理 {limit} 件，请缩小筛选范围或分批处理。",
        "At most {limit} cases at once; narrow the filter or send them in parts.",
    ),
    "bad_idempotency_key": Problem(
        Kind.INVALID,
        "Idempotency-Key 须为 1–200 个可见的 ASCII 字符，请为每次操作生成一个新的标识。",
        "An Idempotency-Key has 1–200 visible ASCII characters; make a new one for every act.",
    ),
    "idempotency_key_reused": Problem(
        Kind.CONFLICT,
        "该 Idempotency-Key 已用于另一请求，请为新的操作生成新的标识。",
        "That Idempotency-Key was used for another request; make a new one for a new act.",
    ),
    "filter_name_taken": Problem(
        Kind.CONFLICT,
        "您已有名为“{name}”的筛选，请换一个名称，或修改原有的筛选。",
        "You have a filter named '{name}' already; choose another name or change that one.",
    ),
    "export_too_large": Problem(
        Kind.INVALID,
        "符合条件的案件超过 {limit} 件，请缩小筛选范围后再导出。",
        "More than {limit} cases match; narrow the filter and export again.",
    ),
}
