"""Problems of what an administrator sets."""

from backend.domain.errors.kinds import Kind, Problem

DISTRICT_SETTINGS: dict[str, Problem] = {
    "setting_invalid": Problem(
        Kind.INVALID,
        "“{name}”不能这样设置，共 {count} 处问题；请按 errors 所列修改。",
        "'{name}' cannot be set so, {count} fault(s); mend what 'errors' lists.",
    ),
}
