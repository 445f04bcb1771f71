"""Problems of the desks: what cannot be taken back any more."""

from backend.domain.errors.kinds import Kind, Problem

DESK: dict[str, Problem] = {
    "recall_too_late": Problem(
        Kind.CONFLICT,
        "已不能撤回：只有派发人本人可在短时间内、部门尚未操作前撤回；请改派并说明理由。",
        "It can no longer be taken back: only who sent it can, within minutes and before anybody acts on it. Route it anew.",
    ),
}
