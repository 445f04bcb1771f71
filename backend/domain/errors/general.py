"""Problems of any request, of accounts and of life cycles."""

from backend.domain.errors.kinds import Kind, Problem

GENERAL: dict[str, Problem] = {
    # requests
    "bad_json": Problem(Kind.MALFORMED, "请求不是有效的 JSON。", "The request is not valid JSON."),
    "bad_request": Problem(Kind.MALFORMED, "请求无法理解。", "The request cannot be understood."),
    "invalid_input": Problem(
        Kind.INVALID, "有 {count} 处填写不正确，请按提示修改。", "{count} value(s) are wrong; see 'errors'."
    ),
    "not_found": Problem(Kind.NOT_FOUND, "找不到，或您无权查看。", "Not found, or not yours to see."),
    "method_not_allowed": Problem(Kind.METHOD, "此地址不支持该请求方法。", "This address does not take that method."),
    "payload_too_large": Problem(
        Kind.TOO_LARGE, "内容过大，上限为 {limit} 字节。", "The content is too large; the limit is {limit} bytes."
    ),
    "unsupported_media_type": Problem(Kind.UNSUPPORTED, "不支持的内容类型。", "That content type is not supported."),
    "bad_cursor": Problem(
        Kind.INVALID, "翻页标记无效，请从第一页重新开始。", "The page cursor is not valid; start from the first page."
    ),
    "internal_error": Problem(
        Kind.INTERNAL, "系统出错，已记录。请稍后再试。", "Something went wrong and was logged. Please try again later."
    ),
    "service_unavailable": Problem(
        Kind.UNAVAILABLE,
        "系统暂时无法处理，请稍后再试。",
        "The service cannot answer right now; please try again later.",
    ),
    "too_many_requests": Problem(
        Kind.THROTTLED,
        "操作过于频繁，请 {retry_after} 秒后再试。",
        "Too many requests; try again in {retry_after} seconds.",
    ),
    # accounts
    "unauthenticated": Problem(Kind.UNAUTHENTICATED, "请先登录。", "Please sign in."),
    "token_expired": Problem(
        Kind.UNAUTHENTICATED, "登录已过期，请刷新或重新登录。", "The session has expired; refresh it or sign in."
    ),
    "session_ended": Problem(
        Kind.UNAUTHENTICATED, "此设备的登录已结束，请重新登录。", "This device's session has ended; sign in again."
    ),
    "bad_credentials": Problem(Kind.UNAUTHENTICATED, "用户名或密码不正确。", "The user name or password is wrong."),
    "account_locked": Problem(
        Kind.THROTTLED,
        "登录失败次数过多，请 {retry_after} 秒后再试。",
        "Too many failed attempts; try again in {retry_after} seconds.",
    ),
    "refresh_reused": Problem(
        Kind.UNAUTHENTICATED,
        "登录凭证被重复使用，此设备已退出登录。",
        "A spent refresh token was used again; this device was signed out.",
    ),
    "account_disabled": Problem(
        Kind.UNAUTHENTICATED, "账号已停用，请联系管理员。", "This account is disabled; ask an administrator."
    ),
    "device_revoked": Problem(
        Kind.UNAUTHENTICATED,
        "此设备已被停用，请联系街镇协调员恢复。",
        "This device was revoked; ask your coordinator to restore it.",
    ),
    "last_administrator": Problem(
        Kind.CONFLICT,
        "这是最后一位管理员，请先任命另一位。",
        "This is the last administrator; appoint another one first.",
    ),
    "role_mix": Problem(Kind.INVALID, "审计员不得兼任其他角色。", "An auditor cannot hold another role; choose one."),
    "role_incomplete": Problem(
        Kind.INVALID,
        "街镇协调员须指定街镇，部门经办人须指定部门。",
        "A coordinator needs a street, an officer a department.",
    ),
    "bad_username": Problem(
        Kind.INVALID, "用户名须为 2–64 位小写字母、数字或 . _ -。", "A user name has 2–64 letters a–z, digits or . _ -."
    ),
    "forbidden": Problem(Kind.FORBIDDEN, "您的角色不能进行此操作。", "Your role may not do this."),
    "weak_password": Problem(
        Kind.INVALID,
        "密码至少 {min_length} 位，含大写、小写、数字、符号中的三类，且不得与用户名相似。",
        "The password needs {min_length} characters from three of: upper case, lower case, digits, symbols;"
        " and must not resemble the user name.",
    ),
    "username_taken": Problem(Kind.CONFLICT, "用户名已被使用。", "That user name is taken."),
    # life cycles
    "illegal_transition": Problem(
        Kind.CONFLICT, "当前状态“{status}”不能进行“{action}”。", "'{action}' is not possible in status '{status}'."
    ),
    "stale_version": Problem(
        Kind.CONFLICT, "他人已更新，请刷新后再操作。", "Somebody else changed this meanwhile; reload and try again."
    ),
    "verifier_is_handler": Problem(
        Kind.FORBIDDEN,
        "核查人不能是办理人，请由他人核查。",
        "Whoever handled a referral cannot verify it; ask a colleague.",
    ),
    "unknown_code": Problem(
        Kind.INVALID,
        "“{value}”不在代码表“{list}”中，请从表中选择。",
        "'{value}' is not a code of the list '{list}'; choose one from it.",
    ),
    "department_needed": Problem(
        Kind.INVALID,
        "没有部门承担此职能，请指定承办部门。",
        "No department answers for this function there; name the department that shall take it.",
    ),
    "already_referred": Problem(
        Kind.CONFLICT,
        "该上报已就职能“{function}”通报过，请在原通报上操作。",
        "The report is already referred for the function '{function}'; act on that referral.",
    ),
    "reason_required": Problem(Kind.INVALID, "请填写原因。", "A reason is needed."),
}
