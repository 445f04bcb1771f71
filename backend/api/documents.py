"""Makes the OpenAPI operation of an endpoint from its declaration. Not here: writing the file (cli/docs.py)."""

from collections.abc import Sequence
from typing import Any

from flask_smorest.utils import deepupdate
from marshmallow import Schema

from backend.api.errors import STATUS_OF
from backend.api.schemas.problems import ProblemSchema
from backend.domain.errors import CATALOGUE

ALWAYS = ("bad_request", "method_not_allowed", "too_many_requests", "internal_error", "service_unavailable")
WITH_TOKEN = ("unauthenticated", "token_expired", "session_ended", "forbidden")
WITH_BODY = ("bad_json", "payload_too_large", "unsupported_media_type", "invalid_input")


def operation_document(
    *,
    permission: str,
    summary: str,
    method: str,
    query: type[Schema] | None,
    body: type[Schema] | None,
    answer: type[Schema] | Schema | None,
    status: int,
    problems: Sequence[str],
    extra: dict[str, Any] | None,
    example: Any,
    public: bool,
) -> dict[str, Any]:
    """An OpenAPI 3.1 operation: summary, parameters, body, answer and every problem it can answer with."""
    codes = [*ALWAYS, *([] if public else WITH_TOKEN), *(WITH_BODY if body else ()), *problems]
    if query is not None:
        codes.append("invalid_input")
    document: dict[str, Any] = {
        "summary": summary,
        "responses": {str(status): _answer(answer, status, example), **_problem_responses(codes)},
        "x-permission": permission,
        "security": [] if public else [{"bearer": []}],
    }
    if query is not None:
        document["parameters"] = [{"in": "query", "schema": query}]
    if body is not None:
        document["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return deepupdate(document, extra) if extra else document


def _answer(answer: type[Schema] | Schema | None, status: int, example: Any) -> dict[str, Any]:
    if answer is None:
        return {"description": "Done." if status != 204 else "Done; no content."}
    content: dict[str, Any] = {"schema": answer}
    if example is not None:
        content["example"] = example
    return {"description": "The answer.", "content": {"application/json": content}}


def _problem_responses(codes: Sequence[str]) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        by_status.setdefault(STATUS_OF[CATALOGUE[code].kind], []).append(code)
    return {
        str(status): {
            "description": " · ".join(sorted(names)),
            "content": {
                "application/problem+json": {
                    "schema": ProblemSchema,
                    "example": _example(status, names[0]),
                }
            },
        }
        for status, names in sorted(by_status.items())
    }


def _example(status: int, code: str) -> dict[str, Any]:
    return {
        "type": f"urn:gridpatrol:problem:{code}",
        "title": CATALOGUE[code].en,
        "status": status,
        "code": code,
        "detail": CATALOGUE[code].zh,
        "request_id": "0197a5a0-0000-7000-8000-000000000000",
    }
