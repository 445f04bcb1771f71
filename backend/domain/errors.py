"""Every problem the product can answer with: a stable code, what kind of refusal it is, and a sentence in both languages.

Not here: HTTP status numbers (api/errors.py maps kinds once). Adding a problem = adding a line to CATALOGUE.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What sort of refusal a problem is; the API maps each kind to one status."""

    MALFORMED = "malformed"  # cannot be parsed at all
    INVALID = "invalid"  # parsed, but the content is wrong
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    CHECKSUM = "checksum"
    GONE = "gone"
    PRECONDITION = "precondition"
    METHOD = "method"
    LOCKED = "locked"
    RANGE = "range"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of the catalogue; texts may hold {placeholders} filled from the error's parameters."""

    kind: Kind
    zh: str
    en: str


class DomainError(Exception):
    """A refusal with a stable code. ``params`` fill the sentence; ``errors`` lists the single faults of a batch or form."""

    def __init__(self, code: str, *, errors: list[dict[str, Any]] | None = None, **params: Any) -> None:
        super().__init__(code)
        if code not in CATALOGUE:
            raise KeyError(f"no problem {code!r} in the catalogue")
        self.code = code
        self.params = params
        self.errors = errors

    @property
    def problem(self) -> Problem:
        """The catalogue entry of this error."""
        return CATALOGUE[self.code]

    def sentence(self, language: str) -> str:
        """The sentence for a person; ``language`` is 'zh' or 'en'."""
        text = self.problem.zh if language == "zh" else self.problem.en
        return text.format(**self.params) if self.params else text


