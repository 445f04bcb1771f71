"""Problems of second factors, and of signing in with a browser."""

from backend.domain.errors.kinds import Kind, Problem

SIGN_IN: dict[str, Problem] = {
    "second_factor_needed": Problem(
        Kind.UNAUTHENTICATED,
        "请同时输入认证应用中的动态验证码（或恢复码）。",
        "Give the code of your authenticator app too, or a recovery code.",
    ),
    "bad_code": Problem(
        Kind.UNAUTHENTICATED,
        "验证码不正确或已使用过，请等待下一个验证码再试。",
        "That code is wrong or was used before; wait for the next one.",
    ),
    "second_factor_required": Problem(
        Kind.FORBIDDEN,
        "您的角色须启用双因素认证：请先在“我的账号”中设置，或用验证码重新登录。",
        "Your role needs a second factor; set it up in your account first, or sign in again with a code.",
    ),
    "second_factor_exists": Problem(
        Kind.CONFLICT,
        "已启用双因素认证；更换手机请先停用，再重新设置。",
        "A second factor is set up already; end it before you set up another.",
    ),
    "second_factor_not_begun": Problem(
        Kind.CONFLICT,
        "尚未设置双因素认证，请先开始设置。",
        "There is no second factor; begin to set one up first.",
    ),
    "oidc_unavailable": Problem(
        Kind.UNAVAILABLE,
        "统一身份认证暂时无法使用，请稍后再试，或用用户名和密码登录。",
        "Single sign-on cannot be reached right now; try again later, or sign in with your password.",
    ),
    "oidc_refused": Problem(
        Kind.UNAUTHENTICATED,
        "统一身份认证未能确认您的身份，请重新登录。",
        "Single sign-on did not confirm who you are; sign in again.",
    ),
    "oidc_state": Problem(
        Kind.MALFORMED,
        "登录已超时，或不是在此浏览器中开始的，请重新登录。",
        "That sign-in ran out of time or was begun in another browser; sign in again.",
    ),
    "oidc_unknown_account": Problem(
        Kind.FORBIDDEN,
        "您在本系统没有账号，请联系管理员开通，并告知您在统一身份认证中的用户名。",
        "You have no account here; ask an administrator for one and name your user name at single sign-on.",
    ),
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
