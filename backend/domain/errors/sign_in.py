"""Problems of signing in with a browser."""

from backend.domain.errors.kinds import Kind, Problem

SIGN_IN: dict[str, Problem] = {
    "csrf_failed": Problem(
        Kind.FORBIDDEN,
        "页面的安全校验未通过，请刷新页面后重试。",
        "X-CSRF-Token is missing or not that of this session; reload the page and try again.",
    ),
    "foreign_origin": Problem(
        Kind.FORBIDDEN,
        "请求来自其他网站，已拒绝；请在本系统的页面上操作。（代理改写了地址的，请管理员设置 PUBLIC_URL。）",
        "The request came from another site; use the pages of this one. (Behind a proxy that changes addresses: set PUBLIC_URL.)",
    ),
}
