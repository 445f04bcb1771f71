"""The OpenAPI document: its settings, and taking it from an application. Not here: operations (documents.py)."""

from collections.abc import Iterator
from typing import Any

import orjson
from flask import Flask
from flask_smorest import Api

from backend.api.browser import COOKIE, CSRF_HEADER
from backend.api.documents import problem_examples, problem_list

DESCRIPTION = """\
Grid-by-grid health patrol: offline reports, grid placement, lawful referral.

* Times are RFC 3339 with offset, ids lower-case UUIDs, positions longitude and latitude in degrees.
* A refusal is `application/problem+json` with a stable `code`; [all codes](docs/problems) stand in `x-problems` too. Its
  `detail` is a sentence for people: Chinese, or English with `Accept-Language: en`.
* Sign in with `POST /api/v1/session`, then send `Authorization: Bearer …`. Pages in a browser sign in with
  `POST /api/v1/session/web`: a cookie goes along by itself then, and every write needs `X-CSRF-Token`.
* Where a network lets only GET and POST through: POST with `X-HTTP-Method-Override: PATCH` (or HEAD, DELETE).
* Lists run from the newest to the oldest; ask for the next page with the `next_cursor` of the last one."""

OPENAPI_CONFIG: dict[str, Any] = {
    "API_TITLE": "GridPatrol",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    # served by our own pages, so that /docs works without the internet
    "OPENAPI_URL_PREFIX": None,
    "API_SPEC_OPTIONS": {
        "info": {
            "description": DESCRIPTION,
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "components": {
            "examples": problem_examples(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "cookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": "Set by POST /api/v1/session/web; for pages of this site, which cannot read it.",
                },
                "csrf": {
                    "type": "apiKey",
                    "in": "header",
                    "name": CSRF_HEADER,
                    "description": "`csrf_token` of the session; wanted beside the cookie for everything that is no GET.",
                },
            },
        },
        "x-problems": problem_list(),
    },
}
SCHEMAS = "#/components/schemas/"


class DocumentedApi(Api):
    """flask-smorest's Api without its "default" answer: every operation names its own, and nothing else may come."""

    DEFAULT_ERROR_RESPONSE_NAME = None


def api_document(app: Flask) -> dict[str, Any]:
    """The OpenAPI document of ``app``, in plain JSON values and always in the same order; no address of a server in it."""
    api: Api = app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    with app.app_context():
        document: dict[str, Any] = orjson.loads(orjson.dumps(api.spec.to_dict(), default=str))
    _drop_unused_schemas(document)
    document["components"]["responses"] = _share_refusals(document["paths"])
    head = ("openapi", "info", "tags")
    return {key: document[key] for key in head} | {
        key: _sorted(document[key]) for key in sorted(document.keys() - {*head})
    }


def _drop_unused_schemas(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    needed: set[str] = set()
    fresh = set(_references(document["paths"]))
    while fresh:
        needed |= fresh
        fresh = {name for known in fresh for name in _references(schemas[known])} - needed
    document["components"]["schemas"] = {name: schemas[name] for name in needed}


def _share_refusals(paths: dict[str, Any]) -> dict[str, Any]:
    """Put a reference in place of every refusal; the refusals by name. Most operations share most of theirs."""
    shared: dict[str, Any] = {}
    for operations in paths.values():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            for status, answer in operation["responses"].items():
                if status >= "400":
                    name = f"{status}-{answer['description'].replace(' · ', '.')}"
                    if shared.setdefault(name, answer) == answer:
                        operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return shared


def _references(node: Any) -> Iterator[str]:
    """Names of the schemas that ``node`` refers to."""
    if isinstance(node, dict):
        target = node.get("$ref")
        if isinstance(target, str) and target.startswith(SCHEMAS):
            yield target.removeprefix(SCHEMAS)
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _references(part)


def _sorted(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _sorted(node[key]) for key in sorted(node)}
    return [_sorted(part) for part in node] if isinstance(node, list) else node
