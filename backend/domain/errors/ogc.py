"""Problems of the map services for other programs: OGC API – Features and application passwords."""

from backend.domain.errors.kinds import Kind, Problem

OGC: dict[str, Problem] = {
    "ogc_bad_parameter": Problem(
        Kind.MALFORMED,
        "参数“{name}”的值无效，请按 errors 中的说明修改，参数说明见 /ogc/api。",
        "The value of '{name}' is not valid: see 'errors'; /ogc/api tells what each parameter takes.",
    ),
    "ogc_unknown_parameter": Problem(
        Kind.MALFORMED,
        "此地址没有参数“{name}”，请去掉它；可用参数见 /ogc/api。",
        "There is no parameter '{name}' here: leave it out; /ogc/api lists those there are.",
    ),
    "bad_app_password": Problem(
        Kind.UNAUTHENTICATED,
        "用户名或应用专用密码不正确；应用专用密码须先在系统中生成，不是登录密码。",
        "The user name or the application password is wrong; make one in the product, it is not the account's own password.",
    ),
    "too_many_app_passwords": Problem(
        Kind.CONFLICT,
        "应用专用密码已有 {most} 个，请先停用不再使用的。",
        "There are {most} application passwords already; end one that is not used any more.",
    ),
    "app_password_too_long": Problem(
        Kind.INVALID,
        "应用专用密码的有效期最长 {days} 天，请缩短。",
        "An application password lasts at most {days} days; choose fewer.",
    ),
}
