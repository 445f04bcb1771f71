"""Problems of deadlines: calendars, spans, extensions, suspensions, excuses."""

from backend.domain.errors.kinds import Kind, Problem

CLOCKS: dict[str, Problem] = {
    "calendar_missing": Problem(
        Kind.CONFLICT,
        "尚未导入 {year} 年的工作日历，请由管理员导入国务院办公厅公布的放假安排后再试。",
        "The calendar of {year} is not loaded; an administrator must load the published holidays first.",
    ),
    "bad_span": Problem(
        Kind.INVALID,
        "时限“{value}”无法识别，请写成数字加单位，如“4工作时”“2工作日”“3天”。",
        "'{value}' is no time limit; give a whole number and one of its units.",
    ),
    "bad_office_hours": Problem(
        Kind.INVALID,
        "办公时间“{value}”有误，请按先后填写互不重叠的时段，如 08:30–12:00、13:30–17:30。",
        "'{value}' are no office hours; give slots in order that do not overlap, such as 08:30 to 12:00.",
    ),
    "other_unit": Problem(
        Kind.INVALID,
        "延期须与原时限使用同一单位（{unit}），请改用该单位。",
        "An extension is counted as its clock is ({unit}); give it in that unit.",
    ),
    "extension_too_long": Problem(
        Kind.INVALID,
        "本级延期最长 {value}{unit}，请缩短。",
        "An extension of this level is at most {value} ({unit}); ask for less.",
    ),
    "extensions_used_up": Problem(
        Kind.CONFLICT,
        "此时限已不能再延期；如已超期，请提交超期说明。",
        "This clock cannot be extended any more; once it is overdue, ask for an excuse.",
    ),
    "suspension_too_long": Problem(
        Kind.INVALID,
        "挂账须在将来结束，且最长 {days} 天，请改选日期。",
        "A suspension ends in the future and lasts at most {days} days; choose another end.",
    ),
    "clock_overdue": Problem(
        Kind.CONFLICT,
        "此时限已超期，不能再延期，请提交超期说明。",
        "This clock is overdue and cannot be extended; ask for an excuse.",
    ),
    "clock_stopped": Problem(
        Kind.CONFLICT,
        "此时限已停止计时，请刷新后选择仍在计时的时限。",
        "This clock has stopped; reload and choose one that is running.",
    ),
    "not_overdue": Problem(
        Kind.CONFLICT,
        "此时限没有超期，或已说明，无需再作说明。",
        "This clock is not overdue, or excused already; nothing is to be excused.",
    ),
    "nothing_to_suspend": Problem(
        Kind.CONFLICT,
        "没有可挂账的时限：法定时限和已停止的时限不能挂账。",
        "There is no clock to suspend: those the law sets and those that have stopped go on as they are.",
    ),
    "not_suspended": Problem(
        Kind.CONFLICT, "此通报没有挂账，请刷新后再看。", "This referral is not suspended; reload to see how it stands."
    ),
    "request_pending": Problem(
        Kind.CONFLICT,
        "同样的申请已在审批中，请等待结果。",
        "The same request is waiting for a decision already; wait for that.",
    ),
    "already_decided": Problem(
        Kind.CONFLICT, "此申请已有决定，请刷新后查看。", "This request has been decided already; reload to see how."
    ),
    "approver_is_requester": Problem(
        Kind.FORBIDDEN,
        "不能审批自己的申请，请由他人审批。",
        "Nobody decides on his own request; ask a colleague.",
    ),
    "wrong_level": Problem(
        Kind.FORBIDDEN,
        "此申请须由另一级审批：首次由线索研判员，再次延期由区城运中心。",
        "Another level decides this: the bureau's triager at first, city operations on a second extension.",
    ),
}
