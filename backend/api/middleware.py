"""What happens around every request: the method spelled in a header, an id, one log line. No rules of the product."""

import time
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from flask import Flask, Response, g, request

from backend.domain.ids import new_id
from backend.metrics import count_request

log = structlog.get_logger("gridpatrol.request")
NO_STORE = "no-store"
OVERRIDABLE = frozenset({"GET", "HEAD", "PATCH", "PUT", "DELETE", "OPTIONS"})


class MethodOverride:
    """Lets POST stand for methods that government firewalls block (X-HTTP-Method-Override)."""

    def __init__(self, inner: Callable[..., Iterable[bytes]]) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""
        wanted = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE", "").upper()
        if environ.get("REQUEST_METHOD") == "POST" and wanted in OVERRIDABLE:
            environ["REQUEST_METHOD"] = wanted
            if wanted == "HEAD":
                return self.inner(environ, _without_length(start_response))
        return self.inner(environ, start_response)


def _without_length(start_response: Callable[..., Any]) -> Callable[..., Any]:
    """On the wire it was a POST: its client would wait for the bytes that HEAD announces and never sends."""

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
        return start_response(status, [*kept, ("Content-Length", "0")], *more)

    return start


def register_last_word(app: Flask) -> None:
    """Leave out what says nothing: Vary tells caches what an answer depends on, and one that nobody may store needs none."""

    @app.after_request
    def trim(response: Response) -> Response:
        if response.headers.get("Cache-Control") == NO_STORE:
            response.headers.pop("Vary", None)
        return response


def register_request_log(app: Flask) -> None:
    """Give every request an id, security headers, a count, and one log line without personal data."""

    @app.before_request
    def begin() -> None:
        g.request_id = str(new_id())
        g.started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if response.headers.setdefault("Cache-Control", NO_STORE) != NO_STORE:
            response.vary.add("Accept-Language")
        route = request.url_rule.rule if request.url_rule else None
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        count_request(request.method, route, response.status_code, seconds)
        if response.status_code >= 400 or request.method not in ("GET", "HEAD", "OPTIONS"):
            log.info(
                "request",
                request_id=g.get("request_id"),
                method=request.method,
                route=route,
                status=response.status_code,
                ms=round(seconds * 1000, 1),
                actor=str(g.get("actor_id") or ""),
            )
        return response
