"""Turns every refusal into application/problem+json, in the user's language. The only map from problems to HTTP."""

import re
from typing import Any

import orjson
import structlog
from flask import Flask, Response, g, request
from gunicorn.http.errors import NoMoreData, ParseException
from marshmallow import ValidationError
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException

from backend.api.basic import CHALLENGE, asks_for_basic
from backend.api.language import current_language, in_language
from backend.domain.errors import DomainError, Kind

log = structlog.get_logger(__name__)

STATUS_OF: dict[Kind, int] = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.METHOD: 405,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.PRECONDITION: 412,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED: 415,
    Kind.RANGE: 416,
    Kind.INVALID: 422,
    Kind.LOCKED: 423,
    Kind.THROTTLED: 429,
    Kind.CHECKSUM: 460,
    Kind.INTERNAL: 500,
    Kind.UNAVAILABLE: 503,
}
CODE_OF_STATUS = {
    404: "not_found",
    405: "method_not_allowed",
    415: "unsupported_media_type",
    503: "service_unavailable",
}

# marshmallow's own sentences, by shape: stable code and the Chinese sentence.
FIELD_MESSAGES: tuple[tuple[str, str, str], ...] = (
    (r"^Missing data", "required", "必填。"),
    (r"may not be null", "null", "不能为空值。"),
    (r"^Unknown field", "unknown_field", "不认识的字段。"),
    (r"^Not a valid UUID", "bad_uuid", "不是有效的编号（UUID）。"),
    (r"^Not a valid (datetime|date|time)", "bad_time", "不是有效的日期或时间。"),
    (r"^Not a valid (integer|number)", "bad_number", "不是有效的数字。"),
    (r"^Special numeric values", "bad_number", "不是有效的数字。"),
    (r"^Not a valid boolean", "bad_boolean", "只能为是或否。"),
    (
        r"^Not a valid area",
        "bad_area",
        "不是有效的范围：应为 3 至 200 个角点、大小合理的多边形（编码折线，六位小数）。",
    ),
    (r"^Not a valid string", "bad_text", "不是有效的文字。"),
    (r"^Not a valid (list|mapping)|^Invalid input type|^Invalid type", "bad_shape", "结构不正确。"),
    (r"^Must be one of", "not_a_choice", "不在可选范围内。"),
    (r"^(Must be (greater|less)|Number too large)", "out_of_range", "超出允许范围。"),
    (r"^(Shorter|Longer|Length)", "bad_length", "长度不符合要求。"),
    (r"^String does not match|pattern", "bad_format", "格式不正确。"),
    (r"control characters", "bad_text", "含有不允许的控制字符。"),
)


def register_error_handlers(app: Flask) -> None:
    """Make every way out of ``app`` that is not an answer a problem document."""
    app.register_error_handler(DomainError, _answer_domain_error)
    app.register_error_handler(ValidationError, lambda error: problem_of(input_error(error)))
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(OperationalError, _answer_database_away)
    for broken in (ConnectionError, NoMoreData, ParseException):
        app.register_error_handler(broken, _answer_broken_off)
    app.register_error_handler(Exception, _answer_crash)


def problem_of(error: DomainError, headers: dict[str, str] | None = None) -> Response:
    """The problem document of ``error``."""
    status = STATUS_OF[error.problem.kind]
    body: dict[str, Any] = {
        "type": f"urn:gridpatrol:problem:{error.code}",
        "title": error.problem.en.split(";")[0].format_map(_Lenient(error.params)),
        "status": status,
        "code": error.code,
        "detail": error.sentence(current_language()),
        "request_id": g.get("request_id"),
    }
    if error.errors is not None:
        body["errors"] = in_language(error.errors)
    response = Response(orjson.dumps(body, default=str), status, mimetype="application/problem+json")
    response.headers.update(headers or {})
    if "retry_after" in error.params:
        response.headers["Retry-After"] = str(error.params["retry_after"])
    if status == 401:
        response.headers["WWW-Authenticate"] = CHALLENGE if asks_for_basic() else 'Bearer realm="gridpatrol"'
    return response


def input_error(error: ValidationError) -> DomainError:
    """One 'invalid_input' with a line per wrong value: path, stable code, sentence."""
    faults = list(_faults(error.normalized_messages(), ()))
    return DomainError("invalid_input", errors=faults, count=len(faults))


def _faults(messages: Any, path: tuple[str, ...]) -> Any:
    if isinstance(messages, dict):
        for key, value in messages.items():
            yield from _faults(value, (*path, str(key)) if key != "_schema" else path)
        return
    for message in messages if isinstance(messages, list) else [messages]:
        yield {"path": ".".join(path), **_fault(str(message))}


def _fault(message: str) -> dict[str, str]:
    for pattern, code, chinese in FIELD_MESSAGES:
        if re.search(pattern, message):
            return {"code": code, "message": chinese if current_language() == "zh" else message}
    return {"code": "wrong", "message": message}


def _answer_domain_error(error: DomainError) -> Response:
    return problem_of(error)


def _answer_http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status == 413:
        return problem_of(DomainError("payload_too_large", limit=request.max_content_length))
    response = problem_of(DomainError(CODE_OF_STATUS.get(status, "bad_request" if status < 500 else "internal_error")))
    if status in (301, 302, 304, 307, 308):
        return error.get_response()  # type: ignore[return-value]  # werkzeug's base Response, Flask takes it as it is
    # flask-smorest's own handler loses Allow on 405; clients need it
    response.headers.update({name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")})
    return response


def _answer_database_away(error: OperationalError) -> Response:
    log.error("database_unavailable", error=type(error.orig).__name__)
    return problem_of(DomainError("service_unavailable"), {"Retry-After": "5"})


def _answer_broken_off(error: Exception) -> Response:
    # a phone lost its network while it was sending, or its chunks are none: no fault of ours, mostly nobody is there any more
    log.info("body_broken_off", error=type(error).__name__, path=request.path)
    return problem_of(DomainError("bad_request"))


def _answer_crash(error: Exception) -> Response:
    # the statement's parameters may hold people's data: the log gets the kind of error and the trace, never the values
    kind = type(error.orig).__name__ if isinstance(error, DBAPIError) else type(error).__name__
    log.error("unhandled_error", error=kind, path=request.path, exc_info=not isinstance(error, DBAPIError))
    return problem_of(DomainError("internal_error"))


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"
