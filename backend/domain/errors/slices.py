"""Problems of the single slices: grids, tasks, sites, sync, photos."""

from backend.domain.errors.kinds import Kind, Problem

SLICES: dict[str, Problem] = {
    # grids
    "grid_file_unreadable": Problem(
        Kind.INVALID, "网格文件无法读取：{reason}", "The grid file cannot be read: {reason}"
    ),
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
        Kind.INVALID,
        "没有代码为“{value}”的有效区划，请核对。",
        "There is no division '{value}' in force; check the code.",
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
    "bad_period": Problem(Kind.INVALID, "结束日期须晚于开始日期。", "The end must be later than the beginning."),
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
        Kind.TOO_LARGE,
        "行数过多，一次最多 {limit} 行，请分批。",
        "Too many rows; at most {limit} at once, send them in parts.",
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
    "repair_refused": Problem(
        Kind.INVALID,
        "更正后的条目仍不能采用，请按 errors 修改后重试；原件未受影响。",
        "The corrected item still cannot be applied; mend what 'errors' names. The original is untouched.",
    ),
    "not_repairable": Problem(
        Kind.CONFLICT,
        "同一编号的另一内容已经采用，此条只能核对后说明原因关闭。",
        "Other content of the same id has taken effect; this one can only be looked at and dismissed.",
    ),
    "no_photos_missing": Problem(
        Kind.CONFLICT, "该上报的照片已全部到齐。", "All photos of this report are here; nothing is to be asked for."
    ),
    "unsupported_protocol": Problem(
        Kind.CONFLICT,
        "不支持的同步协议版本，请升级应用。",
        "This sync protocol version is not supported; update the app.",
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
    "storage_unavailable": Problem(
        Kind.UNAVAILABLE,
        "照片存储暂时无法访问，请 {retry_after} 秒后再试；照片请保留在手机上。",
        "The photo storage cannot be reached right now; keep the photos and try again in {retry_after} seconds.",
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
