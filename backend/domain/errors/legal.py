"""Problems of departments and their functions, of penalties, and of transfers to the police."""

from backend.domain.errors.kinds import Kind, Problem

LEGAL: dict[str, Problem] = {
    # departments
    "department_exists": Problem(
        Kind.CONFLICT,
        "部门代码“{value}”已被使用，请换一个代码，或修改原部门。",
        "The code '{value}' belongs to a department already; choose another, or change that department.",
    ),
    "department_over": Problem(
        Kind.CONFLICT,
        "部门“{name}”在 {day} 不存在或已撤销，请选择当日有效的部门（如其继任部门）。",
        "'{name}' does not exist on {day}; choose a department that does, such as its successor.",
    ),
    "department_dissolved": Problem(
        Kind.CONFLICT,
        "部门“{name}”已定于 {day} 撤销，无需再次撤销。",
        "'{name}' ends on {day} already; nothing more is to be done.",
    ),
    "department_not_successor": Problem(
        Kind.INVALID,
        "部门“{name}”不能继任：须为同区、当日有效且不是被撤销部门本身，请另选。",
        "'{name}' cannot succeed: choose another department of the same district that exists on that day.",
    ),
    "function_without_holder": Problem(
        Kind.CONFLICT,
        "此变更后职能 {functions} 在街镇 {streets} 无人承担；请先指定承接部门，或确认保留空缺。",
        "Nobody would hold {functions} in {streets} any more; name who takes over first, or say that the gap is meant.",
    ),
    "function_taken": Problem(
        Kind.CONFLICT,
        "该职能在该范围和时段已由“{name}”承担，请改选日期，或从该部门移出。",
        "'{name}' holds that function there at that time; choose other days, or move it from that department.",
    ),
    "function_not_held": Problem(
        Kind.CONFLICT,
        "部门“{name}”在 {day} 不承担该职能，请核对街镇和日期。",
        "'{name}' does not hold that function on {day}; check the street and the day.",
    ),
    "function_planned": Problem(
        Kind.CONFLICT,
        "部门“{name}”自 {day} 起将承担职能 {function}；请先把该职能移给其他部门，再撤销。",
        "'{name}' is to hold {function} from {day} on; move that to another department first, then dissolve this one.",
    ),
    "outside_jurisdiction": Problem(
        Kind.INVALID,
        "部门“{name}”的辖区不含该范围，请选择区级部门或该街镇的部门。",
        "'{name}' does not answer for that area; choose a department of the district or of that street.",
    ),
    # penalties
    "no_case_filed": Problem(
        Kind.CONFLICT,
        "该通报的处理结果不是“属实-立案”，不能登记处罚；请先反馈结果，或以导入方式登记既往处罚。",
        "No case was filed on this referral; report that result first, or import earlier penalties as a table.",
    ),
    "penalty_of_other_function": Problem(
        Kind.FORBIDDEN,
        "此类处罚由承担职能“{function}”的部门作出，请由该部门登记。",
        "Such a penalty is decided by who holds '{function}'; have that department record it.",
    ),
    "penalty_day": Problem(
        Kind.INVALID,
        "处罚决定日期须在 {first} 至 {last} 之间；更早的处罚请导入。",
        "The decision lies between {first} and {last}; import earlier penalties as a table.",
    ),
    "penalty_exists": Problem(
        Kind.CONFLICT,
        "处罚决定书“{document_no}”的同类处罚已登记；如登记有误，请先撤销原记录。",
        "The decision '{document_no}' is recorded for that kind already; if that is wrong, revoke it first.",
    ),
    "penalty_revoked": Problem(
        Kind.CONFLICT, "该处罚记录已撤销；如需重新登记，请新建。", "This penalty is revoked already; record a new one."
    ),
    # transfers
    "transfer_of_other_function": Problem(
        Kind.FORBIDDEN,
        "涉嫌犯罪的移送只能由卫生健康部门就医疗执业监督的通报作出；请转卫生健康部门研判。",
        "Only the health authority transfers a suspected crime, on its own referrals; ask it to look at the case.",
    ),
    "transfer_exists": Problem(
        Kind.CONFLICT,
        "该通报已有进行中的涉嫌犯罪移送，请在原移送上操作。",
        "This referral has a transfer under way; act on that one.",
    ),
    "grounds_needed": Problem(
        Kind.INVALID, "请至少选择一项涉嫌犯罪的情形。", "Name at least one ground of the list 'crime_grounds'."
    ),
    "officers_needed": Problem(
        Kind.INVALID,
        "须指定至少 {count} 名不同的执法人员组成专案组（国务院令310号5条）。",
        "Name at least {count} different officers (Order 310, article 5).",
    ),
    "decider_is_proposer": Problem(
        Kind.FORBIDDEN,
        "不能审批自己提出的移送，请由负责人审批。",
        "Whoever proposed a transfer cannot decide it; ask the person in charge.",
    ),
    "material_twice": Problem(
        Kind.INVALID, "材料“{name}”列了两次，请保留一次。", "'{name_en}' is listed twice; keep one of them."
    ),
    "material_needed": Problem(
        Kind.CONFLICT,
        "移送材料不齐：{names}；请填写文号，确无的写明原因（仅限清单、鉴定类）。",
        "Papers are missing: {names_en}; give their numbers, or say why there is none where a case can be without.",
    ),
    "unknown_photo": Problem(
        Kind.INVALID,
        "没有照片 {sha256}，请先上传，或去掉该项。",
        "There is no photo {sha256}; upload it first, or leave it out.",
    ),
    "answer_needed": Problem(
        Kind.INVALID,
        "请填写公安机关答复的内容或文号。",
        "Say what the police answered, or give the number of their notice.",
    ),
    "bad_moment": Problem(
        Kind.INVALID,
        "时间须在上一步（{first}）之后且不晚于现在，请核对。",
        "The time must lie between the step before ({first}) and now; check it.",
    ),
    "materials_closed": Problem(
        Kind.CONFLICT,
        "案件已移送或已终结，材料清单不能再改；请在留痕中说明。",
        "The papers went out with the case, or it is over; they cannot be changed here any more.",
    ),
    "receipt_needed": Problem(
        Kind.INVALID, "请填写公安机关的回执（签收）编号。", "Give the number of the police's receipt."
    ),
}
