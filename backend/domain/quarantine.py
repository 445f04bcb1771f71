"""The life cycle of an item in quarantine (待修复) as a table, and why items are there. Not here: repairing (services/sync),
who may act (permissions.py)."""

from datetime import timedelta
from typing import Any

from backend.domain.errors import DomainError
from backend.domain.shapes import MESSAGES
from backend.domain.vocabulary import ItemResult, QuarantineAction, QuarantineState

S, A = QuarantineState, QuarantineAction

# What was put away by mistake can still be repaired: evidence is never lost. What took effect stays.
TRANSITIONS: dict[tuple[QuarantineState, QuarantineAction], QuarantineState] = {
    (S.OPEN, A.REPAIR): S.REPAIRED,
    (S.OPEN, A.DISMISS): S.DISMISSED,
    (S.DISMISSED, A.REPAIR): S.REPAIRED,
}
FINAL_STATES = frozenset({S.REPAIRED})
REASON_NEEDED = frozenset({A.DISMISS})

# Evidence that had no effect, though the phone heard "conflict". A step that came too late needs nobody: it says all by itself.
REPORT_EXISTS = "report_exists"
CONFLICTS_FOR_A_PERSON = frozenset({"same_id_other_content", REPORT_EXISTS})
# Of one id only one content can take effect.
NOT_REPAIRABLE = frozenset({"same_id_other_content"})

TOLD_FOR = timedelta(days=30)  # how long the author's phone still holds what became of his item

# What phones read, which know the words of the sync contract.
TOLD_STATE = {S.OPEN: "quarantined", S.REPAIRED: "repaired", S.DISMISSED: "dismissed"}

# Why an item that can be read had no effect; what is wrong with a value stands in shapes.MESSAGES.
REASONS: dict[str, tuple[str, str]] = {
    "unknown_task": ("没有此任务，或此人从未承担", "there is no such task, or its sender never held it"),
    "not_assignee": ("协助人不能替负责人退回任务", "a helper cannot decline for the assignee"),
    "unknown_report": ("此人没有这份上报", "its sender has no such report"),
    "site_exists": ("此编号的场所已登记", "a site of that id is registered already"),
    "report_exists": ("此编号的上报已由另一条目提交", "another item made the report of that id"),
    "illegal_transition": ("当前状态已不允许此操作", "the present status does not allow that step any more"),
    "same_id_other_content": ("同一条目编号已有不同内容", "other content came under the same item id before"),
    "not_applicable": ("服务器处理时出错", "the server failed at it"),
    "database_refused": ("数据库未能保存", "the database refused it"),
    "only_its_id": (
        "只能换一个上报编号，其余须与原件一致",
        "only the report's id may be another; the rest could be read and stays as it was sent",
    ),
    "kept_as_sent": ("原件中可读的类型和时间不得更改", "kind and times that can be read are kept as they were sent"),
}
# Which value of the payload such a reason speaks of.
_TASK, _REPORT, _SITE = "task_id", "report_id", "site_id"
_PATHS = {"unknown_task": _TASK, "not_assignee": _TASK, "unknown_report": _REPORT, "report_exists": _REPORT}


def next_state(state: QuarantineState, action: QuarantineAction) -> QuarantineState:
    """The state after ``action``; raises DomainError('illegal_transition', status=, action=)."""
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise DomainError("illegal_transition", status=str(state), action=str(action)) from None


def needs_a_person(result: ItemResult, code: str | None) -> bool:
    """Whether what was answered so lies on the desk."""
    return result == ItemResult.QUARANTINED or (result == ItemResult.CONFLICT and code in CONFLICTS_FOR_A_PERSON)


def check_reason(action: QuarantineAction, reason: str | None) -> None:
    """Raise DomainError('reason_required') if ``action`` must be explained and ``reason`` is blank."""
    if action in REASON_NEEDED and not (reason or "").strip():
        raise DomainError("reason_required")


def path_of(code: str, kind: str) -> str | None:
    """The field of the payload that ``code`` is about, for codes that name none themselves."""
    if code == "illegal_transition":
        return _TASK if kind.startswith("task.") else _REPORT
    return _SITE if code == "site_exists" else _PATHS.get(code)


def reason_of(code: str, path: str | None, language: str) -> str:
    """Why an item is in quarantine, for a person; ``language`` is 'zh' or 'en'."""
    zh, en = REASONS.get(code) or MESSAGES.get(code) or (code, code)
    if language == "zh":
        return f"{path}：{zh}" if path else zh
    return f"{path}: {en}" if path else en


def refusal(code: str, path: str | None) -> DomainError:
    """repair_refused with the one fault that stands in the way."""
    zh, en = (reason_of(code, None, language) for language in ("zh", "en"))
    fault: dict[str, Any] = {"path": path or "", "code": code, "zh": zh, "en": en}
    return DomainError("repair_refused", errors=[fault])
