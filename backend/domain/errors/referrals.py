"""Problems of referrals and what hangs on them: disputes, merging, joint handling."""

from backend.domain.errors.kinds import Kind, Problem

REFERRALS: dict[str, Problem] = {
    "ruling_is_binding": Problem(
        Kind.CONFLICT,
        "此案已由城运中心裁定由本部门承办，不能再退单或移送；如情况有变，请联系区卫生健康委改派。",
        "City operations ruled that this department takes the case; it cannot be returned or transferred. Ask the bureau.",
    ),
    "merge_target_unfit": Problem(
        Kind.CONFLICT,
        "不能并入该通报：须为同一类别、未办结、未并案的另一通报，请另选。",
        "It cannot be merged into that referral: choose another open one of the same category.",
    ),
    "transfer_needs_other_department": Problem(
        Kind.INVALID,
        "请指定要移送的其他部门。",
        "Name another department that shall take it.",
    ),
    "assignee_not_officer": Problem(
        Kind.INVALID,
        "所指定的人不是该部门的在职经办人，请另选。",
        "That person is no officer of the department today; choose one who is.",
    ),
    "material_missing": Problem(
        Kind.INVALID,
        "材料照片尚未上传：{sha256}。请先上传，再提交。",
        "The photo of a material is not here yet ({sha256}); upload it first, then send this again.",
    ),
    "joint_party_without_referral": Problem(
        Kind.INVALID,
        "参加联合处置的部门须先有该上报的通报；请先为其增加协办：{departments}。",
        "Who is called to a joint handling needs a referral of the report first; add it for: {departments}.",
    ),
    "joint_ended": Problem(
        Kind.CONFLICT, "该联合处置已结束，请另行发起。", "This joint handling has ended; call another one."
    ),
    "call_in_future": Problem(
        Kind.INVALID,
        "通话时间晚于现在，请核对。",
        "The call lies in the future; check its time and record it once made.",
    ),
    "report_withdrawn": Problem(
        Kind.CONFLICT, "该上报已撤回，不能再派发。", "The report was withdrawn; nothing more can be referred."
    ),
    "already_running": Problem(
        Kind.CONFLICT,
        "该通报已有未完成的核查任务，请等待其结果或先取消。",
        "A field task for this referral is under way; wait for it or cancel it first.",
    ),
    "crime_not_handed_over": Problem(
        Kind.CONFLICT,
        "尚未向公安机关移送，不能以“移送公安”办结；请先由区卫生健康委完成移送。",
        "It has not been handed over to the police; the health bureau must complete the transfer first.",
    ),
    "crime_transfer_open": Problem(
        Kind.CONFLICT,
        "涉嫌犯罪移送正在进行，不得以罚代移；请待移送结束后再反馈。",
        "A transfer to the police is under way; a penalty may not take its place. Answer once the transfer has ended.",
    ),
    "no_grid_for_task": Problem(
        Kind.CONFLICT,
        "上报位置不在任何现行网格内，无法生成任务；请由人员直接核查。",
        "The report lies in no grid of today, so no task can be made; verify it yourself.",
    ),
}
