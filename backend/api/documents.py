"""Makes the OpenAPI operation of an endpoint from its declaration. Not here: the whole document (openapi.py)."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any

from flask_smorest.utils import deepupdate
from marshmallow import Schema

from backend.api.browser import READS
from backend.api.errors import STATUS_OF
from backend.api.resuming import PROBLEMS as RESUMING_PROBLEMS
from backend.api.resuming import RESPONSES as RESUMING_RESPONSES
from backend.api.schemas.problems import ProblemSchema
from backend.domain.errors import CATALOGUE
from backend.domain.second_factor import OWN_ACCOUNT

ALWAYS = ("bad_request", "method_not_allowed", "too_many_requests", "internal_error", "service_unavailable")
WITH_TOKEN = ("unauthenticated", "token_expired", "session_ended", "forbidden")
WITH_COOKIE = ("csrf_failed", "foreign_origin")
EXAMPLE_PARAMS = {"count": 1, "limit": 4_194_304, "retry_after": 60, "min_length": 10}
FAULTS = [{"path": "category", "code": "required", "message": "必填。"}]
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
    resumes: bool,
    problems: Sequence[str],
    extra: dict[str, Any] | None,
    example: Any,
    public: bool,
    by_cookie: bool,
) -> dict[str, Any]:
    """An OpenAPI 3.1 operation: summary, parameters, body, answer and every problem it can answer with."""
    guarded = by_cookie and not public and method not in READS
    codes = [*ALWAYS, *([] if public else WITH_TOKEN), *(WITH_BODY if body else ()), *problems]
    codes += WITH_COOKIE if guarded else ()
    codes += () if public or permission == OWN_ACCOUNT else ("second_factor_required",)
    more = RESUMING_RESPONSES if resumes else {}
    codes += RESUMING_PROBLEMS if resumes else ()
    if query is not None:
        codes.append("invalid_input")
    document: dict[str, Any] = {
        "summary": summary,
        "responses": {str(status): _answer(answer, status, example), **more, **_problem_responses(codes)},
        "x-permission": permission,
        "security": [] if public else [{"bearer": []}, *([_cookie_needs(guarded)] if by_cookie else [])],
    }
    if query is not None:
        document["parameters"] = [{"in": "query", "schema": query}]
    if body is not None:
        document["requestBody"] = {"required": True, "content": {"application/json": _shown(body, body_example(body))}}
    return deepupdate(document, extra) if extra else document


def _cookie_needs(guarded: bool) -> dict[str, list[str]]:
    return {"cookie": [], "csrf": []} if guarded else {"cookie": []}


def named(document: dict[str, Any], slice_name: str, view: Callable[..., Any]) -> dict[str, Any]:
    """``document`` with an id that no other operation has, and with what the docstring of ``view`` tells."""
    told = {"description": inspect.cleandoc(view.__doc__)} if view.__doc__ else {}
    return {"operationId": f"{slice_name}_{view.__name__}", **told, **document}


def _answer(answer: type[Schema] | Schema | None, status: int, example: Any) -> dict[str, Any]:
    if answer is None:
        return {"description": "Done." if status != 204 else "Done; no content."}
    return {"description": "The answer.", "content": {"application/json": _shown(answer, example)}}


def _shown(schema: type[Schema] | Schema, example: Any) -> dict[str, Any]:
    return {"schema": schema} if example is None else {"schema": schema, "example": example}


def one_of(name: str, choices: Iterable[StrEnum]) -> dict[str, Any]:
    """The document of a path parameter that takes some or all values of an enum."""
    schema = {"type": "string", "enum": [choice.value for choice in choices]}
    return {"parameters": [{"in": "path", "name": name, "required": True, "schema": schema}]}


def body_example(body: type[Schema]) -> Any:
    """What a schema for bodies says one looks like: its attribute ``EXAMPLE``."""
    return getattr(body, "EXAMPLE", None)


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
                    "examples": {name: {"$ref": f"#/components/examples/{name}"} for name in sorted(names)},
                }
            },
        }
        for status, names in sorted(by_status.items())
    }


def problem_examples() -> dict[str, Any]:
    """One answer for each problem of the catalogue, by code; operations refer to them."""
    return {code: {"summary": problem.en, "value": _example(code)} for code, problem in sorted(CATALOGUE.items())}


def problem_list() -> list[dict[str, Any]]:
    """The whole catalogue by code: status and both sentences."""
    return [
        {"code": code, "status": STATUS_OF[problem.kind], "zh": problem.zh, "en": problem.en}
        for code, problem in sorted(CATALOGUE.items())
    ]


def _example(code: str) -> dict[str, Any]:
    problem, params = CATALOGUE[code], _Params(EXAMPLE_PARAMS)
    return {
        "type": f"urn:gridpatrol:problem:{code}",
        "title": problem.en.split(";")[0].format_map(params),
        "status": STATUS_OF[problem.kind],
        "code": code,
        "detail": problem.zh.format_map(params),
        "request_id": "0197a5a0-0000-7000-8000-000000000000",
        **({"errors": FAULTS} if code == "invalid_input" else {}),
    }


class _Params(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"