CATALOGUE: dict[str, Problem] = {
    # requests
    "bad_json": Problem(Kind.MALFORMED, "请求不是有效的 JSON。", "The request is not valid JSON."),
    "bad_request": Problem(Kind.MALFORMED, "请求无法理解。", "The request cannot be understood."),
    "invalid_input": Problem(
        Kind.INVALID, "有 {count} 处填写不正确，请按提示修改。", "{count} value(s) are wrong; see 'errors'."
    ),
    "not_found": Problem(
        Kind.NOT_FOUND, "找不到，或您无权查看。", "Not found, or not yours to see."
    ),
    "method_not_allowed": Problem(Kind.METHOD, "此地址不支持该请求方法。", "This address does not take that method."),
    "payload_too_large": Problem(
        Kind.TOO_LARGE, "内容过大，上限为 {limit} 字节。", "The content is too large; the limit is {limit} bytes."
    ),
    "unsupported_media_type": Problem(
        Kind.UNSUPPORTED, "不支持的内容类型。", "That content type is not supported."
    ),
    "bad_cursor": Problem(Kind.INVALID, "翻页标记无效，请从第一页重新开始。", "The page cursor is not valid; start from the first page."),
    "internal_error": Problem(
        Kind.INTERNAL, "系统出错，已记录。请稍后再试。", "Something went wrong and was logged. Please try again later."
    ),
    "service_unavailable": Problem(
        Kind.UNAVAILABLE, "系统暂时无法处理，请稍后再试。", "The service cannot answer right now; please try again later."
    ),
    "too_many_requests": Problem(
        Kind.THROTTLED, "操作过于频繁，请 {retry_after} 秒后再试。", "Too many requests; try again in {retry_after} seconds."
    ),
    # accounts
    "unauthenticated": Problem(Kind.UNAUTHENTICATED, "请先登录。", "Please sign in."),
    "token_expired": Problem(Kind.UNAUTHENTICATED, "登录已过期，请刷新或重新登录。", "The session has expired; refresh it or sign in."),
    "session_ended": Problem(Kind.UNAUTHENTICATED, "此设备的登录已结束，请重新登录。", "This device's session has ended; sign in again."),
    "bad_credentials": Problem(Kind.UNAUTHENTICATED, "用户名或密码不正确。", "The user name or password is wrong."),
    "account_locked": Problem(
        Kind.THROTTLED, "登录失败次数过多，请 {retry_after} 秒后再试。", "Too many failed attempts; try again in {retry_after} seconds."
    ),
    "refresh_reused": Problem(
        Kind.UNAUTHENTICATED, "登录凭证被重复使用，此设备已退出登录。", "A spent refresh token was used again; this device was signed out."
    ),
    "account_disabled": Problem(
        Kind.UNAUTHENTICATED, "账号已停用，请联系管理员。", "This account is disabled; ask an administrator."
    ),
    "device_revoked": Problem(
        Kind.UNAUTHENTICATED, "此设备已被停用，请联系街镇协调员恢复。", "This device was revoked; ask your coordinator to restore it."
    ),
    "last_administrator": Problem(
        Kind.CONFLICT, "这是最后一位管理员，请先任命另一位。", "This is the last administrator; appoint another one first."
    ),
    "role_mix": Problem(Kind.INVALID, "审计员不得兼任其他角色。", "An auditor cannot hold another role; choose one."),
    "role_incomplete": Problem(
        Kind.INVALID, "街镇协调员须指定街镇，部门经办人须指定部门。", "A coordinator needs a street, an officer a department."
    ),
    "bad_username": Problem(
        Kind.INVALID, "用户名须为 2–64 位小写字母、数字或 . _ -。", "A user name has 2–64 letters a–z, digits or . _ -."
    ),
    "forbidden": Problem(Kind.FORBIDDEN, "您的角色不能进行此操作。", "Your role may not do this."),
    "weak_password": Problem(
        Kind.INVALID,
        "密码至少 {min_length} 位，含大写、小写、数字、符号中的三类，且不得与用户名相似。",
        "The password needs {min_length} characters from three of: upper case, lower case, digits, symbols; and must not resemble the user name.",
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
    # grids
    "grid_file_unreadable": Problem(Kind.INVALID, "网格文件无法读取：{reason}", "The grid file cannot be read: {reason}"),
    "grid_file_missing": Problem(
        Kind.INVALID,
        "请求中没有文件，请以表单字段 file 或请求正文上传。",
        "The request holds no file; send it as the form field 'file' or as the body.",
    ),
    "grid_file_invalid": Problem(
        Kind.INVALID,
        "网格文件有 {count} 处错误，未导入任何内容；请按 errors 逐条修改后重新上传。",
        "The grid file has {count} error(s) and nothing was imported; correct what 'errors' lists and upload it again.",
    ),
    "grid_version_order": Problem(
        Kind.CONFLICT,
        "生效时间须晚于最新已发布版本的生效时间（{newest}），请选择更晚的时间。",
        "A version must begin after the newest published one ({newest}); choose a later time.",
    ),
    "grid_version_overlap": Problem(
        Kind.CONFLICT,
        "该时段已有另一个已发布的网格版本，请刷新版本列表后再发布。",
        "Another published version holds at that time; reload the list of versions and publish again.",
    ),
    "grid_street_not_valid": Problem(
        Kind.CONFLICT,
        "街镇代码 {streets} 在生效日无效，请用有效代码重新导入。",
        "The street code(s) {streets} are not in force on that day; import the grids again with codes that are.",
    ),
    "unknown_division": Problem(
        Kind.INVALID, "没有代码为“{value}”的有效区划，请核对。", "There is no division '{value}' in force; check the code."
    ),
    "unknown_grid": Problem(
        Kind.INVALID,
        "没有代码为“{grid_code}”的网格，请从当前版本中选择。",
        "There is no grid '{grid_code}'; choose one of the current version.",
    ),
    "not_grid_worker": Problem(
        Kind.INVALID,
        "“{name}”不是在职的网格员，请先授予网格员角色。",
        "'{name}' is not an active grid worker; give that role first.",
    ),
    "lead_taken": Problem(
        Kind.CONFLICT,
        "该网格在此期间已有主责网格员“{name}”（{valid_from} 至 {valid_to}），请先结束其职责或改选日期。",
        "'{name}' already leads this grid then ({valid_from} to {valid_to}); end that first or choose other days.",
    ),
    "already_responsible": Problem(
        Kind.CONFLICT,
        "此人在此期间已负责该网格（{valid_from} 至 {valid_to}），请先结束原职责。",
        "That person already answers for this grid then ({valid_from} to {valid_to}); end that first.",
    ),
    "already_ended": Problem(
        Kind.CONFLICT,
        "该职责已于 {valid_to} 结束，只能改为更早的日期。",
        "This responsibility ends on {valid_to} already; only an earlier day is possible.",
    ),
    "bad_period": Problem(
        Kind.INVALID, "结束日期须晚于开始日期。", "The end must be later than the beginning."
    ),
    # tasks and sites
    "not_assignee": Problem(
        Kind.FORBIDDEN,
        "此任务不在您名下，请由负责人操作，或先改派。",
        "Only who holds the task may do that; have it reassigned first.",
    ),
    "already_assigned": Problem(
        Kind.CONFLICT, "任务已由此人负责。", "That worker holds the task already; choose somebody else."
    ),
    "no_worker_found": Problem(
        Kind.CONFLICT,
        "该网格当日没有可派的网格员（{why}），请指定人员或完善责任与技能。",
        "Nobody responsible for that grid can take it ({why}); name a person, or mend responsibilities and skills.",
    ),
    "rows_rejected": Problem(
        Kind.INVALID,
        "有 {count} 处错误，未导入任何一行，请按提示修改后重试。",
        "{count} fault(s); nothing was taken over. Correct them as named in 'errors' and try again.",
    ),
    "unreadable_table": Problem(
        Kind.INVALID,
        "无法读取表格（{why}），请使用 .xlsx 或 UTF-8、GBK 编码的 CSV。",
        "The table cannot be read ({why}); send .xlsx, or CSV in UTF-8 or GBK.",
    ),
    "too_many_rows": Problem(
        Kind.TOO_LARGE, "行数过多，一次最多 {limit} 行，请分批。", "Too many rows; at most {limit} at once, send them in parts."
    ),
    "site_exists": Problem(
        Kind.CONFLICT, "此场所编号已存在。", "A site with that id exists already; propose it under a new id."
    ),
    # sync
    "bad_envelope": Problem(
        Kind.MALFORMED, "同步请求的格式不正确：{path}。", "The sync request is malformed at '{path}'."
    ),
    "too_many_items": Problem(
        Kind.TOO_LARGE, "一次最多同步 {limit} 条，请分批。", "At most {limit} items per sync; send them in parts."
    ),
    "unsupported_protocol": Problem(
        Kind.CONFLICT, "不支持的同步协议版本，请升级应用。", "This sync protocol version is not supported; update the app."
    ),
    # photos
    "upload_busy": Problem(
        Kind.LOCKED, "此文件正在上传，请稍后再试。", "This upload is being written to right now; try again shortly."
    ),
    "upload_offset_mismatch": Problem(
        Kind.CONFLICT,
        "上传位置不符，请先查询已收到的位置再继续。",
        "The bytes do not start where the upload stands; ask for its offset (HEAD) and go on from there.",
    ),
    "upload_expired": Problem(
        Kind.GONE, "此上传已过期，请重新上传。", "This upload has expired; create a new one and send the photo again."
    ),
    "checksum_mismatch": Problem(
        Kind.CHECKSUM,
        "内容与校验值不符，已丢弃，请重新发送。",
        "The bytes do not match their checksum and were dropped; send them again.",
    ),
    "unknown_checksum": Problem(
        Kind.MALFORMED,
        "校验值无法识别，支持 sha1、sha256。",
        "That checksum cannot be read; use 'sha1' or 'sha256' and the Base64 of the digest.",
    ),
    "unsupported_tus_version": Problem(
        Kind.PRECONDITION,
        "不支持的上传协议版本，请使用 tus 1.0.0。",
        "That version of tus is not spoken here; use 1.0.0.",
    ),
    "not_a_photo": Problem(
        Kind.INVALID,
        "内容不是 JPEG、PNG、WebP 或 HEIC 照片，未保存。",
        "The content is not a JPEG, PNG, WebP or HEIC photo and was not kept; send the photo itself.",
    ),
    "storage_full": Problem(
        Kind.UNAVAILABLE,
        "存储空间不足，请 {retry_after} 秒后再试；照片请保留在手机上。",
        "There is no room for photos right now; keep them on the phone and try again in {retry_after} seconds.",
    ),
    "photo_unreadable": Problem(
        Kind.CONFLICT,
        "照片无法解码，没有预览；原件仍可下载。",
        "The photo cannot be decoded, so it has no preview; its original bytes can still be fetched.",
    ),
    "range_not_satisfiable": Problem(
        Kind.RANGE, "请求的字节范围超出文件大小。", "The range lies outside the file; ask for bytes it has."
    ),
}
